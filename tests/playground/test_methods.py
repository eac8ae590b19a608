"""What each method answers, and by which of Slack's names it refuses."""

import pytest

from bot import blocks as kit
from playground import slack as slack_module
from playground.slack import Channel, User
from tests.playground.caller import WORDS, Caller

MODAL = kit.modal("Invented", [kit.section(WORDS)])
HOME = {"type": "home", "blocks": [kit.section(WORDS)]}


# Messages


async def test_a_message_is_read_by_those_in_the_channel_alone(caller: Caller) -> None:
    outsider = caller.slack.add_user(caller.team, "Orla Outsider")
    await caller.post("Hello")
    assert caller.texts(caller.officer) == ["Hello"]
    assert caller.texts(outsider) == []


async def test_a_message_to_a_person_comes_as_a_direct_message(caller: Caller) -> None:
    answer = await caller.told("chat.postMessage", channel=caller.officer.id, text="Hello")
    assert answer["channel"] == caller.slack.direct(caller.team, [caller.officer]).id
    assert caller.texts(caller.officer) == ["Hello"]


async def test_blocks_alone_are_no_message(caller: Caller) -> None:
    blocks = [kit.section(WORDS)]
    error = await caller.error("chat.postMessage", channel=caller.channel.id, blocks=blocks)
    assert error == "no_text"


async def test_bad_blocks_are_refused_with_where_they_are_bad(caller: Caller) -> None:
    answer = await caller.answer(
        "chat.postMessage",
        channel=caller.channel.id,
        text=WORDS,
        blocks=[{"type": "table_of_ours"}],
    )
    assert answer["error"] == "invalid_blocks"
    assert "blocks[0]" in answer["response_metadata"]["messages"][0]


async def test_a_channel_that_is_not_there_is_not_found(
    caller: Caller, elsewhere: tuple[User, Channel]
) -> None:
    for channel in ("C999999", "#needs", elsewhere[1].id):
        error = await caller.error("chat.postMessage", channel=channel, text=WORDS)
        assert error == "channel_not_found"


async def test_a_private_channel_without_the_bot_is_not_found(caller: Caller) -> None:
    hidden = caller.slack.add_channel(caller.team, "hidden", [caller.officer], with_bot=False)
    error = await caller.error("chat.postMessage", channel=hidden.id, text=WORDS)
    assert error == "channel_not_found"


async def test_a_public_channel_without_the_bot_takes_no_message(caller: Caller) -> None:
    public = caller.slack.add_channel(
        caller.team, "public", [caller.officer], with_bot=False, kind="public"
    )
    error = await caller.error("chat.postMessage", channel=public.id, text=WORDS)
    assert error == "not_in_channel"
    assert not (await caller.told("conversations.info", channel=public.id))["channel"]["is_member"]


async def test_an_archived_channel_takes_nothing_new_and_no_change(caller: Caller) -> None:
    ts = await caller.post()
    caller.channel.is_archived = True
    where = {"channel": caller.channel.id, "text": "Changed"}
    assert await caller.error("chat.postMessage", **where) == "is_archived"
    assert await caller.error("chat.update", **where, ts=ts) == "is_inactive"


async def test_who_has_left_is_written_to_no_more(
    caller: Caller, elsewhere: tuple[User, Channel]
) -> None:
    caller.officer.deleted = True
    error = await caller.error("chat.postMessage", channel=caller.officer.id, text=WORDS)
    assert error == "user_disabled"
    stranger = elsewhere[0]
    error = await caller.error("chat.postMessage", channel=stranger.id, text=WORDS)
    assert error == "user_not_found"


async def test_a_whisper_is_read_by_one_alone(caller: Caller) -> None:
    second = caller.slack.add_user(caller.team, "Sam Second")
    caller.channel.members.append(second.id)
    whisper = {"channel": caller.channel.id, "text": "Psst"}
    await caller.told("chat.postEphemeral", user=second.id, **whisper)
    assert caller.texts(second) == ["Psst"]
    assert caller.texts(caller.officer) == []


async def test_a_whisper_to_somebody_who_is_not_there_is_refused(caller: Caller) -> None:
    outsider = caller.slack.add_user(caller.team, "Orla Outsider")
    error = await caller.error(
        "chat.postEphemeral", channel=caller.channel.id, user=outsider.id, text="Psst"
    )
    assert error == "user_not_in_channel"


async def test_the_bots_own_message_can_be_changed(caller: Caller) -> None:
    ts = await caller.post("Before")
    await caller.told("chat.update", channel=caller.channel.id, ts=ts, text="After")
    assert caller.texts(caller.officer) == ["After"]


async def test_nobody_elses_message_can_be_changed_nor_one_that_is_not_there(
    caller: Caller,
) -> None:
    theirs = caller.slack.say(caller.channel, caller.officer.id, "Mine", [])
    where = {"channel": caller.channel.id, "text": "Changed"}
    assert await caller.error("chat.update", **where, ts=theirs.ts) == "cant_update_message"
    assert await caller.error("chat.update", **where, ts="1.000001") == "message_not_found"
    assert caller.texts(caller.officer) == ["Mine"]


async def test_a_person_is_no_channel_when_a_message_is_changed(caller: Caller) -> None:
    answer = await caller.told("chat.postMessage", channel=caller.officer.id, text=WORDS)
    error = await caller.error(
        "chat.update", channel=caller.officer.id, ts=answer["ts"], text="Changed"
    )
    assert error == "channel_not_found"


# Conversations and people


async def test_the_same_people_get_the_same_conversation(caller: Caller) -> None:
    caller.team.scopes.append("mpim:read")
    second = caller.slack.add_user(caller.team, "Sam Second")
    both = f"{caller.officer.id},{second.id}"
    first = await caller.told("conversations.open", users=both)
    again = await caller.told("conversations.open", users=f"{second.id}, {caller.officer.id}")
    alone = await caller.told("conversations.open", users=second.id)
    assert first["channel"]["id"] == again["channel"]["id"]
    assert alone["channel"]["id"] != first["channel"]["id"]
    facts = (await caller.told("conversations.info", channel=first["channel"]["id"]))["channel"]
    assert (facts["is_mpim"], facts["is_private"], facts["is_member"]) == (True, True, True)


async def test_a_group_has_at_most_eight_people(caller: Caller) -> None:
    people = [caller.slack.add_user(caller.team, f"Person {one}").id for one in range(9)]
    await caller.told("conversations.open", users=",".join(people[:8]))
    assert await caller.error("conversations.open", users=",".join(people)) == "too_many_users"
    assert await caller.error("conversations.open", users="") == "users_list_not_supplied"


async def test_a_group_with_somebody_who_left_or_is_unknown_is_not_opened(
    caller: Caller, elsewhere: tuple[User, Channel]
) -> None:
    left = caller.slack.add_user(caller.team, "Lee Left", deleted=True)
    for user, error in ((left.id, "user_disabled"), (elsewhere[0].id, "user_not_found")):
        users = f"{caller.officer.id},{user}"
        assert await caller.error("conversations.open", users=users) == error


@pytest.mark.parametrize(
    ("kind", "scope"),
    [
        ("public", "channels:read"),
        ("private", "groups:read"),
        ("im", "im:read"),
        ("mpim", "mpim:read"),
    ],
)
async def test_each_kind_of_conversation_has_a_scope_of_its_own(
    caller: Caller, kind: str, scope: str
) -> None:
    channel = caller.slack.add_channel(caller.team, "one", [caller.officer], kind=kind)
    caller.team.scopes = [scope]
    await caller.told("conversations.info", channel=channel.id)
    caller.team.scopes = list({"channels:read", "groups:read", "im:read", "mpim:read"} - {scope})
    answer = await caller.answer("conversations.info", channel=channel.id)
    assert (answer["error"], answer["needed"]) == ("missing_scope", scope)


async def test_an_address_is_told_only_with_the_scope_for_it(caller: Caller) -> None:
    caller.team.scopes = ["users:read"]
    without = await caller.told("users.info", user=caller.officer.id)
    caller.team.scopes.append("users:read.email")
    with_scope = await caller.told("users.info", user=caller.officer.id)
    assert "email" not in without["user"]["profile"]
    assert with_scope["user"]["profile"]["email"] == "o@inv.example"
    assert with_scope["user"]["profile"]["title"] == "Invented title"


async def test_somebody_of_another_workspace_is_unknown(
    caller: Caller, elsewhere: tuple[User, Channel]
) -> None:
    caller.team.scopes.append("users:read")
    assert await caller.error("users.info", user=elsewhere[0].id) == "user_not_found"


# Forms and homes


async def test_a_trigger_opens_one_form_once(caller: Caller) -> None:
    trigger = caller.slack.trigger(caller.officer)
    answer = await caller.told("views.open", trigger_id=trigger, view=MODAL)
    top = caller.slack.top_view(caller.officer)
    assert top is not None
    assert top.id == answer["view"]["id"]
    error = await caller.error("views.open", trigger_id=trigger, view=MODAL)
    assert error == "exchanged_trigger_id"


async def test_a_trigger_runs_out(caller: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(slack_module, "TRIGGER_SECONDS", -1.0)
    trigger = caller.slack.trigger(caller.officer)
    error = await caller.error("views.open", trigger_id=trigger, view=MODAL)
    assert error == "expired_trigger_id"
    assert caller.slack.top_view(caller.officer) is None


async def test_a_trigger_of_nobody_or_of_another_workspace_opens_nothing(
    caller: Caller, elsewhere: tuple[User, Channel]
) -> None:
    for trigger in ("1.invented", caller.slack.trigger(elsewhere[0])):
        error = await caller.error("views.open", trigger_id=trigger, view=MODAL)
        assert error == "invalid_trigger_id"


async def test_a_form_that_slack_would_refuse_leaves_the_trigger_unused(caller: Caller) -> None:
    trigger = caller.slack.trigger(caller.officer)
    error = await caller.error("views.open", trigger_id=trigger, view=HOME)
    assert error == "invalid_arguments"
    await caller.told("views.open", trigger_id=trigger, view=MODAL)


async def test_three_forms_lie_on_one_another_and_no_fourth(caller: Caller) -> None:
    async def error_of(method: str) -> str:
        trigger = caller.slack.trigger(caller.officer)
        answer = await caller.answer(method, trigger_id=trigger, view=MODAL)
        return str(answer.get("error", ""))

    assert await error_of("views.push") == "invalid_trigger_id"
    pushed = ["views.open", "views.push", "views.push", "views.push"]
    assert [await error_of(method) for method in pushed] == ["", "", "", "push_limit_reached"]


async def test_a_form_changed_meanwhile_is_not_changed_again(caller: Caller) -> None:
    trigger = caller.slack.trigger(caller.officer)
    view = (await caller.told("views.open", trigger_id=trigger, view=MODAL))["view"]
    changed = {"view_id": view["id"], "hash": view["hash"], "view": MODAL}
    after = (await caller.told("views.update", **changed))["view"]
    assert after["hash"] != view["hash"]
    assert await caller.error("views.update", **changed) == "hash_conflict"
    await caller.told("views.update", view_id=view["id"], view=MODAL)


async def test_a_form_that_was_closed_is_not_found(caller: Caller) -> None:
    view = caller.slack.open_view(caller.officer, dict(MODAL), push=False)
    caller.slack.close_view(view)
    assert await caller.error("views.update", view_id=view.id, view=MODAL) == "not_found"


async def test_a_home_is_one_persons_and_guarded_by_its_hash(caller: Caller) -> None:
    first = await caller.told("views.publish", user_id=caller.officer.id, view=HOME)
    assert WORDS in caller.slack.told(caller.officer)
    published = {"user_id": caller.officer.id, "view": HOME, "hash": first["view"]["hash"]}
    again = await caller.told("views.publish", **published)
    assert again["view"]["id"] == first["view"]["id"]
    assert await caller.error("views.publish", **published) == "hash_conflict"
