"""How what a feed says becomes one record for each call, whatever the feed does."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from feeds.amounts import Currency
from registry import funding
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
from registry.funding_feeds import FundingFeed, FundingSource
from registry.networks import Network


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
    currency: Currency = Currency.GBP
    state: CallState = CallState.OPEN


async def keep(
    session: AsyncSession,
    feed: FundingFeed,
    calls: Sequence[FeedCall],
    *,
    now: datetime,
    withdrawn: Iterable[str] = (),
) -> frozenset[int]:
    """Bring a feed's calls up to date; the known ones that are otherwise now.

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
    return frozenset(reading.changed)


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
            _rewrite(row, call, self.feed.known_as)
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
        row = call_of(self.feed, call, self.feed.known_as, self.now)
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
            _give(row, call)
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
    _give(row, call)
    row.routed_number = None
    row.identify()


def _give(row: FundingCall, call: FeedCall) -> None:
    row.least, row.most, row.currency = call.least, call.most, call.currency


def _digest(call: FeedCall) -> str:
    """What tells whether a call says something else now; those in pounds had no currency once."""
    said: tuple[object, ...] = (
        call.title,
        call.link,
        call.summary,
        call.funder,
        call.opens,
        call.themes,
        call.least,
        call.most,
    )
    if call.currency is not Currency.GBP:
        said += (call.currency.value,)
    return hashlib.sha256(repr(said).encode()).hexdigest()
