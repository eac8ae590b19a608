from datetime import UTC, datetime, timedelta

import pytest

from tests.conftest import FrozenClock
from tests.office import Office, text_of
from tests.people import ONE_DATABASE, academic, officer

CALL = {
    "title": "Rivers & towns fund",
    "funder": "Invented Trust",
    "link": "https://inv.example/rivers",
    "closes": "2026-04-30",
    "themes": "flooding, high streets, flooding",
}


async def add(office: Office, **values: object) -> dict[str, str]:
    """Otto adds a call; what was wrong with it, by field."""
    otto = await officer(office)
    await office.types(otto, "/funding add")
    return (await office.fills_in(otto, **{**CALL, **values})).errors


async def test_a_call_is_posted_to_the_funding_channel_and_listed(office: Office) -> None:
    channel = await office.channel_for("funding")
    assert await add(office) == {}
    (post,) = office.posted(channel)
    assert "New funding call" in post
    assert "<https://inv.example/rivers|Rivers &amp; towns fund>" in post
    assert "Invented Trust" in post
    assert "Closes <!date^1777589940^{date_short_pretty}, {time}|Thu 30 Apr, 23:59>\n" in post
    assert "For: flooding and high streets" in post
    ines = await academic(office)
    await office.types(ines, "/funding")
    assert "Rivers &amp; towns fund" in text_of(office.last(ines))


async def test_reminders_come_28_7_and_1_days_before_and_stop_at_the_closing(
    office: Office, clock: FrozenClock
) -> None:
    channel = await office.channel_for("funding")
    await add(office)
    closes = datetime(2026, 4, 30, 22, 59, tzinfo=UTC)
    reminded = []
    for days in (1, 29, 1, 1, 1, 18, 1, 1, 1, 4, 1, 1, 1, 1, 1):  # 63, each day near a reminder
        before = len(office.posted(channel))
        clock.move(days=days)
        await office.clock_moved()
        if len(office.posted(channel)) > before:
            assert "Closing soon" in office.posted(channel)[-1]
            reminded.append((closes - clock.now()).days)
    assert reminded == [27, 6, 0]  # posted on the first morning after each is due


async def test_a_call_that_is_near_already_gets_only_the_reminders_to_come(
    office: Office, clock: FrozenClock
) -> None:
    channel = await office.channel_for("funding")
    await add(office, closes=f"{clock.now() + timedelta(days=5):%Y-%m-%d}")
    for _ in range(6):
        clock.move(days=1)
        await office.clock_moved()
    assert sum("Closing soon" in one for one in office.posted(channel)) == 1


async def test_a_call_may_have_no_closing_day(office: Office, clock: FrozenClock) -> None:
    channel = await office.channel_for("funding")
    assert await add(office, closes=None, link=None, themes=None) == {}
    assert "Closes" not in office.posted(channel)[0]
    clock.move(days=400)
    await office.clock_moved()
    assert len(office.posted(channel)) == 1


@ONE_DATABASE
@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("title", "  ", "1 to"),
        ("funder", "f" * 300, "1 to"),
        ("link", "rivers.example", "https://"),
        ("closes", "2026-03-01", "passed already"),
        ("closes", "2126-04-30", "more than 5 years ahead"),
        ("opens", "2126-04-01", "more than 5 years ahead"),
        ("themes", ", ".join(f"theme {n}" for n in range(30)), "themes"),
        ("amount", "-5", "above nothing"),
    ],
)
async def test_what_cannot_be_taken_is_told_beside_its_field(
    office: Office, field: str, value: str, words: str
) -> None:
    errors = await add(office, **{field: value})
    assert list(errors) == [field]
    assert words in errors[field]


@ONE_DATABASE
async def test_a_call_that_closes_before_it_opens_is_not_taken(office: Office) -> None:
    errors = await add(office, opens="2026-05-01", closes_at="12:00")
    assert "closes before it opens" in errors["closes"]


@ONE_DATABASE
async def test_a_closing_time_without_its_day_is_not_lost_in_silence(office: Office) -> None:
    errors = await add(office, closes=None, closes_at="12:00")
    assert "choose the day" in errors["closes"]


@ONE_DATABASE
async def test_a_call_that_opens_as_a_day_begins_is_said_to_open_on_that_day(
    office: Office,
) -> None:
    channel = await office.channel_for("funding")
    assert await add(office, opens="2026-04-01") == {}
    assert "Opens Wed 1 Apr\n" in office.posted(channel)[0]
    await office.types(office.admin, "/funding")
    assert "*1 call to come*" in text_of(office.last(office.admin))
    await add(office, title="Open now")
    await office.types(office.admin, "/funding")
    assert "*1 open call and 1 to come*" in text_of(office.last(office.admin))


async def test_the_same_form_sent_twice_is_one_call(office: Office) -> None:
    channel = await office.channel_for("funding")
    await add(office)
    await office.delivery.again()
    await office.settle()
    assert len(office.posted(channel)) == 1


async def test_who_is_new_says_who_they_are_first(office: Office) -> None:
    nell = office.slack.add_user(office.team, "Nell Newcomer")
    assert "to say who you are" in (await office.types(nell, "/funding add")).text


@ONE_DATABASE
async def test_an_amount_stays_in_its_own_currency(office: Office) -> None:
    channel = await office.channel_for("funding")
    assert "amount" in await add(office, amount="CHF 5,000")
    assert await add(office, amount="up to 50.000 EUR") == {}
    assert "Invented Trust · Up to €50,000" in office.posted(channel)[0]
    otto = await officer(office, "Olga Madeup", admin=True)
    await office.types(otto, "/funding edit")
    await office.presses(otto, office.last(otto), "funding.edit")
    assert (await office.fills_in(otto, title="Another title")).errors == {}
    (post,) = office.posted(channel)
    assert "Another title" in post
    assert "Invented Trust · Up to €50,000" in post


async def test_without_a_channel_a_call_is_kept_and_listed(office: Office) -> None:
    await add(office)
    ines = await academic(office)
    await office.types(ines, "/funding")
    assert "Rivers" in text_of(office.last(ines))


async def test_a_long_list_has_pages(office: Office) -> None:
    for number in range(10):
        await add(office, title=f"Call number {number}", closes=f"2026-05-{number + 1:02}")
    ines = await academic(office)
    await office.types(ines, "/funding")
    first = office.last(ines)
    assert "Call number 7" in text_of(first)
    assert "Call number 8" not in text_of(first)
    await office.presses(ines, first, "funding.page")
    assert "Call number 9" in text_of(office.last(ines))
    assert "Call number 7" not in text_of(office.last(ines))


@ONE_DATABASE
@pytest.mark.parametrize("word", ["edit", "remove"])
async def test_calls_of_one_title_are_told_apart_where_one_is_chosen(
    office: Office, word: str
) -> None:
    other = {"funder": "Made-up Council", "link": "https://inv.example/other", "amount": "£5,000"}
    await add(office)
    assert await add(office, **other, closes="2026-05-29") == {}
    for number in range(19):
        await add(office, title=f"Call {number}", closes=None)
    await office.types(office.admin, f"/funding {word}")
    listed = office.last(office.admin)
    first, second, *_ = [block["text"]["text"] for block in listed.blocks if "text" in block]
    assert "\nInvented Trust · closes <!date^1777589940^" in first
    assert "\nMade-up Council · Up to £5,000 · closes <!date^1780095540^" in second
    assert "Call 18" not in text_of(listed)
    await office.presses(office.admin, listed, "funding.own_page")
    assert "Call 18" in text_of(office.last(office.admin))
    await office.presses(office.admin, office.last(office.admin), "funding.own_page_back")
    assert "Made-up Council" in text_of(office.last(office.admin))


async def test_only_who_added_a_call_or_an_admin_removes_it(office: Office) -> None:
    await add(office)
    ines = await academic(office)
    await office.types(ines, "/funding remove")
    assert "no call of yours" in text_of(office.last(ines))
    await office.types(office.admin, "/funding remove")
    listed = office.last(office.admin)
    await office.presses(office.admin, listed, "funding.remove")
    assert "Removed, with its reminders." in text_of(office.last(office.admin))
    await office.presses(office.admin, listed, "funding.remove")
    assert "no longer here" in text_of(office.last(office.admin))
    await office.types(ines, "/funding")
    assert "No call is open" in text_of(office.last(ines))


async def test_reading_a_call_needs_nothing_of_us(office: Office) -> None:
    channel = await office.channel_for("funding")
    await add(office)
    post = next(one for one in office.slack.messages if one.channel == channel.id)
    result = await office.presses(office.admin, post, "funding.read")
    assert result.status == 200


@ONE_DATABASE
@pytest.mark.parametrize(
    ("typed", "answer"),
    [
        ("/funding help", "`/funding feeds add`"),
        ("/funding ad", "Did you mean `/funding add`?"),
        ("/funding add something", "I don't know `/funding add something`."),
    ],
)
async def test_words(office: Office, typed: str, answer: str) -> None:
    assert answer in (await office.types(await officer(office), typed)).text


async def test_feeds_are_the_admins_business(office: Office) -> None:
    otto = await officer(office)
    for typed in ("/funding feeds", "/funding feeds add https://inv.example/feed"):
        assert "Only admins" in (await office.types(otto, typed)).text
