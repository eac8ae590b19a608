import re
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import text


def test_what_a_person_wrote_cannot_become_markup() -> None:
    assert text.escape("<!channel> a & b <https://x.example|y>") == (
        "&lt;!channel&gt; a &amp; b &lt;https://x.example|y&gt;"
    )


@given(st.text(max_size=400), st.integers(min_value=10, max_value=300))
def test_quoted_text_fits_and_ends_in_no_half_entity(written: str, most: int) -> None:
    quoted = text.quoted(written, most)
    assert len(quoted) <= most
    assert "<" not in quoted
    assert ">" not in quoted
    for piece in quoted.split("&")[1:]:
        assert piece.startswith(("amp;", "lt;", "gt;"))


def test_quoted_text_is_no_shorter_than_it_must_be() -> None:
    long = "How do we keep people warm & save money? " * 12
    assert len(text.quoted(long, 100)) > 90
    assert text.quoted("a" * 500, 100) == "a" * 99 + text.ELLIPSIS


PAGE = Path(__file__).parents[2] / "playground" / "page" / "mrkdwn.js"
LOOKS_LIKE = str.maketrans("∗ˍ∼ˋ", "*_~`")
MARKS = st.text(alphabet="ab1 .,(*_~`", min_size=1).map(lambda text: " ".join(text.split()))


def rendered(mrkdwn: str) -> list[tuple[str, str]]:
    """What the playground's page makes of it, by the page's own expression."""
    found = re.search(r"^const TOKENS = /(.*)/g;$", PAGE.read_text(), re.MULTILINE)
    assert found is not None
    parts, begin = [], 0
    for token in re.finditer(found[1], mrkdwn, re.ASCII):
        parts.append(("plain", mrkdwn[begin : token.start()]))
        kinds = zip(("link", "code", "bold", "italic"), token.groups(), strict=True)
        parts += [(kind, inside) for kind, inside in kinds if inside is not None]
        begin = token.end()
    return [part for part in [*parts, ("plain", mrkdwn[begin:])] if part[1]]


@given(MARKS.filter(bool))
def test_typed_marks_change_nothing_around_them_and_show_as_typed(typed: str) -> None:
    quoted = text.quoted(typed)
    assert quoted.translate(LOOKS_LIKE) == typed
    assert rendered(quoted) == [("plain", quoted)]
    assert rendered(f"*{quoted}*") == [("bold", quoted)]
    assert rendered(f"_{quoted}_ and *{quoted}*") == [
        ("italic", quoted),
        ("plain", " and "),
        ("bold", quoted),
    ]


def test_an_address_can_still_be_followed_and_copied() -> None:
    for address in ("https://inv.example/~ann/a_b?c_d=1&e=f", "ann_b@inv.example"):
        assert text.quoted(f"*See* {address}") == f"∗See∗ {text.escape(address)}"


def test_short_text_stays_as_it_is() -> None:
    assert text.cut("abc", 3) == "abc"
    assert text.cut("abcd", 3) == "ab…"


def test_dates_are_told_the_british_way() -> None:
    assert text.day(date(2026, 3, 9)) == "9 March 2026"
    assert text.short_day(date(2026, 3, 9)) == "Mon 9 Mar"


def test_a_moment_is_told_in_each_readers_own_time() -> None:
    moment = datetime(2026, 7, 1, 9, 0, tzinfo=UTC)
    assert text.moment(moment, ZoneInfo("Europe/London")) == (
        "<!date^1782896400^{date_short_pretty}, {time}|Wed 1 Jul, 10:00>"
    )


def test_lists_and_counts_read_well() -> None:
    assert text.joined([]) == ""
    assert text.joined(["a"]) == "a"
    assert text.joined(["a", "b", "c"]) == "a, b and c"
    assert text.counted(1, "need") == "1 need"
    assert text.counted(2, "need") == "2 needs"
    assert text.counted(2, "body", "bodies") == "2 bodies"


@pytest.mark.parametrize(
    ("written", "most", "parts"),
    [
        ("floods", 6, ("floods", "")),
        ("floods in streets", 10, ("floods in", "streets")),
        ("floods in streets", 9, ("floods in", "streets")),
        ("floods in streets", 8, ("floods", "in streets")),
        ("unbroken", 3, ("unb", "roken")),
    ],
)
def test_a_text_is_parted_between_words(written: str, most: int, parts: tuple[str, str]) -> None:
    assert text.parted(written, most) == parts
