"""Events, and who said they are going."""

from datetime import datetime

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from registry.database import Base


class Event(Base):
    """Something to go to. Times are moments; `time_zone` is how they are told."""

    __tablename__ = "events"
    __table_args__ = (UniqueConstraint("form"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    network_id: Mapped[int] = mapped_column(
        ForeignKey("networks.id", ondelete="CASCADE"), index=True
    )
    form: Mapped[str]
    added_by: Mapped[int | None] = mapped_column(ForeignKey("members.id", ondelete="SET NULL"))
    title: Mapped[str]
    starts: Mapped[datetime]
    ends: Mapped[datetime]
    time_zone: Mapped[str]
    place: Mapped[str]
    link: Mapped[str | None]
    created_at: Mapped[datetime]


class Attendance(Base):
    """One member's answer to one event."""

    __tablename__ = "attendances"
    __table_args__ = (UniqueConstraint("event_id", "member_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("events.id", ondelete="CASCADE"))
    member_id: Mapped[int] = mapped_column(ForeignKey("members.id", ondelete="CASCADE"))
    going: Mapped[bool]
    said_at: Mapped[datetime]
