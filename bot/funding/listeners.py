"""`/funding`, its form, pages, and the feeds."""

from typing import Any

from slack_bolt.async_app import AsyncApp, AsyncBoltContext
from slack_bolt.context.ack.async_ack import AsyncAck

from bot import forms
from bot.actor import Actor, acting
from bot.cards import post_card
from bot.commands import Command
from bot.funding.deliveries import CALL, READ
from bot.funding.views import (
    CALLBACK,
    call_form,
    feeds_blocks,
    list_blocks,
    removable_blocks,
)
from bot.pressed import pressed_id
from bot.views import notice
from registry import audit, funding, outbox
from registry.funding import CallDraft
from registry.networks import Purpose
from registry.refusal import Refused

COMMAND = Command(
    "/funding",
    "the funding calls that are open, the next to close first",
    {
        "add": "add a call",
        "remove": "remove one that you added",
        "feeds": "the feeds that are read every hour (admins)",
        "feeds add": "read another feed: `/funding feeds add` and its address (admins)",
        "feeds remove": "stop reading one (admins)",
    },
)


def register(app: AsyncApp) -> None:
    app.command("/funding")(command)
    app.view(CALLBACK)(submit)
    app.action("funding.page")(page)
    app.action("funding.read")(read)
    app.action("funding.remove")(remove)
    app.action("funding.remove_feed")(remove_feed)


async def command(ack: AsyncAck, command: dict[str, Any], context: AsyncBoltContext) -> None:
    """`/funding` lists; a known word does more."""
    word, rest = COMMAND.split(command.get("text", ""))
    if word == "feeds add":
        await _add_feed(ack, context, rest)
    elif rest:
        await ack(COMMAND.unknown(f"{word} {rest}".strip()))
    elif word == "help":
        await ack(COMMAND.help())
    elif word == "add":
        await _open_form(ack, command, context)
    else:
        await _show(ack, context, word)


async def _show(ack: AsyncAck, context: AsyncBoltContext, word: str) -> None:
    async with acting(context) as actor:
        if word.startswith("feeds"):
            actor.must_be_admin()
            blocks = feeds_blocks(await funding.feeds(actor.session, actor.network.id))
        else:
            calls = await funding.open_calls(actor.session, actor.network.id, actor.now)
            blocks = list_blocks(calls, actor.now, actor.network.zone)
            if word == "remove":
                may = [one for one in calls if _may_remove(actor, one.added_by)]
                blocks = removable_blocks(may)
    await ack(text="Funding", blocks=blocks)


def _may_remove(actor: Actor, added_by: int | None) -> bool:
    return actor.member.is_admin or added_by == actor.member.id


async def _open_form(ack: AsyncAck, command: dict[str, Any], context: AsyncBoltContext) -> None:
    async with acting(context) as actor:
        _must_be_known(actor)
    await actor.services.messenger.open_modal(context.client, command["trigger_id"], call_form())
    await ack()


def _must_be_known(actor: Actor) -> None:
    if not actor.member.introduced_themselves:
        raise Refused("Please type `/need` or `/expertise` first, to say who you are.")


async def submit(ack: AsyncAck, view: dict[str, Any], context: AsyncBoltContext) -> None:
    """Keep the call, post it, and turn the form into a confirmation."""
    state = view["state"]["values"]
    themes = (" ".join(one.split()) for one in forms.text(state, "themes").split(","))
    draft = CallDraft(
        title=forms.text(state, "title"),
        funder=forms.text(state, "funder"),
        link=forms.text(state, "link"),
        opens=forms.day(state, "opens"),
        closes=forms.day(state, "closes"),
        closes_at=forms.clock_time(state, "closes_at"),
        themes=tuple(dict.fromkeys(one for one in themes if one)),
    )
    async with acting(context) as actor:
        _must_be_known(actor)
        call, new = await funding.add(
            actor.session, actor.network, actor.member, draft, form=view["id"], now=actor.now
        )
        if new:
            await post_card(
                actor.session,
                actor.network.id,
                CALL,
                call.id,
                purpose=Purpose.FUNDING,
                now=actor.now,
                once=f"{CALL}:{call.id}",
            )
    words = "*Added.* It is posted to the funding channel, and reminders follow."
    await ack(response_action="update", view=notice(words, title="Funding"))


async def page(ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext) -> None:
    """The next page of the list."""
    async with acting(context) as actor:
        calls = await funding.open_calls(actor.session, actor.network.id, actor.now)
        blocks = list_blocks(calls, actor.now, actor.network.zone, pressed_id(body))
    await actor.services.messenger.whisper(context, "Funding calls", blocks)
    await ack()


async def read(ack: AsyncAck) -> None:
    """The browser opens the link; there is nothing to do here."""
    await ack()


async def remove(ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext) -> None:
    """Remove a call of one's own."""
    async with acting(context) as actor:
        await funding.remove(actor.session, actor.member, pressed_id(body))
    await actor.services.messenger.whisper(context, "Removed, with its reminders.")
    await ack()


async def _add_feed(ack: AsyncAck, context: AsyncBoltContext, address: str) -> None:
    async with acting(context) as actor:
        actor.must_be_admin()
        feed = await funding.add_feed(
            actor.session, actor.member, address.strip("<>").partition("|")[0], now=actor.now
        )
        await outbox.enqueue(
            actor.session, actor.network.id, READ, {"feed_id": feed.id}, now=actor.now
        )
        _note(actor, "feed_added", feed.id)
    await ack("Reading it now. What is in it is posted to the funding channel.")


def _note(actor: Actor, action: str, feed_id: int) -> None:
    audit.note(
        actor.session,
        actor.network.id,
        actor.member.id,
        action,
        f"feed:{feed_id}",
        now=actor.now,
    )


async def remove_feed(ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext) -> None:
    """Stop reading a feed."""
    async with acting(context) as actor:
        actor.must_be_admin()
        feed_id = pressed_id(body)
        if not await funding.remove_feed(actor.session, actor.network.id, feed_id):
            raise Refused("That feed is no longer here.")
        _note(actor, "feed_removed", feed_id)
    await actor.services.messenger.whisper(context, "It is no longer read.")
    await ack()
