"""Feeds that an admin adds, from a server on this machine."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.funding.feed_views import feeds_blocks
from playground.blocks import check_message
from playground.slack import Channel, Message
from registry.funding_feeds import FundingFeed
from tests.conftest import MONDAY, FrozenClock
from tests.office import Office, text_of
from tests.people import ONE_DATABASE, officer
from tests.publisher import Publisher, publishing, reads, tries

TUESDAY_AT_TEN = datetime(2026, 3, 3, 10, tzinfo=UTC)


async def an_hour_later(office: Office, clock: FrozenClock) -> None:
    clock.move(hours=1)
    await office.clock_moved()


async def listed(office: Office) -> Message:
    await office.types(office.admin, "/funding feeds")
    return office.last(office.admin)


async def test_an_address_is_tried_and_its_first_three_items_shown_before_it_is_read(
    office: Office, channel: Channel, publisher: Publisher, clock: FrozenClock
) -> None:
    for number in range(4):
        publisher.put(f"k{number}", f"Fund {number}", f"{number + 1} May 2026")
    publisher.put("old", "Long closed", "1 May 2020")
    trial = await tries(office, publisher.address)
    told = text_of(trial)
    assert "It holds 5 items: 4 open calls. The first 3 as they would look:" in told
    assert "Fund 0" in told
    assert "Fri 1 May, 23:59" in _in_words(told)
    assert "days left" not in told
    assert "Fund 2" in told
    assert "Fund 3" not in told
    assert office.posted(channel) == []
    await an_hour_later(office, clock)
    assert publisher.asked == [None], "what is only tried is not read"
    assert "No feed is read yet" in text_of(await listed(office))
    await office.presses(office.admin, trial, "feed.accept")
    assert "is read from now on" in text_of(trial)
    (post,) = office.posted(channel)
    assert "*Now reading Invented funder*: 4 open calls" in post
    assert "Long closed" not in post


async def test_an_amount_in_euros_is_shown_in_euros(
    office: Office, channel: Channel, publisher: Publisher, clock: FrozenClock
) -> None:
    publisher.put("a", "Rivers fund", text="Grants of up to €250,000.")
    trial = await tries(office, publisher.address)
    assert "Invented funder · Up to €250,000" in text_of(trial)
    await office.presses(office.admin, trial, "feed.accept")
    assert "Invented funder · Up to €250,000" in office.posted(channel)[0]
    publisher.put("a", "Rivers fund", text="Grants of up to $250,000.")
    await an_hour_later(office, clock)
    assert "Invented funder · Up to $250,000" in office.posted(channel)[0]


@ONE_DATABASE
async def test_an_address_that_is_not_wanted_is_forgotten(
    office: Office, channel: Channel, publisher: Publisher
) -> None:
    publisher.put("a", "Rivers fund")
    trial = await tries(office, publisher.address)
    await office.presses(office.admin, trial, "feed.refuse")
    assert "no longer here" in text_of(trial)
    assert "It is not read." in office.sees(office.admin)
    await office.delivery.again()
    assert "That feed is no longer here." in office.sees(office.admin)
    assert office.posted(channel) == []
    await reads(office, publisher.address)
    assert len(office.posted(channel)) == 1


@ONE_DATABASE
async def test_a_trial_that_nobody_decides_is_forgotten_after_a_week(
    office: Office, publisher: Publisher, clock: FrozenClock
) -> None:
    publisher.put("a", "Rivers fund")
    trial = await tries(office, publisher.address)
    clock.move(days=8)
    await office.clock_moved()
    await office.presses(office.admin, trial, "feed.accept")
    assert "That feed is no longer here." in office.sees(office.admin)


@ONE_DATABASE
async def test_only_admins_decide_on_a_feed(office: Office, publisher: Publisher) -> None:
    publisher.put("a", "Rivers fund")
    trial = await tries(office, publisher.address)
    member = await office.member(office.admin)
    async with office.session_factory.begin() as session:
        session.add(member)
        member.is_admin = False
    for press in ("feed.accept", "feed.refuse"):
        await office.presses(office.admin, trial, press)
        assert "Only admins" in text_of(office.last(office.admin))


async def test_after_that_there_is_one_bundled_post_a_day(
    office: Office, channel: Channel, publisher: Publisher, clock: FrozenClock
) -> None:
    publisher.put("a", "Rivers fund")
    await reads(office, publisher.address)
    await an_hour_later(office, clock)
    publisher.put("b", "Towns fund", "9 March 2026")
    publisher.put("c", "Woods fund", "1 June 2026")
    publisher.put("d", "Closed when it is first seen", "1 March 2026")
    await an_hour_later(office, clock)
    assert len(office.posted(channel)) == 1
    clock.move_to(TUESDAY_AT_TEN)
    await office.clock_moved()
    assert len(office.posted(channel)) == 2
    bundle = office.posted(channel)[-1]
    assert "Towns fund" in bundle
    assert "Woods fund" in bundle
    assert "Rivers fund" not in bundle
    assert "Closed when" not in bundle
    for _ in range(3):
        clock.move(hours=5)
        await office.clock_moved()
    assert len(office.posted(channel)) == 2


@ONE_DATABASE
async def test_a_moved_deadline_is_told_in_the_bundle_and_on_what_was_posted(
    office: Office, channel: Channel, publisher: Publisher, clock: FrozenClock
) -> None:
    publisher.put("a", "Rivers fund")
    await reads(office, publisher.address)
    publisher.put("a", "Rivers fund", "15 May 2026")
    await an_hour_later(office, clock)
    moved = "Deadline moved: it was Thu 30 Apr, 23:59"
    (post,) = office.posted(channel)
    assert moved in _in_words(post)
    clock.move_to(TUESDAY_AT_TEN)
    await office.clock_moved()
    bundle = _in_words(office.posted(channel)[-1])
    assert "Changed calls" in bundle
    assert moved in bundle
    assert bundle.casefold().count("deadline") == 1
    assert bundle.count("Fri 15 May, 23:59") == 1


def _in_words(text: str) -> str:
    """A text with Slack's dates as a client without them shows them."""
    parts = text.split("<!date^")
    return parts[0] + "".join(
        part.split("|", 1)[1].replace(">", "", 1) if "|" in part else part for part in parts[1:]
    )


async def test_a_withdrawn_call_is_told_once_and_a_reopened_one_too(
    office: Office, channel: Channel, publisher: Publisher, clock: FrozenClock
) -> None:
    publisher.put("a", "Rivers fund")
    await reads(office, publisher.address)
    publisher.put("a", "CANCELLED: Rivers fund")
    clock.move_to(TUESDAY_AT_TEN)
    await office.clock_moved()
    clock.move(days=1)
    await office.clock_moved()
    assert "Withdrawn by the funder" in office.posted(channel)[0]
    assert "Withdrawn by the funder" in office.posted(channel)[1]
    assert len(office.posted(channel)) == 2
    await office.types(office.admin, "/funding")
    assert "No call is open" in text_of(office.last(office.admin))
    publisher.put("a", "Rivers fund")
    clock.move(days=1)
    await office.clock_moved()
    clock.move(days=1)
    await office.clock_moved()
    assert "Open again" in office.posted(channel)[-1]
    assert len(office.posted(channel)) == 3


async def test_a_feed_that_rolls_over_cancels_nothing(
    office: Office, channel: Channel, publisher: Publisher, clock: FrozenClock
) -> None:
    publisher.put("a", "Rivers fund")
    await reads(office, publisher.address)
    publisher.items.clear()
    publisher.put("b", "Towns fund")
    clock.move(days=1)
    await office.clock_moved()
    await office.types(office.admin, "/funding")
    assert "2 open calls" in text_of(office.last(office.admin))
    assert "Withdrawn" not in "".join(office.posted(channel))


async def test_two_feeds_with_one_call_tell_of_it_once_and_one_feed_may_go(
    office: Office, channel: Channel, publisher: Publisher, clock: FrozenClock
) -> None:
    publisher.put("a", "Rivers fund")
    await reads(office, publisher.address)
    async with publishing() as other:
        other.name = "Newsletter of the region"
        other.put("a", "Rivers fund")
        other.put("z", "Another fund")
        await reads(office, other.address)
        clock.move(days=1)
        await office.clock_moved()
        await office.types(office.admin, "/funding")
        assert "2 open calls" in text_of(office.last(office.admin))
        feeds = await listed(office)
        await office.presses(office.admin, feeds, "feed.remove", value="1")
    await office.types(office.admin, "/funding")
    left = text_of(office.last(office.admin))
    assert "2 open calls" in left
    assert "Rivers fund" in left


@ONE_DATABASE
async def test_a_feed_is_read_every_hour_and_asked_whether_it_changed(
    office: Office, channel: Channel, publisher: Publisher, clock: FrozenClock
) -> None:
    publisher.put("a", "Rivers fund")
    await reads(office, publisher.address)
    publisher.status = 304
    for _ in range(3):
        await an_hour_later(office, clock)
        await office.clock_moved()
    assert publisher.asked == [None, None, '"1"', '"1"', '"1"']
    await office.types(office.admin, "/funding")
    assert "Rivers fund" in text_of(office.last(office.admin))


@ONE_DATABASE
@pytest.mark.parametrize(
    ("body", "status", "words"),
    [
        (b"<html><body>Hello</body></html>", 200, "not a feed"),
        (b"", 200, "nothing at all"),
        (None, 404, "nothing at that address"),
        (None, 500, "has a fault"),
        (None, 410, "taken down for good"),
    ],
)
async def test_what_is_no_feed_is_told_with_a_plain_reason_and_can_be_tried_again(
    office: Office,
    channel: Channel,
    publisher: Publisher,
    body: bytes | None,
    status: int,
    words: str,
) -> None:
    publisher.body, publisher.status = body, status
    trial = await tries(office, publisher.address)
    assert "That feed cannot be read" in text_of(trial)
    assert words in text_of(trial)
    assert office.posted(channel) == []
    publisher.body, publisher.status = None, 200
    publisher.put("a", "Rivers fund")
    await office.presses(office.admin, trial, "feed.try")
    assert "It holds 1 item: 1 open call." in text_of(trial)
    await office.presses(office.admin, trial, "feed.accept")
    assert "Rivers fund" in office.posted(channel)[0]


@ONE_DATABASE
async def test_a_feed_that_fails_is_left_alone_longer_and_told_once_after_a_day(
    office: Office, channel: Channel, publisher: Publisher, clock: FrozenClock
) -> None:
    publisher.put("a", "Rivers fund")
    await reads(office, publisher.address)
    clock.move_to(datetime(2026, 3, 3, 10, tzinfo=UTC))
    await office.clock_moved()
    before, asked = len(office.messages(office.admin)), len(publisher.asked)
    publisher.status = 503
    tried: list[int] = []
    told: list[int] = []
    for hour in range(1, 50):
        await an_hour_later(office, clock)
        if len(publisher.asked) > asked + len(tried):
            tried.append(hour)
        if len(office.messages(office.admin)) > before + len(told):
            told.append(hour)
    assert tried == [1, 2, 4, 8, 16, 28, 40]
    assert told == [25]
    card = office.last(office.admin)
    assert "too busy to answer" in text_of(card)
    publisher.status = 200
    for _ in range(12):
        await an_hour_later(office, clock)
    assert "can be read again" in text_of(card)


@ONE_DATABASE
async def test_a_feed_that_asks_to_be_left_alone_is(
    office: Office, channel: Channel, publisher: Publisher, clock: FrozenClock
) -> None:
    publisher.put("a", "Rivers fund")
    await reads(office, publisher.address)
    publisher.status, publisher.headers = 429, {"Retry-After": str(20 * 3600)}
    await an_hour_later(office, clock)
    asked = len(publisher.asked)
    for _ in range(19):
        await an_hour_later(office, clock)
    assert len(publisher.asked) == asked
    await an_hour_later(office, clock)
    assert len(publisher.asked) == asked + 1


@ONE_DATABASE
async def test_a_feed_that_is_gone_is_told_at_once_and_not_tried_any_more(
    office: Office, channel: Channel, publisher: Publisher, clock: FrozenClock
) -> None:
    publisher.put("a", "Rivers fund")
    await reads(office, publisher.address)
    publisher.status = 410
    await an_hour_later(office, clock)
    assert "A feed is gone" in text_of(office.last(office.admin))
    asked = len(publisher.asked)
    for _ in range(30):
        await an_hour_later(office, clock)
    assert len(publisher.asked) == asked
    assert "No longer read" in text_of(await listed(office))
    publisher.status = 200
    await office.presses(office.admin, await listed(office), "feed.resume")
    assert len(publisher.asked) == asked + 1


@ONE_DATABASE
async def test_a_feed_is_paused_and_goes_on(
    office: Office, channel: Channel, publisher: Publisher, clock: FrozenClock
) -> None:
    publisher.put("a", "Rivers fund")
    await reads(office, publisher.address)
    await office.presses(office.admin, await listed(office), "feed.pause")
    assert "Paused: nothing new comes from it." in office.sees(office.admin)
    asked = len(publisher.asked)
    for _ in range(3):
        await an_hour_later(office, clock)
    assert len(publisher.asked) == asked
    await office.types(office.admin, "/funding")
    assert "Rivers fund" in text_of(office.last(office.admin))
    await office.presses(office.admin, await listed(office), "feed.resume")
    assert len(publisher.asked) == asked + 1


@ONE_DATABASE
@pytest.mark.parametrize("address", ["rivers.example/feed", "file:///etc/passwd", ""])
async def test_what_is_no_address_is_told_at_once(office: Office, address: str) -> None:
    answer = await office.types(office.admin, f"/funding feeds add {address}")
    assert "whole address" in answer.text


@ONE_DATABASE
async def test_an_address_inside_our_own_network_is_not_read(office: Office) -> None:
    trial = await tries(office, "http://169.254.169.254/latest/meta-data")
    assert "private network" in text_of(trial)


@ONE_DATABASE
async def test_slack_s_own_link_markup_around_an_address_is_taken(
    office: Office, channel: Channel, publisher: Publisher
) -> None:
    publisher.put("a", "Rivers fund")
    await reads(office, f"<{publisher.address}|{publisher.address}>")
    assert "Rivers fund" in office.posted(channel)[0]


async def test_feeds_are_listed_and_removed(
    office: Office, channel: Channel, publisher: Publisher, clock: FrozenClock
) -> None:
    publisher.put("a", "Rivers fund")
    await reads(office, publisher.address)
    answer = await office.types(office.admin, f"/funding feeds add {publisher.address}")
    assert "is read already" in answer.text
    feeds = await listed(office)
    assert "Invented funder" in text_of(feeds)
    await office.presses(office.admin, feeds, "feed.remove")
    assert "It is no longer read." in text_of(office.last(office.admin))
    await office.presses(office.admin, feeds, "feed.remove")
    assert "no longer here" in text_of(office.last(office.admin))
    asked = len(publisher.asked)
    await an_hour_later(office, clock)
    assert len(publisher.asked) == asked
    assert "No feed is read yet" in text_of(await listed(office))
    await office.types(office.admin, "/funding")
    assert "No call is open" in text_of(office.last(office.admin))


@ONE_DATABASE
async def test_who_saved_a_call_keeps_it_when_its_feed_is_removed(
    office: Office, channel: Channel, publisher: Publisher
) -> None:
    publisher.put("a", "Rivers fund")
    await reads(office, publisher.address)
    otto = await officer(office)
    await office.types(otto, "/funding")
    await office.presses(otto, office.last(otto), "funding.save")
    await office.presses(office.admin, await listed(office), "feed.remove")
    await office.types(otto, "/funding")
    assert "Rivers fund" in text_of(office.last(otto))


def test_any_number_of_feeds_of_any_length_fit_into_slack_s_limits() -> None:
    feeds = [
        FundingFeed(
            id=number,
            title="<&> " * 100,
            address="https://inv.example/" + "&" * 1900,
            accepted_at=MONDAY,
            read_at=MONDAY - timedelta(days=1),
            failure="&" * 1000 if number % 2 else None,
            next_read_at=MONDAY,
        )
        for number in range(70)
    ]
    for start in (0, 20, 40, 60):
        check_message("Feeds", feeds_blocks(feeds, _zone(), start))
    assert feeds_blocks(feeds, _zone(), 60)[-1]["elements"][0]["action_id"] == "funding.feeds_back"


def _zone() -> ZoneInfo:
    return ZoneInfo("Europe/London")


@ONE_DATABASE
async def test_the_secret_in_an_address_is_shown_to_nobody(
    office: Office, channel: Channel, publisher: Publisher, clock: FrozenClock
) -> None:
    login = publisher.address.replace("://", "://ann:s3cret@")
    refused = await office.types(office.admin, f"/funding feeds add {login}")
    assert "user name or password" in refused.text
    assert "s3cret" not in refused.text
    publisher.name = ""
    publisher.put("a", "Rivers fund")
    await reads(office, f"{publisher.address}?key=s3cret")
    shown = publisher.address.partition("://")[2]
    assert f"Now reading {shown}?…" in office.posted(channel)[0]
    listed = await office.types(office.admin, "/funding feeds")
    assert f"{shown}?…" in office.sees(office.admin) + listed.text
    publisher.status = 410
    clock.move(hours=1)
    await office.clock_moved()
    assert f"{shown}?…" in text_of(office.card(office.admin, "A feed is gone"))
    assert "s3cret" not in office.sees(office.admin)
