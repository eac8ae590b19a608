from datetime import timedelta

import pytest

from playground.delivery import NotFilledIn
from registry.networks import Network
from tests.conftest import FrozenClock
from tests.office import Office, text_of
from tests.people import (
    BATH,
    BRISTOL,
    FLOODS,
    FLOODS_TOO,
    HIGH_STREETS,
    ONE_DATABASE,
    QUESTION,
    academic,
    officer,
    pressed,
)


async def test_a_need_ends_in_a_direct_message_with_who_could_help(office: Office) -> None:
    await office.registers(await academic(office), FLOODS)
    otto = await officer(office)
    await office.types(otto, f"/need {QUESTION}")
    form = text_of(office.form(otto))
    assert QUESTION in form
    assert "Bristol" in form
    assert (await office.fills_in(otto)).errors == {}
    assert "Posted" in text_of(office.form(otto))
    card = text_of(office.last(otto))
    assert "Strong match" in card
    assert "a university in the South West" in card
    assert "Both mention" in card
    assert "Ines" not in card


async def test_a_need_that_nobody_fits_is_told_so_plainly(office: Office) -> None:
    card = text_of(await office.posts(await officer(office), QUESTION))
    assert "Nobody in the network fits yet." in card
    assert "The network is new" in card


@ONE_DATABASE
async def test_a_network_is_new_below_ten_profiles(office: Office) -> None:
    otto = await officer(office)
    for number in range(10):
        await office.posts(otto, f"{QUESTION} In ward {number}?")
        assert "The network is new" in text_of(office.last(otto))
        name = f"Ines{number} Fictional"
        await office.registers(await academic(office, name), HIGH_STREETS)
    await office.posts(otto, QUESTION)
    assert "The network is new" not in text_of(office.last(otto))


async def test_who_is_new_is_asked_once_who_they_are(office: Office) -> None:
    nell = office.slack.add_user(office.team, "Nell Newcomer")
    await office.types(nell, f"/need {QUESTION}")
    first = office.form(nell)
    assert "asked this only once" in text_of(first)
    places = await office.delivery.options(nell, first, "place.search", "brist")
    assert places[0]["text"]["text"].endswith("Bristol")
    found = await office.delivery.options(nell, first, "organisation.search", "Made-up")
    assert found[-1]["text"]["text"] == "Add “Made-up”"
    await office.fills_in(nell, role="officer", organisation="new:Made-up Council", place=BRISTOL)
    assert QUESTION in text_of(office.form(nell))
    await office.fills_in(nell)
    await office.types(nell, "/need another question, quite long enough")
    assert "What do you need to know?" in text_of(office.form(nell))


async def test_every_part_of_a_need_is_kept_and_shown(office: Office) -> None:
    card = text_of(
        await office.posts(
            await officer(office),
            QUESTION,
            places=[BRISTOL, BATH],
            needed_by="2026-09-01",
            background="Two floods in three years.",
            outputs=["conversation", "evaluation"],
            offers=["data", "fee"],
            money="5k_to_25k",
        )
    )
    assert "Bristol and Bath and North East Somerset" in card
    assert "needed by 1 September 2026" in card
    assert "a 30-minute conversation and evaluation" in card
    assert "offers data and a fee" in card
    assert "£5,000 to £25,000" in card


async def test_the_detail_keeps_what_was_typed(office: Office) -> None:
    otto = await officer(office)
    await office.types(otto, "/need first words")
    form = office.form(otto)
    form.state = {
        "question": {"question": {"type": "plain_text_input", "value": "Second words, longer"}},
        "places": {
            "place.search": {
                "type": "multi_external_select",
                "selected_options": [{"text": {"type": "plain_text", "text": "…"}, "value": BATH}],
            }
        },
        "needed_by": {"needed_by": {"type": "datepicker", "selected_date": "2026-09-01"}},
    }
    await office.presses(otto, form, "need.detail")
    shown = text_of(office.form(otto))
    assert "Second words, longer" in shown
    assert "Bath and North East Somerset" in shown
    assert "2026-09-01" in shown
    assert shown.count("Not sure yet") >= 3


async def test_detail_pressed_twice_opens_once_and_says_nothing_else(office: Office) -> None:
    otto = await officer(office)
    await office.types(otto, f"/need {QUESTION}")
    await office.presses(otto, office.form(otto), "need.detail")
    await office.delivery.again()
    await office.settle()
    assert "Background" in text_of(office.form(otto))


async def test_a_form_that_is_cancelled_leaves_nothing(office: Office) -> None:
    otto = await officer(office)
    await office.types(otto, f"/need {QUESTION}")
    await office.delivery.close(otto, office.form(otto))
    await office.settle()
    assert office.messages(otto) == []
    assert "You have no needs here yet" in (await office.types(otto, "/need list")).text


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("question", "   ", "write your question"),
        ("question", "Please ring 0117 496 0123 about floods", "phone number"),
        ("question", "Ask otto@council.example about floods", "e-mail"),
        ("question", "Ask <@U000001> about floods", "name"),
        ("background", "Ask @otto about floods", "name"),
        ("needed_by", "2026-03-01", "has passed"),
        ("needed_by", "2126-03-10", "more than 5 years ahead"),
        ("places", ["E99999999"], "choose at least one place"),
        ("places", [f"E0900000{n}" for n in range(1, 10)] + ["E09000010", "E09000011"], "at most"),
    ],
)
async def test_what_cannot_be_taken_is_told_beside_its_field(
    office: Office, field: str, value: object, words: str
) -> None:
    otto = await officer(office)
    await office.types(otto, f"/need {QUESTION}")
    await office.presses(otto, office.form(otto), "need.detail")
    result = await office.fills_in(otto, **{field: value})
    assert list(result.errors) == [field]
    assert words in result.errors[field]
    assert QUESTION in text_of(office.form(otto))  # the form is still there to mend
    assert office.messages(otto) == []


async def test_slack_asks_for_a_place_itself(office: Office) -> None:
    otto = await officer(office)
    await office.types(otto, f"/need {QUESTION}")
    with pytest.raises(NotFilledIn):
        await office.fills_in(otto, places=[])


async def test_a_command_longer_than_a_question_is_cut_to_what_the_form_takes(
    office: Office,
) -> None:
    otto = await officer(office)
    assert (await office.types(otto, f"/need {'flood ' * 400}")).status == 200
    assert "flood flood" in text_of(office.form(otto))


async def test_what_people_write_cannot_be_a_mention_or_a_link(office: Office) -> None:
    otto = await officer(office)
    card = await office.posts(otto, "Is <!channel> & <https://bad.example|this> of use here?")
    blocks = "".join(str(block) for block in card.blocks)
    assert "<!channel>" not in blocks
    assert "&lt;!channel&gt; &amp; &lt;https" in blocks


async def test_the_same_form_sent_twice_is_one_need(office: Office) -> None:
    otto = await officer(office)
    await office.posts(otto, QUESTION)
    again = await office.delivery.again()
    await office.settle()
    assert again.status == 200
    assert len(office.messages(otto)) == 1


async def test_one_need_is_listed_with_its_buttons(office: Office) -> None:
    otto = await officer(office)
    await office.posts(otto, QUESTION)
    listed = await office.types(otto, "/need list")
    assert "Your needs" in listed.text
    shown = text_of(office.last(otto))
    assert QUESTION in shown
    assert {"Change", "Close", "Remove"} <= set(shown.split("\n"))


@pytest.mark.parametrize(("word", "label"), [("edit", "Change"), ("close", "Close")])
async def test_a_word_lists_needs_with_that_one_button(
    office: Office, word: str, label: str
) -> None:
    otto = await officer(office)
    await office.posts(otto, QUESTION)
    await office.types(otto, f"/need {word}")
    buttons = [block for block in office.last(otto).blocks if block["type"] == "actions"]
    assert [one["text"]["text"] for block in buttons for one in block["elements"]] == [label]


async def test_more_needs_than_a_list_holds_are_counted(office: Office) -> None:
    otto = await officer(office)
    for number in range(17):
        await office.posts(otto, f"What about matter number {number} of our council?")
    await office.types(otto, "/need list")
    assert "And 2 more." in text_of(office.last(otto))


async def test_a_changed_need_shows_on_its_card(office: Office, clock: FrozenClock) -> None:
    await office.registers(await academic(office), FLOODS)
    otto = await officer(office)
    card = await office.posts(otto, QUESTION)
    assert "One person could help" in text_of(card)
    clock.move(minutes=1)
    await office.presses(otto, card, "need.edit")
    await office.fills_in(otto, question="Which vacant shops could a high street fill first?")
    assert "Saved" in text_of(office.form(otto))
    changed = text_of(office.card(otto, "vacant shops"))
    assert "One person could help" not in changed  # whoever fitted the old words is not offered
    assert "Nobody in the network fits yet" in changed


async def test_a_date_that_has_passed_meanwhile_does_not_stop_other_changes(
    office: Office, clock: FrozenClock
) -> None:
    otto = await officer(office)
    card = await office.posts(otto, QUESTION, needed_by="2026-03-05")
    clock.move(days=10)
    await office.presses(otto, card, "need.edit")
    assert (await office.fills_in(otto, background="Still of use.")).errors == {}


async def test_changing_a_closed_need_promises_no_search(office: Office) -> None:
    otto = await officer(office)
    await office.posts(otto, QUESTION)
    await office.presses(otto, office.card(otto, "Your need"), "need.close")
    await office.types(otto, "/need edit")
    await office.presses(otto, office.last(otto), "need.edit")
    await office.fills_in(otto, question=f"{QUESTION} And who pays?")
    told = text_of(office.form(otto))
    assert "This need stays closed. `/need list` opens it again." in told
    assert "We are looking" not in told


async def test_a_closed_need_is_looked_for_again_when_asked(office: Office) -> None:
    await office.registers(await academic(office), FLOODS)
    otto = await officer(office)
    card = await office.posts(otto, QUESTION)
    await office.presses(otto, card, "need.close")
    assert "Closed. We have stopped looking." in text_of(office.form(otto))
    closed = office.card(otto, "This need is closed")
    await office.presses(otto, closed, "need.reopen")
    assert "One person could help" in text_of(office.card(otto, "Your need"))


@ONE_DATABASE
async def test_of_a_text_that_is_too_long_for_the_form_the_end_is_shown(office: Office) -> None:
    otto = await officer(office)
    await office.types(otto, f"/need {'flood ' * 450}and who pays for the drains?")
    note = text_of(office.form(otto))
    assert "Its end does not fit" in note
    assert "and who pays for the drains?”" in note
    await office.presses(otto, office.form(otto), "need.earlier")
    assert "and who pays for the drains?”" in text_of(office.form(otto))


@ONE_DATABASE
async def test_a_text_that_is_too_long_for_a_question_goes_on_as_the_background(
    office: Office,
) -> None:
    otto = await officer(office)
    words = "surface water in older streets " * 40
    await office.types(otto, f"/need {words}")
    form = office.form(otto)
    assert "Your text is longer than 500 characters." in text_of(form)
    begun = {
        block["block_id"]: block["element"].get("initial_value")
        for block in form.body["blocks"]
        if block["type"] == "input"
    }
    assert len(begun["question"]) <= 500
    assert f"{begun['question']} {begun['background']}" == words.strip()
    assert (await office.fills_in(otto)).errors == {}
    assert "surface water" in text_of(office.last(otto))


@ONE_DATABASE
async def test_a_closed_need_pings_nobody_and_links_to_nothing(office: Office) -> None:
    otto = await officer(office)
    words = "Do <!channel> & <https://inv.example|floods> in Bristol matter?"
    await office.posts(otto, words)
    await office.types(otto, "/need close")
    await office.presses(otto, office.last(otto), "need.close")
    closed = office.card(otto, "This need is closed")
    assert "<" not in closed.text
    assert "&lt;!channel&gt; &amp; " in closed.text


async def test_closing_or_reopening_twice_says_so(office: Office) -> None:
    otto = await officer(office)
    card = await office.posts(otto, QUESTION)
    await office.types(otto, "/need list")  # its buttons stay as they are
    listed = office.last(otto)
    await office.presses(otto, listed, "need.close")
    await office.presses(otto, listed, "need.close")
    assert "closed already" in text_of(office.last(otto))
    await office.presses(otto, card, "need.reopen")
    await office.delivery.again()
    assert "looking for this one already" in text_of(office.last(otto))


async def test_a_removed_need_is_gone_everywhere(office: Office) -> None:
    ines = await academic(office)
    await office.registers(ines, FLOODS)
    otto = await officer(office)
    await office.posts(otto, QUESTION)
    await office.presses(otto, office.card(otto, "could help"), "introduction.ask")
    assert QUESTION in office.sees(ines)
    await office.types(otto, "/need remove")
    await office.presses(otto, office.last(otto), "need.remove")
    assert "Removed. Nothing of this need is kept." in office.sees(otto)
    assert QUESTION not in office.sees(ines)
    assert "This is no longer here." in office.sees(ines)
    assert "no needs here yet" in (await office.types(otto, "/need list")).text


async def test_a_suggestion_that_is_not_a_fit_goes_and_stays_away(office: Office) -> None:
    await office.registers(await academic(office), FLOODS)
    otto = await officer(office)
    card = await office.posts(otto, QUESTION)
    await office.chooses(otto, card, "match.not_fit", "Not the right topic")
    assert "Nobody in the network fits yet" in text_of(office.card(otto, "Your need"))
    await office.registers(await academic(office, "Nora Namesake"), FLOODS_TOO)
    shown = text_of(office.card(otto, "Your need"))
    assert "One person could help" in shown


async def test_nobody_acts_on_the_need_of_somebody_else(office: Office) -> None:
    otto, mallory = await officer(office), await officer(office, "Mallory Other")
    card = await office.posts(otto, QUESTION)
    own = await office.posts(mallory, "What helps young people into work in our town?")
    for act in ("need.close", "need.edit"):
        pressed(own, act)["value"] = pressed(card, act)["value"]
        await office.presses(mallory, own, act)
        assert "That need is no longer here" in text_of(office.last(mallory))
    assert "closed" not in text_of(card)


@pytest.mark.parametrize("value", ["", "x", "999999", "-1", "1:2", "٣"])
async def test_a_button_with_a_value_of_no_need_says_so(office: Office, value: str) -> None:
    otto = await officer(office)
    card = await office.posts(otto, QUESTION)
    pressed(card, "need.close")["value"] = value
    result = await office.presses(otto, card, "need.close")
    assert result.status == 200
    assert "no longer here" in text_of(office.last(otto))


async def test_a_reason_that_is_none_of_ours_is_not_taken(office: Office) -> None:
    await office.registers(await academic(office), FLOODS)
    otto = await officer(office)
    card = await office.posts(otto, QUESTION)
    menu = pressed(card, "match.not_fit")
    number = menu["options"][0]["value"].partition(":")[0]
    menu["options"][0]["value"] = f"{number}:hates cats"
    await office.presses(otto, card, "match.not_fit", selected_option=menu["options"][0])
    assert "choose one of the reasons" in text_of(office.last(otto))


async def test_officers_hear_of_newcomers_at_most_once_a_day(
    office: Office, clock: FrozenClock
) -> None:
    otto = await officer(office)
    await office.posts(otto, QUESTION)
    await office.registers(await academic(office), FLOODS)
    news = text_of(office.card(otto, "Somebody new could help you"))
    assert QUESTION in news
    assert "Ines" not in news
    before = len(office.messages(otto))
    await office.registers(await academic(office, "Nora Namesake"), FLOODS_TOO)
    assert len(office.messages(otto)) == before  # it waits for tomorrow
    clock.move(days=1)
    await office.clock_moved()
    told = [one for one in office.messages(otto) if "Somebody new" in one.text]
    assert len(told) == 2
    await office.clock_moved()
    assert len(office.messages(otto)) == before + 1


async def test_news_is_only_of_whom_the_officer_has_not_seen(
    office: Office, clock: FrozenClock
) -> None:
    await office.registers(await academic(office), FLOODS)
    otto = await officer(office)
    await office.posts(otto, QUESTION)  # its card shows the first of them
    clock.move(hours=1)
    await office.registers(
        await academic(office, "Nora Namesake"),
        FLOODS_TOO,
        shown_as="a university with a river",
    )
    news = text_of(office.card(otto, "Somebody new could help you"))
    assert "a university with a river" in news
    assert "a university in the South West" not in news


async def test_news_keeps_up_with_what_is_pressed_on_it(office: Office) -> None:
    otto = await officer(office)
    await office.posts(otto, QUESTION)
    await office.registers(await academic(office), FLOODS)
    news = office.card(otto, "Somebody new could help you")
    await office.presses(otto, news, "introduction.ask")
    assert "Asked: waiting for an answer" in text_of(
        office.card(otto, "Somebody new could help you")
    )


async def test_nothing_is_news_of_whom_one_was_introduced_to(
    office: Office, clock: FrozenClock
) -> None:
    otto = await officer(office)
    await office.posts(otto, QUESTION)
    await office.registers(await academic(office, "Nora Namesake"), FLOODS_TOO)
    ines = await academic(office)
    card = await office.registers(ines, FLOODS)  # Otto has had today's message
    await office.presses(ines, card, "introduction.offer")
    clock.move(days=1)
    await office.clock_moved()
    assert len([one for one in office.messages(otto) if "Somebody new" in one.text]) == 1


async def test_a_weak_newcomer_is_no_news(office: Office) -> None:
    otto = await officer(office)
    await office.posts(otto, QUESTION)
    await office.registers(await academic(office), HIGH_STREETS)
    assert len(office.messages(otto)) == 1


async def test_people_of_another_network_are_not_suggested(office: Office) -> None:
    team, _ = await office.add_team("Another Partnership")
    await office.registers(await academic(office, team=team), FLOODS)
    card = await office.posts(await officer(office), QUESTION)
    assert "Nobody in the network fits yet" in text_of(card)


async def test_people_of_two_workspaces_meet_in_one_network(office: Office) -> None:
    network: Network = await office.network()
    team, _ = await office.add_team("University Workspace", network=network)
    await office.registers(await academic(office, team=team), FLOODS)
    card = await office.posts(await officer(office), QUESTION)
    assert "One person could help" in text_of(card)


async def test_a_need_is_asked_about_on_the_network_s_own_day(
    office: Office, clock: FrozenClock
) -> None:
    clock.move_to(clock.now().replace(month=7, day=1, hour=23, minute=30))  # 00:30 in London
    otto = await officer(office)
    await office.types(otto, f"/need {QUESTION}")
    result = await office.fills_in(otto, needed_by="2026-07-01")
    assert "has passed" in result.errors["needed_by"]
    tomorrow = clock.now() + timedelta(days=1)
    assert (await office.fills_in(otto, needed_by=f"{tomorrow:%Y-%m-%d}")).errors == {}


@pytest.mark.parametrize("act", ["need.close", "need.remove"])
async def test_a_need_that_ends_leaves_the_academics_cards(office: Office, act: str) -> None:
    otto = await officer(office)
    await office.posts(otto, QUESTION)
    ines = await academic(office)
    assert QUESTION in text_of(await office.registers(ines, FLOODS))
    await office.types(otto, "/need list")
    await office.presses(otto, office.last(otto), act)
    assert QUESTION not in text_of(office.card(ines, "Your expertise"))
