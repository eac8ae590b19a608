"""A database that was filled when a call was of one feed keeps its feeds and calls."""

from datetime import UTC, datetime

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncEngine

from registry import feed_calls, outbox
from registry.database import make_session_factory
from registry.feed_calls import FeedCall
from registry.funding import CallState, FundingCall, News
from registry.funding_feeds import FundingFeed, FundingSource
from registry.migrate import migrate
from registry.outbox import Lane

MOMENT = datetime(2026, 3, 2, 10, tzinfo=UTC)
LATER = datetime(2026, 6, 2, 10, tzinfo=UTC)
CALL = (
    "INSERT INTO funding_calls (id, network_id, feed_id, feed_key, form, title, funder, link, "
    "summary, closes, themes, post_pending, was_closing, created_at) VALUES "
)
STATEMENTS = (
    (
        "INSERT INTO networks (id, name, time_zone, nation, change_number, created_at) "
        "VALUES (1, 'n', 'Europe/London', 'ENG', 0, :at)"
    ),
    (
        "INSERT INTO funding_feeds (id, network_id, address, title, added_at, read_at) "
        "VALUES (4, 1, 'https://a.example/feed', 'Feed', :at, :at)"
    ),
    (
        "INSERT INTO outbox (id, network_id, kind, payload, state, due_at, created_at, attempts, "
        "resends) VALUES (1, 1, 'note', '{}', 'waiting', :at, :at, 0, 0)"
    ),
    CALL + "(1, 1, 4, 'k', NULL, 'Rivers & Towns', 'F', 'https://www.a.example/x/?id=1', '', "
    ":later, '[]', TRUE, NULL, :at)",
    CALL + "(2, 1, 4, 'm', NULL, 'Moved', 'F', NULL, '', :later, '[]', TRUE, :at, :at)",
    CALL + "(3, 1, NULL, NULL, 'V1', 'By hand', 'F', NULL, '', NULL, '[]', FALSE, NULL, :at)",
)


async def test_calls_keep_their_feed_as_a_source_and_feeds_are_read_on(old: AsyncEngine) -> None:
    sqlite = old.dialect.name == "sqlite"
    times = {
        name: str(at.replace(tzinfo=None)) if sqlite else at
        for name, at in (("at", MOMENT), ("later", LATER))
    }
    async with old.begin() as connection:
        for statement in STATEMENTS:
            given = {name: at for name, at in times.items() if f":{name}" in statement}
            await connection.execute(text(statement), given)
    await migrate(old)
    async with make_session_factory(old).begin() as session:
        calls = list(await session.scalars(select(FundingCall).order_by(FundingCall.id)))
        (waiting,) = await outbox.claim(session, now=LATER, lane=Lane.ANSWERS)
        assert waiting.kind == "note"
        assert [call.news for call in calls] == [News.NEW, News.MOVED, None]
        assert {call.state for call in calls} == {CallState.OPEN}
        assert {call.currency for call in calls} == {"GBP"}
        assert (calls[0].title_key, calls[0].link_key) == ("rivers towns", "a.example/x?id=1")
        sources = await session.scalars(select(FundingSource).order_by(FundingSource.id))
        assert [(one.feed_id, one.call_id, one.key, one.closes) for one in sources] == [
            (4, 1, "k", LATER),
            (4, 2, "m", LATER),
        ]
        feed = await session.get_one(FundingFeed, 4)
        assert feed.reading
        same = FeedCall("k", "Rivers & Towns", None, "", "F", None, LATER, ())
        await feed_calls.keep(session, feed, [same], now=MOMENT)
        assert len(list(await session.scalars(select(FundingCall)))) == 3
