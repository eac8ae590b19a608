from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest

from registry import allocations, runs
from registry.database import SessionFactory
from registry.digest import Digest, digest, digest_of
from registry.expertise import Expertise
from registry.introductions import IntroductionState
from registry.members import Member, Role
from registry.needs import Need, NeedState, Visibility
from registry.networks import Network, Workspace
from tests.conftest import FrozenClock
from tests.town import CARDIFF, HARTLEPOOL, MIDDLESBROUGH, Town


@pytest.fixture
async def town(
    session_factory: SessionFactory, network: Network, workspace: Workspace
) -> AsyncIterator[Town]:
    async with session_factory.begin() as session:
        yield Town(session, network, workspace)


class Scene:
    """A town with one officer and as many profiles as a test wants."""

    def __init__(self, town: Town, clock: FrozenClock, officer: Member) -> None:
        self.town, self.clock, self.officer = town, clock, officer

    async def profile(self, shown_as: str, **more: Any) -> Expertise:
        now = self.clock.now()
        member = await self.town.member(f"Home of {shown_as}", CARDIFF, Role.ACADEMIC, now)
        return await self.town.expertise(member, now, shown_as=shown_as, **more)

    async def need(self, question: str, **more: Any) -> Need:
        return await self.town.need(self.officer, question, self.clock.now(), **more)

    async def week(self) -> list[tuple[str, str]]:
        """What the next firing tells: question and who, in order."""
        self.clock.move(days=7)
        await self.town.fires(self.clock.now())
        return pairs_of(await digest(self.town.session, self.town.network, self.clock.now()))


def pairs_of(told: Digest) -> list[tuple[str, str]]:
    return [(pair.need.question, pair.profile.shown_as) for pair in told.pairs.shown]


@pytest.fixture
async def scene(town: Town, clock: FrozenClock) -> Scene:
    officer = await town.member("Ambleby Council", HARTLEPOOL, Role.OFFICER, clock.now())
    return Scene(town, clock, officer)


async def test_nobody_is_put_forward_beyond_their_capacity_and_each_need_gets_somebody(
    scene: Scene,
) -> None:
    star = await scene.profile("the star", capacity=1)
    other = await scene.profile("another", capacity=1)
    for number, score in enumerate((0.9, 0.8)):
        need = await scene.need(f"need {number}")
        await scene.town.match(need, star, score)
        if number == 0:
            await scene.town.match(need, other, 0.3, band="good")
    assert await scene.week() == [("need 1", "the star"), ("need 0", "another")]


async def test_a_pair_is_told_once_and_the_next_week_another(scene: Scene) -> None:
    need = await scene.need("floods")
    for name, score in (("first", 0.9), ("second", 0.5)):
        await scene.town.match(need, await scene.profile(name), score)
    assert await scene.week() == [("floods", "first")]
    assert await scene.week() == [("floods", "second")]
    assert await scene.week() == []


async def test_what_was_said_between_two_looks_changes_neither(scene: Scene) -> None:
    need = await scene.need("floods")
    match = await scene.town.match(need, await scene.profile("first"), 0.9)
    await scene.week()
    before = await digest(scene.town.session, scene.town.network, scene.clock.now())
    match.academic_said = match.officer_said = "topic"
    await scene.town.introduction(
        match,
        scene.clock.now() - timedelta(days=8),
        state=IntroductionState.DECLINED,
        answered_at=scene.clock.now(),
    )
    after = await digest(scene.town.session, scene.town.network, scene.clock.now())
    assert before == after
    assert pairs_of(after) == [("floods", "first")]


@pytest.mark.parametrize("said", ["topic", "no_time", "asked", None])
async def test_which_needs_are_told_is_the_same_whatever_was_said(
    scene: Scene, said: str | None
) -> None:
    profile = await scene.profile("the only one", capacity=1)
    fits, fits_less = await scene.need("fits"), await scene.need("fits less")
    match = await scene.town.match(fits, profile, 0.9)
    await scene.town.match(fits_less, profile, 0.3)
    if said == "topic":
        match.academic_said = said
    elif said == "no_time":
        profile.no_capacity_until = scene.clock.now() + timedelta(days=90)
    elif said == "asked":
        await scene.town.introduction(
            match,
            scene.clock.now(),
            state=IntroductionState.DECLINED,
            closed_at=scene.clock.now(),
        )
    assert await scene.week() == [("fits", "the only one")]


async def test_who_was_declined_makes_way_for_somebody_who_is_free(scene: Scene) -> None:
    need = await scene.need("floods")
    best = await scene.town.match(need, await scene.profile("best"), 0.9)
    await scene.town.match(need, await scene.profile("second"), 0.3)
    best.officer_said = "topic"
    assert await scene.week() == [("floods", "second")]


async def test_a_no_gives_no_room_back_before_the_ask_is_closed_for_both(scene: Scene) -> None:
    profile = await scene.profile("the only one", capacity=1)
    asked_for = await scene.town.match(
        await scene.need("asked for", state=NeedState.CLOSED), profile, 0.9
    )
    await scene.town.match(await scene.need("waits"), profile, 0.5)
    now = scene.clock.now()
    introduction = await scene.town.introduction(asked_for, now)
    assert await scene.week() == []
    introduction.state = IntroductionState.DECLINED
    assert await scene.week() == []
    introduction.closed_at = now
    assert await scene.week() == [("waits", "the only one")]


@pytest.mark.parametrize("hidden", ["docking_point", "closed", "paused", "gone", "own"])
async def test_only_what_all_may_see_and_seeks_is_put_together(scene: Scene, hidden: str) -> None:
    profile = await scene.profile("somebody")
    need = await scene.need("a question")
    await scene.town.match(need, profile, 0.9)
    if hidden == "docking_point":
        need.visibility = Visibility.DOCKING_POINT
    elif hidden == "closed":
        need.state = NeedState.CLOSED
    elif hidden == "paused":
        profile.paused_at = scene.clock.now()
    elif hidden == "gone":
        member = await scene.town.session.get_one(Member, profile.member_id)
        member.deactivated_at = scene.clock.now()
    else:
        need.member_id = profile.member_id
    assert await scene.week() == []


async def test_a_need_that_is_kept_back_afterwards_is_neither_told_nor_counted(
    scene: Scene,
) -> None:
    need = await scene.need("a question")
    await scene.town.match(need, await scene.profile("somebody"), 0.9)
    assert await scene.week() == [("a question", "somebody")]
    need.visibility = Visibility.DOCKING_POINT
    told = await digest(scene.town.session, scene.town.network, scene.clock.now())
    assert (told.pairs.shown, told.pairs.more) == ((), 0)


async def test_five_are_told_and_those_not_told_may_come_next_week(scene: Scene) -> None:
    for number in range(7):
        need = await scene.need(f"need {number}")
        await scene.town.match(need, await scene.profile(f"profile {number}"), 0.9 - number / 10)
    assert len(await scene.week()) == 5
    told = await digest(scene.town.session, scene.town.network, scene.clock.now())
    assert told.pairs.more == 2
    assert {question for question, _ in await scene.week()} == {"need 5", "need 6"}


async def test_a_place_that_got_little_goes_before_one_that_got_much(scene: Scene) -> None:
    profile = await scene.profile("the only one", capacity=1, places=[HARTLEPOOL])
    for question, place, score in (("much", HARTLEPOOL, 0.34), ("little", MIDDLESBROUGH, 0.30)):
        need = await scene.need(question, places=[place])
        await scene.town.match(need, profile, score)
    told = await scene.need("told of somebody", places=[HARTLEPOOL], state=NeedState.CLOSED)
    await scene.town.match(told, profile, 0.2, told_on=scene.clock.now().date())
    assert await scene.week() == [("little", "the only one")]


async def test_each_firing_keeps_its_own_pairs(scene: Scene) -> None:
    need = await scene.need("floods")
    for name, score in (("first", 0.9), ("second", 0.5)):
        await scene.town.match(need, await scene.profile(name), score)
    first = await scene.town.fires(scene.clock.now())
    assert await scene.week() == [("floods", "second")]
    told = await digest_of(scene.town.session, scene.town.network, first.id)
    assert told is not None
    assert pairs_of(told) == [("floods", "first")]


async def test_before_the_first_firing_there_are_no_pairs(scene: Scene) -> None:
    need = await scene.need("floods")
    await scene.town.match(need, await scene.profile("first"), 0.9)
    told = await digest(scene.town.session, scene.town.network, scene.clock.now())
    assert (told.fired, told.pairs.shown) == (False, ())
    assert await runs.latest(scene.town.session, scene.town.network.id, "digest") is None


async def test_another_networks_firing_meets_nothing_of_ours(
    scene: Scene, clock: FrozenClock
) -> None:
    town = scene.town
    await town.match(await scene.need("ours"), await scene.profile("ours"), 0.9)
    elsewhere = await town.add(Network(name="Elsewhere", created_at=clock.now()))
    theirs = Town(town.session, elsewhere, town.workspace)
    run = await theirs.fires(clock.now())
    assert await allocations.of_run(town.session, run) == []
    ours = await allocations.inputs(town.session, town.network.id, clock.now())
    assert len(ours.candidates) == 1
    assert await scene.week() == [("ours", "ours")]
    told = await digest(town.session, elsewhere, clock.now())
    assert (told.pairs.shown, told.pairs.more) == ((), 0)
