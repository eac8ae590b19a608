"""An event as a file for calendar programs, and the signed link under which it is given out."""

import re
from datetime import UTC, datetime, timedelta

from icalendar import Calendar
from icalendar import Event as Entry
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from bot.services import Services
from registry.events import Event

LASTS = timedelta(days=30)
"""How long after the event its link works."""

GONE = "This link has run out. Open the event in Slack with /events and press the button there."
_TOKEN = re.compile(r"([0-9]{1,12})-([0-9]{1,12})-([A-Za-z0-9_-]{22})", re.ASCII)
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")


def calendar_link(services: Services, event: Event) -> str | None:
    """Where the event's file is; None where browsers cannot reach us."""
    base = services.settings.public_url
    if base is None:
        return None
    what = f"{event.id}-{int((event.ends + LASTS).timestamp())}"
    return f"{base}/events/{what}-{services.keys.sign(f'event {what}')}.ics"


def event_routes(services: Services) -> list[Route]:
    """The one address that gives the files out: whoever holds a link may read that event."""

    async def give(request: Request) -> Response:
        event = await _linked(services, request.path_params["token"])
        if event is None:
            return PlainTextResponse(GONE, 404)
        headers = {
            "Content-Disposition": f'attachment; filename="event-{event.id}.ics"',
            "Cache-Control": "private, no-cache",
            "X-Robots-Tag": "noindex",
        }
        return Response(calendar_file(event), headers=headers, media_type="text/calendar")

    return [Route("/events/{token}.ics", give)]


async def _linked(services: Services, token: str) -> Event | None:
    found = _TOKEN.fullmatch(token)
    if found is None:
        return None
    id_, until, signature = found.groups()
    if not services.keys.signed(f"event {id_}-{until}", signature):
        return None
    if int(until) < services.clock.now().timestamp():
        return None
    async with services.session_factory.begin() as session:
        return await session.get(Event, int(id_))


def calendar_file(event: Event) -> bytes:
    """One event in iCalendar (RFC 5545).

    The same UID each time, and a SEQUENCE that grows, so that calendar programs change what they
    have instead of adding another. Times are in UTC, which needs no VTIMEZONE; whole days are
    days. A cancelled event says so.
    """
    entry = Entry()
    entry.add("uid", f"event-{event.id}-{int(event.created_at.timestamp())}@docking-point")
    entry.add("dtstamp", _second(event.updated_at))
    entry.add("created", _second(event.created_at))
    entry.add("last-modified", _second(event.updated_at))
    entry.add("sequence", event.sequence)
    entry.add("status", "CANCELLED" if event.cancelled_at else "CONFIRMED")
    title = _clean(event.title)
    entry.add("summary", f"Cancelled: {title}" if event.cancelled_at else title)
    if event.all_day:
        entry.add("dtstart", event.first_day)
        entry.add("dtend", event.last_day + timedelta(days=1))
    else:
        entry.add("dtstart", _second(event.starts))
        entry.add("dtend", _second(event.ends))
    if event.place:
        entry.add("location", _clean(event.place))
    about = "\n\n".join(filter(None, (event.description, event.link)))
    if about:
        entry.add("description", _clean(about))
    if event.link:
        entry.add("url", _clean(event.link))
    calendar = Calendar()
    calendar.add("version", "2.0")
    calendar.add("prodid", "-//Docking Point//Events//EN")
    calendar.add("method", "PUBLISH")
    calendar.add_component(entry)
    made: bytes = calendar.to_ical()
    return made


def _second(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(microsecond=0)


def _clean(text: str) -> str:
    """Without signs that no calendar may hold, which a feed may have brought."""
    return _CONTROL.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
