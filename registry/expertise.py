"""Expertise: what a member offers, one profile each."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from registry.database import Base

DEFAULT_CAPACITY = 2


class HowSoon(StrEnum):
    """When a member could start."""

    NOW = "now"
    THIS_MONTH = "this_month"
    THIS_TERM = "this_term"
    THIS_YEAR = "this_year"


class Expertise(Base):
    """A member's profile. It takes part in matching while `suggestable` and not paused."""

    __tablename__ = "expertise"

    id: Mapped[int] = mapped_column(primary_key=True)
    network_id: Mapped[int] = mapped_column(
        ForeignKey("networks.id", ondelete="CASCADE"), index=True
    )
    member_id: Mapped[int] = mapped_column(
        ForeignKey("members.id", ondelete="CASCADE"), unique=True
    )
    summary: Mapped[str]
    suggestable: Mapped[bool] = mapped_column(default=True)
    topics: Mapped[list[str]]
    methods: Mapped[list[str]]
    places: Mapped[list[str]]
    outputs: Mapped[list[str]]
    how_soon: Mapped[str | None]
    capacity: Mapped[int] = mapped_column(default=DEFAULT_CAPACITY)
    links: Mapped[list[str]]
    shown_as: Mapped[str]
    paused_at: Mapped[datetime | None]
    no_capacity_until: Mapped[datetime | None]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]

    @property
    def seeking(self) -> bool:
        """Whether it takes part in matching at all."""
        return self.suggestable and self.paused_at is None
