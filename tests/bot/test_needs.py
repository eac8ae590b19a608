from tests.conftest import FrozenClock
from tests.office import Office, text_of

BRISTOL = "E06000023"
BATH = "E06000022"
QUESTION = "How can we reduce surface water flooding in older terraced streets after heavy rain?"
FLOODS = (
    "I study surface water flooding in terraced streets, drainage after heavy rain, and what "
    "older neighbourhoods can do."
)


async def offer(office: Office, name: str = "Ines Fictional", summary: str = FLOODS) -> None:
    academic = await office.person(name, "academic", "University of Nowhere", BATH)
    await office.types(academic, f"/expertise {summary}")
    await office.fills_in(academic)


async def test_a_need_ends_in_a_direct_message_with_who_could_help(office: Office) -> None:
    await offer(office)
    officer = await office.person("Otto Madeup", "officer", "Made-up Council", BRISTOL)
    await office.types(officer, f"/need {QUESTION}")
    form = text_of(office.form(officer))
    assert QUESTION in form
    assert "Bristol" in form
    assert (await office.fills_in(officer)).errors == {}
    assert "Posted" in text_of(office.form(officer))
    card = text_of(office.last(officer))
    assert "Strong match" in card
    assert "a university in the South West" in card
    assert "Both mention" in card
    assert "Ines" not in card


async def test_a_need_that_nobody_fits_is_told_so_plainly(office: Office) -> None:
    officer = await office.person("Otto Madeup", "officer", "Made-up Council", BRISTOL)
    await office.types(officer, f"/need {QUESTION}")
    await office.fills_in(officer)
    assert "Nobody in the network fits yet." in text_of(office.last(officer))


async def test_who_is_new_is_asked_once_who_they_are(office: Office, clock: FrozenClock) -> None:
    officer = office.slack.add_user(office.team, "Nell Newcomer")
    await office.types(officer, f"/need {QUESTION}")
    first = office.form(officer)
    assert "asked this only once" in text_of(first)
    places = await office.delivery.options(officer, first, "place.search", "brist")
    assert places[0]["text"]["text"].endswith("Bristol")
    found = await office.delivery.options(officer, first, "organisation.search", "Made-up")
    assert found[-1]["text"]["text"] == "Add “Made-up”"
    await office.fills_in(
        officer, role="officer", organisation="new:Made-up Council", place=BRISTOL
    )
    assert QUESTION in text_of(office.form(officer))
    await office.fills_in(officer)
    await office.types(officer, "/need another question, quite long enough")
    assert "What do you need to know?" in text_of(office.form(officer))
