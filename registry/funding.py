"""Funding calls: one record each, whoever told of it, and what is to be told of it."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time
from enum import StrEnum
from urllib.parse import parse_qsl, urlencode, urlsplit

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    ForeignKey,
    Index,
    UniqueConstraint,
    and_,
    or_,
    select,
)
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from feeds.amounts import Amount, Currency, read_amount
from feeds.status import bare_title
from registry.database import Base
from registry.days_ahead import TOO_FAR, is_too_far
from registry.links import is_link
from registry.members import Member
from registry.networks import Network
from registry.refusal import Refused

LONGEST_TITLE = 200
LONGEST_FUNDER = 100
LONGEST_SUMMARY = 1000
LONGEST_AMOUNT = 60
MOST_THEMES = 10
END_OF_DAY = time(23, 59)
_TRACKING = re.compile(r"^(?:utm_\w+|aff|fbclid|gclid|mc_[ce]id)$")


class CallState(StrEnum):
    """Where a call stands by what was said of it; its closing time is another matter."""

    OPEN = "open"
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"


class News(StrEnum):
    """What is to be told of a call in the day's one bundled post."""

    NEW = "new"
    MOVED = "moved"
    REOPENED = "reopened"
    WITHDRAWN = "withdrawn"
    CLOSED = "closed"


STILL_OPEN = (News.NEW, News.MOVED, News.REOPENED)


class FundingCall(Base):
    """A call for proposals.

    news: what waits to be told of it. was_closing: when it was to close before its deadline was
    last moved. least, most: what one applicant can get, in whole units of `currency`, an
    ISO 4217 code. link_key, title_key: by which the same call is known again. routed_number: the
    network's change number when it was last scored against needs and profiles.
    """

    __tablename__ = "funding_calls"
    __table_args__ = (
        UniqueConstraint("form"),
        Index(None, "network_id", "link_key"),
        Index(None, "network_id", "title_key"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    network_id: Mapped[int] = mapped_column(
        ForeignKey("networks.id", ondelete="CASCADE"), index=True
    )
    form: Mapped[str | None]
    added_by: Mapped[int | None] = mapped_column(ForeignKey("members.id", ondelete="SET NULL"))
    title: Mapped[str]
    funder: Mapped[str]
    link: Mapped[str | None]
    summary: Mapped[str]
    opens: Mapped[datetime | None]
    closes: Mapped[datetime | None]
    themes: Mapped[list[str]]
    least: Mapped[int | None] = mapped_column(BigInteger)
    most: Mapped[int | None] = mapped_column(BigInteger)
    currency: Mapped[str] = mapped_column(default=Currency.GBP)
    state: Mapped[str] = mapped_column(default=CallState.OPEN)
    news: Mapped[str | None]
    was_closing: Mapped[datetime | None]
    link_key: Mapped[str | None]
    title_key: Mapped[str] = mapped_column(default="")
    routed_number: Mapped[int | None]
    created_at: Mapped[datetime]

    def not_closed(self, now: datetime) -> bool:
        """Whether its closing time has not come yet, whatever else was said of it."""
        return self.closes is None or self.closes > now

    def is_open(self, now: datetime) -> bool:
        """Whether one can still apply, now or once it opens."""
        return self.state not in (CallState.CLOSED, CallState.WITHDRAWN) and self.not_closed(now)

    def to_come(self, now: datetime) -> bool:
        """Whether one cannot apply yet, but will."""
        return self.is_open(now) and self.opens is not None and self.opens > now

    @property
    def in_pounds(self) -> bool:
        """Whether its amount, if it states one, is in pounds. A row not kept yet may lack this."""
        return self.currency in (None, Currency.GBP)

    def identify(self) -> None:
        """Bring the keys by which it is known again in step with its link and title."""
        self.link_key, self.title_key = link_key(self.link), title_key(self.title)


def link_key(link: str | None) -> str | None:
    """The link without what does not change where it leads: scheme, www, tracking, fragment."""
    if not link:
        return None
    parts = urlsplit(link)
    host = (parts.hostname or "").removeprefix("www.")
    query = urlencode(
        [(key, value) for key, value in parse_qsl(parts.query) if not _TRACKING.match(key)]
    )
    return f"{host}{parts.path.rstrip('/')}{'?' + query if query else ''}"


def title_key(title: str) -> str:
    """The title as it is compared: case, spacing, punctuation and marks of change do not matter."""
    return " ".join(re.findall(r"\w+", bare_title(title).casefold()))


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
    amount: str = ""


@dataclass(frozen=True)
class Checked:
    """What a form's fields come to: when the call closes, and how much it gives."""

    closes: datetime | None
    amount: Amount | None


def check(draft: CallDraft, network: Network, now: datetime) -> Checked:
    """What the form comes to; raises `Refused` with words beside each field that is wrong."""
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
    amount = read_amount(draft.amount) if draft.amount.strip() else None
    if draft.amount.strip() and amount is None:
        wrong["amount"] = (
            "Please write an amount above nothing, like “up to £250,000” or “£5,000 to £20,000”, "
            "in £, € or $."
        )
    closes = _closing(draft, network)
    wrong |= _wrong_days(draft, closes, network, now)
    if wrong:
        raise Refused(fields=wrong)
    return Checked(closes, amount)


def _wrong_days(
    draft: CallDraft, closes: datetime | None, network: Network, now: datetime
) -> dict[str, str]:
    today = now.astimezone(network.zone).date()
    days = {"opens": draft.opens, "closes": draft.closes}
    if far := {name: TOO_FAR for name, day in days.items() if is_too_far(day, today)}:
        return far
    if closes is None and draft.closes_at:
        return {"closes": "Please choose the day that this time is on, or leave the time empty."}
    if closes is not None and closes <= now:
        return {"closes": "That has passed already. Choose a later day, or leave it empty."}
    if draft.opens and draft.closes and draft.closes < draft.opens:
        return {"closes": "It closes before it opens. Please check the two days."}
    return {}


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
    """Keep a call. The same form delivered again gives the same call, and False.

    Raises `Refused` where the call is here already, from a feed or by hand.
    """
    checked = check(draft, network, now)
    again = await session.scalar(select(FundingCall).where(FundingCall.form == form))
    if again is not None:
        return again, False
    call = FundingCall(
        network_id=network.id,
        form=form,
        added_by=member.id,
        summary="",
        created_at=now,
        **_columns(draft, checked, network),
    )
    call.identify()
    if any(one.is_open(now) for one in await same_calls(session, call)):
        raise Refused(fields={"title": "This call is here already. `/funding` lists it."})
    try:
        async with session.begin_nested():
            session.add(call)
    except IntegrityError:
        stmt = select(FundingCall).where(FundingCall.form == form)
        return (await session.scalars(stmt)).one(), False
    return call, True


def _columns(draft: CallDraft, checked: Checked, network: Network) -> dict[str, object]:
    return {
        "title": draft.title.strip(),
        "funder": draft.funder.strip(),
        "link": draft.link or None,
        "opens": datetime.combine(draft.opens, time(), network.zone) if draft.opens else None,
        "closes": checked.closes,
        "themes": list(draft.themes),
        "least": checked.amount.least if checked.amount else None,
        "most": checked.amount.most if checked.amount else None,
        "currency": checked.amount.currency if checked.amount else Currency.GBP,
    }


async def edit(
    session: AsyncSession, network: Network, call: FundingCall, draft: CallDraft, *, now: datetime
) -> None:
    """Change a call that was added by hand; a moved deadline is told in the next bundled post."""
    checked = check(draft, network, now)
    columns = _columns(draft, checked, network)
    move(call, checked.closes, now)
    for name in columns.keys() - {"closes"}:
        setattr(call, name, columns[name])
    call.identify()
    call.routed_number = None
    await session.flush()


def move(call: FundingCall, closes: datetime | None, now: datetime) -> None:
    """Give a call another closing time, and note what is to be told of it.

    One that moves twice before it is told moved from where it first stood; one that moves back
    has not moved.
    """
    before = call.closes
    if closes == before:
        return
    call.closes = closes
    if call.news == News.NEW:
        return
    if call.news not in (News.MOVED, News.REOPENED):
        call.was_closing = before
    if call.news == News.MOVED and call.was_closing == closes:
        call.news = call.was_closing = None
    elif call.state not in (CallState.CLOSED, CallState.WITHDRAWN):
        call.news = _news_of_move(call, before, now)


def _news_of_move(call: FundingCall, before: datetime | None, now: datetime) -> News | None:
    had_closed = before is not None and before <= now
    if call.not_closed(now):
        return News.REOPENED if had_closed else News.MOVED
    return None if had_closed else News.CLOSED


def stand(call: FundingCall, state: CallState, now: datetime) -> None:
    """Note that a call was withdrawn, closed or opened again, and what is to be told of it."""
    before = CallState(call.state)
    if state == before:
        return
    call.state = state
    if not call.not_closed(now):
        return
    if state is CallState.OPEN:
        untold = call.news in (News.WITHDRAWN, News.CLOSED)
        call.news = None if untold else News.REOPENED
    elif before is CallState.OPEN:
        told = call.news != News.NEW
        call.news = News(state.value) if told else None


def open_now(now: datetime) -> ColumnElement[bool]:
    return and_(
        FundingCall.state == CallState.OPEN,
        or_(FundingCall.closes.is_(None), FundingCall.closes > now),
    )


async def open_calls(session: AsyncSession, network_id: int, now: datetime) -> list[FundingCall]:
    """What can be applied for, the next to close first, those without a date last."""
    stmt = (
        select(FundingCall)
        .where(FundingCall.network_id == network_id, open_now(now))
        .order_by(FundingCall.closes.is_(None), FundingCall.closes, FundingCall.id)
    )
    return list(await session.scalars(stmt))


async def same_calls(session: AsyncSession, call: FundingCall) -> list[FundingCall]:
    """Calls of the network that may be this one: its funder, title and closing, or its link."""
    stmt = (
        select(FundingCall)
        .where(
            FundingCall.network_id == call.network_id,
            FundingCall.title_key == call.title_key,
        )
        .order_by(FundingCall.id)
    )
    with session.no_autoflush:
        alike = list(await session.scalars(stmt))
    return [one for one in alike if one is not call and _same(one, call)]


def _same(one: FundingCall, other: FundingCall) -> bool:
    """Of two with the same title: whether they are one call."""
    if one.link_key is not None and one.link_key == other.link_key:
        return True
    funders = {" ".join(call.funder.casefold().split()) for call in (one, other)}
    return len(funders) == 1 and one.closes == other.closes


async def find(session: AsyncSession, network_id: int, call_id: int) -> FundingCall | None:
    """A call of this network; one of another is as if not there."""
    return await session.scalar(
        select(FundingCall).where(FundingCall.network_id == network_id, FundingCall.id == call_id)
    )


async def find_here(session: AsyncSession, network_id: int, call_id: int) -> FundingCall:
    """A call of this network; raises `Refused` for anything else."""
    call = await find(session, network_id, call_id)
    if call is None:
        raise Refused("That call is no longer here.")
    return call


async def find_some(
    session: AsyncSession, network_id: int, ids: Iterable[int]
) -> dict[int, FundingCall]:
    """Those of this network's calls, by id."""
    stmt = select(FundingCall).where(
        FundingCall.network_id == network_id, FundingCall.id.in_(list(ids))
    )
    return {call.id: call for call in await session.scalars(stmt)}


def may_change(call: FundingCall, member: Member) -> bool:
    """Whether the member added the call, or is an admin."""
    return call.added_by == member.id or member.is_admin


async def find_changeable(session: AsyncSession, member: Member, call_id: int) -> FundingCall:
    """A call that was added by hand and that the member may change; raises `Refused`."""
    call = await find_here(session, member.network_id, call_id)
    if not may_change(call, member):
        raise Refused("Only who added a call, or an admin, can change it.")
    if call.form is None:
        raise Refused("This call comes from a feed, which says what is in it.")
    return call


async def remove(session: AsyncSession, member: Member, call_id: int) -> FundingCall:
    """Delete a call that the member added, or any as an admin; raises `Refused`."""
    call = await find_here(session, member.network_id, call_id)
    if not may_change(call, member):
        raise Refused("Only who added a call, or an admin, can remove it.")
    await session.delete(call)
    return call


async def take_news(
    session: AsyncSession, network_id: int, now: datetime
) -> list[tuple[FundingCall, News]]:
    """What waits for the bundled post; of calls that closed meanwhile nothing is told."""
    stmt = select(FundingCall).where(
        FundingCall.network_id == network_id, FundingCall.news.is_not(None)
    )
    waiting = list(await session.scalars(stmt.order_by(FundingCall.closes, FundingCall.id)))
    found = [(call, News(call.news)) for call in waiting if call.news]
    for call in waiting:
        call.news = None
    return [
        (call, news) for call, news in found if (call.is_open(now) if news in STILL_OPEN else True)
    ]


# Filters


def gives(call: FundingCall, least: int | None, most: int | None, *, unstated: bool) -> bool:
    """Whether what a call gives lies within the limits, in pounds; "up to £5,000" counts as £5,000.

    unstated: what to say of a call whose amount cannot be compared.
    """
    smallest = call.least if call.least is not None else call.most
    if smallest is None:
        return unstated
    if not call.in_pounds:
        return unstated or (least is None and most is None)
    largest = call.most
    above = least is None or largest is None or largest >= least
    return above and (most is None or smallest <= most)


def themes_of(calls: Iterable[FundingCall]) -> list[str]:
    """Each theme once as it is first written, those of most calls first."""
    written: dict[str, str] = {}
    times: dict[str, int] = {}
    for call in calls:
        for theme in {theme.casefold(): theme for theme in call.themes}.values():
            written.setdefault(theme.casefold(), theme)
            times[theme.casefold()] = times.get(theme.casefold(), 0) + 1
    return [written[key] for key in sorted(times, key=lambda key: (-times[key], key))]


def has_theme(call: FundingCall, theme: str) -> bool:
    return theme.casefold() in {one.casefold() for one in call.themes}
