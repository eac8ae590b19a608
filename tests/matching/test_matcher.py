import random
from collections.abc import Sequence

import pytest

from matching.analysis import Field, document
from matching.facts import Facts
from matching.matcher import Pair, rank, suggest_needs
from matching.vectors import Vectors
from matching.weights import BARS, Band, rarity
from tests.matching.invented import PROFILES, Bag, asked, network, suggested

FLOOD_NEED = "How can we reduce surface water flooding and improve urban drainage after heavy rain?"
NEEDS = (
    FLOOD_NEED,
    "What fills empty shops on the high street?",
    "getting people into work",
    "llifogydd a thai fforddiadwy",
    "🌊 flooding 🌧️",
    "洪水 と 都市 の 排水",
    "flooding",
    "the of and",
    "",
)


@pytest.mark.parametrize("need", NEEDS)
@pytest.mark.parametrize("encoder", [None, Bag()], ids=["words", "meaning"])
def test_the_order_in_which_rows_arrive_changes_nothing(need: str, encoder: Bag | None) -> None:
    ids = list(PROFILES)
    random.Random(3).shuffle(ids)
    query = asked(need, encoder=encoder)
    there = suggested(query, network(encoder=encoder))
    assert suggested(query, network({id_: PROFILES[id_] for id_ in ids}, encoder)) == there
    changed = network(PROFILES | {"floods": "something else", "gone": "flooding"}, encoder)
    for there_again in (changed.index, changed.meanings):
        there_again.remove("gone")
    changed.index.put(document("floods", [Field(PROFILES["floods"])]))
    if encoder is not None:
        changed.meanings.put("floods", encoder.encode([PROFILES["floods"]]))
    assert suggested(query, changed) == there


@pytest.mark.parametrize("encoder", [None, Bag()], ids=["words", "meaning"])
def test_the_same_question_gets_the_same_answer(encoder: Bag | None) -> None:
    profiles = network(encoder=encoder)
    query = asked(FLOOD_NEED, encoder=encoder)
    assert suggested(query, profiles) == suggested(query, profiles)
    assert rank(query, profiles, top=3) == rank(query, profiles, top=3)


@pytest.mark.parametrize("need", NEEDS)
@pytest.mark.parametrize("encoder", [None, Bag()], ids=["words", "meaning"])
def test_a_network_without_profiles_has_nobody(need: str, encoder: Bag | None) -> None:
    empty = network({}, encoder)
    assert suggested(asked(need, encoder=encoder), empty) == []
    assert rank(asked(need, encoder=encoder), empty, top=5) == []


@pytest.mark.parametrize("texts", [{"a": ""}, {"a": "🌊"}, {"a": "the of"}, {"a": "\n\n"}])
def test_a_profile_without_words_is_suggested_to_nobody_by_words(texts: dict[str, str]) -> None:
    assert suggested(asked(FLOOD_NEED), network(texts), texts) == []


def test_welsh_is_matched_by_its_words() -> None:
    found = suggested(asked("Tai fforddiadwy a llifogydd: beth yw'r ymchwil?"), network())
    assert found[0].id == "welsh"


def test_twenty_thousand_words_do_not_drown_the_few_that_matter() -> None:
    about = "surface water flooding and urban drainage after heavy rain"
    filler = " ".join(f"word{number}" for number in range(20_000))
    texts = {"long": f"{about}\n{filler}", "short": about, "other": "shops and shoppers"}
    found = {hit.id: hit.score for hit in rank(asked(about), network(texts), top=3)}
    assert found["short"] > found["long"] > 0.3
    assert "other" not in found


def test_twenty_thousand_words_cost_the_model_only_a_few_passages() -> None:
    bag = Bag()
    network({"long": "flooding " * 20_000, "list": "A paper on floods.\n" * 500}, bag)
    assert len(bag.read) == 16
    assert max(len(text.split()) for text in bag.read) == 150


def test_a_long_list_of_publications_drowns_neither_its_owner_nor_others() -> None:
    papers = "\n".join(f"Paper number{n} on topic{n} and method{n}" for n in range(40))
    texts = {
        "list": f"I study towns.\n{papers}\nUrban drainage and surface water flooding",
        "plain": "Urban drainage and surface water flooding",
        "other": "Medieval church music",
    }
    found = rank(asked("surface water flooding and urban drainage"), network(texts), top=3)
    assert [hit.id for hit in found] == ["plain", "list"]
    assert found[1].score > 0.3


def test_meaning_finds_a_pair_without_a_word_in_common() -> None:
    class Synonyms(Bag):
        def encode(self, texts: Sequence[str]) -> Vectors:
            said = {"pond": "lagoon", "bogs": "wetland"}
            return super().encode(
                [" ".join(said.get(word, word) for word in text.split()) for text in texts]
            )

    need, texts = "pond bogs", {"wet": "lagoon wetland", "dry": "desert sand"}
    assert suggested(asked(need), network(texts), texts) == []
    encoder = Synonyms()
    (found,) = suggested(asked(need, encoder=encoder), network(texts, encoder), texts)
    assert found.id == "wet"
    assert [reason.kind for reason in found.reasons] == ["meaning"]


def test_a_need_is_scored_the_same_from_either_side() -> None:
    encoder = Bag()
    profiles, query = network(encoder=encoder), asked(FLOOD_NEED, encoder=encoder)
    from_need = suggested(query, profiles)[0]
    (from_profile,) = suggest_needs(
        from_need.id,
        profiles,
        {"7": query},
        lambda _: Facts(),
        [Field(PROFILES[from_need.id])],
        top=5,
    )
    assert (from_profile.score, from_profile.reasons) == (from_need.score, from_need.reasons)


def test_a_profile_whose_vectors_are_not_made_yet_is_matched_by_words() -> None:
    encoder = Bag()
    profiles = network(encoder=encoder)
    profiles.meanings.remove("floods")
    found = {one.id: one for one in suggested(asked(FLOOD_NEED, encoder=encoder), profiles)}
    assert "meaning" not in {reason.kind for reason in found["floods"].reasons}


def test_a_vector_of_another_model_is_as_if_it_were_not_there() -> None:
    class Wide(Bag):
        dimensions = 96

    profiles = network(encoder=Bag())
    found = suggested(asked(FLOOD_NEED, encoder=Wide()), profiles)
    assert found == suggested(asked(FLOOD_NEED), profiles)


def test_nobody_is_better_than_somebody_who_shares_one_word() -> None:
    texts = PROFILES | {f"other{n}": f"theme{n} subject{n} matter{n}" for n in range(30)}
    for need in ("What do residents think of our new rain jackets?", "rain", "Which market?"):
        assert suggested(asked(need), network(texts), texts) == []


def test_the_bars_stand_in_their_order_and_a_higher_score_never_gets_a_lower_band() -> None:
    assert [bar.band for bar in BARS] == [Band.STRONG, Band.GOOD, Band.POSSIBLE]
    order = [None, Band.POSSIBLE, Band.GOOD, Band.STRONG]
    for meaning in (None, 0.5):
        bands = [Pair(score / 100, meaning).band(3) for score in range(101)]
        assert [order.index(band) for band in bands] == sorted(map(order.index, bands))
        assert bands[-1] is Band.STRONG


def test_a_rarer_term_says_more_and_what_all_have_says_nearly_nothing() -> None:
    said = [float(rarity(1000, having)) for having in range(1001)]
    assert said == sorted(said, reverse=True)
    assert 0 < said[-1] < 0.05
    # In a network of one, what its only profile says is not as common as what all of many say.
    assert rarity(1, 1) > 0.5 * rarity(1, 0)
