"""The need's form, its card, and the list of one's own."""

import json
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from bot.answers.views import own_answer_blocks
from bot.blocks import (
    Block,
    actions,
    button,
    checkboxes,
    confirm,
    context,
    divider,
    input_block,
    modal,
    options,
    plain,
    section,
    select,
    text_input,
)
from bot.cards import Message
from bot.fields import text_field, unsure_boxes, unsure_menu
from bot.needs.suggestion import suggestion_blocks
from bot.priorities.views import earlier_blocks, not_ready_blocks, others_block
from bot.text import day, joined, on_one_line, parted, quoted
from bot.words import (
    MONEY,
    NEED_INSISTS,
    OFFERS,
    OUTPUTS,
    VISIBILITY,
    told,
)
from registry import places
from registry.answers import Answer, Credit
from registry.disclosure import CAME_TO_NOTHING, AskedShown
from registry.needs import LONGEST_BACKGROUND, LONGEST_QUESTION, Need, NeedDraft, NeedState
from registry.priorities import PriorityShown
from registry.suggestions import SuggestionShown

CALLBACK = "need.submit"
LIST_MOST = 15

NOTICE = (
    "We keep your question, place and date until you remove them.\n"
    "People in this network who might help see them and your council. Your name stays hidden.\n"
    "You are introduced only when you and the other person have both said yes."
)
TOO_LONG = (
    f"*Your text is longer than {LONGEST_QUESTION} characters.* Its end stands under Background: "
    "please look whether both read well."
)
FAR_TOO_LONG = (
    "*Your text is longer than this form takes.* Its end does not fit, so it stands here for you "
    "to copy: “{}”"
)
WRITE_FIRST = "*Write your question first.* Then press the button again."
LAPSED_WORDS = (
    "Its date has passed, so we suggest nobody new until it has another one or none: “Change it” "
    "does that."
)
GUESS = "People may still guess who you are from what you write."


@dataclass(frozen=True)
class Earlier:
    """What was asked before that is like the form's text. found: None while it is still read."""

    found: tuple[AskedShown, ...] | None
    zone: ZoneInfo


@dataclass(frozen=True)
class NeedForm:
    """What the form holds while it is open: kept across its buttons.

    earlier: what was asked before, once somebody wanted to know.
    """

    draft: NeedDraft
    need_id: int | None = None
    detail: bool = False
    note: str = ""
    earlier: Earlier | None = None


def new_need_form(text: str, place: str | None) -> Block:
    """The first screen, with the command's text and the member's place in it.

    A text that is too long for a question goes on as the background, and what does not fit there
    either is shown, so that nothing is lost.
    """
    question, rest = parted(text, LONGEST_QUESTION)
    background, lost = parted(rest, LONGEST_BACKGROUND)
    note = FAR_TOO_LONG.format(quoted(lost, 2700)) if lost else TOO_LONG if rest else ""
    draft = NeedDraft(
        question=question,
        places=(place,) if place else (),
        needed_by=None,
        background=background,
    )
    return need_form(NeedForm(draft, detail=bool(rest), note=note))


def edit_need_form(need: Need) -> Block:
    """The whole form, with the need in it."""
    return need_form(NeedForm(draft_of(need), need.id, detail=True))


def draft_of(need: Need) -> NeedDraft:
    return NeedDraft(
        question=need.question,
        places=tuple(need.places),
        needed_by=need.needed_by,
        background=need.background,
        outputs=tuple(need.outputs),
        offers=tuple(need.offers),
        money=need.money,
        visibility=need.visibility,
        hide_council=need.hide_council,
        insists_on=tuple(need.insists_on),
    )


def need_form(form: NeedForm) -> Block:
    blocks = [context(NOTICE), *_first_screen(form.draft), *_earlier(form.earlier)]
    if form.note:
        blocks.insert(1, section(form.note))
    buttons = [button("Has this been asked before?", "need.earlier")]
    if not form.detail:
        buttons.append(button("Add detail", "need.detail"))
    blocks.append(actions(buttons, block_id="more"))
    if form.detail:
        blocks += _detail(form.draft)
    return modal(
        "Change your need" if form.need_id else "Post a need",
        blocks,
        callback_id=CALLBACK,
        submit="Save" if form.need_id else "Post",
        metadata=json.dumps(
            {"need_id": form.need_id, "detail": form.detail, "earlier": _ids(form.earlier)}
        ),
    )


def note_of(view: Block) -> str:
    """The note of a form that is open, to stay on it: it may hold what fits nowhere else."""
    second = view["blocks"][1]
    note = str(second["text"]["text"]) if second["type"] == "section" else ""
    return "" if note == WRITE_FIRST else note


def _earlier(earlier: Earlier | None) -> list[Block]:
    if earlier is None:
        return []
    if earlier.found is None:
        return not_ready_blocks()
    return earlier_blocks(earlier.found, earlier.zone)


def _ids(earlier: Earlier | None) -> list[int] | None:
    """What "Add detail" reads again: None where nobody has asked."""
    return None if earlier is None else [one.need.id for one in earlier.found or ()]


def _first_screen(draft: NeedDraft) -> list[Block]:
    date_picker: Block = {
        "type": "datepicker",
        "action_id": "needed_by",
        "placeholder": plain("No fixed date"),
    }
    if draft.needed_by:
        date_picker["initial_date"] = draft.needed_by.isoformat()
    return [
        input_block(
            "question",
            "What do you need to know?",
            text_input("question", most=LONGEST_QUESTION, initial=draft.question, multiline=True),
            hint=f"{GUESS} Leave out names, e-mail addresses and phone numbers.",
        ),
        input_block("places", "Which place is it about?", place_menu(draft.places)),
        input_block(
            "needed_by",
            "When do you need it?",
            date_picker,
            hint="Leave it empty if there is no fixed date.",
            optional=True,
        ),
    ]


def place_menu(codes: tuple[str, ...]) -> Block:
    """A type-ahead menu that takes several places."""
    menu: Block = {
        "type": "multi_external_select",
        "action_id": "place.search",
        "placeholder": {"type": "plain_text", "text": "Type a council area, region or nation"},
        "min_query_length": 2,
    }
    chosen = options((code, places.label(code)) for code in codes if places.find(code))
    if chosen:
        menu["initial_options"] = chosen
    return menu


def _detail(draft: NeedDraft) -> list[Block]:
    return [
        text_field(
            "background",
            "Background",
            most=LONGEST_BACKGROUND,
            initial=draft.background,
            multiline=True,
            hint="Leave it empty if you are not sure yet.",
            optional=True,
        ),
        unsure_boxes("outputs", "What would help?", OUTPUTS, draft.outputs),
        unsure_boxes("offers", "What can your council offer?", OFFERS, draft.offers),
        unsure_menu("money", "Is there money for it?", MONEY, draft.money),
        input_block(
            "insists_on",
            "Only suggest people who say that they",
            checkboxes("insists_on", options(NEED_INSISTS.items()), draft.insists_on),
            hint="Leave these empty to see everybody who fits, the nearest and soonest first.",
            optional=True,
        ),
        input_block(
            "visibility",
            "Who may see it?",
            select(
                "visibility", options(VISIBILITY.items()), "Choose one", initial=draft.visibility
            ),
        ),
        input_block(
            "hide_council",
            "Hide my council",
            checkboxes(
                "hide_council",
                options([("hide", "Show only our region, and keep the background back")]),
                ("hide",) if draft.hide_council else (),
            ),
            hint=GUESS,
            optional=True,
        ),
    ]


def confirmation(need: Need, *, changed: bool, new_network: bool) -> Block:
    """What the modal turns into."""
    title = "Saved" if changed else "Posted"
    if need.state == NeedState.CLOSED:
        words = "This need stays closed. `/need list` opens it again."
    elif need.lapsed:
        words = LAPSED_WORDS
    elif need.shared:
        words = "We are looking for people who can help. The answer comes as a direct message."
    else:
        words = (
            "Your docking point has it. Nobody else sees it until they ask you, and you agree, "
            "to pass it on."
        )
    if new_network and need.seeking:
        words += (
            "\nThis network is new and has few people yet, so your docking point may be the "
            "quickest way to somebody."
        )
    return modal(title, [section(f"*{title}.* {words}")], close="Done")


@dataclass(frozen=True)
class NeedCard:
    """Everything the officer's card shows. noted: funding calls that the officer noted on it."""

    need: Need
    suggestions: list[SuggestionShown]
    docking_point: str | None
    asked_docking_point: bool
    new_network: bool = False
    waiting: bool = field(default=False)
    answer: Answer | None = None
    credit: Credit | None = None
    others: PriorityShown | None = None
    noted: Block | None = None

    @property
    def number(self) -> int:
        """How many could help, as far as the officer is told."""
        return sum(one.state not in CAME_TO_NOTHING for one in self.suggestions)


def need_message(card: NeedCard) -> Message:
    """The officer's card: the need, then the suggestions or what can be done without any."""
    need = card.need
    blocks = [section(f"*Your need*\n{quoted(need.question)}"), context(summary_line(need))]
    if card.others is not None:
        blocks.append(others_block(card.others))
    if need.state == NeedState.CLOSED:
        blocks.append(section("This need is closed. We have stopped looking."))
        if need.shared:
            blocks += own_answer_blocks(need, card.answer, card.credit)
        blocks.append(actions([button("Look again", "need.reopen", str(need.id))]))
        return Message(f"Closed: {quoted(need.question, 100)}", blocks)
    if need.lapsed:
        blocks.append(section(f"*The date of this need has passed.* {LAPSED_WORDS}"))
    if not need.shared:
        blocks.append(section(_kept_back(card)))
    elif not need.lapsed or card.suggestions:
        blocks += _found(card)
    if card.noted is not None:
        blocks.append(card.noted)
    blocks.append(divider())
    blocks.append(
        actions(
            [
                button("Change it", "need.edit", str(need.id)),
                button("Close it", "need.close", str(need.id)),
            ]
        )
    )
    return Message(_notification(card), blocks)


def _found(card: NeedCard) -> list[Block]:
    """Who could help, or what can be done where nobody is left; then what came to nothing."""
    blocks: list[Block] = []
    if card.number:
        blocks.append(section(f"*{_headline(card.number)}*"))
    elif not card.need.lapsed:
        blocks += _nobody(card)
        if card.need.insists_on:
            blocks.append(context(_only_those(card.need)))
    for suggestion in card.suggestions:
        blocks += suggestion_blocks(suggestion)
    return blocks


def _notification(card: NeedCard) -> str:
    question = quoted(card.need.question, 100)
    if card.need.lapsed:
        return f"Its date has passed: {question}"
    if not card.need.shared:
        return f"With your docking point: {question}"
    if card.number:
        return f"{_headline(card.number)}: {question}"
    return f"Nobody yet: {question}"


def _headline(number: int) -> str:
    return "One person could help" if number == 1 else f"{number} people could help"


def _kept_back(card: NeedCard) -> str:
    if card.docking_point is None:
        return (
            "Only your docking point may see this need, and your organisation has none yet. "
            "Ask an admin to name one: `/network people` says who they are."
        )
    return (
        f"Only {quoted(card.docking_point, 200)} sees this. "
        "If they want to pass it on, they ask you first."
    )


def _only_those(need: Need) -> str:
    """Why there may be nobody: what the officer ticked."""
    ticked = joined(told(need.insists_on, NEED_INSISTS)).lower()
    return f"You see only people who say that they {ticked}. “Change it” unticks that."


def _nobody(card: NeedCard) -> list[Block]:
    words = (
        f"*Nobody {'else ' if card.suggestions else ''}in the network fits yet.* We keep looking "
        "and tell you when somebody joins."
    )
    if card.new_network:
        words += " The network is new, so a docking point may know somebody."
    blocks = [section(words)]
    if card.asked_docking_point:
        blocks.append(context("The docking point has been asked."))
    elif card.docking_point is not None:
        blocks.append(
            actions([button("Ask the docking point", "need.ask_docking_point", str(card.need.id))])
        )
        blocks.append(context(f"It goes to {quoted(card.docking_point, 200)}."))
    return blocks


def summary_line(need: Need) -> str:
    """Place, date, outputs, offers and money on one line."""
    parts = [joined(places.label(code) for code in need.places)]
    parts.append(f"needed by {day(need.needed_by)}" if need.needed_by else "no fixed date")
    if need.outputs:
        parts.append(joined(told(need.outputs, OUTPUTS)).lower())
    if need.offers:
        parts.append(f"offers {joined(told(need.offers, OFFERS)).lower()}")
    if need.money:
        parts.append(MONEY[need.money].lower())
    if need.hide_council:
        parts.append("council hidden")
    return quoted(" · ".join(parts), 1500)


def own_needs(needs: list[Need], only: str | None = None) -> list[Block]:
    """The list of one's needs with a button for each act, or for the one that was typed."""
    blocks: list[Block] = []
    for need in needs[:LIST_MOST]:
        state = _state_words(need)
        blocks.append(section(f"{quoted(need.question, 300)}{state}\n_{summary_line(need)}_"))
        blocks.append(actions(_own_buttons(need, only), block_id=f"need-{need.id}"))
    if len(needs) > LIST_MOST:
        blocks.append(context(f"And {len(needs) - LIST_MOST} more."))
    return blocks


def _state_words(need: Need) -> str:
    if need.state == NeedState.CLOSED:
        return " _(closed)_"
    return " _(its date has passed)_" if need.lapsed else ""


def lapsed_message(need: Need) -> Message:
    """The day after a need's date: is it still open? Then what became of it."""
    if need.state == NeedState.CLOSED:
        title, buttons = "This need is closed", [button("Look again", "need.reopen", str(need.id))]
    elif not need.lapsed:
        when = f"needed by {day(need.needed_by)}" if need.needed_by else "without a fixed date"
        title, buttons = f"This need is open, {when}", []
    else:
        title = "The date of your need has passed"
        buttons = [
            button("Close it", "need.close", str(need.id)),
            button("Set a new date", "need.edit", str(need.id)),
        ]
    words = f"*{title}:* {quoted(need.question)}"
    if need.lapsed and need.needed_by and need.state == NeedState.OPEN:
        words += (
            f"\nIt was needed by {day(need.needed_by)}. *Is it still open?* Until it has a new "
            "date, nobody new is suggested for it."
        )
    blocks = [section(words), *([actions(buttons)] if buttons else [])]
    return Message(f"{title}: {quoted(need.question, 100)}", blocks)


def _own_buttons(need: Need, only: str | None) -> list[Block]:
    value = str(need.id)
    ending = (
        button("Close", "need.close", value)
        if need.state == NeedState.OPEN
        else button("Look again", "need.reopen", value)
    )
    each = {
        "edit": button("Change", "need.edit", value),
        "close": ending,
        "remove": button(
            "Remove",
            "need.remove",
            value,
            style="danger",
            confirm=confirm(
                "Remove this need?",
                "It is deleted now, with its suggestions and open asks.",
                "Remove",
            ),
        ),
    }
    if only:
        return [each[only]]
    told = need.state == NeedState.CLOSED and need.shared
    came = [button("What came of it?", "answer.open", value)] if told else []
    return [*each.values(), *came]


def news_message(found: list[tuple[Need, SuggestionShown]]) -> Message:
    """Once a day: who has joined since and fits the officer's needs."""
    blocks = [section("*Somebody new could help you*")]
    for need, suggestion in found[:5]:
        blocks.append(section(f"For your need: _{on_one_line(need.question, 400)}_"))
        blocks += suggestion_blocks(suggestion)
    if len(found) > 5:  # noqa: PLR2004 - the five shown above
        blocks.append(context(f"And {len(found) - 5} more: `/need list` shows your needs."))
    return Message("Somebody new could help with your need", blocks)
