"""`/funding`: the month view, and the form for a call."""

from collections.abc import Callable
from typing import Any

from slack_bolt.async_app import AsyncApp, AsyncBoltContext
from slack_bolt.context.ack.async_ack import AsyncAck

from bot import forms
from bot.actor import Actor, acting
from bot.blocks import Block
from bot.commands import Command
from bot.funding import channels, feeds, fits, marks
from bot.funding.deliveries import refresh_calls, shown
from bot.funding.forms import CALLBACK, call_form
from bot.funding.month import PAGE, Filter, Month, chosen, month_blocks, read_page
from bot.funding.own import own_blocks
from bot.funding.posting import announce
from bot.own import pressed_own_page
from bot.pressed import pressed_id
from bot.views import notice
from registry import funding, funding_marks
from registry.funding import CallDraft
from registry.funding_marks import Said
from registry.refusal import Refused

COMMAND = Command(
    "/funding",
    "the funding calls that are open, month by month, the next to close first",
    {
        "add": "add a call",
        "edit": "change one that you added",
        "remove": "remove one that you added",
        "alerts": "which direct messages about calls you get",
        "feeds": "the feeds that are read every hour (admins)",
        "feeds add": "try another feed: `/funding feeds add` and its address (admins)",
        "feeds remove": "stop reading one (admins)",
        "channels": "which channels get which calls (admins)",
        "settings": "when everybody is reminded of a closing (admins)",
    },
)


def register(app: AsyncApp) -> None:
    app.command("/funding")(command)
    app.view(CALLBACK)(submit)
    app.action("funding.page")(page)
    app.action("funding.page_back")(page)
    app.action("funding.theme")(filter_)
    app.action("funding.amount")(filter_)
    app.action("funding.whose")(filter_)
    app.action("funding.read")(read)
    app.action("funding.own_page")(own_page)
    app.action("funding.own_page_back")(own_page)
    app.action("funding.edit")(edit)
    app.action("funding.remove")(remove)
    for feature in (channels, feeds, fits, marks):
        feature.register(app)


async def command(ack: AsyncAck, command: dict[str, Any], context: AsyncBoltContext) -> None:
    """`/funding` lists; a known word does more."""
    word, rest = COMMAND.split(command.get("text", ""))
    if word == "feeds add":
        await feeds.add(ack, context, rest)
    elif rest:
        await ack(COMMAND.unknown(f"{word} {rest}".strip()))
    elif word == "help":
        await ack(COMMAND.help())
    elif word in FORMS:
        await FORMS[word](ack, command, context)
    elif word in ("feeds", "feeds remove"):
        await feeds.show(ack, context)
    elif word == "channels":
        await channels.show(ack, context)
    elif word in ("edit", "remove"):
        await _show_own(ack, context, word)
    else:
        async with acting(context) as actor:
            blocks = await _month(actor, 0, Filter())
        await ack(text="Funding calls", blocks=blocks)


async def _month(actor: Actor, start: int, wanted: Filter) -> list[Block]:
    everything = await funding.open_calls(actor.session, actor.network.id, actor.now)
    saved = await funding_marks.marked(actor.session, actor.member, Said.SAVED)
    found = chosen(everything, wanted, saved)
    some = found[start : start + PAGE]
    page_ = await shown(actor.session, actor.network.id, some, actor.member)
    to_come = sum(call.to_come(actor.now) for call in found)
    month = Month(everything, len(found), page_, start, wanted, to_come)
    return month_blocks(month, actor.now, actor.network.zone)


async def page(ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext) -> None:
    """Another page of the list, in its place."""
    start, wanted = read_page(str(body["actions"][0].get("value") or ""))
    await _replace(ack, context, start, wanted)


async def filter_(ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext) -> None:
    """The list by theme, amount or whose, in its place."""
    pressed = body["actions"][0]
    value = (pressed.get("selected_option") or pressed).get("value")
    await _replace(ack, context, 0, Filter.read(str(value or "")))


async def _replace(ack: AsyncAck, context: AsyncBoltContext, start: int, wanted: Filter) -> None:
    async with acting(context) as actor:
        blocks = await _month(actor, start, wanted)
    await actor.services.messenger.whisper(context, "Funding calls", blocks, replace=True)
    await ack()


async def read(ack: AsyncAck) -> None:
    """The browser opens the link; there is nothing to do here."""
    await ack()


# Calls by hand


async def _open_form(ack: AsyncAck, command: dict[str, Any], context: AsyncBoltContext) -> None:
    async with acting(context) as actor:
        _must_be_known(actor)
    await actor.services.messenger.open_modal(context.client, command["trigger_id"], call_form())
    await ack()


def _must_be_known(actor: Actor) -> None:
    if not actor.member.introduced_themselves:
        raise Refused("Please type `/need` or `/expertise` first, to say who you are.")


FORMS: dict[str, Callable[..., Any]] = {
    "add": _open_form,
    "alerts": marks.open_alerts,
    "settings": channels.open_settings,
}


async def submit(ack: AsyncAck, view: dict[str, Any], context: AsyncBoltContext) -> None:
    """Keep the call, have it posted, and turn the form into a confirmation."""
    draft = _draft(view["state"]["values"])
    call_id = str(view.get("private_metadata") or "")
    async with acting(context) as actor:
        _must_be_known(actor)
        if call_id.isdecimal():
            await _change(actor, int(call_id), draft)
            words = "*Saved.* A moved deadline is told in the next post, and its reminders move."
        else:
            call, new = await funding.add(
                actor.session, actor.network, actor.member, draft, form=view["id"], now=actor.now
            )
            if new:
                await announce(actor.session, call, now=actor.now)
            follow = ", and reminders follow" if call.closes else ""
            words = f"*Added.* It is posted to the channels that it fits{follow}."
    await ack(response_action="update", view=notice(words, title="Funding"))


def _draft(state: forms.State) -> CallDraft:
    themes = (" ".join(one.split()) for one in forms.text(state, "themes").split(","))
    return CallDraft(
        title=forms.text(state, "title"),
        funder=forms.text(state, "funder"),
        link=forms.text(state, "link"),
        opens=forms.day(state, "opens"),
        closes=forms.day(state, "closes"),
        closes_at=forms.clock_time(state, "closes_at"),
        themes=tuple(dict.fromkeys(one for one in themes if one)),
        amount=forms.text(state, "amount"),
    )


async def _change(actor: Actor, call_id: int, draft: CallDraft) -> None:
    call = await funding.find_changeable(actor.session, actor.member, call_id)
    await funding.edit(actor.session, actor.network, call, draft, now=actor.now)
    await refresh_calls(actor.session, actor.network.id, [call.id], now=actor.now)


async def _show_own(ack: AsyncAck, context: AsyncBoltContext, word: str) -> None:
    async with acting(context) as actor:
        blocks = await _own(actor, word, 0)
    await ack(text="Funding calls", blocks=blocks)


async def _own(actor: Actor, word: str, start: int) -> list[Block]:
    calls = await funding.open_calls(actor.session, actor.network.id, actor.now)
    may = [
        call
        for call in calls
        if funding.may_change(call, actor.member) and (word == "remove" or call.form)
    ]
    return own_blocks(may, word, start, actor.now, actor.network.zone)


async def own_page(ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext) -> None:
    """Another page of the calls that the presser may change or remove, in its place."""
    word, start = pressed_own_page(body)
    async with acting(context) as actor:
        blocks = await _own(actor, word, start)
    await actor.services.messenger.whisper(context, "Funding calls", blocks, replace=True)
    await ack()


async def edit(ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext) -> None:
    """Open the form with a call in it."""
    async with acting(context) as actor:
        call = await funding.find_changeable(actor.session, actor.member, pressed_id(body))
    view = call_form(call, actor.network.zone)
    await actor.services.messenger.open_modal(context.client, body["trigger_id"], view)
    await ack()


async def remove(ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext) -> None:
    """Remove a call; every message about it says that it is gone."""
    async with acting(context) as actor:
        call_id = pressed_id(body)
        await refresh_calls(actor.session, actor.network.id, [call_id], now=actor.now)
        await funding_marks.forget_saved(actor.session, actor.network.id, call_id)
        await funding.remove(actor.session, actor.member, call_id)
    await actor.services.messenger.whisper(context, "Removed, with its reminders.")
    await ack()
