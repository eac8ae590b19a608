"""Which channels get which calls, and when a network is reminded: an admin's choices."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from slack_bolt.async_app import AsyncApp, AsyncBoltContext
from slack_bolt.context.ack.async_ack import AsyncAck
from sqlalchemy.ext.asyncio import AsyncSession

from bot import forms
from bot.actor import Actor, acting
from bot.admin.facts import usable
from bot.admin.messages import STOPPED
from bot.blocks import Block, actions, button, confirm, context, section
from bot.cards import Message, Render, Showing, post_card
from bot.deliveries import Work
from bot.funding.forms import RULE, SETTINGS, rule_form, settings_form
from bot.funding.views import days_words, money
from bot.pressed import pressed_id
from bot.text import joined, quoted
from bot.views import notice
from registry import audit, funding_channels, funding_reminders
from registry.funding_channels import ChannelRule, RuleDraft
from registry.members import admins
from registry.networks import Channel, Purpose, Workspace, channel_for
from registry.refusal import Refused

STOPPED_RULE = "funding.channel_stopped"


def register(app: AsyncApp) -> None:
    app.action("funding.add_channel")(open_rule)
    app.action("funding.change_channel")(open_rule)
    app.action("funding.remove_channel")(remove)
    app.view(RULE)(choose_rule)
    app.view(SETTINGS)(choose_settings)


async def show(ack: AsyncAck, context: AsyncBoltContext) -> None:
    """The channels that get calls, for an admin's eyes."""
    async with acting(context) as actor:
        actor.must_be_admin()
        chosen = await channel_for(actor.session, actor.network.id, Purpose.FUNDING)
        rules = await funding_channels.rules(actor.session, actor.network.id)
    await ack(text="Channels for calls", blocks=channels_blocks(chosen, rules, actor.workspace))


def channels_blocks(
    chosen: Channel | None, rules: Sequence[ChannelRule], workspace: Workspace
) -> list[Block]:
    """The default channel, and each channel with a rule."""
    if chosen is None:
        words = (
            "*No default channel is chosen.* `/network channels` chooses one; it gets all calls."
        )
    else:
        where = _channel(chosen.workspace_id, chosen.slack_id, workspace)
        words = f"*{where}* is the default channel: it gets all calls unless it has a rule below."
    blocks = [section(words)]
    for rule in rules:
        blocks.append(
            section(f"*{_channel(rule.workspace_id, rule.slack_id, workspace)}*: {_rule(rule)}")
        )
        buttons = _rule_buttons(rule, here=rule.workspace_id == workspace.id)
        blocks.append(actions(buttons, block_id=f"rule-{rule.id}"))
    add = button("Add a channel", "funding.add_channel")
    return [*blocks, actions([add], block_id="add")]


def _channel(workspace_id: int, slack_id: str, workspace: Workspace) -> str:
    return f"<#{slack_id}>" if workspace_id == workspace.id else "A channel in another workspace"


def _rule(rule: ChannelRule) -> str:
    if rule.stopped_because:
        why = STOPPED.get(rule.stopped_because, "Slack does not let me")
        return f"nothing is posted there, because {why}. Change it to try again."
    words = f"about {quoted(joined(rule.themes), 400)}" if rule.themes else "about anything"
    if rule.least is not None:
        words += f", of at least {money(rule.least)}"
    if rule.most is not None:
        words += f", of at most {money(rule.most)}"
    if (rule.least, rule.most) != (None, None):
        words += (
            ", and those that state no amount in pounds" if rule.unstated else ", stated in pounds"
        )
    return words


def _rule_buttons(rule: ChannelRule, *, here: bool) -> list[Block]:
    value = str(rule.id)
    change = [button("Change", "funding.change_channel", value)] if here else []
    remove_ = button(
        "Remove",
        "funding.remove_channel",
        value,
        style="danger",
        confirm=confirm("Remove this rule?", "Its channel gets no calls by it.", "Remove"),
    )
    return [*change, remove_]


async def open_rule(ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext) -> None:
    """Open the form, with a rule in it if one was pressed."""
    async with acting(context) as actor:
        actor.must_be_admin()
        rule = await funding_channels.find_rule(actor.session, actor.network.id, pressed_id(body))
        if rule is not None and rule.workspace_id != actor.workspace.id:
            raise Refused("That channel is in another workspace. Change it there.")
    await actor.services.messenger.open_modal(context.client, body["trigger_id"], rule_form(rule))
    await ack()


async def choose_rule(ack: AsyncAck, view: dict[str, Any], context: AsyncBoltContext) -> None:
    """Keep a channel's rule, once the channel was looked at."""
    state = view["state"]["values"]
    themes = (" ".join(one.split()) for one in forms.text(state, "themes").split(","))
    draft = RuleDraft(
        slack_id=forms.chosen(state, "channel"),
        themes=tuple(dict.fromkeys(one for one in themes if one)),
        least=forms.text(state, "least"),
        most=forms.text(state, "most"),
        unstated="yes" in forms.several(state, "unstated"),
    )
    async with acting(context) as actor:
        actor.must_be_admin()
    funding_channels.check_rule(draft)
    if draft.slack_id is not None:
        await usable(actor.services.messenger, context, draft.slack_id, "channel", private=False)
    async with acting(context) as actor:
        actor.must_be_admin()
        rule = await funding_channels.keep_rule(actor.session, actor.workspace, draft)
        _note(actor, "funding_channel_chosen", f"funding_channel:{rule.id}")
    words = f"*Saved.* <#{rule.slack_id}> gets calls {_rule(rule)}."
    await ack(response_action="update", view=notice(words, title="A channel for calls"))


async def remove(ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext) -> None:
    """Remove a channel's rule."""
    async with acting(context) as actor:
        actor.must_be_admin()
        rule_id = pressed_id(body)
        if not await funding_channels.remove_rule(actor.session, actor.network.id, rule_id):
            raise Refused("That rule is no longer here.")
        _note(actor, "funding_channel_removed", f"funding_channel:{rule_id}")
    await actor.services.messenger.whisper(context, "Removed.")
    await ack()


def _note(actor: Actor, action: str, subject: str) -> None:
    audit.note(actor.session, actor.network.id, actor.member.id, action, subject, now=actor.now)


async def open_settings(ack: AsyncAck, command: dict[str, Any], context: AsyncBoltContext) -> None:
    """Open the form with the network's reminders."""
    async with acting(context) as actor:
        actor.must_be_admin()
        days = await funding_reminders.reminder_days(actor.session, actor.network.id)
    await actor.services.messenger.open_modal(
        context.client, command["trigger_id"], settings_form(days)
    )
    await ack()


async def choose_settings(ack: AsyncAck, view: dict[str, Any], context: AsyncBoltContext) -> None:
    """Keep when the network is reminded."""
    written = forms.text(view["state"]["values"], "reminders")
    async with acting(context) as actor:
        actor.must_be_admin()
        days = funding_reminders.check_reminders(written)
        await funding_reminders.choose_reminders(actor.session, actor.network.id, days)
        _note(actor, "funding_reminders_chosen", "network")
    words = (
        f"*Saved.* Reminders come {days_words(days)} before a call closes."
        if days
        else "*Saved.* There are no reminders of calls."
    )
    await ack(response_action="update", view=notice(words, title="Funding settings"))


# A channel that Slack refuses


async def stop_rule(
    session: AsyncSession, network_id: int, at: tuple[int, str], because: str, now: datetime
) -> None:
    """Post no more calls to a channel that Slack refuses, and say so to the admins, once."""
    rule = await funding_channels.stop_rule(session, network_id, at, because)
    if rule is None:
        return
    for admin in await admins(session, network_id):
        await post_card(
            session, network_id, STOPPED_RULE, rule.id, member_id=admin.id, unasked=True, now=now
        )


async def render_stopped(work: Work, showing: Showing) -> Message | None:
    rule = await funding_channels.find_rule(work.session, work.network.id, showing.subject_id)
    if rule is None or showing.reader is None:
        return None
    here = f" (<#{rule.slack_id}>)" if rule.workspace_id == showing.reader.workspace_id else ""
    title = "A channel for funding calls cannot be posted to"
    if not rule.stopped_because:
        return Message("The channel works again", [section(f"*The channel{here} works again.*")])
    return Message(
        title,
        [
            section(f"*{title}*{here}: {_rule(rule)}"),
            context("`/funding channels` changes or removes it."),
        ],
    )


RENDERS: dict[str, Render] = {STOPPED_RULE: render_stopped}
