"""The expertise form, the academic's card, and what they see of needs."""

import json
from dataclasses import dataclass, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.actor import Actor
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
    section,
    text_input,
)
from bot.cards import Message
from bot.fields import text_field, unsure_boxes, unsure_menu
from bot.introductions.views import STATES, need_blocks, withdraw_button
from bot.matches.views import reasons_line
from bot.needs.views import FAR_TOO_LONG, place_menu
from bot.text import counted, cut, day, parted, quoted
from bot.words import (
    BANDS,
    EXPERTISE_INSISTS,
    HOW_SOON,
    LEAST_MONEY,
    OUTPUTS,
)
from matching.reasons import Reason
from registry import expertise as profiles
from registry.disclosure import CAME_TO_NOTHING, NeedShown, ShownState
from registry.expertise import (
    LONGEST_PUBLICATIONS,
    LONGEST_SHOWN_AS,
    LONGEST_SUMMARY,
    MOST_PUBLICATIONS,
    Expertise,
    ExpertiseDraft,
    default_shown_as,
)

CALLBACK = "expertise.submit"
NOTICE = (
    "We keep what you write here until you remove it.\n"
    "Before an introduction, officers see only the line you choose, what you offer and how soon, "
    "and words of yours that they used too.\n"
    "Your name and the rest are told only when you and the officer have both said yes."
)
MANY_PUBLICATIONS = "publications or projects"
REPLACES = (
    "*These words take the place of what you have here* once you press Save. Cancel keeps it: “{}”"
)


@dataclass(frozen=True)
class ExpertiseForm:
    """What the form holds while it is open: kept across "Add detail"."""

    draft: ExpertiseDraft
    changing: bool = False
    detail: bool = False
    note: str = ""


async def expertise_form_for(actor: Actor, text: str) -> Block:
    """The form for a member: their own profile with all detail, else the first screen."""
    own = await profiles.of_member(actor.session, actor.member)
    summary, lost = parted(text, LONGEST_SUMMARY)
    note = FAR_TOO_LONG.format(quoted(lost, 1200)) if lost else ""
    if own is not None:
        draft = draft_of(own)
        if summary and summary != own.summary:
            note = f"{REPLACES.format(quoted(own.summary, 1200))}\n{note}".strip()
        draft = replace(draft, summary=summary) if summary else draft
        return expertise_form(ExpertiseForm(draft, changing=True, detail=True, note=note))
    place = (actor.member.place,) if actor.member.place else ()
    draft = ExpertiseDraft(summary=summary, places=place, shown_as=default_shown_as(actor.member))
    return expertise_form(ExpertiseForm(draft, detail=bool(lost), note=note))


def draft_of(expertise: Expertise) -> ExpertiseDraft:
    return ExpertiseDraft(
        summary=expertise.summary,
        publications=tuple(expertise.publications),
        suggestable=expertise.suggestable,
        topics=tuple(expertise.topics),
        methods=tuple(expertise.methods),
        places=tuple(expertise.places),
        outputs=tuple(expertise.outputs),
        how_soon=expertise.how_soon,
        capacity=str(expertise.capacity),
        links=tuple(expertise.links),
        shown_as=expertise.shown_as,
        least_money=expertise.least_money,
        insists_on=tuple(expertise.insists_on),
    )


def expertise_form(form: ExpertiseForm) -> Block:
    draft = form.draft
    blocks = [
        context(NOTICE),
        input_block(
            "summary",
            "What can you help with?",
            text_input("summary", most=LONGEST_SUMMARY, initial=draft.summary, multiline=True),
            hint="In plain words: topics, and what you could do for a council.",
        ),
        text_field(
            "publications",
            "Publications or projects, one a line",
            most=LONGEST_PUBLICATIONS,
            initial="\n".join(draft.publications),
            multiline=True,
            hint=(
                f"Paste up to {MOST_PUBLICATIONS} as they are; titles matter. They help to find "
                "needs that fit, and are not shown before an introduction."
            ),
            optional=True,
        ),
        input_block(
            "suggestable",
            "Suggestions",
            checkboxes(
                "suggestable",
                options([("yes", "Suggest me to officers whose needs I fit")]),
                ("yes",) if draft.suggestable else (),
            ),
            optional=True,
        ),
    ]
    if form.note:
        blocks.insert(1, section(form.note))
    if form.detail:
        blocks += _detail(draft)
    else:
        blocks.append(actions([button("Add detail", "expertise.detail")], block_id="more"))
    return modal(
        "Your expertise",
        blocks,
        callback_id=CALLBACK,
        submit="Save" if form.changing else "Offer",
        metadata=json.dumps(
            {"detail": form.detail, "changing": form.changing, "places": list(draft.places)}
        ),
    )


def _detail(draft: ExpertiseDraft) -> list[Block]:
    return [
        _words("topics", "Topics", draft.topics, "flood risk, land use"),
        _words("methods", "Methods", draft.methods, "evaluation, interviews, modelling"),
        input_block(
            "places", "Places you know or work in", place_menu(draft.places), optional=True
        ),
        unsure_boxes("outputs", "What could you offer?", OUTPUTS, draft.outputs),
        unsure_menu("how_soon", "How soon could you start?", HOW_SOON, draft.how_soon),
        text_field(
            "capacity",
            "How many open introductions at most?",
            most=2,
            initial=draft.capacity,
            hint="From 1 to 10. Asks that wait for your answer count too.",
        ),
        unsure_menu("least_money", "The least money you need", LEAST_MONEY, draft.least_money),
        input_block(
            "insists_on",
            "Only suggest needs that",
            checkboxes("insists_on", options(EXPERTISE_INSISTS.items()), draft.insists_on),
            hint="Leave these empty to hear of every need that fits.",
            optional=True,
        ),
        text_field(
            "links",
            "Links",
            most=2000,
            initial="\n".join(draft.links),
            multiline=True,
            hint="One a line. They are not shown before an introduction.",
            optional=True,
        ),
        text_field(
            "shown_as",
            "What others see before an introduction",
            most=LONGEST_SHOWN_AS,
            initial=draft.shown_as,
            hint="Leave out names. People may still guess who you are.",
        ),
    ]


def _words(name: str, label: str, words: tuple[str, ...], example: str) -> Block:
    return input_block(
        name,
        label,
        text_input(name, most=1000, initial=", ".join(words), placeholder=f"Such as: {example}"),
        hint="With commas between.",
        optional=True,
    )


def confirmation(*, changed: bool, suggestable: bool, new_network: bool) -> Block:
    """What the modal turns into."""
    title = "Saved" if changed else "Thank you"
    words = (
        "We are looking at the open needs for you. The answer comes as a direct message."
        if suggestable
        else "You are not suggested to anybody. `/expertise edit` changes that."
    )
    if new_network:
        words += "\nThis network is new, so there may be few needs yet. We keep looking."
    return modal(title, [section(f"*{title}.* {words}")], close="Done")


@dataclass(frozen=True)
class NeedSuggested:
    """An open need as the academic may see it."""

    match_id: int
    band: str
    reasons: tuple[Reason, ...]
    need: NeedShown
    state: ShownState | None
    offered_id: int | None

    @property
    def settled(self) -> bool:
        """Whether nothing is left to be decided about it."""
        return self.state is ShownState.INTRODUCED or self.state in CAME_TO_NOTHING


def not_suggested(expertise: Expertise, now: datetime, zone: ZoneInfo) -> str:
    """Why officers do not hear of the profile just now, and what ends that; "" where they do."""
    if expertise.paused_at is not None:
        return "Paused: you are not suggested to anybody. “Go on” ends that."
    if not expertise.suggestable:
        return "You are not suggested to anybody at the moment. “Change it” changes that."
    away = expertise.away_until(now)
    return f"{away_words(away, zone)} “Go on” ends that." if away else ""


def away_words(until: datetime, zone: ZoneInfo) -> str:
    """What "no time" leads to."""
    last = day(until.astimezone(zone).date())
    return f"You said that you have no time: you are not suggested to anybody before {last}."


def expertise_message(
    expertise: Expertise, found: list[NeedSuggested], now: datetime, zone: ZoneInfo
) -> Message:
    """The academic's card: their profile, then the open needs that fit."""
    blocks = [section(f"*Your expertise*\n{quoted(expertise.summary)}")]
    blocks += publications_line(expertise)
    blocks.append(context(f"Officers see: {quoted(expertise.shown_as)}"))
    if words := not_suggested(expertise, now, zone):
        blocks.append(section(words))
    if expertise.seeking:
        blocks += _fitting(found)
    blocks += [divider(), actions(own_buttons(expertise, now))]
    return Message(_notification(expertise, found), blocks)


def publications_line(expertise: Expertise) -> list[Block]:
    """How many publications one's own profile holds; "Change it" shows them all."""
    if not expertise.publications:
        return []
    number = counted(len(expertise.publications), "publication or project", MANY_PUBLICATIONS)
    return [context(f"And {number}, not shown before an introduction.")]


def _fitting(found: list[NeedSuggested]) -> list[Block]:
    number = sum(not one.settled for one in found)
    words = "*One open need fits*" if number == 1 else f"*{number} open needs fit*"
    blocks = [section(words if number else _none_fits(found))]
    for one in found:
        blocks += need_suggested_blocks(one)
    return blocks


def _none_fits(settled: list[NeedSuggested]) -> str:
    return (
        f"*No {'other ' if settled else ''}open need fits yet.* New needs are checked against "
        "your profile, and an officer can ask for you without knowing your name."
    )


def _notification(expertise: Expertise, found: list[NeedSuggested]) -> str:
    if expertise.seeking and any(not one.settled for one in found):
        return f"Open needs that fit you: {quoted(cut(found[0].need.question, 120))}"
    return "Your expertise is kept"


def need_suggested_blocks(one: NeedSuggested) -> list[Block]:
    """One need with its band, reasons, and what can be pressed."""
    blocks = [context(f"*{BANDS[one.band]}*"), *need_blocks(one.need)]
    if line := reasons_line(one.reasons):
        blocks.append(context(f"Why: {line}"))
    block_id = f"match-{one.match_id}"
    if one.state is None:
        offer = button("I could help", "introduction.offer", str(one.match_id), style="primary")
        blocks.append(actions([offer], block_id=block_id))
    else:
        blocks.append(context(STATES[one.state]))
        if one.offered_id is not None and one.state is ShownState.WAITING:
            blocks.append(actions([withdraw_button(one.offered_id)], block_id=block_id))
    return blocks


def own_buttons(expertise: Expertise, now: datetime) -> list[Block]:
    """Change, pause or go on, remove."""
    value = str(expertise.id)
    pausing = "Go on" if expertise.paused_at or expertise.away_until(now) else "Pause"
    return [
        button("Change it", "expertise.start", value),
        button(pausing, "expertise.pause", value),
        button(
            "Remove it",
            "expertise.remove",
            value,
            style="danger",
            confirm=confirm(
                "Remove your expertise?",
                "It is deleted now, with its suggestions and open asks.",
                "Remove",
            ),
        ),
    ]
