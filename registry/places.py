"""The gazetteer: UK local authorities, combined authorities, regions and nations.

Places are no tree: a district lies in a county, a combined authority, a region and a nation at
once. `places.csv` says where its facts come from in docs/places.md.
"""

import csv
import math
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from matching.facts import Nearness

FACTS = Path(__file__).with_name("places.csv")
NEAR_KM = 40.0
EARTH_KM = 6371.0
LONGEST_LABEL = 75
# Official codes of regions and nations (ONS); the file of authorities names them without codes.
REGIONS = {
    "North East": "E12000001",
    "North West": "E12000002",
    "Yorkshire and The Humber": "E12000003",
    "East Midlands": "E12000004",
    "West Midlands": "E12000005",
    "East of England": "E12000006",
    "London": "E12000007",
    "South East": "E12000008",
    "South West": "E12000009",
}
NATIONS = {
    "England": "E92000001",
    "Wales": "W92000004",
    "Scotland": "S92000003",
    "Northern Ireland": "N92000002",
}
WHOLE = "K02000001"
NO_HELP = re.compile(
    r"\b(council|borough|city|county|district|metropolitan|royal|london|of|the|and|authority)\b"
)


@dataclass(frozen=True)
class Place:
    """One place, its centre in degrees; `within` are the codes of all that it lies in."""

    code: str
    name: str
    short_name: str
    kind: str
    nation: str
    region: str
    latitude: float
    longitude: float
    within: frozenset[str]


@cache
def gazetteer() -> dict[str, Place]:
    """Every place by its code."""
    with FACTS.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    centres = {row["code"]: _centre(row, rows) for row in rows}
    found = {row["code"]: _authority(row, centres[row["code"]]) for row in rows}
    for name, code in REGIONS.items():
        inside = [place for place in found.values() if place.region == name]
        within = frozenset({NATIONS["England"], WHOLE})
        found[code] = _larger(code, name, "Region", "England", name, inside, within)
    for name, code in NATIONS.items():
        inside = [place for place in found.values() if place.nation == name]
        found[code] = _larger(code, name, "Nation", name, "", inside, frozenset({WHOLE}))
    everywhere = list(found.values())
    found[WHOLE] = _larger(
        WHOLE, "United Kingdom", "Whole country", "", "", everywhere, frozenset()
    )
    return found


def _centre(row: dict[str, str], rows: list[dict[str, str]]) -> tuple[float, float]:
    """The file's centre; of a combined authority, which has none there, its members' mean."""
    code = row["code"]
    some = [one for one in rows if code in (one["combined_authority"], one["county"])]
    placed = [row] if row["latitude"] else [one for one in some if one["latitude"]]
    latitude = sum(float(one["latitude"]) for one in placed) / len(placed)
    return latitude, sum(float(one["longitude"]) for one in placed) / len(placed)


def _authority(row: dict[str, str], centre: tuple[float, float]) -> Place:
    within = {row["county"], row["combined_authority"], REGIONS.get(row["region"], "")}
    within |= {NATIONS[row["nation"]], WHOLE}
    return Place(
        code=row["code"],
        name=row["name"],
        short_name=row["short_name"],
        kind=row["kind"],
        nation=row["nation"],
        region=row["region"],
        latitude=centre[0],
        longitude=centre[1],
        within=frozenset(within - {"", row["code"]}),
    )


def _larger(
    code: str,
    name: str,
    kind: str,
    nation: str,
    region: str,
    inside: list[Place],
    within: frozenset[str],
) -> Place:
    latitude = sum(place.latitude for place in inside) / len(inside)
    longitude = sum(place.longitude for place in inside) / len(inside)
    return Place(code, name, name, kind, nation, region, latitude, longitude, within)


def find(code: str) -> Place | None:
    """The place of a code, or None."""
    return gazetteer().get(code)


def fold(text: str) -> str:
    """A name as it is searched for: no case, accents, hyphens or apostrophes."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().casefold()
    return " ".join(re.sub(r"[^a-z0-9]+", " ", plain.replace("'", "")).split())


def search(text: str, *, limit: int = 20) -> list[Place]:
    """The places whose names have words that begin so: exact first, then by how they begin."""
    wanted = fold(text)
    wanted = " ".join(NO_HELP.sub(" ", wanted).split()) or wanted
    if not wanted:
        return []
    ranked = [
        (rank, place.short_name, place.code, place)
        for place in gazetteer().values()
        if (rank := _rank(wanted, place)) is not None
    ]
    return [place for *_, place in sorted(ranked, key=lambda one: one[:3])[:limit]]


def _rank(wanted: str, place: Place) -> int | None:
    short, full = fold(place.short_name), fold(place.name)
    if short == wanted:
        return 0
    if short.startswith(wanted):
        return 1
    starts = f" {short} {full}"
    if all(f" {word}" in starts for word in wanted.split()):
        return 2
    return None


@cache
def _ambiguous() -> frozenset[str]:
    names = [place.short_name for place in gazetteer().values()]
    return frozenset(name for name in names if names.count(name) > 1)


@cache
def label(code: str) -> str:
    """A short name that no other place has; the code itself for a place that is not there."""
    place = find(code)
    if place is None:
        return code
    if place.short_name not in _ambiguous():
        return place.short_name
    return f"{place.short_name} ({place.kind.lower()}, {place.region or place.nation})"[
        :LONGEST_LABEL
    ]


def nearness(some: Iterable[str], others: Iterable[str]) -> Nearness:
    """The closest relation between two sets of codes; unknown codes count for nothing."""
    ours = [place for code in some if (place := find(code))]
    theirs = [place for code in others if (place := find(code))]
    relations = [_relation(one, other) for one in ours for other in theirs]
    order = list(Nearness)
    return min(relations, key=order.index, default=Nearness.FAR)


def cover(some: Iterable[str], others: Iterable[str]) -> bool:
    """Whether any of these places takes in, lies in, or shares a part with any of the others."""
    theirs = [place for code in others if (place := find(code))]
    return any(_shared(place, other) for code in some if (place := find(code)) for other in theirs)


def _shared(one: Place, other: Place) -> bool:
    inside = other.code in one.within or one.code in other.within
    return one.code == other.code or inside or bool(_parts(one) & _parts(other))


def _relation(one: Place, other: Place) -> Nearness:
    if one.code == other.code:
        return Nearness.SAME
    if _shared(one, other):
        return _overlap(one, other)
    if _kilometres(one, other) <= NEAR_KM:
        return Nearness.NEAR
    if one.region and one.region == other.region:
        return Nearness.REGION
    if one.nation and one.nation == other.nation:
        return Nearness.NATION
    return Nearness.FAR


def _overlap(one: Place, other: Place) -> Nearness:
    """Lying in a whole nation, region or country is no more than that."""
    kinds = {one.kind, other.kind}
    if kinds & {"Whole country", "Nation"}:
        return Nearness.NATION
    return Nearness.REGION if "Region" in kinds else Nearness.OVERLAPS


@cache
def _parts(place: Place) -> frozenset[str]:
    """The smaller places that a county or combined authority is made of."""
    if place.kind not in ("County", "Combined authority", "Strategic Regional Authority"):
        return frozenset()
    return frozenset(one.code for one in gazetteer().values() if place.code in one.within)


def _kilometres(one: Place, other: Place) -> float:
    """Between two centres, along the ground."""
    latitudes = math.radians(one.latitude), math.radians(other.latitude)
    north = math.sin((latitudes[1] - latitudes[0]) / 2) ** 2
    east = math.sin(math.radians(other.longitude - one.longitude) / 2) ** 2
    chord = north + math.cos(latitudes[0]) * math.cos(latitudes[1]) * east
    return 2 * EARTH_KM * math.asin(math.sqrt(chord))


def region_label(codes: Iterable[str]) -> str:
    """The English region, or the nation, of places: what is shown where a council is hidden."""
    found = [place for code in codes if (place := find(code))]
    names = sorted({place.region or place.nation or place.name for place in found})
    return names[0] if len(names) == 1 else "the United Kingdom" if names else ""
