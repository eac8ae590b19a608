"""Funding calls, by hand or from a feed, and the feeds themselves."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import ForeignKey, UniqueConstraint, delete, or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from registry import runs
from registry.database import Base
from registry.links import is_link
from registry.members import Member
from registry.networks import Network
from registry.refusal import Refused

REMINDERS = (28, 7, 1)
LONGEST_TITLE = 200
LONGEST_FUNDER = 100
MOST_THEMES = 10
FAILING_FOR = timedelta(days=1)
END_OF_DAY = time(23, 59)


class FundingFeed(Base):
    """A feed that a network reads hourly."""

    __tablename__ = "funding_feeds"
    __table_args__ = (UniqueConstraint("network_id", "address"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    network_id: Mapped[int] = mapped_column(ForeignKey("networks.id", ondelete="CASCADE"))
    address: Mapped[str]
    title: Mapped[str]
    added_by: Mapped[int | None] = mapped_column(ForeignKey("members.id", ondelete="SET NULL"))
    added_at: Mapped[datetime]
    etag: Mapped[str | None]
    modified: Mapped[str | None]
    read_at: Mapped[datetime | None]
    failing_since: Mapped[datetime | None]
    failure: Mapped[str | None]
    failure_told_at: Mapped[datetime | None]


class FundingCall(Base):
    """A call for proposals. `feed_key` is its id within the feed it came from.

    post_pending: a feed's new or moved call that waits for the day's one bundled post.
    was_closing: when it was to close before its deadline was last moved.
    """

    __tablename__ = "funding_calls"
    __table_args__ = (
        UniqueConstraint("network_id", "feed_id", "feed_key"),
        UniqueConstraint("form"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    network_id: Mapped[int] = mapped_column(
        ForeignKey("networks.id", ondelete="CASCADE"), index=True
    )
    feed_id: Mapped[int | None] = mapped_column(ForeignKey("funding_feeds.id", ondelete="CASCADE"))
    feed_key: Mapped[str | None]
    form: Mapped[str | None]
    added_by: Mapped[int | None] = mapped_column(ForeignKey("members.id", ondelete="SET NULL"))
    title: Mapped[str]
    funder: Mapped[str]
    link: Mapped[str | None]
    summary: Mapped[str]
    opens: Mapped[datetime | None]
    closes: Mapped[datetime | None]
    themes: Mapped[list[str]]
    post_pending: Mapped[bool] = mapped_column(default=False)
    was_closing: Mapped[datetime | None]
    created_at: Mapped[datetime]


@dataclass(frozen=True)
class CallDraft:
    """A call as the form gives it, not yet checked."""

    title: str
    funder: str
    link: str
    opens: date | None
    closes: date | None
    closes_at: str | None
    themes: tuple[str, ...]


def check(draft: CallDraft, network: Network, now: datetime) -> datetime | None:
    """When the call closes; raises `Refused` with words beside each field that cannot be taken."""
    wrong: dict[str, str] = {}
    for name, text, most in (
        ("title", draft.title, LONGEST_TITLE),
        ("funder", draft.funder, LONGEST_FUNDER),
    ):
        if not text.strip() or len(text) > most:
            wrong[name] = f"Please give 1 to {most} characters."
    if draft.link and not is_link(draft.link):
        wrong["link"] = "Please give a whole address that starts with https://."
    if len(draft.themes) > MOST_THEMES:
        wrong["themes"] = f"Please give at most {MOST_THEMES} themes."
    closes = _closing(draft, network)
    if closes is not None and closes <= now:
        wrong["closes"] = "That has passed already. Choose a later day, or leave it empty."
    elif draft.opens and draft.closes and draft.closes < draft.opens:
        wrong["closes"] = "It closes before it opens. Please check the two days."
    if wrong:
        raise Refused(fields=wrong)
    return closes


def _closing(draft: CallDraft, network: Network) -> datetime | None:
    """A day without a time closes at its end, in the network's time zone."""
    if draft.closes is None:
        return None
    at = time.fromisoformat(draft.closes_at) if draft.closes_at else END_OF_DAY
    return datetime.combine(draft.closes, at, network.zone)


async def add(
    session: AsyncSession,
    network: Network,
    member: Member,
    draft: CallDraft,
    *,
    form: str,
    now: datetime,
) -> tuple[FundingCall, bool]:
    """Keep a call. The same form delivered again gives the same call, and False."""
    closes = check(draft, network, now)
    opens = datetime.combine(draft.opens, time(), network.zone) if draft.opens else None
    call = FundingCall(
        network_id=network.id,
        form=form,
        added_by=member.id,
        title=draft.title.strip(),
        funder=draft.funder.strip(),
        link=draft.link or None,
        summary="",
        opens=opens,
        closes=closes,
        themes=list(draft.themes),
        created_at=now,
    )
    try:
        async with session.begin_nested():
            session.add(call)
    except IntegrityError:
        stmt = select(FundingCall).where(FundingCall.form == form)
        return (await session.scalars(stmt)).one(), False
    return call, True


async def open_calls(session: AsyncSession, network_id: int, now: datetime) -> list[FundingCall]:
    """What has not closed, the next to close first, those without a date last."""
    stmt = (
        select(FundingCall)
        .where(
            FundingCall.network_id == network_id,
            or_(FundingCall.closes.is_(None), FundingCall.closes > now),
        )
        .order_by(FundingCall.closes.is_(None), FundingCall.closes, FundingCall.id)
    )
    return list(await session.scalars(stmt))


async def find(session: AsyncSession, network_id: int, call_id: int) -> FundingCall | None:
    """A call of this network; one of another is as if not there."""
    return await session.scalar(
        select(FundingCall).where(FundingCall.network_id == network_id, FundingCall.id == call_id)
    )


async def remove(session: AsyncSession, member: Member, call_id: int) -> FundingCall:
    """Delete a call that the member added, or any as an admin; raises `Refused`."""
    call = await find(session, member.network_id, call_id)
    if call is None:
        raise Refused("That call is no longer here.")
    if call.added_by != member.id and not member.is_admin:
        raise Refused("Only who added a call, or an admin, can remove it.")
    await session.delete(call)
    return call


def reminder_due(call: FundingCall, days: int, now: datetime) -> bool:
    """Whether the reminder so many days before closing is due and still of use.

    A call that was already nearer than that when it was added gets no such reminder, and of
    two that are due at once only the later one.
    """
    if call.closes is None or call.closes <= now:
        return False
    moment = call.closes - timedelta(days=days)
    later = [call.closes - timedelta(days=one) for one in REMINDERS if one < days]
    return call.created_at < moment <= now and not any(one <= now for one in later)


async def take_reminders(
    session: AsyncSession, network: Network, now: datetime
) -> list[FundingCall]:
    """The calls that are to be reminded of now, each reminder once.

    A moved deadline has reminders of its own.
    """
    found: list[FundingCall] = []
    for call in await open_calls(session, network.id, now):
        for days in REMINDERS:
            if call.closes is None or not reminder_due(call, days, now):
                continue
            due_at = call.closes - timedelta(days=days)
            slot = f"{call.id}:{days}:{due_at:%Y-%m-%dT%H:%M}"
            if await runs.start(session, network.id, "call_reminder", slot, due_at=due_at, now=now):
                found.append(call)
    return found


async def take_pending(session: AsyncSession, network_id: int, now: datetime) -> list[FundingCall]:
    """The feeds' calls that wait for the bundled post; those closed meanwhile wait no more."""
    stmt = select(FundingCall).where(
        FundingCall.network_id == network_id, FundingCall.post_pending.is_(True)
    )
    pending = list(await session.scalars(stmt.order_by(FundingCall.closes, FundingCall.id)))
    for call in pending:
        call.post_pending = False
    return [call for call in pending if call.closes is None or call.closes > now]


# Feeds


async def add_feed(
    session: AsyncSession, member: Member, address: str, *, now: datetime
) -> FundingFeed:
    """Read a feed from now on; raises `Refused`."""
    if not is_link(address):
        raise Refused("Please give the feed's whole address, starting with https://.")
    feed = FundingFeed(
        network_id=member.network_id,
        address=address,
        title=address,
        added_by=member.id,
        added_at=now,
    )
    try:
        async with session.begin_nested():
            session.add(feed)
    except IntegrityError:
        raise Refused("That feed is read already. `/funding feeds` lists them.") from None
    return feed


async def feeds(session: AsyncSession, network_id: int) -> Sequence[FundingFeed]:
    """The network's feeds, oldest first."""
    stmt = select(FundingFeed).where(FundingFeed.network_id == network_id)
    return (await session.scalars(stmt.order_by(FundingFeed.id))).all()


async def find_feed(session: AsyncSession, network_id: int, feed_id: int) -> FundingFeed | None:
    """A feed of this network; one of another is as if not there."""
    return await session.scalar(
        select(FundingFeed).where(FundingFeed.network_id == network_id, FundingFeed.id == feed_id)
    )


async def remove_feed(session: AsyncSession, network_id: int, feed_id: int) -> bool:
    """Stop reading a feed; its calls go with it."""
    stmt = delete(FundingFeed).where(
        FundingFeed.network_id == network_id, FundingFeed.id == feed_id
    )
    return (await session.scalar(stmt.returning(FundingFeed.id))) is not None


@dataclass(frozen=True)
class FeedCall:
    """A call as a feed has it."""

    key: str
    title: str
    link: str | None
    summary: str
    funder: str | None
    opens: datetime | None
    closes: datetime | None
    themes: tuple[str, ...]


async def keep_feed_calls(
    session: AsyncSession, feed: FundingFeed, calls: Iterable[FeedCall], *, now: datetime
) -> None:
    """Bring a feed's calls up to date: each is one record, whatever the feed does.

    At the first reading nothing is pending: one summary is posted instead. What is already
    closed when it is first seen is never posted.
    """
    first = feed.read_at is None
    known = {
        call.feed_key: call
        for call in await session.scalars(select(FundingCall).where(FundingCall.feed_id == feed.id))
    }
    for call in calls:
        row = known.get(call.key)
        if row is None:
            row = _from_feed(feed, call, now)
            row.post_pending = not first and (call.closes is None or call.closes > now)
            session.add(row)
            known[call.key] = row
        else:
            _amend(row, call, now)
    feed.read_at = now
    feed.failing_since = feed.failure = feed.failure_told_at = None
    await session.flush()


def _from_feed(feed: FundingFeed, call: FeedCall, now: datetime) -> FundingCall:
    return FundingCall(
        network_id=feed.network_id,
        feed_id=feed.id,
        feed_key=call.key,
        title=call.title[:LONGEST_TITLE],
        funder=(call.funder or feed.title)[:LONGEST_FUNDER],
        link=call.link,
        summary=call.summary[:1000],
        opens=call.opens,
        closes=call.closes,
        themes=list(call.themes[:MOST_THEMES]),
        created_at=now,
    )


def _amend(row: FundingCall, call: FeedCall, now: datetime) -> None:
    """Take over what changed; a moved deadline is told in the next bundled post."""
    if call.closes != row.closes and call.closes is not None and call.closes > now:
        row.was_closing = row.closes
        row.post_pending = True
    row.title, row.link = call.title[:LONGEST_TITLE], call.link
    row.summary, row.opens, row.closes = call.summary[:1000], call.opens, call.closes
    row.themes = list(call.themes[:MOST_THEMES])


def feed_failed(feed: FundingFeed, words: str, now: datetime) -> bool:
    """Note that a feed could not be read; True where its admin is to be told now.

    Told at the first reading of a new feed, and once after it has failed for a day.
    """
    feed.failing_since = feed.failing_since or now
    feed.failure = words
    due = feed.read_at is None or now - feed.failing_since >= FAILING_FOR
    if due and feed.failure_told_at is None:
        feed.failure_told_at = now
        return True
    return False
