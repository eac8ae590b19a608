"""The playground's clock: the machine's own, put ahead by what was asked for."""

from datetime import UTC, datetime, timedelta
from pathlib import Path


class MovableClock:
    """Keeps how far it is ahead in a file, so that tomorrow's start goes on from there."""

    def __init__(self, path: Path) -> None:
        self._path = path
        kept = path.read_text() if path.exists() else "0"
        self._ahead = timedelta(seconds=float(kept))

    def now(self) -> datetime:
        return datetime.now(UTC) + self._ahead

    def move_to(self, moment: datetime) -> None:
        """Go on from a later moment; an earlier one is left alone."""
        self._ahead += max(moment - self.now(), timedelta())
        self._path.parent.mkdir(parents=True, exist_ok=True)
        self._path.write_text(str(self._ahead.total_seconds()))
