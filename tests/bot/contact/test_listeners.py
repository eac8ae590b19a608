"""The first contact: asked once, whatever the person set out to do."""

import pytest

from registry.members import Role
from tests.office import Office, text_of
from tests.people import BRISTOL, ONE_DATABASE, academic, officer

WHO = {"role": "officer", "organisation": "new:Invented Borough", "place": BRISTOL}


@pytest.mark.parametrize(("command", "field"), [("/need", "question"), ("/expertise", "summary")])
@pytest.mark.parametrize(
    "words",
    [
        "Sut mae lleihau llifogydd? " * 15,
        "كيف نحد من الفيضانات في الشوارع؟ " * 14,
        '"Quoted" \\ and <b>bold</b> & more ' * 14,
        "🌊" * 450,
    ],
    ids=["welsh", "arabic", "markup", "emoji"],
)
@ONE_DATABASE
async def test_what_a_newcomer_typed_is_kept_in_any_script(
    office: Office, command: str, field: str, words: str
) -> None:
    nell = office.slack.add_user(office.team, "Nell Newcomer")
    await office.types(nell, f"{command} {words}")
    assert "who are you here?" in text_of(office.form(nell))
    assert (await office.fills_in(nell, **WHO)).errors == {}
    block = next(one for one in office.form(nell).body["blocks"] if one.get("block_id") == field)
    assert block["element"]["initial_value"] == words.strip()


async def test_it_is_asked_once_and_gives_no_right(office: Office) -> None:
    nell = office.slack.add_user(office.team, "Nell Newcomer")
    await office.types(nell, "/need Which trees cool a street?")
    assert (await office.fills_in(nell, **WHO)).errors == {}
    member = await office.member(nell)
    assert (member.role, member.place, member.is_admin) == (Role.OFFICER, BRISTOL, False)
    await office.types(nell, "/expertise Trees")
    assert "What can you help with?" in text_of(office.form(nell))


async def test_an_organisation_is_one_however_it_is_written(office: Office) -> None:
    for name, written in (
        ("Nell Newcomer", "Invented Borough"),
        ("Ned Alsonew", "invented  BOROUGH"),
    ):
        user = office.slack.add_user(office.team, name)
        await office.types(user, "/need Which trees cool a street?")
        who = {**WHO, "organisation": f"new:{written}"}
        assert (await office.fills_in(user, **who)).errors == {}
    first, second = [
        (await office.member(user)).organisation_id
        for user in office.slack.users.values()
        if user.name in ("Nell Newcomer", "Ned Alsonew")
    ]
    assert first == second


@ONE_DATABASE
async def test_what_is_missing_or_not_in_the_list_is_said_beside_its_field(office: Office) -> None:
    theirs, _ = await office.add_team("Elsewhere")
    await officer(office)
    await office.person("Una Farmadeup", "officer", "Faraway Council", BRISTOL, team=theirs)
    foreign = (await office.organisation("Faraway Council")).id
    nell = office.slack.add_user(office.team, "Nell Newcomer")
    await office.types(nell, "/need Which trees cool a street?")
    for wrong, words in (
        ({"organisation": f"id:{foreign}"}, "Please choose one from the list."),
        ({"organisation": "id:²"}, "Please choose one from the list."),
        ({"organisation": "new:  "}, "Please choose one from the list."),
        ({"place": "nowhere"}, "Please choose a place from the list."),
    ):
        result = await office.fills_in(nell, **{**WHO, **wrong})
        assert result.errors == {next(iter(wrong)): words}
    assert (await office.member(nell)).role is None


@ONE_DATABASE
async def test_only_organisations_of_one_s_own_network_are_offered(office: Office) -> None:
    theirs, _ = await office.add_team("Elsewhere")
    await academic(office)
    await office.person("Una Farmadeup", "academic", "University of Faraway", BRISTOL, team=theirs)
    nell = office.slack.add_user(office.team, "Nell Newcomer")
    await office.types(nell, "/expertise")
    found = await office.delivery.options(
        nell, office.form(nell), "organisation.search", "university of"
    )
    names = [one["text"]["text"] for one in found]
    assert names == ["University of Nowhere", "Add “university of”"]
