import pytest

from matching.analysis import Field, analyse
from matching.spelling import one_spelling
from matching.vocabulary import Side
from matching.words import sequence, stem, terms


@pytest.mark.parametrize(
    ("british", "american"),
    [
        ("labour", "labor"),
        ("neighbourhoods", "neighborhoods"),
        ("behavioural", "behavioral"),
        ("centre", "center"),
        ("kilometres", "kilometers"),
        ("organisation", "organization"),
        ("decarbonised", "decarbonized"),
        ("analysing", "analyzing"),
        ("modelling", "modeling"),
        ("travelled", "traveled"),
        ("defence", "defense"),
        ("licence", "license"),
        ("paediatric", "pediatric"),
        ("archaeology", "archeology"),
        ("anaemia", "anemia"),
        ("programme", "program"),
        ("ageing", "aging"),
        ("catalogue", "catalog"),
        ("mould", "mold"),
    ],
)
def test_british_and_american_spellings_are_one_term(british: str, american: str) -> None:
    assert stem(british) == stem(american)


@pytest.mark.parametrize(
    ("one", "other"),
    [("hour", "hor"), ("prize", "price"), ("four", "for"), ("metre", "met"), ("size", "sis")],
)
def test_words_that_only_look_like_two_spellings_stay_apart(one: str, other: str) -> None:
    assert stem(one) != stem(other)


@pytest.mark.parametrize("word", ["", "a", "ize", "our", "再", "naïve"])
def test_any_word_has_a_spelling(word: str) -> None:
    assert isinstance(one_spelling(word), str)


def test_floods_flooding_and_flooded_are_one_term_in_capitals_too() -> None:
    assert list(terms("Flooding FLOODS flooded flood's")) == ["flood"]


@pytest.mark.parametrize(
    ("hyphened", "other"),
    [
        ("decision-making", "decision making"),
        ("e-mail", "email"),
        ("well-being", "wellbeing"),
        ("co‑design", "codesign"),  # the hyphen that does not break
        ("health-care", "healthcare"),
    ],
)
def test_hyphens_meet_the_joined_and_the_parted_word(hyphened: str, other: str) -> None:
    one, two = analyse([Field(hyphened)]), analyse([Field(other)], side=Side.PROFILE)
    assert one.counts.keys() & two.counts.keys()


def test_a_hyphened_word_counts_little_more_than_its_parts() -> None:
    counts = analyse([Field("evidence-informed")]).counts
    assert sum(counts.values()) == 2.5


def test_letters_of_every_script_are_letters() -> None:
    said = "Tŷ Gŵyl ﬁre café cafe\u0301 Straße नमस्ते Ελλάδα"
    found = terms(said)
    assert found["cafe"] == ["café", "café"]  # composed or not
    assert {"ty", "gwyl", "fire", "strass"} <= found.keys()
    assert any("नमस्ते" in words for words in found.values())  # not cut at its vowel signs


@pytest.mark.parametrize("text", ["", " ", "🌊🌧️", "…", "the of and", "’’’", "\u200b\u00ad"])
def test_text_without_a_word_has_no_terms(text: str) -> None:
    assert terms(text) == {}


def test_what_is_invisible_parts_no_word() -> None:
    assert list(terms("flo\u00adoding cat\u200bchment")) == ["flood", "catchment"]


def test_sentences_part_the_sequence_and_their_first_capital_is_not_the_words_own() -> None:
    found = ["." if word is None else word.written for word in sequence("Floods. Wales floods")]
    assert found == ["floods", ".", "wales", "floods"]
    assert [word.written for word in sequence("in Wales NHS") if word] == ["in", "Wales", "NHS"]


def test_a_word_without_end_is_cut() -> None:
    (found,) = [word for word in sequence("x" * 100_000) if word]
    assert len(found.written) == 60
