import pytest

from bot.matches.views import reasons_line
from matching.reasons import Reason
from registry.disclosure import reasons_shown
from registry.introductions import Side

REASONS = (
    Reason("words", 0.22, ("flood", "rain"), profile_words=("flooding", "rains"), terms=("flood",)),
    Reason("bridge", 0.02, ("high street",), profile_words=("retail vacancy",), terms=("~a",)),
    Reason("meaning", 0.1),
    Reason("sentence", 0.0, ("We keep counts",), profile_words=("I count shops",)),
    Reason("place", 0.02, value="region"),
    Reason("time", 0.03),
)


def test_an_officer_reads_how_much_each_thing_adds_in_their_own_words() -> None:
    assert reasons_line(reasons_shown(REASONS, Side.OFFICER)) == (
        "Both mention flood and rain (56%); “high street” is met in other words (5%); "
        "close in meaning (26%). It fits best where you wrote “We keep counts”. "
        "Same region (5%); can start in time (8%)."
    )


def test_an_academic_reads_the_same_in_theirs() -> None:
    said = reasons_line(reasons_shown(REASONS, Side.ACADEMIC))
    assert "Both mention flooding and rains" in said
    assert "“retail vacancy” is met" in said
    assert "“I count shops”" in said
    assert not any(word in said for word in ("high street", "We keep counts"))


def test_where_both_read_it_nobodys_own_sentence_stands() -> None:
    said = reasons_line(reasons_shown(REASONS, None))
    assert "Both mention flood and rain" in said
    assert not any(word in said for word in ("counts", "retail vacancy", "count shops"))


@pytest.mark.parametrize("reader", [Side.OFFICER, Side.ACADEMIC, None])
def test_nothing_of_the_other_side_is_left_in_what_is_shown(reader: Side | None) -> None:
    for reason in reasons_shown(REASONS, reader):
        assert reason.profile_words == ()
        assert reason.terms == ()


@pytest.mark.parametrize(
    ("reasons", "line"),
    [
        ((), ""),
        ((Reason("broker", 0.0),), "Suggested by a docking point."),
        (
            (Reason("words", 0.5, ("a",)), Reason("role", 0.001)),
            "Both mention a (100%). Does research (under 1%).",
        ),
        ((Reason("meaning", 0.4),), "Close in meaning (100%)."),
        ((Reason("place", 0.05, value="far"),), ""),
        (
            (Reason("words", 0.3, ("a<b",)), Reason("other_words", 0.1, value="4")),
            "Both mention a&lt;b (75%); other words in common (25%).",
        ),
        (
            (Reason("bridge", 0.1, ("EV", "LEP")), Reason("outputs", 0.02, ("evaluation",))),
            "“EV” and “LEP” are met in other words (83%). Offers evaluation (17%).",
        ),
    ],
)
def test_any_reasons_have_a_line(reasons: tuple[Reason, ...], line: str) -> None:
    assert reasons_line(reasons) == line
