"""Who looks after what: docking points and admins, named by admins alone."""

from typing import Any

from slack_bolt.async_app import AsyncApp, AsyncBoltContext
from slack_bolt.context.ack.async_ack import AsyncAck

from bot import forms
from bot.actor import Actor, acting
from bot.admin.deliveries import ADMIN_CARD, DOCKING_CARD, JOINED_CARD
from bot.admin.facts import usable
from bot.admin.views import ADMIN, DOCKING, People, admin_form, docking_form, people_blocks
from bot.cards import post_card, refresh_cards
from bot.contact.organisation import chosen_organisation
from bot.pressed import pressed_id
from bot.views import notice
from registry import members, networks, rights
from registry.members import Member, Organisation
from registry.refusal import Refused

SLACKBOT = "USLACKBOT"


def register(app: AsyncApp) -> None:
    app.action("network.docking")(open_docking)
    app.view(DOCKING)(name_docking)
    app.action("network.admin")(open_admin)
    app.view(ADMIN)(make_admin)
    app.action("network.admit")(admit)
    app.action("network.stop_admin")(stop_admin)


async def show(actor: Actor) -> dict[str, Any]:
    """The answer to `/network people`, which everybody may ask."""
    session, network_id = actor.session, actor.network.id
    organisations = await members.organisations(session, network_id)
    named = {one.docking_member_id for one in organisations} - {None}
    found = [await members.find_member(session, network_id, id_ or 0) for id_ in named]
    people = People(
        workspace=actor.workspace,
        workspaces=await networks.workspaces(session, network_id),
        admins=await members.admins(session, network_id),
        organisations=organisations,
        docking_members={one.id: one for one in found if one is not None},
    )
    blocks = people_blocks(people, for_admin=actor.member.is_admin)
    return {"text": "Who looks after this network", "blocks": blocks}


async def open_docking(ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext) -> None:
    async with acting(context) as actor:
        actor.must_be_admin()
    await actor.services.messenger.open_modal(context.client, body["trigger_id"], docking_form())
    await ack()


async def open_admin(ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext) -> None:
    async with acting(context) as actor:
        actor.must_be_admin()
    await actor.services.messenger.open_modal(context.client, body["trigger_id"], admin_form())
    await ack()


async def name_docking(ack: AsyncAck, view: dict[str, Any], context: AsyncBoltContext) -> None:
    """Keep an organisation's docking point, and tell it."""
    state = view["state"]["values"]
    person, channel = forms.chosen(state, "person"), forms.chosen(state, "channel")
    async with acting(context) as actor:
        actor.must_be_admin()
    if person and channel:
        raise Refused(fields={"channel": "Choose a person or a channel, not both."})
    if channel:
        await usable(actor.services.messenger, context, channel, "channel", private=True)
    async with acting(context) as actor:
        actor.must_be_admin()
        organisation = await chosen_organisation(actor, state)
        if channel:
            await _name_channel(actor, organisation, channel)
        else:
            await _name_person(actor, organisation, person)
    await ack(
        response_action="update",
        view=notice("*Saved.* They have been told. `/network people` shows everybody."),
    )


async def _name_person(actor: Actor, organisation: Organisation, person: str | None) -> None:
    member = await _person(actor, person)
    rights.name_member(actor.session, actor.member, organisation, member, now=actor.now)
    await post_card(
        actor.session,
        actor.network.id,
        DOCKING_CARD,
        organisation.id,
        member_id=member.id,
        unasked=True,
        now=actor.now,
    )


async def _name_channel(actor: Actor, organisation: Organisation, channel: str) -> None:
    rights.name_channel(actor.session, actor.member, organisation, channel, now=actor.now)
    await post_card(
        actor.session,
        actor.network.id,
        DOCKING_CARD,
        organisation.id,
        channel=(actor.workspace.id, channel),
        now=actor.now,
    )


async def _person(actor: Actor, slack_id: str | None) -> Member:
    """The member that a form names in its field "person"."""
    if not slack_id:
        raise Refused(fields={"person": "Please choose somebody."})
    if slack_id in (SLACKBOT, actor.workspace.bot_user_id):
        raise Refused(fields={"person": "That is a bot. Please choose a person."})
    return await members.member_of(actor.session, actor.workspace, slack_id, now=actor.now)


async def make_admin(ack: AsyncAck, view: dict[str, Any], context: AsyncBoltContext) -> None:
    """Make somebody in the admin's own workspace an admin too."""
    person = forms.chosen(view["state"]["values"], "person")
    async with acting(context) as actor:
        actor.must_be_admin()
        member = await _person(actor, person)
        if not await _make_admin(actor, member):
            raise Refused(fields={"person": "They are an admin already."})
    await ack(response_action="update", view=notice("*Done.* They have been told."))


async def admit(ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext) -> None:
    """Make whoever brought a workspace in an admin of the network it joined."""
    async with acting(context) as actor:
        actor.must_be_admin()
        member = await members.find_member(actor.session, actor.network.id, pressed_id(body))
        if member is None:
            raise Refused("That person is no longer here.")
        if not await _make_admin(actor, member):
            raise Refused("They are an admin already.")
        await refresh_cards(actor.session, actor.network.id, JOINED_CARD, member.id, now=actor.now)
    await actor.services.messenger.whisper(context, "Done. They have been told.")
    await ack()


async def _make_admin(actor: Actor, member: Member) -> bool:
    made = await rights.make_admin(actor.session, actor.member, member, now=actor.now)
    if made:
        await post_card(
            actor.session,
            actor.network.id,
            ADMIN_CARD,
            member.id,
            member_id=member.id,
            unasked=True,
            now=actor.now,
        )
    return made


async def stop_admin(ack: AsyncAck, context: AsyncBoltContext) -> None:
    """Give up being an admin, where somebody else is one."""
    async with acting(context) as actor:
        actor.must_be_admin()
        await rights.stop_being_admin(actor.session, actor.member, now=actor.now)
    words = "You are no admin any more. `/network people` says who is."
    await actor.services.messenger.whisper(context, words)
    await ack()
