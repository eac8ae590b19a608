from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from bot.priorities.views import asked_line, digest_line, earlier_blocks, shared_blocks
from registry.disclosure import AnswerShown, AskedShown, NeedShown
from registry.priorities import PriorityShown

ASKED_AT = datetime(2026, 3, 31, 23, 30, tzinfo=UTC)
LONDON = ZoneInfo("Europe/London")
LINK = f"https://council.example/{'a&' * 130}"


def asked(council: str | None = "Ambleby Council", **more: Any) -> AskedShown:
    need = NeedShown(
        id=1,
        question=more.pop("question", "Which streets flood first?"),
        where=more.pop("where", "Hartlepool"),
        council=council,
        background="not told here",
        needed_by=date(2026, 6, 1),
        outputs=(),
        offers=(),
        money=None,
    )
    return AskedShown(need, ASKED_AT, more.pop("closed", False), more.pop("answer", None))


def priority(*some: AskedShown, more: int = 0, **values: Any) -> PriorityShown:
    label = values.get("label", ("streets", "flood"))
    return PriorityShown(1, label, some, more, len(some) + more)


def texts(blocks: list[dict[str, Any]]) -> list[str]:
    return [one["text"]["text"] if "text" in one else one["elements"][0]["text"] for one in blocks]


def test_who_asked_what_where_and_when_by_the_networks_own_day() -> None:
    assert asked_line(asked(), LONDON) == (
        "• *Ambleby Council*: Which streets flood first? "
        "_(Hartlepool, asked 1 April 2026, needed by 1 June 2026)_"
    )


def test_a_hidden_council_is_told_by_its_region_once() -> None:
    line = asked_line(asked(None, where="North East"), LONDON)
    assert line.startswith("• *a council in North East*: Which")
    assert line.count("North East") == 1


def test_what_came_of_a_closed_one_with_the_name_that_may_be_told() -> None:
    answer = AnswerShown("We <fixed> it.", "https://a.example/x?y=1&z=2", "Prof I. F.")
    assert asked_line(asked(closed=True, answer=answer), LONDON).endswith(
        "asked 1 April 2026, closed)_\n_Answered:_ We &lt;fixed&gt; it. "
        "<https://a.example/x?y=1&amp;z=2|Read it>\n_By Prof I. F._"
    )


def test_a_digest_line_names_each_council_once() -> None:
    hidden = asked(None, where="Wales")
    line = digest_line(priority(asked(), asked(), hidden, hidden))
    assert line == "streets and flood: Ambleby Council and a council in Wales"
    many = [asked(f"Council {number}") for number in range(8)]
    assert digest_line(priority(*many)).endswith("Council 5 and others")


def test_however_much_there_is_it_fits_into_slack() -> None:
    answer = AnswerShown("&" * 600, LINK, "<" * 150)
    longest = asked("&" * 200, question="<" * 500, where="&" * 400, closed=True, answer=answer)
    blocks = shared_blocks([priority(*[longest] * 8, more=3)] * 10, 5, LONDON)
    assert len(blocks) <= 50
    assert all(len(text) <= 3000 for text in texts(blocks))
    shown = sum("asked by" in text for text in texts(blocks))
    assert texts(blocks)[-2] == f"And {10 - shown + 5} more."
    assert all(len(text) <= 3000 for text in texts(earlier_blocks([longest] * 3, LONDON)))
