"""A clock that stands still, and what else is the same in every test."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

MONDAY = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
KEY = "aW52ZW50ZWQta2V5LWZvci10ZXN0cy1vbmx5LTMyYnk="


@dataclass
class FrozenClock:
    """A clock that stands still until a test moves it."""

    time: datetime = MONDAY

    def now(self) -> datetime:
        return self.time

    def move(self, **ahead: float) -> None:
        self.time += timedelta(**ahead)

    def move_to(self, moment: datetime) -> None:
        self.time = moment
