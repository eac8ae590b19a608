"""`/funding`: months, filters and pages, and what everything looks like at any size."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.funding.fits import fits_view
from bot.funding.forms import call_form, rule_form, share_form
from bot.funding.month import AMOUNTS, PAGE, Filter, Month, chosen, month_blocks, read_page
from bot.funding.own import own_blocks
from bot.funding.views import (
    CallShown,
    Why,
    alert_message,
    amount_line,
    call_message,
    noted_block,
    post_message,
    summary_message,
)
from feeds.amounts import Amount, Currency, read_amount
from playground.blocks import check_message, check_view
from playground.slack import Channel
from registry.disclosure import NeedShown
from registry.funding import CallState, FundingCall, News
from registry.funding_channels import CLOSING, ChannelRule
from registry.needs import Need
from registry.offers import May, NeedOffered
from tests.bot.funding.calls import BUTTERFLIES, FLOOD_FUND, adds, month
from tests.office import Office, text_of
from tests.people import ONE_DATABASE, officer

NOW = datetime(2026, 3, 2, 10, tzinfo=UTC)
LONDON = ZoneInfo("Europe/London")


@ONE_DATABASE
async def test_calls_stand_under_the_month_in_which_they_close(
    office: Office, channel: Channel
) -> None:
    otto = await officer(office)
    await adds(office, otto, "Third", closes=None)
    await adds(office, otto, "Second", closes="2026-04-30")
    await adds(office, otto, "First", closes="2026-03-31")
    shown = text_of(await month(office, otto))
    order = ("March 2026", "First", "April 2026", "Second", "No closing day", "Third")
    assert [shown.index(one) for one in order] == sorted(shown.index(one) for one in order)


@ONE_DATABASE
async def test_the_list_is_filtered_by_theme_amount_and_saved_and_paged_within(
    office: Office, channel: Channel
) -> None:
    otto = await officer(office)
    for number in range(10):
        await adds(office, otto, f"Rivers {number}", themes="Rivers", amount="£5,000")
    await adds(office, otto, BUTTERFLIES, themes="butterflies", amount="£500,000")
    view = await month(office, otto)
    assert "11 open calls" in text_of(view)
    await office.chooses(otto, view, "funding.theme", "Rivers")
    assert "10 open calls" in text_of(view)
    assert BUTTERFLIES not in text_of(view)
    await office.presses(otto, view, "funding.page")
    assert "10 open calls*, the next to close first: 9 to 10" in text_of(view)
    await office.presses(otto, view, "funding.page_back")
    assert ": 1 to 8" in text_of(view)
    await office.chooses(otto, view, "funding.amount", "£100,000 to £1 million")
    assert "*No open call*\n" in text_of(view)
    assert "No call is like that." in text_of(view)
    await office.chooses(otto, view, "funding.theme", "All themes")
    assert "1 open call*" in text_of(view)
    await office.presses(otto, view, "funding.save")
    view = await month(office, otto)
    await office.presses(otto, view, "funding.whose")
    assert "1 open call*" in text_of(view)
    assert BUTTERFLIES in text_of(view)


@ONE_DATABASE
async def test_a_theme_of_any_length_is_shown_and_filtered_by(
    office: Office, channel: Channel
) -> None:
    otto = await officer(office)
    long = "Rivers & their floodplains " * 7 + "in cities"
    assert len(long) > 190
    await adds(office, otto, "Rivers 1", themes=long)
    await adds(office, otto, BUTTERFLIES, themes="butterflies")
    view = await month(office, otto)
    assert "For: Rivers &amp; their floodplains" in text_of(view)
    chosen = f"{long[:74].rstrip()}…"
    await office.chooses(otto, view, "funding.theme", chosen)
    assert "*1 open call*" in text_of(view)
    assert "Rivers 1" in text_of(view)
    assert BUTTERFLIES not in text_of(view)
    await office.chooses(otto, view, "funding.amount", "No amount in pounds")
    assert "Rivers 1" in text_of(view)


@pytest.mark.parametrize(
    ("least", "most", "words", "filters"),
    [
        (None, None, "", {"unstated"}),
        (None, 5_000, "Up to £5,000", {"small"}),
        (5_000, 5_000, "£5,000", {"small"}),
        (20_000, 80_000, "£20,000 to £80,000", {"middle"}),
        (50_000, 1_500_000, "£50,000 to £1.5 million", {"middle", "large", "huge"}),
        (2_000_000, None, "From £2 million", {"huge"}),
        (None, 1_234_567, "Up to £1,234,567", {"huge"}),
    ],
)
def test_amounts_in_words_and_by_size(
    least: int | None, most: int | None, words: str, filters: set[str]
) -> None:
    call = FundingCall(title="T", themes=[], least=least, most=most)
    assert amount_line(call) == words
    assert {name for name in AMOUNTS if Filter(name).passes(call, ())} == {"any", *filters}


@pytest.mark.parametrize(
    ("currency", "words"), [("EUR", "€50,000 to €1.5 million"), ("USD", "$50,000 to $1.5 million")]
)
def test_other_currencies_are_shown_as_they_are_and_never_compared(
    currency: str, words: str
) -> None:
    call = FundingCall(title="T", themes=[], least=50_000, most=1_500_000, currency=currency)
    assert amount_line(call) == words
    assert read_amount(words) == Amount(50_000, 1_500_000, Currency(currency))
    assert {name for name in AMOUNTS if Filter(name).passes(call, ())} == {"any", "unstated"}
    for unstated in (True, False):
        rule = ChannelRule(themes=[], least=10_000, most=None, unstated=unstated)
        assert rule.takes(call) is unstated
        assert ChannelRule(themes=[], least=None, most=None, unstated=unstated).takes(call)


@pytest.mark.parametrize(
    "value", ["", ":", "x", "-1:any::", "99999999999:any::", "1:zzz:s:theme:with:colons", "٣:any"]
)
def test_a_press_of_any_value_gives_some_page(value: str) -> None:
    start, wanted = read_page(value)
    assert start >= 0
    assert wanted.amount in AMOUNTS


def test_a_filter_comes_back_from_its_value() -> None:
    wanted = Filter("small", "roads: a theme, " + "t" * 64, saved=True)
    assert Filter.read(wanted.value) == wanted
    assert len(wanted.value) <= 150


def huge(number: int) -> FundingCall:
    """A call with everything at its longest, and signs that have to be escaped."""
    return FundingCall(
        id=number,
        title=("<&> " * 60)[:200],
        funder="&" * 100,
        link="https://inv.example/?" + "&a=1" * 90,
        summary="",
        opens=NOW + timedelta(days=1),
        closes=NOW + timedelta(days=number % 400 + 2),
        was_closing=NOW + timedelta(days=1),
        themes=[f"<{number}> " + "&" * 195 for _ in range(10)],
        least=1,
        most=10**12,
        state=CallState.OPEN,
        created_at=NOW,
    )


HUGE = [CallShown(huge(number), fits=("&" * 500,) * 40, saved=True) for number in range(1, 401)]


def test_every_message_keeps_slack_s_limits_at_any_size() -> None:
    whys = [*News, CLOSING]
    pairs = [(one, whys[number % len(whys)]) for number, one in enumerate(HUGE)]
    messages = [
        post_message(pairs, NOW, LONDON),
        *(post_message([(one, why) for one in HUGE], NOW, LONDON) for why in whys),
        summary_message("&" * 300, HUGE, NOW, LONDON),
        call_message(HUGE[0], NOW, LONDON),
        alert_message(HUGE[0], Why(("&" * 500,) * 9, ("<word>",) * 5), NOW, LONDON),
    ]
    for message in messages:
        check_message(message.text, message.blocks)
    check_message("Need", [noted_block([one.call for one in HUGE], NOW, LONDON)])


def test_the_month_view_keeps_slack_s_limits_at_any_size() -> None:
    calls = [one.call for one in HUGE]
    for start in (0, 200, 396):
        wanted = Filter("any", calls[0].themes[0])
        view = Month(calls, len(calls), HUGE[start : start + PAGE], start, wanted)
        check_message("Calls", month_blocks(view, NOW, LONDON))
    assert chosen(calls, Filter(theme=calls[3].themes[0].upper()), ()) == [calls[3]]


def test_the_list_of_own_calls_keeps_slack_s_limits_at_any_size() -> None:
    calls = [one.call for one in HUGE]
    for start in (0, 20, 399, 10**8):
        check_message("Calls", own_blocks(calls, "remove", start, NOW, LONDON))


def test_a_deadline_that_was_set_or_taken_away_is_said_once() -> None:
    call = huge(1)
    call.was_closing = None
    text = post_message([(CallShown(call), News.MOVED)], NOW, LONDON).blocks[1]["text"]["text"]
    assert text.startswith("_It has a deadline now_")
    call.was_closing, call.closes = call.closes, None
    text = post_message([(CallShown(call), News.MOVED)], NOW, LONDON).blocks[1]["text"]["text"]
    assert text.casefold().count("deadline") == 1
    assert "Thu 5 Mar, 10:00>; there is none now_" in text
    assert "Deadline moved: it was <!date^" in text


def test_every_form_keeps_slack_s_limits_at_any_size() -> None:
    need = NeedShown(1, "&" * 500, "&" * 100, "&" * 200, "", None, (), (), None)
    offered = [
        NeedOffered(need=NeedShown(**{**need.__dict__, "id": number}), may=list(May)[number % 4])
        for number in range(1, 60)
    ]
    needs = [Need(id=number, question="&" * 500) for number in range(1, 300)]
    rule = ChannelRule(
        slack_id="C1", themes=["t" * 29] * 10, least=10**12, most=10**12, unstated=True
    )
    for view in (
        fits_view(huge(1), offered),
        share_form(huge(1), needs, {1, 2}),
        call_form(huge(1), LONDON),
        call_form(),
        rule_form(rule),
    ):
        check_view(view, "modal")


def test_a_call_that_is_over_offers_only_to_read_it() -> None:
    for state, words in ((CallState.WITHDRAWN, "Withdrawn"), (CallState.CLOSED, "Closed")):
        call = huge(1)
        call.state = state
        message = call_message(CallShown(call, fits=("a",)), NOW, LONDON)
        assert words in message.blocks[0]["text"]["text"]
        assert "Fits" not in message.blocks[0]["text"]["text"]
        assert [one["action_id"] for one in message.blocks[1]["elements"]] == ["funding.read"]


@ONE_DATABASE
async def test_a_call_that_is_here_already_is_not_added_again(
    office: Office, channel: Channel
) -> None:
    otto = await officer(office)
    await adds(office, otto)
    await office.types(otto, "/funding add")
    again = {"title": f" {FLOOD_FUND.upper()}! ", "funder": "invented  trust", "link": None}
    errors = (await office.fills_in(otto, closes="2026-04-30", **again)).errors
    assert "here already" in errors["title"]


@ONE_DATABASE
async def test_only_calls_added_by_hand_are_changed_and_only_by_who_added_them(
    office: Office, channel: Channel
) -> None:
    otto, olga = await officer(office), await officer(office, "Olga Madeup")
    await adds(office, otto, closes="2026-04-30", closes_at="16:00", amount="£5k to £20k")
    await office.types(olga, "/funding edit")
    assert "no call of yours to change" in text_of(office.last(olga))
    await office.types(otto, "/funding edit")
    await office.presses(otto, office.last(otto), "funding.edit")
    assert (await office.fills_in(otto, title="Another title", amount="up to £30,000")).errors == {}
    (post,) = office.posted(channel)
    assert "Another title" in post
    assert "Up to £30,000" in post
    assert "moved" not in post, "what was not touched stays as it was"
