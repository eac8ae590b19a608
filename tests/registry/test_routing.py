"""What a call fits, what "not relevant" teaches, and who is told how often."""

import asyncio
from datetime import date, timedelta
from itertools import count

import pytest
from sqlalchemy import select

from matching.weights import Band
from registry import funding_marks, routing
from registry.database import SessionFactory
from registry.expertise import Expertise
from registry.funding import CallState, FundingCall
from registry.funding_marks import Mark, Said
from registry.members import Member, Role
from registry.needs import Money, Need, Visibility
from registry.networks import Network, Workspace
from registry.routing import Alert, Fit
from tests.conftest import MONDAY

DAY = timedelta(days=1)
FLOODS = "How can we reduce surface water flooding in older terraced streets after heavy rain?"
SHOPS = "What brings people back to town centres with many empty shops?"


class Town:
    """A network with people who need, offer and add."""

    def __init__(
        self, session_factory: SessionFactory, network: Network, workspace: Workspace
    ) -> None:
        self.session_factory, self.network, self.workspace = session_factory, network, workspace
        self.numbers = count(1)

    async def keep(self, row: object) -> None:
        async with self.session_factory.begin() as session:
            session.add(row)

    async def member(self) -> Member:
        member = Member(
            network_id=self.network.id,
            workspace_id=self.workspace.id,
            slack_id=f"U{next(self.numbers)}",
            role=Role.OFFICER,
            created_at=MONDAY,
        )
        await self.keep(member)
        return member

    async def need(self, member: Member, question: str, **more: object) -> Need:
        given = {
            "network_id": self.network.id,
            "member_id": member.id,
            "form": f"F{next(self.numbers)}",
            "question": question,
            "places": [],
            "background": "",
            "outputs": [],
            "offers": [],
            "needed_by": date(2026, 9, 1),
            "created_at": MONDAY,
            "updated_at": MONDAY,
        }
        need = Need(**{**given, **more})
        await self.keep(need)
        return need

    async def profile(self, member: Member, summary: str) -> Expertise:
        profile = Expertise(
            network_id=self.network.id,
            member_id=member.id,
            summary=summary,
            topics=[],
            methods=[],
            places=[],
            outputs=[],
            links=[],
            shown_as="a university",
            created_at=MONDAY,
            updated_at=MONDAY,
        )
        await self.keep(profile)
        return profile

    async def call(self, title: str, **more: object) -> FundingCall:
        given = {
            "network_id": self.network.id,
            "title": title,
            "funder": "Invented Trust",
            "summary": "",
            "themes": [],
            "closes": MONDAY + 60 * DAY,
            "created_at": MONDAY,
        }
        call = FundingCall(**{**given, **more})
        await self.keep(call)
        return call

    async def route(self) -> int:
        return await routing.route(self.session_factory, self.network.id, MONDAY)

    async def fits(self) -> set[tuple[int, int | None, int | None]]:
        async with self.session_factory.begin() as session:
            rows = await session.scalars(select(Fit))
            return {(fit.call_id, fit.need_id, fit.expertise_id) for fit in rows}

    async def alert(self, days: int = 0) -> list[tuple[int, int]]:
        async with self.session_factory.begin() as session:
            network = await session.get_one(Network, self.network.id)
            found = await routing.take_alerts(session, network, MONDAY + days * DAY)
        return [(member.id, call.id) for member, call in found]


@pytest.fixture
def town(session_factory: SessionFactory, network: Network, workspace: Workspace) -> Town:
    return Town(session_factory, network, workspace)


async def test_calls_are_scored_against_open_needs_and_expertise_that_take_part(
    town: Town,
) -> None:
    one, two = await town.member(), await town.member()
    need = await town.need(one, FLOODS)
    await town.need(one, SHOPS)
    await town.need(one, FLOODS, visibility=Visibility.DOCKING_POINT)
    await town.need(one, FLOODS, state="closed")
    profile = await town.profile(two, "Surface water flooding in terraced streets, heavy rain")
    call = await town.call("Surface water flooding in older streets")
    await town.call("Withdrawn: surface water flooding", state=CallState.WITHDRAWN)
    await town.call("Surface water flooding, over", closes=MONDAY)
    assert await town.route() == 1
    assert await town.fits() == {(call.id, need.id, None), (call.id, None, profile.id)}
    assert await town.route() == 0, "nothing changed"


async def test_a_change_of_a_need_has_every_open_call_scored_anew(town: Town) -> None:
    call = await town.call("Surface water flooding in older streets")
    assert await town.route() == 1
    assert await town.fits() == set()
    need = await town.need(await town.member(), FLOODS)
    async with town.session_factory.begin() as session:
        network = await session.get_one(Network, town.network.id)
        network.change_number += 1
    assert await town.route() == 1
    assert await town.fits() == {(call.id, need.id, None)}


async def test_two_workers_that_score_at_once_keep_each_fit_once(town: Town) -> None:
    need = await town.need(await town.member(), FLOODS)
    call = await town.call("Surface water flooding in older streets")
    await asyncio.gather(*(town.route() for _ in range(4)))
    assert await town.fits() == {(call.id, need.id, None)}


def test_what_every_call_says_of_itself_is_not_what_it_is_about() -> None:
    call = FundingCall(title="Funding call: applications open", themes=["Grants"], summary="Apply")
    assert routing.text_of_call(call) == ""
    sought = routing.Sought(
        {1: Need(id=1, question="Which funding call is open for applications?", background="")}, {}
    )
    assert not routing.scorer(sought)(routing.text_of_call(call)).needs


def test_a_need_whose_money_is_to_be_applied_for_comes_first() -> None:
    needs = {
        number: Need(id=number, question=FLOODS, background="", money=money)
        for number, money in ((1, None), (2, Money.TO_BE_APPLIED_FOR), (3, Money.NONE))
    }
    found = routing.scorer(routing.Sought(needs, {}))("surface water flooding terraced streets")
    assert next(iter(found.needs)) == 2
    assert set(found.needs) == {1, 2, 3}


# Not relevant


def a_mark(*terms: str, member_id: int = 1, channel: str = "C1") -> Mark:
    return Mark(member_id=member_id, terms=list(terms), workspace_id=1, channel=channel)


@pytest.mark.parametrize(
    ("marks", "left"),
    [
        ([], 1.0),
        ([("other", "words")], 1.0),
        ([("flood", "river")], 0.5),
        ([("flood", "river"), ("flood", "river")], 0.25),
        ([("flood", "coast")], 0.75),
    ],
)
def test_each_mark_takes_half_of_what_the_two_calls_share(
    marks: list[tuple[str, ...]], left: float
) -> None:
    assert routing.liking(["flood", "river"], [a_mark(*one) for one in marks]) == left


@pytest.mark.parametrize(
    ("band", "left", "after"),
    [
        (Band.STRONG, 1.0, Band.STRONG),
        (Band.STRONG, 0.75, Band.STRONG),
        (Band.STRONG, 0.74, Band.GOOD),
        (Band.STRONG, 0.39, None),
        (Band.GOOD, 0.75, Band.GOOD),
        (Band.GOOD, 0.5, None),
    ],
)
def test_what_is_left_lowers_the_band(band: Band, left: float, after: Band | None) -> None:
    assert routing.lowered(band, left) == after


def test_a_channel_turns_down_what_three_different_people_marked_in_it() -> None:
    two = [a_mark("flood", "river", member_id=number) for number in (1, 2)]
    at = (1, "C1")
    assert routing.unwanted([*two, a_mark("flood", member_id=2)], at) == frozenset()
    assert routing.unwanted([*two, a_mark("flood", member_id=3, channel="C2")], at) == frozenset()
    terms = routing.unwanted([*two, a_mark("flood", member_id=3)], at)
    assert terms == {"flood"}
    assert routing.turned_down(FundingCall(title="Floods", themes=[]), terms)
    assert not routing.turned_down(FundingCall(title="Floods and coasts", themes=[]), terms)
    assert not routing.turned_down(FundingCall(title="", themes=[]), terms)


# Alerts


async def with_fits(town: Town, calls: int) -> Member:
    """Somebody whose need so many calls fit."""
    member = await town.member()
    await town.need(member, FLOODS)
    for number in range(calls):
        await town.call(f"Surface water flooding in older streets, {number}")
    await town.route()
    return member


async def test_at_most_so_many_in_any_seven_days_and_each_call_once(town: Town) -> None:
    await with_fits(town, 5)
    told = [len(await town.alert(days)) for days in (0, 0, 3, 6, 7, 8, 14, 15, 60)]
    assert told == [2, 0, 0, 0, 2, 0, 1, 0, 0]


async def test_two_workers_find_the_same_room_once(town: Town) -> None:
    await with_fits(town, 6)
    found = await asyncio.gather(*(town.alert() for _ in range(4)))
    assert sum(map(len, found)) == 2
    async with town.session_factory.begin() as session:
        assert len(list(await session.scalars(select(Alert)))) == 2


async def test_nobody_who_left_is_told(town: Town) -> None:
    member = await with_fits(town, 1)
    async with town.session_factory.begin() as session:
        (await session.get_one(Member, member.id)).deactivated_at = MONDAY
    assert await town.alert() == []


async def test_a_wish_counts_from_when_it_is_made(town: Town) -> None:
    member = await with_fits(town, 6)
    async with town.session_factory.begin() as session:
        await funding_marks.choose_wish(session, member, "off", "4")
    assert await town.alert() == []
    async with town.session_factory.begin() as session:
        await funding_marks.choose_wish(session, member, "strong", "4")
    assert len(await town.alert()) == 4


async def test_a_call_that_was_saved_or_marked_is_not_told(town: Town) -> None:
    member = await with_fits(town, 2)
    async with town.session_factory.begin() as session:
        first, second = await session.scalars(select(FundingCall).order_by(FundingCall.id))
        assert await funding_marks.mark(session, member, first, Said.SAVED, now=MONDAY)
        assert not await funding_marks.mark(session, member, first, Said.SAVED, now=MONDAY)
        await funding_marks.mark(session, member, second, Said.NOT_RELEVANT, now=MONDAY)
    assert await town.alert() == []
