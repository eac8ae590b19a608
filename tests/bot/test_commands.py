import pytest

from bot.commands import Command

FUNDING = Command(
    "/funding",
    "funding calls",
    {"add": "add one", "feeds": "the feeds", "feeds add": "read another feed"},
)


@pytest.mark.parametrize(
    ("typed", "word", "rest"),
    [
        ("", "", ""),
        ("add", "add", ""),
        ("ADD", "add", ""),
        ("  feeds   add  https://x.example ", "feeds add", "https://x.example"),
        ("feeds", "feeds", ""),
        ("addition", "", "addition"),
        ("help", "help", ""),
    ],
)
def test_a_known_word_is_split_from_the_rest(typed: str, word: str, rest: str) -> None:
    assert FUNDING.split(typed) == (word, rest)


def test_an_unknown_word_is_answered_with_what_it_could_have_been() -> None:
    assert FUNDING.unknown("fedes") == (
        "I don't know `/funding fedes`. Did you mean `/funding feeds`?"
    )
    assert FUNDING.unknown("list") == "I don't know `/funding list`. Type `/funding` alone."
    assert FUNDING.unknown("zzz") == "I don't know `/funding zzz`. Try `/funding help`."


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("delete", "remove"), ("Change", "edit"), ("show", None), ("stop", "close")],
)
def test_another_word_for_the_same_is_understood(typed: str, meant: str | None) -> None:
    need = Command("/need", "needs", {"edit": "change", "close": "stop", "remove": "delete"})
    assert need.meant(typed) == meant


def test_what_was_typed_cannot_break_out_of_the_answer() -> None:
    assert "<!channel>" not in FUNDING.unknown("`<!channel>`")
    assert FUNDING.unknown("`<!channel>`").count("`") == 4


def test_help_lists_every_word() -> None:
    assert FUNDING.help() == (
        "*/funding*: funding calls\n"
        "• `/funding add`: add one\n"
        "• `/funding feeds`: the feeds\n"
        "• `/funding feeds add`: read another feed\n"
        "• `/funding help`: this list"
    )
