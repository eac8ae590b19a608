"""Vectors are made once for each text and model, kept with the row, and never in a listener."""

from collections.abc import Sequence

import pytest
from sqlalchemy import select

from matching.vectors import UnusableModel, Vectors
from registry import expertise
from registry.matches import Match
from registry.matchmaker import Matchmaker
from registry.vectors import StoredVectors
from tests.matching.invented import Bag
from tests.office import Office, text_of
from tests.people import FLOODS, FLOODS_TOO, HIGH_STREETS, QUESTION, academic, officer


class Other(Bag):
    model = "another-model"


def use(office: Office, encoder: Bag | None) -> None:
    """Have the office's worker match by meaning too, as a process that has just started."""
    office.services.matchmaker.__init__(None, encoder)  # type: ignore[misc]


async def stored(office: Office) -> list[StoredVectors]:
    async with office.session_factory.begin() as session:
        return list(await session.scalars(select(StoredVectors).order_by(StoredVectors.id)))


async def test_each_text_is_read_once_and_its_vectors_are_kept(office: Office) -> None:
    bag = Bag()
    use(office, bag)
    await office.registers(await academic(office), FLOODS)
    card = await office.posts(await officer(office), QUESTION)
    assert "lose in meaning" in text_of(card)
    read = [FLOODS, QUESTION]
    assert [text.strip() for text in bag.read] == read
    await office.registers(await academic(office, "Second Fictional"), FLOODS_TOO)
    assert [text.strip() for text in bag.read] == [*read, FLOODS_TOO]
    again = Bag()
    use(office, again)
    await office.posts(await officer(office, "Second Madeup"), "Why does heavy rain flood streets?")
    assert again.read == ["Why does heavy rain flood streets?"]
    rows = await stored(office)
    assert len(rows) == 4
    assert {row.model for row in rows} == {Bag.model}
    assert {len(row.halves) for row in rows} == {2 * Bag.dimensions}


async def test_what_is_changed_is_read_anew_and_nothing_else(office: Office) -> None:
    bag = Bag()
    use(office, bag)
    ines = await academic(office)
    await office.registers(ines, FLOODS)
    otto = await officer(office)
    await office.posts(otto, QUESTION)
    bag.read.clear()
    await office.registers(ines, FLOODS)
    await office.posts(otto, f"{QUESTION} Soon?")
    assert [text for text in bag.read if FLOODS in text] == []
    await office.registers(ines, HIGH_STREETS)
    await office.posts(otto, f"{QUESTION} Or later?")
    assert [text.strip() for text in bag.read if HIGH_STREETS in text] == [HIGH_STREETS]
    assert len(await stored(office)) == 4


async def test_another_model_reads_everything_anew(office: Office) -> None:
    use(office, Bag())
    await office.registers(await academic(office), FLOODS)
    await office.posts(await officer(office), QUESTION)
    other = Other()
    use(office, other)
    await office.posts(await officer(office), f"{QUESTION} Soon?")
    assert FLOODS in [text.strip() for text in other.read]
    async with office.session_factory.begin() as session:
        of_profiles = select(StoredVectors.model).where(StoredVectors.expertise_id.is_not(None))
        assert list(await session.scalars(of_profiles)) == [Other.model]


async def test_vectors_go_with_what_they_are_of(office: Office) -> None:
    use(office, Bag())
    ines = await academic(office)
    await office.registers(ines, FLOODS)
    assert len(await stored(office)) == 1
    async with office.session_factory.begin() as session:
        member = await office.member(ines)
        profile = await expertise.of_member(session, member)
        assert profile is not None
        await expertise.remove(session, profile)
    assert await stored(office) == []


async def test_a_listener_makes_no_vectors(office: Office) -> None:
    bag = Bag()
    use(office, bag)
    otto = await officer(office)
    await office.types(otto, f"/need {QUESTION}")
    assert bag.read == []


async def test_another_networks_texts_are_neither_read_nor_matched(office: Office) -> None:
    bag = Bag()
    team, _ = await office.add_team("Invented University")
    far = await office.person("Una Elsewhere", "academic", "College", "W06000015", team=team)
    await office.registers(far, FLOODS)
    use(office, bag)
    card = await office.posts(await officer(office), QUESTION)
    assert "Nobody in the network fits yet." in text_of(card)
    assert [text.strip() for text in bag.read] == [QUESTION]


async def test_a_large_network_is_read_some_at_a_time_and_then_matched_anew(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("registry.reading.MOST_READ", 2)
    for number in range(5):
        await office.registers(await academic(office, f"Ines {number}"), f"{FLOODS} {number}")
    bag = Bag()
    use(office, bag)
    await office.posts(await officer(office), QUESTION)
    await office.settle()
    rows = await stored(office)
    assert sum(row.expertise_id is not None for row in rows) == 5
    async with office.session_factory.begin() as session:
        found = list(await session.scalars(select(Match)))
    assert len(found) == 5
    assert all("meaning" in {reason["kind"] for reason in match.reasons} for match in found)


async def test_long_lists_are_read_some_at_a_time_as_many_profiles_are(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Counting(Bag):
        def __init__(self) -> None:
            super().__init__()
            self.runs: list[int] = []

        def encode(self, texts: Sequence[str]) -> Vectors:
            self.runs.append(len(texts))
            return super().encode(texts)

    monkeypatch.setattr("registry.reading.MOST_READ", 9)
    papers = "\n".join(f"Flooding of street number {n}" for n in range(12))
    for number in range(4):
        await office.registers(
            await academic(office, f"Ines {number}"), f"{FLOODS} {number}", publications=papers
        )
    counting = Counting()
    use(office, counting)
    await office.posts(await officer(office), QUESTION)
    assert sorted(counting.runs) == [1, 16, 16]
    assert sum(row.expertise_id is not None for row in await stored(office)) == 4


async def test_a_model_that_cannot_be_used_leaves_words(office: Office) -> None:
    class Broken(Bag):
        def encode(self, texts: Sequence[str]) -> Vectors:
            self.read += texts
            raise UnusableModel("gone")

    broken = Broken()
    use(office, broken)
    await office.registers(await academic(office), FLOODS)
    card = text_of(await office.posts(await officer(office), QUESTION))
    assert "Both mention" in card
    assert "lose in meaning" not in card
    assert len(broken.read) == 1
    assert await stored(office) == []


def test_a_matchmaker_without_an_encoder_has_nothing_to_read_on() -> None:
    assert not Matchmaker().should_read_on(1)
