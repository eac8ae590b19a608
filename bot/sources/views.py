"""What admins are told of a source, whatever kind it is."""

from bot.blocks import Block, actions, button, confirm, context, section
from bot.cards import Message
from bot.text import quoted
from registry.sources import Source


def unread_message(source: Source) -> Message:
    """Why an address that was tried cannot be read, with the buttons to go on."""
    title = f"That {source.noun} cannot be read"
    reason = quoted(source.failure or "It has not been read yet.", 500)
    buttons = [
        button("Try it again", f"{source.noun}.try", str(source.id)),
        refuse_button(source),
    ]
    words = f"*{title}*\n{quoted(source.shown_address, 300)}\n{reason}"
    return Message(title, [section(words), actions(buttons)])


def decision(source: Source) -> Block:
    """The buttons under what a trial found."""
    accept = f"{source.noun}.accept"
    return actions(
        [
            button(f"Read this {source.noun}", accept, str(source.id), style="primary"),
            refuse_button(source),
        ]
    )


def refuse_button(source: Source) -> Block:
    return button("Not this one", f"{source.noun}.refuse", str(source.id))


def list_buttons(source: Source, stays: str) -> list[Block]:
    """What can be done with a source in the list. stays: what becomes of all that it told of."""
    value, noun = str(source.id), source.noun
    remove = button(
        "Remove",
        f"{noun}.remove",
        value,
        style="danger",
        confirm=confirm(f"Stop reading this {noun}?", stays, "Stop reading"),
    )
    if source.accepted_at is None:
        return [button("Try it again", f"{noun}.try", value), remove]
    if source.reading:
        return [button("Pause", f"{noun}.pause", value), remove]
    return [button("Go on reading", f"{noun}.resume", value), remove]


def failure_message(source: Source) -> Message:
    """What the admin is told of a source that cannot be read any more."""
    if source.stopped_at is not None:
        title, then = f"A {source.noun} is gone", "We no longer try it."
    else:
        title, then = f"A {source.noun} cannot be read", "We keep trying, less and less often."
    words = f"*{title}*\n{quoted(source.shown_address, 300)}\n{quoted(source.failure or '', 500)}"
    removes = f"{then} `{source.command}` pauses or removes it."
    return Message(title, [section(words), context(removes)])


def recovered_message(source: Source) -> Message:
    """What becomes of that message once the source can be read again."""
    title = f"A {source.noun} can be read again"
    return Message(title, [section(f"*{title}*\n{quoted(source.shown_address, 300)}")])
