"""The form that asks what came of a need, how an answer is shown, and the ask to be named."""

import json
from collections.abc import Sequence

from bot.blocks import (
    Block,
    actions,
    button,
    checkboxes,
    context,
    input_block,
    modal,
    options,
    section,
    select,
    text_input,
)
from bot.cards import Message
from bot.introductions.views import need_blocks
from bot.text import cut, day, linked, quoted
from registry.answers import LONGEST_LINK, LONGEST_NAME, LONGEST_WORDS, Answer, Credit
from registry.disclosure import AnswerShown, NeedShown
from registry.expertise import Expertise
from registry.introductions import Introduction
from registry.needs import Need

CALLBACK = "answer.submit"
NAME_CALLBACK = "answer.name"
ESCAPED_LINK = 1000
CLOSED = "*Closed. We have stopped looking.* `/need list` opens it again."


def answer_form(
    need: Need,
    answer: Answer | None,
    credit: Credit | None,
    introduced: Sequence[tuple[Introduction, Expertise]],
    *,
    just_closed: bool = False,
) -> Block:
    """What came of it: words, a link, and, where somebody was introduced, who answered."""
    blocks = [section(CLOSED)] if just_closed else []
    blocks += [
        context(f"Your need: {quoted(need.question, 600)}"),
        input_block(
            "words",
            "What came of it?",
            text_input(
                "words", most=LONGEST_WORDS, initial=answer.words if answer else "", multiline=True
            ),
            hint="Everybody in this network can read it with your question. Leave out names.",
        ),
        input_block(
            "link",
            "Link to what was published",
            text_input(
                "link",
                most=LONGEST_LINK,
                initial=(answer.link or "") if answer else "",
                placeholder="https://…",
            ),
            optional=True,
        ),
    ]
    if introduced:
        blocks += _who_answered(credit, introduced)
    return modal(
        "What came of it?",
        blocks,
        callback_id=CALLBACK,
        submit="Publish",
        close="Not now",
        metadata=json.dumps({"need_id": need.id}),
    )


def _who_answered(
    credit: Credit | None, introduced: Sequence[tuple[Introduction, Expertise]]
) -> list[Block]:
    chosen = credit.introduction_id if credit else None
    choices = options((str(one.id), _label(one, profile)) for one, profile in introduced[:100])
    return [
        input_block(
            "who",
            "Who answered?",
            select("who", choices, "Somebody you were introduced to", initial=str(chosen)),
            hint="Leave it empty if it was nobody here. Others do not see this.",
            optional=True,
        ),
        input_block(
            "may_be_named",
            "May they be named?",
            checkboxes(
                "may_be_named",
                options([("yes", "Yes, if they agree too")]),
                ("yes",) if credit and credit.officer_agrees else (),
            ),
            hint="We ask them by direct message. Nobody is named unless you both agree.",
            optional=True,
        ),
    ]


def _label(introduction: Introduction, profile: Expertise) -> str:
    when = f", introduced {day(introduction.answered_at)}" if introduction.answered_at else ""
    return f"{cut(profile.shown_as, 75 - len(when))}{when}"


def answer_lines(answer: AnswerShown) -> str:
    """What came of a need, in one or two lines."""
    words = quoted(" ".join(answer.words.split()), 700)
    link = linked("Read it", answer.link, ESCAPED_LINK) if answer.link else ""
    if answer.link and not link.startswith("<"):
        link = quoted(answer.link, 300)
    said = f"_Answered:_ {words}{f' {link}' if link else ''}"
    return f"{said}\n_By {quoted(answer.named, 200)}_" if answer.named else said


def own_answer_blocks(need: Need, answer: Answer | None, credit: Credit | None) -> list[Block]:
    """On the officer's card of a closed need: what came of it and what can be done with it.

    It looks the same whatever who answered said about being named.
    """
    buttons = [
        button(
            "Change what came of it" if answer else "What came of it?", "answer.open", str(need.id)
        )
    ]
    blocks: list[Block] = []
    if answer is not None:
        shown = AnswerShown(answer.words, answer.link, None)
        blocks.append(section(answer_lines(shown)))
        if credit is not None and credit.officer_agrees:
            blocks.append(context("Who answered is named with it if they agree too."))
            buttons.append(button("Do not name them", "answer.unname", str(need.id)))
    return [*blocks, actions(buttons, block_id=f"answer-{need.id}")]


def consent_message(credit: Credit, need: NeedShown, answer: Answer) -> Message:
    """Who answered is asked whether they may be named; later, what they said and can change."""
    title = "May you be named with your answer?"
    shown = AnswerShown(answer.words, answer.link, None)
    blocks = [section(f"*{title}*"), *need_blocks(need), section(answer_lines(shown))]
    value = str(credit.id)
    if credit.academic_agrees is None:
        said = (
            "You are named only if you and the council both agree. Nobody is told what you say, "
            "nor that we asked."
        )
        yes = button("Yes, name me", "answer.yes", value, style="primary")
        buttons = [yes, button("No", "answer.no", value)]
    elif credit.academic_agrees:
        said = f"You are named as {quoted(credit.named_as or '', 200)} while you both agree."
        buttons = [button("Do not name me any more", "answer.no", value)]
    else:
        said = "You are not named. Nobody is told."
        buttons = [button("Name me after all", "answer.yes", value)]
    blocks += [context(said), actions(buttons, block_id=f"credit-{value}")]
    return Message(title, blocks)


def name_form(credit: Credit, question: str) -> Block:
    """How who answered wants to be named."""
    return modal(
        "Your name",
        [
            context(f"With the answer to: {quoted(question, 600)}"),
            input_block(
                "named_as",
                "How should you be named?",
                text_input(
                    "named_as",
                    most=LONGEST_NAME,
                    initial=credit.named_as or "",
                    placeholder="Your name, and where you work",
                ),
                hint="Everybody in this network can read it. You can take it back at any time.",
            ),
        ],
        callback_id=NAME_CALLBACK,
        submit="Agree",
        metadata=json.dumps({"credit_id": credit.id}),
    )
