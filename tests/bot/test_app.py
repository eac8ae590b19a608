from sqlalchemy import text

from bot.app import OUR_FAULT, SLACK_BUSY, STALE
from playground.slack import User
from tests.office import Office, text_of
from tests.people import FLOODS, ONE_DATABASE, QUESTION, academic, officer, pressed

pytestmark = ONE_DATABASE


async def break_the_database(office: Office) -> None:
    async with office.session_factory.begin() as session:
        await session.execute(text("ALTER TABLE members RENAME TO lost"))


async def test_an_event_nobody_listens_to_is_taken(office: Office) -> None:
    event = {"type": "team_rename", "name": "New name"}
    assert (await office.delivery.event(office.team.id, event)).status == 200


async def test_a_button_that_no_feature_knows_says_so(office: Office) -> None:
    otto = await officer(office)
    card = await office.posts(otto, QUESTION)
    pressed(card, "need.close")["action_id"] = "need.of_long_ago"
    await office.presses(otto, card, "need.of_long_ago")
    assert STALE in text_of(office.last(otto))


async def test_a_form_that_no_feature_knows_says_so_beside_its_first_field(
    office: Office,
) -> None:
    otto = await officer(office)
    await office.types(otto, f"/need {QUESTION}")
    office.form(otto).body["callback_id"] = "need.of_long_ago"
    result = await office.fills_in(otto)
    assert "out of date" in result.errors["question"]


async def test_a_form_without_fields_says_it_in_its_place(office: Office) -> None:
    otto = await officer(office)
    await office.types(otto, f"/need {QUESTION}")
    form = office.form(otto)
    form.body["callback_id"] = "need.of_long_ago"
    form.body["blocks"] = [one for one in form.body["blocks"] if one["type"] != "input"]
    await office.fills_in(otto)
    assert "out of date" in text_of(office.form(otto))


async def test_a_command_of_the_manifest_that_we_do_not_have_is_answered(office: Office) -> None:
    otto = await officer(office)
    assert "I don't know `/partnerships`." in (await office.types(otto, "/partnerships")).text


async def test_a_database_that_is_down_is_told_in_each_place(office: Office) -> None:
    otto = await officer(office)
    card = await office.posts(otto, QUESTION)
    await office.types(otto, f"/need {QUESTION}")
    form = office.form(otto)
    await break_the_database(office)
    assert (await office.types(otto, "/need list")).text == OUR_FAULT
    result = await office.delivery.submit(otto, form, {})
    assert result.errors == {"question": OUR_FAULT}
    await office.delivery.press(otto, card, "need.close")
    assert OUR_FAULT in text_of(office.last(otto))
    assert await office.delivery.options(otto, form, "place.search", "bri")  # needs no database


async def test_nothing_is_lost_when_the_database_comes_back(office: Office) -> None:
    otto = await officer(office)
    await office.types(otto, f"/need {QUESTION}")
    await break_the_database(office)
    await office.fills_in(otto)
    async with office.session_factory.begin() as session:
        await session.execute(text("ALTER TABLE lost RENAME TO members"))
    assert (await office.fills_in(otto)).errors == {}  # the form was still there
    assert QUESTION in text_of(office.card(otto, "Your need"))


async def test_a_slack_that_does_not_open_the_form_is_told(office: Office) -> None:
    otto = await officer(office)
    office.slack.fail("views.open", status=503)
    assert (await office.types(otto, "/need floods in streets")).text == SLACK_BUSY
    office.slack.fail("views.open", "expired_trigger_id")
    assert "too slow" in (await office.types(otto, "/need floods in streets")).text
    office.slack.fail("views.open", "invalid_arguments")
    assert (await office.types(otto, "/need floods in streets")).text == OUR_FAULT
    office.slack.fail("views.open", status=429, retry_after=1)
    assert (await office.types(otto, "/need floods in streets")).text == SLACK_BUSY


async def test_somebody_of_a_workspace_without_the_app_is_told_kindly(office: Office) -> None:
    elsewhere = office.slack.add_team("Elsewhere", ())
    guest = office.slack.add_user(elsewhere, "Gus Guest")
    otto = await officer(office)
    channel = office.slack.add_channel(office.team, "shared", [otto, guest], kind="public")
    card = await office.posts(otto, QUESTION)
    shared = office.slack.say(channel, office.team.bot_user_id, "Need", card.blocks)
    await office.presses(guest, shared, "need.close")
    assert "not installed in your own workspace yet" in office.sees(guest)


async def test_nobody_sees_the_rows_of_another_network(office: Office) -> None:
    team, _ = await office.add_team("Another Partnership")
    otto = await officer(office)
    await office.registers(await academic(office), FLOODS)
    card = await office.posts(otto, QUESTION)
    stranger: User = await officer(office, "Stan Stranger", team=team)
    own = await office.posts(stranger, QUESTION)
    for act, told in (
        ("need.close", "That need is no longer here"),
        ("need.edit", "That need is no longer here"),
    ):
        pressed(own, act)["value"] = pressed(card, act)["value"]
        await office.presses(stranger, own, act)
        assert told in text_of(office.last(stranger))
    close = pressed(own, "need.close")
    close.update(action_id="introduction.ask", value=pressed(card, "introduction.ask")["value"])
    await office.presses(stranger, own, "introduction.ask")
    assert "That suggestion is no longer here" in text_of(office.last(stranger))
