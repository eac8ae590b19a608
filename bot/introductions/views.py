"""What the two sides of an introduction see."""

from collections.abc import Iterable

from bot.blocks import Block, actions, button, confirm, context, modal, option, section, select
from bot.cards import Message
from bot.matches.views import reasons_line
from bot.text import cut, day, joined, quoted
from bot.words import HOW_SOON, MONEY, OFFERS, OUTPUTS, told
from matching.reasons import Reason
from registry.disclosure import NeedShown, ProfileShown, ProfileTold, ShownState
from registry.introductions import Decline, Side
from registry.meetings import Met

STATES = {
    ShownState.WAITING: "Asked: waiting for an answer",
    ShownState.YOUR_ANSWER: "Waiting for your answer",
    ShownState.ON_HOLD: "On hold: you said yes, and somebody else was first",
    ShownState.INTRODUCED: "Introduced",
    ShownState.NOT_THIS_TIME: "No introduction this time",
    ShownState.WITHDRAWN_BY_YOU: "You withdrew this",
    ShownState.DECLINED_BY_YOU: "You said not this time",
}
DECLINES = {
    Side.ACADEMIC: {
        Decline.NOT_MY_FIELD: "Not my field",
        Decline.NO_TIME_MONTH: "No time this month",
        Decline.NO_TIME_TERM: "No time this term",
        Decline.OTHER: "Another reason",
    },
    Side.OFFICER: {
        Decline.NOT_MY_FIELD: "Not what we need",
        Decline.OTHER: "Another reason",
    },
}
LONGEST_SECTION = 2900
FIRST_THREE = (
    "*Three things to settle first*\n"
    "1. What should come out of it?\n"
    "2. By when?\n"
    "3. Who does what next?"
)


def need_blocks(need: NeedShown) -> list[Block]:
    """A need as the other side sees it: what one needs to decide."""
    lines = [f"*{quoted(need.council)}* asks:" if need.council else "*A council* asks:"]
    lines.append(quoted(need.question))
    blocks = [section("\n".join(lines))]
    if need.background:
        blocks.append(section(f"_Background:_ {quoted(need.background, 2500)}"))
    return [*blocks, context(need_line(need))]


def need_line(need: NeedShown) -> str:
    """Place, date, outputs, money and offers on one line."""
    parts = [need.where]
    parts.append(f"needed by {day(need.needed_by)}" if need.needed_by else "no fixed date")
    if need.outputs:
        parts.append(f"wants {joined(told(need.outputs, OUTPUTS)).lower()}")
    if need.money:
        parts.append(MONEY[need.money].lower())
    if need.offers:
        parts.append(f"offers {joined(told(need.offers, OFFERS)).lower()}")
    return quoted(" · ".join(parts), 1500)


def profile_lines(profile: ProfileShown) -> str:
    """Who somebody is, as far as shown, what they offer and how soon."""
    lines = [f"*{quoted(profile.shown_as)}*"]
    if profile.outputs:
        lines.append(f"Offers {joined(told(profile.outputs, OUTPUTS)).lower()}")
    if profile.how_soon:
        lines.append(f"Could start: {HOW_SOON[profile.how_soon].lower()}")
    return "\n".join(lines)


def asked_message(
    introduction_id: int,
    side: Side,
    state: ShownState,
    need: NeedShown,
    profile: ProfileShown,
    reasons: tuple[Reason, ...],
    answer_by: str,
) -> Message:
    """The card of the one who is asked; `side` is theirs."""
    if side is Side.ACADEMIC:
        title = "Could you help with this?"
        blocks = [section(f"*{title}*"), *need_blocks(need)]
    else:
        title = "Somebody would like to help with your need"
        blocks = [
            section(f"*{title}*\n{quoted(need.question)}"),
            section(profile_lines(profile)),
        ]
    if line := reasons_line(reasons):
        blocks.append(context(f"Why: {line}"))
    if state is ShownState.YOUR_ANSWER:
        blocks += _answer(introduction_id, side, answer_by)
    else:
        blocks.append(context(STATES[state]))
    return Message(f"{title} {quoted(cut(need.question, 120))}", blocks)


def _answer(introduction_id: int, side: Side, answer_by: str) -> list[Block]:
    value = str(introduction_id)
    reasons = [option(words, f"{value}:{reason}") for reason, words in DECLINES[side].items()]
    return [
        context(
            f"Nobody learns your name unless you say yes. If you do not answer by {answer_by}, "
            "this closes by itself, and that is fine."
        ),
        actions(
            [
                button("Yes, introduce us", "introduction.yes", value, style="primary"),
                select("introduction.no", reasons, "Not this time"),
            ],
            block_id=f"introduction-{value}",
        ),
    ]


def withdraw_button(introduction_id: int) -> Block:
    return button(
        "Withdraw",
        "introduction.withdraw",
        str(introduction_id),
        confirm=confirm(
            "Withdraw your ask?",
            "It closes quietly, with no name told. You cannot ask them again for this need.",
            "Withdraw",
        ),
    )


def group_message(
    introduction_id: int,
    need: NeedShown,
    reasons: tuple[Reason, ...],
    officer: str,
    academic: str,
) -> Message:
    """The first message of the group: both said yes, so both are named."""
    blocks = [
        section(f"*You have both said yes.* {officer}, meet {academic}."),
        *need_blocks(need),
    ]
    if line := reasons_line(reasons):
        blocks.append(context(f"Why you two: {line}"))
    blocks += [section(FIRST_THREE), actions([profile_button(introduction_id)])]
    return Message("You have both said yes: this is your conversation", blocks)


def profile_button(introduction_id: int) -> Block:
    """Opens the profile as it is then: what was changed or removed since is in no conversation."""
    return button("See what they offer", "introduction.profile", str(introduction_id))


def profile_modal(profile: ProfileTold) -> Block:
    """What somebody offers, in their own words, for whom they were introduced to."""
    blocks = [section(quoted(profile.summary))]
    if profile.topics:
        blocks.append(section(f"*Topics:* {quoted(joined(profile.topics), 2500)}"))
    if profile.methods:
        blocks.append(section(f"*Methods:* {quoted(joined(profile.methods), 2500)}"))
    blocks += _listed("Publications and projects", profile.publications)
    blocks += _listed("Links", profile.links)
    return modal("What they offer", blocks, close="Done")


def _listed(title: str, lines: Iterable[str]) -> list[Block]:
    """Lines under a title, in as many sections as they need; nothing where there are none."""
    texts: list[str] = []
    for line in map(quoted, lines):
        if texts and len(texts[-1]) + len(line) < LONGEST_SECTION:
            texts[-1] += f"\n{line}"
        else:
            texts.append(line)
    return [section(f"*{title}*"), *map(section, texts)] if texts else []


def exchange_message(
    need: NeedShown, name: str, organisation: str, email: str, *, profile_of: int | None = None
) -> Message:
    """Where the two are in different workspaces: each is told who the other is.

    profile_of: the introduction whose profile the reader may open, where it is not their own.
    """
    who = f"*{quoted(name)}*" + (f", {quoted(organisation)}" if organisation else "")
    how = f"Write to {quoted(email)}" if email else "Ask their docking point for their address"
    blocks = [
        section(
            f"*You have both said yes.* You are introduced to {who}.\n{how}: they are in another "
            "Slack workspace, so a group here is not possible."
        ),
        *need_blocks(need),
        section(FIRST_THREE),
    ]
    if profile_of is not None:
        blocks.append(actions([profile_button(profile_of)]))
    return Message("You have both said yes: here is who it is", blocks)


def check_message(introduction_id: int, question: str, said: str | None) -> Message:
    """Seven days later: did you meet?"""
    value = str(introduction_id)
    blocks = [section(f"*Did you meet?* It is about: {quoted(question, 500)}")]
    if said is None:
        blocks.append(
            actions(
                [
                    button("Yes", "introduction.met", f"{value}:{Met.YES}"),
                    button("Not yet", "introduction.met_not_yet", f"{value}:{Met.NOT_YET}"),
                    button("No", "introduction.met_no", f"{value}:{Met.NO}"),
                ]
            )
        )
    else:
        words = {Met.YES: "Yes", Met.NOT_YET: "Not yet", Met.NO: "No"}[Met(said)]
        blocks.append(context(f"You said: {words.lower()}. Thank you."))
    return Message("Did you meet?", blocks)


def closed_message(need: NeedShown, next_: list[Block]) -> Message:
    """What the asker is told when an ask ends without an introduction."""
    blocks = [section(f"*No introduction this time* for: {quoted(need.question, 500)}")]
    blocks += next_ or [context("We keep looking, and tell you when somebody fits.")]
    return Message("No introduction this time", blocks)
