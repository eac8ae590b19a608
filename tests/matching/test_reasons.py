import math
from collections.abc import Iterable

from hypothesis import given, settings
from hypothesis import strategies as st

from matching.analysis import Field, analyse
from matching.matcher import Profiles, rank
from matching.query import Query
from matching.reasons import IN_OWN_WORDS, Reason, closest_by_words
from matching.vocabulary import Side
from matching.weights import MEANING, WORDS
from tests.matching.invented import PROFILES, Bag, asked, network, suggested

PHRASES = (
    "high street", "town centre retail", "retail vacancy", "empty shops", "SEND", "flooding",
    "special educational needs", "NEETs", "well-being", "wellbeing", "urban drainage",
    "getting people into work", "active labour market policy", "rivers", "EV", "electric vehicles",
    "pupils", "of the", "Llifogydd", "🌊", "decision-making",
)  # fmt: skip
texts = st.lists(st.sampled_from(PHRASES), min_size=1, max_size=8).map(". ".join)
TEXTUAL = ("words", "bridge", "other_words")


def by_kind(reasons: Iterable[Reason]) -> dict[str, Reason]:
    return {reason.kind: reason for reason in reasons}


def word_score(query: Query, profiles: Profiles, id_: str, without: Iterable[str] = ()) -> float:
    """A pair's word score with rarities and lengths held, as if some of the need's terms went."""
    gone = set(without)
    carried = profiles.index.explain(query.analysed.counts, id_)
    return math.fsum(one.share for one in carried if one.term not in gone)


@settings(max_examples=150, deadline=None)
@given(need=texts, profiles=st.lists(texts, min_size=1, max_size=6), with_meaning=st.booleans())
def test_each_reason_says_exactly_what_it_adds(
    need: str, profiles: list[str], with_meaning: bool
) -> None:
    encoder = Bag() if with_meaning else None
    corpus = {str(number): text for number, text in enumerate(profiles)}
    there, query = network(corpus, encoder), asked(need, encoder=encoder)
    portion = WORDS if with_meaning else 1.0
    for one in suggested(query, there, corpus):
        reasons = by_kind(one.reasons)
        assert math.isclose(one.score, math.fsum(reason.share for reason in one.reasons))
        whole = word_score(query, there, one.id)
        for kind in TEXTUAL:
            if kind in reasons:
                without = word_score(query, there, one.id, reasons[kind].terms)
                assert math.isclose(reasons[kind].share, portion * (whole - without), abs_tol=1e-12)
        named = [term for kind in TEXTUAL if kind in reasons for term in reasons[kind].terms]
        assert len(named) == len(set(named))
        assert math.isclose(word_score(query, there, one.id, named), 0.0, abs_tol=1e-12)
        if query.vector is not None and "meaning" in reasons:
            near = there.meanings.score(query.vector, one.id)
            assert near is not None
            assert math.isclose(reasons["meaning"].share, MEANING * near)


@settings(max_examples=60, deadline=None)
@given(need=texts, profile=texts)
def test_scored_anew_without_what_is_named_the_profile_never_rises(need: str, profile: str) -> None:
    corpus = {"a": profile, "b": "something else entirely"}
    there, query = network(corpus), asked(need)
    for one in suggested(query, there, corpus):
        named = by_kind(one.reasons).get("words")
        if one.id == "a" and named is not None:
            counts = {t: c for t, c in query.analysed.counts.items() if t not in named.terms}
            assert (
                there.index.score(counts, "a")
                <= there.index.score(query.analysed.counts, "a") + 1e-9
            )


@settings(max_examples=100, deadline=None)
@given(need=texts, profile=texts)
def test_every_word_that_is_told_is_the_readers_own(need: str, profile: str) -> None:
    corpus = {"a": profile}
    for one in suggested(asked(need), network(corpus), corpus):
        for reason in one.reasons:
            if reason.kind in IN_OWN_WORDS:
                assert all(word.casefold() in need.casefold() for word in _parts(reason.words))
                assert all(
                    word.casefold() in profile.casefold() for word in _parts(reason.profile_words)
                )


def _parts(words: Iterable[str]) -> list[str]:
    return [part.rstrip(".…") for word in words for part in word.split()]


def test_a_phrase_of_both_is_one_and_other_words_for_it_are_a_bridge() -> None:
    corpus = {
        "a": "High streets and flooding",
        "b": "Retail vacancy in town centre retail; flooding",
    }
    everybody = PROFILES | corpus
    need = asked("flooding of the high street")
    found = {
        one.id: by_kind(one.reasons)
        for one in suggested(need, network(everybody), everybody, top=20)
    }
    assert set(found["a"]["words"].words) == {"high street", "flooding"}
    assert set(found["a"]["words"].profile_words) == {"high streets", "flooding"}
    assert found["b"]["words"].words == ("flooding",)
    assert found["b"]["bridge"].words == ("high street",)
    assert found["b"]["bridge"].profile_words == ("town centre retail",)


def test_the_sentence_that_carries_most_is_quoted_if_there_are_several() -> None:
    corpus = {
        "a": "I keep bees and write about honey. Urban drainage and surface flooding are my work."
    }
    need = asked(
        "Which data do councils hold? We need help with urban drainage and surface flooding."
    )
    (found,) = suggested(need, network(corpus), corpus)
    sentence = by_kind(found.reasons)["sentence"]
    assert sentence.share == 0.0
    assert sentence.words == ("We need help with urban drainage and surface flooding",)
    assert sentence.profile_words == ("Urban drainage and surface flooding are my work",)
    assert closest_by_words("One sentence alone about drainage.", ()) == ""


def test_meaning_picks_the_needs_sentence_where_there_are_vectors() -> None:
    encoder = Bag()
    corpus = {"a": "urban drainage flooding rivers"}
    need = asked("Our budget is small this year. Urban drainage flooding rivers!", encoder=encoder)
    (found,) = suggested(need, network(corpus, encoder), corpus)
    assert by_kind(found.reasons)["sentence"].words == ("Urban drainage flooding rivers!",)


def test_what_is_not_to_be_quoted_is_not() -> None:
    fields = [Field("Flooding of streets and drains? More on drainage here.", quoted=False)]
    assert analyse(fields, side=Side.NEED).counts
    assert rank(asked("flooding"), network({"a": "flooding"}), top=1)[0].id == "a"
