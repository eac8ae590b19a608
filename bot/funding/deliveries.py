"""The messages about calls, each drawn from the rows when it is sent and when a call changes."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from bot.cards import Message, Render, Showing, being_sent, post_card, refresh_cards
from bot.deliveries import Work
from bot.funding.feed_views import trial_message
from bot.funding.views import (
    CallShown,
    Why,
    alert_message,
    call_message,
    post_message,
    saved_changed_message,
    saved_closing_message,
    summary_message,
)
from bot.needs.suggestion import CARD as NEED_CARD
from bot.sources.deliveries import failure_renderer
from bot.sources.kinds import Kind
from registry import funding, funding_channels, funding_marks, needs, routing, sources
from registry.funding import STILL_OPEN, FundingCall
from registry.funding_feeds import FundingFeed
from registry.funding_marks import Said
from registry.members import Member

CALL = "funding.call"
POSTED = "funding.posted"
ALERT = "funding.alert"
SAVED_CLOSING = "funding.saved_closing"
SAVED_CHANGED = "funding.saved_changed"
FEED = Kind(
    FundingFeed,
    read="funding.feed_read",
    try_="funding.feed_try",
    trial="funding.trial",
    failed="funding.feed_failed",
)
OF_ONE_CALL = (CALL, ALERT, SAVED_CLOSING, SAVED_CHANGED)


async def shown(
    session: AsyncSession,
    network_id: int,
    calls: Sequence[FundingCall],
    reader: Member | None = None,
) -> list[CallShown]:
    """Calls as a reader sees them, or whoever reads a channel."""
    fits = await routing.fitting_needs(session, network_id, [call.id for call in calls])
    saved = await funding_marks.marked(session, reader, Said.SAVED) if reader else None
    return [
        CallShown(
            call,
            tuple(need.question for need in fits.get(call.id, ())),
            saved=None if saved is None else call.id in saved,
        )
        for call in calls
    ]


async def _one(work: Work, showing: Showing, *, even_closed: bool = False) -> CallShown | None:
    """The call of a message; a message that is not sent yet is only of a call that is open."""
    call = await funding.find(work.session, work.network.id, showing.subject_id)
    if call is None or (being_sent(work) and not even_closed and not call.is_open(work.now)):
        return None
    (found,) = await shown(work.session, work.network.id, [call], showing.reader)
    return found


async def render_call(work: Work, showing: Showing) -> Message | None:
    """A call that somebody added, unless it closed or was removed meanwhile."""
    found = await _one(work, showing)
    return call_message(found, work.now, work.network.zone) if found else None


async def render_alert(work: Work, showing: Showing) -> Message | None:
    """A call that fits what the reader needs or offers."""
    found = await _one(work, showing)
    if found is None or showing.reader is None:
        return None
    own = await routing.fits_of(work.session, showing.reader, found.call.id)
    about = [await needs.find(work.session, work.network.id, fit.need_id or 0) for fit in own]
    why = Why(
        needs=tuple(need.question for need in about if need is not None and need.seeking),
        words=next((tuple(fit.words) for fit in own if fit.expertise_id is not None), ()),
    )
    return alert_message(found, why, work.now, work.network.zone)


async def render_saved_closing(work: Work, showing: Showing) -> Message | None:
    """A reminder, unless the call was taken off the reader's list meanwhile."""
    found = await _one(work, showing)
    if found is None or (being_sent(work) and not found.saved):
        return None
    return saved_closing_message(found, work.now, work.network.zone)


async def render_saved_changed(work: Work, showing: Showing) -> Message | None:
    found = await _one(work, showing, even_closed=True)
    return saved_changed_message(found, work.now, work.network.zone) if found else None


async def render_posted(work: Work, showing: Showing) -> Message | None:
    """A message about several calls; of those that closed before it is sent, it says nothing."""
    post = await funding_channels.find_post(work.session, work.network.id, showing.subject_id)
    if post is None:
        return None
    rows = await funding_channels.posted_calls(work.session, post)
    if being_sent(work):
        may_be_over = {*funding.News} - {*STILL_OPEN}
        rows = [(call, why) for call, why in rows if call.is_open(work.now) or why in may_be_over]
    found = await shown(work.session, work.network.id, [call for call, _ in rows])
    if post.feed_id is not None:
        feed = await sources.find(work.session, FundingFeed, work.network.id, post.feed_id)
        return summary_message(feed.known_as, found, work.now, work.network.zone) if feed else None
    if not rows:
        return None
    pairs = [(one, why) for one, (_, why) in zip(found, rows, strict=True)]
    return post_message(pairs, work.now, work.network.zone)


async def render_trial(work: Work, showing: Showing) -> Message | None:
    """What was found at an address that an admin wants to have read."""
    feed = await sources.find(work.session, FundingFeed, work.network.id, showing.subject_id)
    return trial_message(feed, work.now, work.network.zone) if feed else None


async def refresh_calls(
    session: AsyncSession, network_id: int, call_ids: Collection[int], *, now: datetime
) -> None:
    """Have everything drawn anew that shows any of these calls."""
    for call_id in sorted(call_ids):
        for kind in OF_ONE_CALL:
            await refresh_cards(session, network_id, kind, call_id, now=now)
        for need_id in await funding_marks.needs_with(session, call_id):
            await refresh_cards(session, network_id, NEED_CARD, need_id, now=now)
    for post_id in await funding_channels.posts_with(session, network_id, sorted(call_ids)):
        await refresh_cards(session, network_id, POSTED, post_id, now=now)


async def refresh_fitting(
    session: AsyncSession, network_id: int, need_id: int, *, now: datetime
) -> None:
    """Have everything drawn anew that says that a call fits this need."""
    fitting = await routing.calls_fitting(session, need_id)
    await refresh_calls(session, network_id, fitting, now=now)


async def tell(
    session: AsyncSession,
    network_id: int,
    kind: str,
    subject_id: int,
    member: Member,
    now: datetime,
) -> None:
    """Have a member told in a direct message of what they did not just ask for."""
    await post_card(
        session, network_id, kind, subject_id, member_id=member.id, unasked=True, now=now
    )


RENDERS: dict[str, Render] = {
    CALL: render_call,
    POSTED: render_posted,
    ALERT: render_alert,
    SAVED_CLOSING: render_saved_closing,
    SAVED_CHANGED: render_saved_changed,
    FEED.trial: render_trial,
    FEED.failed: failure_renderer(FEED),
}
