"""The feeds that a network reads, and how what they say becomes one record for each call."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    JSON,
    ForeignKey,
    UniqueConstraint,
    delete,
    exists,
    func,
    select,
    update,
)
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from registry import funding, funding_marks
from registry.database import Base
from registry.funding import (
    LONGEST_FUNDER,
    LONGEST_SUMMARY,
    LONGEST_TITLE,
    MOST_THEMES,
    CallState,
    FundingCall,
    News,
    link_key,
)
from registry.links import is_link
from registry.members import Member
from registry.networks import Network
from registry.refusal import Refused

FAILING_FOR = timedelta(days=1)
FIRST_WAIT = timedelta(hours=1)
LONGEST_WAIT = timedelta(hours=12)
ABOUT_NOW = timedelta(minutes=5)  # an hourly job does not come to the second
TRIALS_KEPT = timedelta(days=7)


class FundingFeed(Base):
    """A feed that a network reads hourly, or was asked to try.

    accepted_at: None while it is only tried. preview: what the trial found. stopped_at: when it
    said that it will never be there again. next_read_at: not before then, after a failure.
    body_digest: of what was read last, for the many that answer no conditional request.
    """

    __tablename__ = "funding_feeds"
    __table_args__ = (UniqueConstraint("network_id", "address"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    network_id: Mapped[int] = mapped_column(ForeignKey("networks.id", ondelete="CASCADE"))
    address: Mapped[str]
    title: Mapped[str]
    added_by: Mapped[int | None] = mapped_column(ForeignKey("members.id", ondelete="SET NULL"))
    added_at: Mapped[datetime]
    accepted_at: Mapped[datetime | None]
    preview: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    etag: Mapped[str | None]
    modified: Mapped[str | None]
    body_digest: Mapped[str | None]
    read_at: Mapped[datetime | None]
    paused_at: Mapped[datetime | None]
    stopped_at: Mapped[datetime | None]
    failures: Mapped[int] = mapped_column(default=0)
    next_read_at: Mapped[datetime | None]
    failing_since: Mapped[datetime | None]
    failure: Mapped[str | None]
    failure_told_at: Mapped[datetime | None]

    @property
    def reading(self) -> bool:
        """Whether it is read at all."""
        return self.accepted_at is not None and self.paused_at is None and self.stopped_at is None


class FundingSource(Base):
    """That a feed has a call, and what it said of it when it was last read.

    key: the call's id within the feed. digest: of the call's text.
    """

    __tablename__ = "funding_sources"
    __table_args__ = (UniqueConstraint("feed_id", "key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    feed_id: Mapped[int] = mapped_column(ForeignKey("funding_feeds.id", ondelete="CASCADE"))
    call_id: Mapped[int] = mapped_column(
        ForeignKey("funding_calls.id", ondelete="CASCADE"), index=True
    )
    key: Mapped[str]
    closes: Mapped[datetime | None]
    state: Mapped[str] = mapped_column(default=CallState.OPEN)
    digest: Mapped[str]
    seen_at: Mapped[datetime]


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
    least: int | None = None
    most: int | None = None
    state: CallState = CallState.OPEN


# Adding, pausing, removing


async def try_feed(
    session: AsyncSession, member: Member, address: str, *, now: datetime
) -> FundingFeed:
    """A feed that is to be tried, not yet to be read; raises `Refused`."""
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
        return await _tried_again(session, member, address, now)
    return feed


async def _tried_again(
    session: AsyncSession, member: Member, address: str, now: datetime
) -> FundingFeed:
    stmt = select(FundingFeed).where(
        FundingFeed.network_id == member.network_id, FundingFeed.address == address
    )
    feed = (await session.scalars(stmt)).one()
    if feed.accepted_at is not None:
        raise Refused("That feed is read already. `/funding feeds` lists them.")
    feed.added_by, feed.added_at = member.id, now
    feed.preview = feed.failure = None
    return feed


async def accept(session: AsyncSession, network_id: int, feed_id: int, *, now: datetime) -> None:
    """Read a tried feed from now on; raises `Refused`."""
    taken = await session.scalar(
        update(FundingFeed)
        .where(
            FundingFeed.network_id == network_id,
            FundingFeed.id == feed_id,
            FundingFeed.accepted_at.is_(None),
            FundingFeed.preview.is_not(None),
        )
        .values(accepted_at=now, preview=None)
        .returning(FundingFeed.id)
    )
    if taken is None:
        raise Refused("That is decided already. `/funding feeds` lists what is read.")


async def decline(session: AsyncSession, network_id: int, feed_id: int) -> None:
    """Forget a tried feed; raises `Refused`."""
    gone = await session.scalar(
        delete(FundingFeed)
        .where(
            FundingFeed.network_id == network_id,
            FundingFeed.id == feed_id,
            FundingFeed.accepted_at.is_(None),
        )
        .returning(FundingFeed.id)
    )
    if gone is None:
        raise Refused("That is decided already. `/funding feeds` lists what is read.")


async def forget_trials(session: AsyncSession, network_id: int, now: datetime) -> None:
    """Delete what was tried and never decided."""
    await session.execute(
        delete(FundingFeed).where(
            FundingFeed.network_id == network_id,
            FundingFeed.accepted_at.is_(None),
            FundingFeed.added_at <= now - TRIALS_KEPT,
        )
    )


async def feeds(session: AsyncSession, network_id: int) -> Sequence[FundingFeed]:
    """The feeds that a network reads or has paused, oldest first."""
    stmt = select(FundingFeed).where(
        FundingFeed.network_id == network_id, FundingFeed.accepted_at.is_not(None)
    )
    return (await session.scalars(stmt.order_by(FundingFeed.id))).all()


async def find_feed(session: AsyncSession, network_id: int, feed_id: int) -> FundingFeed | None:
    """A feed of this network; one of another is as if not there."""
    return await session.scalar(
        select(FundingFeed).where(FundingFeed.network_id == network_id, FundingFeed.id == feed_id)
    )


async def pause(session: AsyncSession, network_id: int, feed_id: int, *, now: datetime) -> bool:
    """Stop reading a feed for now, or go on, also with one that had stopped for good.

    True where it is read now; raises `Refused`.
    """
    feed = await find_feed(session, network_id, feed_id)
    if feed is None or feed.accepted_at is None:
        raise Refused("That feed is no longer here.")
    if feed.reading:
        feed.paused_at = now
        return False
    feed.paused_at = feed.stopped_at = None
    _recovered(feed)
    return True


async def remove_feed(session: AsyncSession, network_id: int, feed_id: int) -> bool:
    """Stop reading a feed; False where it was gone.

    Its calls go with it, but for what another feed has, or somebody added, saved or noted on a
    need.
    """
    stmt = delete(FundingFeed).where(
        FundingFeed.network_id == network_id, FundingFeed.id == feed_id
    )
    if (await session.scalar(stmt.returning(FundingFeed.id))) is None:
        return False
    await session.execute(
        delete(FundingCall).where(
            FundingCall.network_id == network_id,
            FundingCall.form.is_(None),
            ~exists().where(FundingSource.call_id == FundingCall.id),
            ~funding_marks.wanted(),
        )
    )
    return True


# Reading


async def due(session: AsyncSession, network_id: int, now: datetime) -> list[FundingFeed]:
    """The feeds that are to be read now."""
    return [
        feed
        for feed in await feeds(session, network_id)
        if feed.reading and (feed.next_read_at is None or feed.next_read_at <= now + ABOUT_NOW)
    ]


def failed(
    feed: FundingFeed,
    words: str,
    now: datetime,
    *,
    retry_after: timedelta | None = None,
    for_good: bool = False,
) -> bool:
    """Note that a feed could not be read; True where its admin is to be told now.

    It is left alone for an hour, then twice as long each time, up to twelve; longer where the
    other side asked for it; altogether where it is gone for good. Told at the first reading of a
    new feed, when it is gone, and once after it has failed for a day.
    """
    feed.failing_since = feed.failing_since or now
    feed.failure = words
    feed.failures += 1
    wait = min(FIRST_WAIT * 2 ** min(feed.failures - 1, 10), LONGEST_WAIT)
    feed.next_read_at = now + max(wait, retry_after or wait)
    if for_good:
        feed.stopped_at = now
        feed.failure_told_at = None
    return _to_be_told(feed, now)


def _to_be_told(feed: FundingFeed, now: datetime) -> bool:
    if feed.failing_since is None or feed.failure_told_at is not None:
        return False
    if (
        feed.read_at is None
        or feed.stopped_at is not None
        or now - feed.failing_since >= FAILING_FOR
    ):
        feed.failure_told_at = now
        return True
    return False


async def failing_for_a_day(
    session: AsyncSession, network_id: int, now: datetime
) -> list[FundingFeed]:
    """The feeds whose admin is to be told now, also while they are left alone; each once."""
    return [
        feed for feed in await feeds(session, network_id) if feed.reading and _to_be_told(feed, now)
    ]


def _recovered(feed: FundingFeed) -> bool:
    """Forget a failure; True where somebody was told of it."""
    told = feed.failure_told_at is not None
    feed.failing_since = feed.failure = feed.failure_told_at = feed.next_read_at = None
    feed.failures = 0
    return told


def unchanged(feed: FundingFeed, now: datetime) -> bool:
    """Note a reading that brought nothing new; True where a failure that was told is over."""
    feed.read_at = now
    return _recovered(feed)


async def keep(
    session: AsyncSession,
    feed: FundingFeed,
    calls: Sequence[FeedCall],
    *,
    now: datetime,
    withdrawn: Iterable[str] = (),
) -> "Kept":
    """Bring a feed's calls up to date.

    Each call is one record, whatever the feed does: an item that is no longer in the feed has
    only rolled over; one that another feed or a person told of is the same call. At the first
    reading nothing is news: one summary is posted instead. What is not open when it is first
    seen is never posted.
    """
    first = feed.read_at is None
    # Held, so that two feeds with the same new call do not both make a record of it.
    await session.execute(select(Network.id).where(Network.id == feed.network_id).with_for_update())
    taken_back = tuple(withdrawn)
    reading = await _Reading.of(session, feed, calls, taken_back, first=first, now=now)
    for call in calls:
        await reading.take(call)
    for key in taken_back:
        await reading.take_back(key)
    await session.flush()
    return Kept(unchanged(feed, now), frozenset(reading.changed))


@dataclass(frozen=True)
class Kept:
    """What a reading came to.

    recovered: a failure that was told is over. changed: the known calls that are otherwise now.
    """

    recovered: bool
    changed: frozenset[int]


@dataclass
class _Reading:
    """One reading of one feed, with the records that it is about."""

    session: AsyncSession
    feed: FundingFeed
    first: bool
    now: datetime
    sources: dict[str, FundingSource]
    calls: dict[int, FundingCall]
    present: frozenset[str]
    listing_links: frozenset[str | None]
    changed: set[int] = field(default_factory=set)

    @classmethod
    async def of(
        cls,
        session: AsyncSession,
        feed: FundingFeed,
        calls: Sequence[FeedCall],
        withdrawn: Iterable[str],
        *,
        first: bool,
        now: datetime,
    ) -> "_Reading":
        keys = {call.key for call in calls} | set(withdrawn)
        stmt = select(FundingSource).where(
            FundingSource.feed_id == feed.id, FundingSource.key.in_(keys)
        )
        sources = {source.key: source for source in await session.scalars(stmt)}
        known = await funding.find_some(
            session, feed.network_id, {source.call_id for source in sources.values()}
        )
        links = Counter(link_key(call.link) for call in calls)
        return cls(
            session=session,
            feed=feed,
            first=first,
            now=now,
            sources=sources,
            calls=known,
            present=frozenset(call.key for call in calls),
            listing_links=frozenset(link for link, times in links.items() if times > 1),
        )

    async def take(self, call: FeedCall) -> None:
        source = self.sources.get(call.key) or await self._begin(call)
        row = self.calls[source.call_id]
        digest = _digest(call)
        if source.digest != digest and await self._leads(source, row):
            _rewrite(row, call, self.feed.title)
            self.changed.add(row.id)
        source.digest, source.seen_at = digest, self.now
        await self._follow(row, source, call.closes, call.state)

    async def take_back(self, key: str) -> None:
        source = self.sources.get(key)
        if source is not None:
            row = self.calls[source.call_id]
            await self._follow(row, source, source.closes, CallState.WITHDRAWN)

    async def _begin(self, call: FeedCall) -> FundingSource:
        """The source of a call that was not known by its key: of a new record, or of an old one."""
        row = call_of(self.feed, call, self.feed.title, self.now)
        same, source = await self._same(row)
        if same is None:
            row.news = News.NEW if not self.first and row.is_open(self.now) else None
            self.session.add(row)
            await self.session.flush()
        else:
            row = same
            self._add_to(row, call)
            self.changed.add(row.id)
        if source is None:
            source = FundingSource(
                feed_id=self.feed.id,
                call_id=row.id,
                closes=call.closes,
                state=CallState.OPEN if same else call.state,
                digest=_digest(call),
                seen_at=self.now,
            )
            self.session.add(source)
        source.key = call.key
        self.sources[call.key], self.calls[row.id] = source, row
        await self.session.flush()
        return source

    def _add_to(self, row: FundingCall, call: FeedCall) -> None:
        """What this source knows, and the record did not; also that it has opened anew."""
        anew = not row.not_closed(self.now) and call.closes is not None and call.closes > self.now
        if call.closes is not None and (row.closes is None or anew):
            funding.move(row, call.closes, self.now)
        if row.least is None and row.most is None:
            row.least, row.most = call.least, call.most
        row.summary = row.summary or call.summary[:LONGEST_SUMMARY]
        row.link = row.link or call.link
        row.identify()

    async def _same(self, new: FundingCall) -> tuple[FundingCall | None, FundingSource | None]:
        """The record of the same call, if there is one; and this feed's own source of it so far.

        A link is the call's own unless several items of this reading have it: then it leads to
        a list.
        """
        for row in [*await funding.same_calls(self.session, new), *await self._of_link(new)]:
            mine = await self._own_sources(row)
            if not any(source.key in self.present for source in mine):
                return row, mine[-1] if mine else None
        return None, None

    async def _of_link(self, new: FundingCall) -> list[FundingCall]:
        if new.link_key is None or new.link_key in self.listing_links:
            return []
        stmt = select(FundingCall).where(
            FundingCall.network_id == new.network_id, FundingCall.link_key == new.link_key
        )
        with self.session.no_autoflush:
            found = [one for one in await self.session.scalars(stmt) if one is not new]
        return found if len(found) == 1 else []

    async def _own_sources(self, row: FundingCall) -> list[FundingSource]:
        stmt = select(FundingSource).where(
            FundingSource.feed_id == self.feed.id, FundingSource.call_id == row.id
        )
        return list(await self.session.scalars(stmt.order_by(FundingSource.id)))

    async def _leads(self, source: FundingSource, row: FundingCall) -> bool:
        """Whether this source's words are the call's: its first one's, unless a person wrote it."""
        if row.form is not None:
            return False
        stmt = select(func.min(FundingSource.id)).where(FundingSource.call_id == row.id)
        return await self.session.scalar(stmt) == source.id

    async def _follow(
        self, row: FundingCall, source: FundingSource, closes: datetime | None, state: CallState
    ) -> None:
        """Take over what this source says otherwise than before; what others say stays."""
        if closes != source.closes:
            source.closes = closes
            funding.move(row, closes, self.now)
            self.changed.add(row.id)
        if state != source.state:
            source.state = state
            await self._restate(row)

    async def _restate(self, row: FundingCall) -> None:
        await self.session.flush()
        stmt = select(FundingSource.state).where(FundingSource.call_id == row.id)
        said = set(await self.session.scalars(stmt))
        state = next(
            (one for one in (CallState.WITHDRAWN, CallState.CLOSED) if one in said),
            CallState.OPEN,
        )
        funding.stand(row, state, self.now)
        self.changed.add(row.id)


def call_of(feed: FundingFeed, call: FeedCall, title: str, now: datetime) -> FundingCall:
    """The record that a feed's call would become, not yet kept. title: the feed's own."""
    row = FundingCall(
        network_id=feed.network_id, closes=call.closes, state=call.state, created_at=now
    )
    _rewrite(row, call, title)
    return row


def _rewrite(row: FundingCall, call: FeedCall, feed_title: str) -> None:
    """Take over a call's words; its closing time and state have rules of their own."""
    row.title = call.title[:LONGEST_TITLE]
    row.funder = (call.funder or feed_title)[:LONGEST_FUNDER]
    row.link, row.summary, row.opens = call.link, call.summary[:LONGEST_SUMMARY], call.opens
    row.themes = list(call.themes[:MOST_THEMES])
    row.least, row.most = call.least, call.most
    row.routed_number = None
    row.identify()


def _digest(call: FeedCall) -> str:
    said = (
        call.title,
        call.link,
        call.summary,
        call.funder,
        call.opens,
        call.themes,
        call.least,
        call.most,
    )
    return hashlib.sha256(repr(said).encode()).hexdigest()


async def calls_of(session: AsyncSession, feed: FundingFeed, now: datetime) -> list[FundingCall]:
    """A feed's calls that can be applied for, the next to close first."""
    stmt = (
        select(FundingCall)
        .where(
            FundingCall.network_id == feed.network_id,
            funding.open_now(now),
            FundingCall.id.in_(
                select(FundingSource.call_id).where(FundingSource.feed_id == feed.id)
            ),
        )
        .order_by(FundingCall.closes.is_(None), FundingCall.closes, FundingCall.id)
    )
    return list(await session.scalars(stmt))
