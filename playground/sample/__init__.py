"""The sample network: invented people and organisations, on the real themes of such networks."""

import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

FOLDER = Path(__file__).parent
Row = TypeVar("Row")


@dataclass(frozen=True)
class SampleOrganisation:
    key: str
    name: str
    place: str
    docking: str


@dataclass(frozen=True)
class SampleMember:
    key: str
    name: str
    title: str
    role: str
    organisation: str
    workspace: str = "main"
    admin: bool = False

    @property
    def email(self) -> str:
        return f"{self.key}@{self.organisation}.example"


@dataclass(frozen=True)
class SampleNeed:
    member: str
    question: str
    places: list[str]
    background: str = ""
    needed_in_days: int | None = None
    outputs: list[str] = field(default_factory=list)
    offers: list[str] = field(default_factory=list)
    money: str | None = None
    visibility: str = "network"
    hide_council: bool = False


@dataclass(frozen=True)
class SampleExpertise:
    member: str
    summary: str
    topics: list[str]
    methods: list[str]
    places: list[str]
    outputs: list[str]
    how_soon: str
    least_money: str | None = None
    publications: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class SampleCall:
    title: str
    funder: str
    link: str
    opens_in_days: int
    closes_in_days: int
    themes: list[str]
    amount: str = ""


@dataclass(frozen=True)
class SampleEvent:
    title: str
    starts_in_days: int
    hour: int
    hours: int
    place: str
    link: str


@dataclass(frozen=True)
class Tour:
    """The texts and people of the six steps, by member key."""

    officer: str
    strong_need: str
    strong_academic: str
    gap_need: str
    gap_academic: str
    gap_expertise: str
    admin: str


@dataclass(frozen=True)
class Sample:
    organisations: list[SampleOrganisation]
    members: list[SampleMember]
    needs: list[SampleNeed]
    expertise: list[SampleExpertise]
    calls: list[SampleCall]
    events: list[SampleEvent]
    tour: Tour


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads((FOLDER / f"{name}.toml").read_text(encoding="utf-8"))


def _rows(name: str, kind: str, row: type[Row]) -> list[Row]:
    return [row(**one) for one in _read(name)[kind]]


def load_sample() -> Sample:
    """The whole sample; a key that is wrong or missing in its files fails loudly."""
    officers = _rows("members", "member", SampleMember)
    academics = _rows("academics", "member", SampleMember)
    return Sample(
        organisations=_rows("organisations", "organisation", SampleOrganisation),
        members=[*officers, *academics],
        needs=_rows("needs", "need", SampleNeed),
        expertise=_rows("expertise", "expertise", SampleExpertise),
        calls=_rows("calendar", "call", SampleCall),
        events=_rows("calendar", "event", SampleEvent),
        tour=Tour(**_read("tour")),
    )
