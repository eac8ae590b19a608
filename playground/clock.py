"""The playground's clock: the machine's own, put ahead by what was asked for."""

from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from registry import quiet
from registry.working_days import SATURDAY

LONDON = ZoneInfo("Europe/London")
MORNING, LATEST = time(10), time(16)


class MovableClock:
    """Keeps how far it is ahead in a file, so that tomorrow's start goes on from there."""

    def __init__(self, path: Path) -> None:
        self._path = path
        kept = path.read_text() if path.exists() else "0"
        self._ahead = timedelta(seconds=float(kept))

    def now(self) -> datetime:
        return datetime.now(UTC) + self._ahead

    def skip_quiet_hours(self) -> None:
        """Go on from the next weekday at ten where it is too late, too early or a weekend.

        Whoever tries it out of an evening would otherwise wait until the next morning for what
        people are sent unasked. See docs/decisions/quiet-hours.md.
        """
        self.move_to(next_morning(self.now()))

    def move_to(self, moment: datetime) -> None:
        """Go on from a later moment; an earlier one is left alone."""
        self._ahead += max(moment - self.now(), timedelta())
        self._path.parent.mkdir(parents=True, exist_ok=True)
        self._path.write_text(str(self._ahead.total_seconds()))


def next_morning(moment: datetime) -> datetime:
    """The moment itself on a weekday between ten and four in London, else the next such ten."""
    local = moment.astimezone(LONDON)
    if local.weekday() < SATURDAY and MORNING <= local.time() <= LATEST:
        return moment
    day = local.date() if local.time() < MORNING else local.date() + quiet.DAY
    while day.weekday() >= SATURDAY:
        day += quiet.DAY
    return datetime.combine(day, MORNING, LONDON).astimezone(UTC)
