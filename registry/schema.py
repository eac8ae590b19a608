"""Every table at once, for the migrations and for the test that holds them to the models."""

from registry import (
    allocations,
    answers,
    attendances,
    audit,
    calendars,
    cards,
    changes,
    events,
    expertise,
    funding,
    introductions,
    matches,
    members,
    needs,
    networks,
    outbox,
    presses,
    priorities,
    runs,
)
from registry.database import Base

TABLES = (
    allocations,
    answers,
    attendances,
    audit,
    calendars,
    cards,
    changes,
    events,
    expertise,
    funding,
    introductions,
    matches,
    members,
    needs,
    networks,
    outbox,
    presses,
    priorities,
    runs,
)
METADATA = Base.metadata
