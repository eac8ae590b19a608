from datetime import UTC, datetime

import pytest
from sqlalchemy import func, select

from bot.digest.deliveries import allocate_pairs
from playground.slack import Channel, User
from registry.allocations import AllocatedPair
from registry.networks import Network
from registry.outbox import Errand
from tests.conftest import FrozenClock
from tests.office import Office, text_of
from tests.people import FLOODS, QUESTION, academic, officer

NEXT_MONDAY = datetime(2026, 3, 9, 9, tzinfo=UTC)
EASTER_MONDAY = datetime(2026, 4, 6, 9, tzinfo=UTC)


@pytest.fixture
async def stewards(office: Office) -> Channel:
    """The admins' channel, chosen for the digest."""
    await office.settle()
    channel = office.slack.add_channel(office.team, "stewards", [office.admin])
    await office.types(office.admin, "/network channels")
    await office.fills_in(office.admin, digest=channel.id)
    return channel


def digests(office: Office, channel: Channel) -> list[str]:
    return [text_of(one) for one in office.slack.messages if one.channel == channel.id]


async def test_the_digest_comes_on_monday_morning_and_once(
    office: Office, stewards: Channel, clock: FrozenClock
) -> None:
    await office.person("Odell Example", "officer", "Ambleby Council", "E06000001")
    await office.clock_moved()
    assert digests(office, stewards) == []  # Monday's nine o'clock came before the network
    clock.move_to(NEXT_MONDAY)
    await office.clock_moved()
    await office.clock_moved()
    [told] = digests(office, stewards)
    assert "Invented Partnership: the week to 9 March 2026" in told
    assert "*Places with no need and no expertise*\nHartlepool" in told


async def test_on_a_bank_holiday_the_digest_waits_for_tuesday(
    office: Office, stewards: Channel, clock: FrozenClock
) -> None:
    clock.move_to(EASTER_MONDAY)
    await office.clock_moved()
    clock.move(hours=1)
    await office.clock_moved()
    before = len(digests(office, stewards))
    clock.move(days=1)
    await office.clock_moved()
    told = digests(office, stewards)
    assert (before, len(told)) == (1, 2)
    assert "the week to 6 April" in told[0]  # last week's, made up for by the move of the clock
    assert "the week to 7 April" in told[1]


async def test_scotland_has_its_digest_on_englands_easter_monday(
    office: Office, stewards: Channel, clock: FrozenClock
) -> None:
    network = await office.network()
    async with office.session_factory.begin() as session:
        (await session.get_one(Network, network.id)).nation = "SCT"
    clock.move_to(EASTER_MONDAY)
    await office.clock_moved()
    [told] = digests(office, stewards)
    assert "the week to 6 April" in told


async def test_a_move_of_five_weeks_brings_one_digest_that_looks_back_on_all(
    office: Office, stewards: Channel, clock: FrozenClock
) -> None:
    clock.move_to(NEXT_MONDAY)
    await office.clock_moved()
    officer = await office.person("Odell Example", "officer", "Ambleby Council", "E06000001")
    clock.move(days=2)
    await office.types(officer, "/need Which streets flood first?")
    await office.fills_in(officer)
    clock.move(days=33)
    await office.clock_moved()
    _, told = digests(office, stewards)
    assert "*New needs*\n• Which streets flood first? _(Ambleby Council)_" in told
    assert "*Needs that nobody fits yet*\n• Which streets flood first?" in told
    assert officer.name not in told
    assert officer.id not in told


async def test_without_a_channel_nothing_is_posted_and_nothing_fails(
    office: Office, clock: FrozenClock
) -> None:
    await office.settle()
    clock.move_to(NEXT_MONDAY)
    before = len(office.slack.messages)
    await office.clock_moved()
    assert len(office.slack.messages) == before
    assert "Everything was delivered" in (await office.types(office.admin, "/network errors")).text


async def pair_up(office: Office) -> tuple[User, User]:
    otto, ines = await officer(office), await academic(office)
    await office.registers(ines, FLOODS)
    await office.posts(otto, QUESTION)
    return otto, ines


PAIR = "*Pairs of the week*\n• How can we reduce surface water"


async def test_the_weeks_pairs_are_those_of_the_firing_however_often_one_looks(
    office: Office, stewards: Channel, clock: FrozenClock
) -> None:
    otto, _ = await pair_up(office)
    await office.types(office.admin, "/network digest")
    early = text_of(office.last(office.admin))
    assert "Pairs of the week" not in early
    assert "The first pairs come with the first weekly digest." in early
    clock.move_to(NEXT_MONDAY)
    await office.clock_moved()
    [told] = digests(office, stewards)
    assert PAIR in told
    assert "_a university in the South West_: strong match" in told
    assert not {"Ines", "Otto"} & set(told.split())
    card = office.card(otto, "Your need")
    await office.chooses(otto, card, "match.not_fit", "Not the right topic")
    for _ in range(2):
        await office.types(office.admin, "/network digest")
        assert PAIR in text_of(office.last(office.admin))
    clock.move(days=7)
    await office.clock_moved()
    assert PAIR not in digests(office, stewards)[-1]


async def test_an_allocation_that_is_done_twice_decides_once(
    office: Office, stewards: Channel, clock: FrozenClock
) -> None:
    await pair_up(office)
    clock.move_to(NEXT_MONDAY)
    await office.clock_moved()
    async with office.session_factory.begin() as session:
        errand = await session.scalar(select(Errand).where(Errand.kind == "digest.allocate"))
        assert errand is not None
    await allocate_pairs(office.services, errand)
    await office.settle()
    assert len(digests(office, stewards)) == 1
    async with office.session_factory.begin() as session:
        assert await session.scalar(select(func.count(AllocatedPair.id))) == 1
