from bot.matches.standing import standing_blocks
from playground.slack import texts
from registry.disclosure import NeedShown, ShownState
from registry.introductions import Side
from registry.standing import Standing

NEED = NeedShown(
    id=1,
    question="What <works> for vacant shops?",
    where="Cardiff",
    council=None,
    background="",
    needed_by=None,
    outputs=(),
    offers=(),
    money=None,
)


def one(number: int) -> Standing:
    return Standing(number, Side.ACADEMIC, NEED, ShownState.NOT_THIS_TIME, asked_by_me=False)


def test_a_hidden_council_stays_hidden_and_what_people_wrote_is_escaped() -> None:
    shown = "\n".join(texts(standing_blocks([one(1)])))
    assert "For a council: What &lt;works&gt; for vacant shops?" in shown


def test_those_that_do_not_fit_are_counted() -> None:
    assert "And 3 more." in list(texts(standing_blocks([one(n) for n in range(8)], most=5)))
