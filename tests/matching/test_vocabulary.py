import tomllib
from importlib.resources import files

import pytest

from matching.analysis import Field, analyse, is_bridge
from matching.vocabulary import (
    Meeting,
    Side,
    Unreadable,
    Vocabulary,
    read_line,
    shared_vocabulary,
)
from tests.matching.invented import asked, network, suggested


def bridges(text: str, side: Side, vocabulary: Vocabulary | None = None) -> set[str]:
    found = analyse([Field(text)], side=side, vocabulary=vocabulary).counts
    return set(filter(is_bridge, found))


def meet(need: str, profile: str, vocabulary: Vocabulary | None = None) -> bool:
    return bool(bridges(need, Side.NEED, vocabulary) & bridges(profile, Side.PROFILE, vocabulary))


@pytest.mark.parametrize(
    ("need", "profile"),
    [
        ("What brings life back to our high street?", "Retail vacancy in town centre retail"),
        ("Getting people into work", "An active labour market policy for towns"),
        ("getting people into work", "Active Labor Market Policies compared"),
        ("Why do patients miss appointments? Missed appointments cost us", "Non-attendance"),
        ("our SEND provision", "special educational needs"),
        ("special educational needs", "SEND reform"),
        ("NEETs in our towns", "young people not in education, employment or training"),
        ("people not in education employment or training", "NEET"),
        ("a new LEP", "local enterprise partnerships in England"),
        ("more FDI", "foreign direct investment"),
        ("EVs for staff", "electric vehicles"),
        ("potholes", "highway maintenance and asphalt"),
    ],
)
def test_what_councils_say_meets_what_researchers_say(need: str, profile: str) -> None:
    assert meet(need, profile)


@pytest.mark.parametrize(
    ("need", "profile"),
    [
        ("we send letters", "special educational needs"),  # the verb
        ("It is a high risk. Street lights fail.", "town centre retail"),  # two sentences
        ("high quality of every street", "town centre retail"),  # not the phrase
        ("highway maintenance", "potholes"),  # only from potholes to highways
        ("we need it", "information and communication technology"),
    ],
)
def test_what_only_looks_alike_does_not_meet(need: str, profile: str) -> None:
    assert not meet(need, profile)


def test_abbreviations_meet_single_words_of_their_long_forms() -> None:
    need = analyse([Field("SEND")])
    assert need.counts["educ"] == 0.5
    assert need.written("educ") == "SEND"
    written = analyse([Field("SEND in education")])
    assert written.counts["educ"] == 1.0


def test_a_pair_without_a_word_in_common_is_found_by_the_vocabulary() -> None:
    need = asked("getting people into work; back to work after years out of a job")
    assert suggested(need, network())[0].id == "jobs"


def test_a_bridge_counts_once_and_by_its_weight() -> None:
    def count(text: str) -> float:
        return max(
            count
            for term, count in analyse([Field(text)], side=Side.NEED).counts.items()
            if "high street" in term
        )

    assert count("high street") == count("high street, high streets and the high street")
    assert 0 < count("high street") < 1


def test_every_line_of_the_file_can_be_read_and_none_stands_twice() -> None:
    tables = tomllib.loads(files("matching").joinpath("vocabulary.toml").read_text("utf-8"))
    short = tables.pop("abbreviations")
    lines = [line for table in tables.values() for line in table["meet"]]
    terms = [read_line(line).term for line in lines]
    assert len(short) > 100
    assert len(lines) > 300
    assert len(set(terms)) == len(terms)
    assert len(shared_vocabulary().meetings) == len(short) + len(lines)
    assert all(0 < read_line(line).weight <= 1 for line in lines)


def test_a_line_is_read_as_it_is_written() -> None:
    meeting = read_line("pothole, potholes ->  highway maintenance @0.4")
    assert meeting == Meeting(("pothole", "potholes"), ("highway maintenance",), 0.4, False)
    assert read_line(meeting.line()) == meeting
    assert read_line("a wall ↔ a barrier").weight == 0.7


@pytest.mark.parametrize(
    "line",
    [
        "",
        "high street",
        "<-> town centre",
        "high street <->",
        "high street <-> town centre @ 2",
        "high street <-> town centre @ much",
        "high street <-> High Streets",
        "a <-> b <-> c",
        "high street <-> " + "town " * 13,
        "x" * 301,
    ],
)
def test_what_is_no_line_is_told_in_words(line: str) -> None:
    with pytest.raises(Unreadable) as told:
        read_line(line)
    assert str(told.value).endswith((".", "`"))


def test_a_network_adds_its_own_and_the_order_does_not_matter() -> None:
    one, two = read_line("Corrib plan <-> retail geography"), read_line("hush <-> acoustics")
    mine = shared_vocabulary().with_more([one, two])
    other = shared_vocabulary().with_more([two, one, one])
    assert mine.digest == other.digest != shared_vocabulary().digest
    assert meet("Does the Corrib Plan work?", "Retail geography", mine)
    assert not meet("Does the Corrib Plan work?", "Retail geography")
    text = "Did the Corrib plan help footfall?"
    (with_it,) = suggested(asked(text, vocabulary=mine), network(vocabulary=mine))
    assert with_it.id == "shops"
    assert suggested(asked(text), network()) == []


def test_words_are_kept_apart_from_bridges() -> None:
    found = analyse([Field("high street")])
    assert not any(is_bridge(term) for term in found.words)
