"""`/network settings`: what admins set for everybody."""

from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import select

from playground.slack import User
from registry.audit import AuditEntry
from tests.conftest import FrozenClock
from tests.office import Office, text_of
from tests.people import ONE_DATABASE, officer


async def opened(office: Office, **values: Any) -> dict[str, str]:
    """Open the form and send it with these values; the words beside its fields."""
    await office.types(office.admin, "/network settings")
    return (await office.fills_in(office.admin, **values)).errors


async def test_what_an_admin_sets_holds_and_is_noted(office: Office) -> None:
    assert (
        await opened(
            office,
            name="  Tidemark   Partnership ",
            time_zone="America/St_Johns",
            nation="SCT",
            quiet_hours=[],
        )
        == {}
    )
    assert "*Saved.*" in text_of(office.form(office.admin))
    network = await office.network()
    assert network.name == "Tidemark Partnership"
    assert (network.time_zone, network.nation, network.quiet_hours) == (
        "America/St_Johns",
        "SCT",
        False,
    )
    async with office.session_factory.begin() as session:
        noted = [(one.action, one.subject) for one in await session.scalars(select(AuditEntry))]
    assert noted == [
        ("network_changed", f"network:{name}")
        for name in ("name", "time_zone", "nation", "quiet_hours")
    ]


async def test_the_next_digest_is_told_by_the_bank_holidays_that_were_set(
    office: Office, clock: FrozenClock
) -> None:
    await office.channel_for("digest", office.admin)
    assert "The next weekly digest comes <!date^" in text_of(office.form(office.admin))
    clock.move_to(datetime(2026, 4, 4, 12, tzinfo=UTC))  # the Saturday before Easter
    for nation, said in (("SCT", "Mon 6 Apr, 09:00"), ("NIR", "Tue 7 Apr, 09:00")):
        assert await opened(office, nation=nation) == {}
        assert f"|{said}>." in text_of(office.form(office.admin))
    clock.move_to(datetime(2026, 4, 7, 9, tzinfo=UTC))
    await office.clock_moved()  # this week's has come
    assert await opened(office, nation="ENG") == {}
    assert "|Mon 13 Apr, 09:00>." in text_of(office.form(office.admin))


@ONE_DATABASE
async def test_without_a_channel_no_digest_is_promised(office: Office) -> None:
    await opened(office, nation="WLS")
    assert "digest" not in text_of(office.form(office.admin))


@ONE_DATABASE
async def test_the_form_begins_with_what_is_set(office: Office) -> None:
    await opened(office, nation="WLS", quiet_hours=[])
    assert await opened(office) == {}
    assert "Nothing was changed" in text_of(office.form(office.admin))
    network = await office.network()
    assert (network.nation, network.quiet_hours) == ("WLS", False)


@ONE_DATABASE
@pytest.mark.parametrize(
    ("values", "field", "words"),
    [
        ({"name": "   "}, "name", "1 to 80"),
        ({"time_zone": "Middle/Earth"}, "time_zone", "from the list"),
    ],
)
async def test_what_cannot_be_taken_is_said_beside_its_field(
    office: Office, values: dict[str, Any], field: str, words: str
) -> None:
    before = await office.network()
    errors = await opened(office, **values)
    assert list(errors) == [field]
    assert words in errors[field]
    after = await office.network()
    assert (after.name, after.time_zone) == (before.name, before.time_zone)


@ONE_DATABASE
async def test_nobody_else_can(office: Office) -> None:
    somebody: User = await officer(office)
    await office.types(somebody, "/network settings")
    assert "Only admins" in text_of(office.last(somebody))
    assert office.slack.top_view(somebody) is None


@ONE_DATABASE
async def test_who_is_no_admin_any_more_changes_nothing(office: Office) -> None:
    await office.types(office.admin, "/network settings")
    async with office.session_factory.begin() as session:
        member = await office.member(office.admin)
        (await session.merge(member)).is_admin = False
    result = await office.fills_in(office.admin, nation="SCT")
    assert "Only admins" in str(result.errors) or "Only admins" in office.sees(office.admin)
    assert (await office.network()).nation == "ENG"
