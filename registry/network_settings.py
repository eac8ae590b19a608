"""What admins set for the whole network: its name, its clocks, its holidays, its quiet hours."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import available_timezones

from sqlalchemy.ext.asyncio import AsyncSession

from registry import audit
from registry.members import Member
from registry.networks import EventReminder, Network
from registry.refusal import Refused

LONGEST_NAME = 80
NATIONS = {"ENG": "England", "SCT": "Scotland", "WLS": "Wales", "NIR": "Northern Ireland"}


@dataclass(frozen=True)
class NetworkDraft:
    """The settings as the form gives them, not yet checked."""

    name: str
    time_zone: str
    nation: str
    quiet_hours: bool
    event_reminders: tuple[str, ...] = tuple(EventReminder)


def check(draft: NetworkDraft) -> None:
    """Raise `Refused` with words beside each field that cannot be taken."""
    wrong: dict[str, str] = {}
    if not 1 <= len(draft.name.strip()) <= LONGEST_NAME:
        wrong["name"] = f"Please give 1 to {LONGEST_NAME} characters."
    if draft.time_zone not in available_timezones():
        wrong["time_zone"] = "Please choose a time zone from the list."
    if draft.nation not in NATIONS:
        wrong["nation"] = "Please choose one of the four."
    if wrong:
        raise Refused(fields=wrong)


def change(
    session: AsyncSession, network: Network, admin: Member, draft: NetworkDraft, *, now: datetime
) -> bool:
    """Keep the settings; False where nothing is new. Raises `Refused`.

    Jobs go by a new time zone or nation from their next look on: see jobs/clock.py.
    """
    check(draft)
    wanted = {
        "name": " ".join(draft.name.split()),
        "time_zone": draft.time_zone,
        "nation": draft.nation,
        "quiet_hours": draft.quiet_hours,
        "event_reminders": [one for one in EventReminder if one in draft.event_reminders],
    }
    changed = [name for name, value in wanted.items() if getattr(network, name) != value]
    for name in changed:
        setattr(network, name, wanted[name])
        audit.note(session, network.id, admin.id, "network_changed", f"network:{name}", now=now)
    return bool(changed)
