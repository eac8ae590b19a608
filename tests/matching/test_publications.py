import math
import time
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matching.analysis import Field, profile
from matching.encoding import profile_texts
from matching.matcher import Profiles, rank
from matching.publications import documents_of_list, subject_of
from matching.query import text_of
from matching.vectors import Encoder
from matching.weights import PUBLICATION_DOCUMENTS
from tests.matching.invented import Bag, asked

STATEMENT = (
    "I model surface water flooding and urban drainage.",
    "I can measure runoff after heavy rain.",
    "I work with councils on flood maps.",
)
NEED = "How can we reduce surface water flooding and improve urban drainage after heavy rain?"
UNRELATED = [f"Paper number{n} on topic{n} and method{n} among people{n}" for n in range(40)]
RELATED = [f"Flooding of basement{n} in village{n}, and drainage{n}" for n in range(40)]


def network(
    people: dict[str, tuple[Sequence[str], Sequence[str]]], encoder: Encoder | None = None
) -> Profiles:
    """Profiles of a statement's lines and the lines of a list."""
    built = Profiles()
    for id_, (lines, papers) in people.items():
        documents, found = [[Field(line)] for line in lines], documents_of_list(papers)
        built.index.put(profile(id_, documents, found))
        if encoder is not None:
            texts = [text_of(some) for some in documents]
            read = profile_texts(texts, [one.text for one in found])
            built.meanings.put(id_, encoder.encode(read))
    return built


def scores(need: str, profiles: Profiles, encoder: Encoder | None = None) -> dict[str, float]:
    return {hit.id: hit.score for hit in rank(asked(need, encoder=encoder), profiles, top=50)}


@pytest.mark.parametrize(
    ("line", "subject"),
    [
        ("Flooding in terraced streets", "Flooding in terraced streets"),
        ("  •  Flooding in terraced streets.", "Flooding in terraced streets"),
        ("12) Flooding in terraced streets", "Flooding in terraced streets"),
        ("- [3] Flooding in terraced streets", "Flooding in terraced streets"),
        (
            "Rivers, J. and Poole, A.B. (2021) Vacant shops. J. Towns, 12(3), pp. 1–20. doi:10.1/a",
            "Vacant shops. J. Towns",
        ),
        (
            "Rivers J, Poole AB, van der Berg C. What carers need to stay in work. 2021;12:1-20.",
            "What carers need to stay in work",
        ),
        (
            "J. Rivers and A. Poole, “Tidal gates and their failure,” vol. 4, no. 2, pp. 11-19",
            "“Tidal gates and their failure,”",
        ),
        ("Green et al. (2017a). Heat pumps in social housing", "Heat pumps in social housing"),
        ("Poole, Ann (in press) Peatland and its carbon", "Peatland and its carbon"),
        (
            "Ó Súilleabháin, P. & Ap Gwilym, T. (2016) Llifogydd a thai fforddiadwy",
            "Llifogydd a thai fforddiadwy",
        ),
        (
            "Women, work and care, available at: https://inv.example/x (accessed 3 May 2020)",
            "Women, work and care",
        ),
        ("Bus networks in the hills, ann@inv.example", "Bus networks in the hills"),
        # What only looks like a reference is left alone.
        ("2030 targets and bus networks", "2030 targets and bus networks"),
        ("1.5 degrees: what it means for harbours", "1.5 degrees: what it means for harbours"),
        ("16-24 year olds out of education", "16-24 year olds out of education"),
        ("Using GIS, remote sensing and memory", "Using GIS, remote sensing and memory"),
        ("Plan B. A study of evacuation routes", "Plan B. A study of evacuation routes"),
        ("UK high streets. A review of vacancy", "UK high streets. A review of vacancy"),
        ("Services accessed by young people", "Services accessed by young people"),
        ("洪水と都市の排水", "洪水と都市の排水"),
        # Where too little would be left, all of it is.
        ("Rivers, J. (2021)", "Rivers, J. (2021)"),
        ("https://doi.org/10.1234/abc", ""),
        ("orcid 0000-0002-1825-0097", ""),
        ("", ""),
    ],
)
def test_what_a_pasted_line_is_about(line: str, subject: str) -> None:
    assert subject_of(line) == subject


@settings(max_examples=200, deadline=None)
@given(st.text("Aa B.,;:&()[]-–/@1 0;\t•dоi", max_size=400))
def test_any_line_is_read_and_only_shortened(line: str) -> None:
    assert len(subject_of(line)) <= len(line) + len("(forthcoming)")


@pytest.mark.parametrize(
    "piece",
    ["A.", "Aa A. ", "Aa, A., ", "de ", "-", "1 (", "doi ", "a@", "Ab-", "[1]", "1-", "Aa "],
)
def test_no_line_takes_long(piece: str) -> None:
    began = time.process_time()
    subject_of(piece * 400)
    assert time.process_time() - began < 1


def test_a_list_becomes_a_few_documents_with_every_title_in_its_order() -> None:
    few = documents_of_list(UNRELATED[:4])
    assert [one.text for one in few] == UNRELATED[:4]
    assert {one.weight for one in few} == {1.0}
    many = documents_of_list([*UNRELATED, "https://doi.org/10.1234/abc"])
    assert len(many) == PUBLICATION_DOCUMENTS
    assert [line for one in many for line in one.text.splitlines()] == UNRELATED
    assert all(
        one.weight == pytest.approx(1 / math.sqrt(len(one.text.splitlines()))) for one in many
    )
    assert documents_of_list([]) == []


@pytest.mark.parametrize("encoder", [None, Bag()], ids=["words", "meaning"])
@pytest.mark.parametrize("papers", [UNRELATED, RELATED], ids=["unrelated", "one_word_each"])
def test_forty_publications_do_not_drown_a_profile_of_three_lines(
    papers: list[str], encoder: Bag | None
) -> None:
    elsewhere = ("I study medieval towns.", "Their churches.", "Their bells.")
    there = network({"plain": (STATEMENT, ()), "list": (elsewhere, papers)}, encoder)
    found = scores(NEED, there, encoder)
    assert found["plain"] > 2 * found.get("list", 0)


words = st.lists(st.sampled_from([*NEED.split(), *UNRELATED[0].split(), "bats"]), min_size=1)
lines = words.map(" ".join)


@settings(max_examples=100, deadline=None)
@given(
    statement=st.lists(lines, min_size=1, max_size=4),
    papers=st.lists(lines, max_size=12),
    need=lines,
)
def test_by_words_a_list_takes_nothing_from_what_its_owner_says(
    statement: list[str], papers: list[str], need: str
) -> None:
    there = network({"list": (statement, papers), "plain": (statement, ())})
    counts = asked(need).analysed.counts
    assert there.index.score(counts, "list") >= there.index.score(counts, "plain") - 1e-9


def test_forty_publications_do_not_dilute_what_their_owner_says_by_meaning() -> None:
    bag = Bag()
    there = network({"list": (STATEMENT, UNRELATED), "plain": (STATEMENT, ())}, bag)
    found = scores(NEED, there, bag)
    assert found["list"] > 0.9 * found["plain"]


@pytest.mark.parametrize("encoder", [None, Bag()], ids=["words", "meaning"])
@pytest.mark.parametrize("place", [0, 20, 39])
def test_the_one_publication_that_fits_is_found_wherever_it_stands(
    place: int, encoder: Bag | None
) -> None:
    papers = [*UNRELATED[:place], "Bats in the lofts of listed churches", *UNRELATED[place:]]
    there = network(
        {"list": (("I study buildings.",), papers), "other": (("I study ships.",), UNRELATED)},
        encoder,
    )
    found = scores("How do we move bats out of listed churches?", there, encoder)
    assert found["list"] > 3 * found.get("other", 0)


def test_a_model_reads_eight_texts_at_most_and_each_title_in_one_of_them() -> None:
    papers = [one.text for one in documents_of_list(RELATED)]
    read = profile_texts(STATEMENT, papers)
    assert len(read) == 8
    assert max(len(text.split()) for text in read) <= 150
    for title in RELATED:
        assert any(title in " ".join(text.split()) for text in read)
    assert profile_texts(["I study floods."], ["Rain in towns"]) == [
        "I study floods. Rain in towns",
        "I study floods.",
    ]
    long = profile_texts(["word " * 400], papers)
    assert all(len(text.split()) == 150 for text in long)
    assert long[2].endswith(" ".join(papers[0].split()))


def test_a_list_can_raise_a_score() -> None:
    papers = ["Surface water flooding and urban drainage", "Heavy rain on older streets", "A song"]
    there = network({"with": (STATEMENT[:1], papers), "without": (STATEMENT[:1], ())})
    found = scores(NEED, there)
    assert found["with"] > found["without"]
