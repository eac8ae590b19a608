"""What admins press on a source: under what a trial found, and in the list of them."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from slack_bolt.async_app import AsyncApp, AsyncBoltContext
from slack_bolt.context.ack.async_ack import AsyncAck

from bot.actor import Actor, acting
from bot.cards import refresh_cards
from bot.pressed import pressed_id
from bot.sources.kinds import Kind
from registry import audit, outbox, sources
from registry.outbox import Lane
from registry.refusal import Refused

AHEAD = timedelta(hours=1)
TRYING = "Reading it now. In a moment you see what is in it, and say whether it is the one."


@dataclass(frozen=True)
class Buttons:
    """The presses of one kind, each by an admin only, asked again every time.

    paused, removed: what the admin reads then. remove: deletes the source with what goes with it,
    and has drawn anew what showed that; raises `Refused`.
    """

    kind: Kind[Any]
    paused: str
    removed: str
    remove: Callable[[Actor, int], Awaitable[None]]

    def register(self, app: AsyncApp) -> None:
        for press, listener in (
            ("try", self.press_try),
            ("accept", self.press_accept),
            ("refuse", self.press_refuse),
            ("pause", self.press_pause),
            ("resume", self.press_resume),
            ("remove", self.press_remove),
        ):
            app.action(f"{self.kind.model.noun}.{press}")(listener)

    async def add(self, actor: Actor, address: str) -> None:
        """Have an address tried at once; what is there comes as a direct message."""
        actor.must_be_admin()
        source = await sources.add(
            actor.session, self.kind.model, actor.member, address, now=actor.now
        )
        await self._try(actor, source.id)

    async def press_try(
        self, ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext
    ) -> None:
        """Read once more what was only tried."""
        async with acting(context) as actor:
            actor.must_be_admin()
            source = await sources.find_here(
                actor.session, self.kind.model, actor.network.id, pressed_id(body)
            )
            if source.accepted_at is not None:
                raise Refused(f"It is read already. `{source.command}` lists it.")
            await self._try(actor, source.id, again=True)
        await _say(ack, context, actor, TRYING)

    async def press_accept(
        self, ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext
    ) -> None:
        """This is the one: read it from now on, the first time at once."""
        async with acting(context) as actor:
            actor.must_be_admin()
            id_ = pressed_id(body)
            if await sources.accept(
                actor.session, self.kind.model, actor.network.id, id_, actor.now
            ):
                await self._enqueue(actor, self.kind.read, id_)
                self._note(actor, "added", id_)
            await self._redraw(actor, id_, self.kind.trial)
        await ack()

    async def press_refuse(
        self, ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext
    ) -> None:
        """Not this one: forget it, unless somebody had it read meanwhile."""
        async with acting(context) as actor:
            actor.must_be_admin()
            id_ = pressed_id(body)
            await self._redraw(actor, id_, self.kind.trial)
            await sources.refuse(actor.session, self.kind.model, actor.network.id, id_)
        await _say(ack, context, actor, "It is not read.")

    async def press_pause(
        self, ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext
    ) -> None:
        """Do not read it for a while."""
        async with acting(context) as actor:
            id_ = await self._pause(actor, body, paused=True)
            self._note(actor, "paused", id_)
        await _say(ack, context, actor, self.paused)

    async def press_resume(
        self, ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext
    ) -> None:
        """Go on reading it, at once."""
        async with acting(context) as actor:
            id_ = await self._pause(actor, body, paused=False)
            await self._enqueue(actor, self.kind.read, id_)
            self._note(actor, "resumed", id_)
        await _say(ack, context, actor, "It is read again.")

    async def press_remove(
        self, ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext
    ) -> None:
        """Stop reading it for good."""
        async with acting(context) as actor:
            actor.must_be_admin()
            id_ = pressed_id(body)
            await self._redraw(actor, id_, self.kind.trial, self.kind.failed)
            await self.remove(actor, id_)
            self._note(actor, "removed", id_)
        await _say(ack, context, actor, self.removed)

    async def _pause(self, actor: Actor, body: dict[str, Any], *, paused: bool) -> int:
        actor.must_be_admin()
        id_ = pressed_id(body)
        await sources.pause(
            actor.session, self.kind.model, actor.network.id, id_, paused=paused, now=actor.now
        )
        return id_

    async def _try(self, actor: Actor, id_: int, **more: bool) -> None:
        await self._enqueue(actor, self.kind.try_, id_, member_id=actor.member.id, **more)

    async def _enqueue(self, actor: Actor, errand: str, id_: int, **more: int) -> None:
        """In the lane of what takes long; a trial, which its admin awaits, ahead of what waits."""
        payload = {self.kind.key: id_, **more}
        due_at = actor.now - AHEAD if errand == self.kind.try_ else None
        await outbox.enqueue(
            actor.session,
            actor.network.id,
            errand,
            payload,
            now=actor.now,
            due_at=due_at,
            lane=Lane.BULK,
        )

    async def _redraw(self, actor: Actor, id_: int, *cards: str) -> None:
        for card in cards:
            await refresh_cards(actor.session, actor.network.id, card, id_, now=actor.now)

    def _note(self, actor: Actor, what: str, id_: int) -> None:
        noun = self.kind.model.noun
        audit.note(
            actor.session,
            actor.network.id,
            actor.member.id,
            f"{noun}_{what}",
            f"{noun}:{id_}",
            now=actor.now,
        )


async def _say(ack: AsyncAck, context: AsyncBoltContext, actor: Actor, words: str) -> None:
    await actor.services.messenger.whisper(context, words)
    await ack()
