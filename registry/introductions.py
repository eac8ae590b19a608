"""Introductions: one side asks, the other answers, and only two yeses name anybody."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from registry.database import Base


class Side(StrEnum):
    """Which of the two a person is."""

    OFFICER = "officer"
    ACADEMIC = "academic"


class IntroductionState(StrEnum):
    """What is true. What each side is shown of it is another matter: see `shown_state`."""

    ASKED = "asked"
    PAUSED = "paused"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"


class Met(StrEnum):
    """The answer to "Did you meet?"."""

    YES = "yes"
    NOT_YET = "not_yet"
    NO = "no"


class Introduction(Base):
    """One ask for one match, and what became of it."""

    __tablename__ = "introductions"
    __table_args__ = (UniqueConstraint("match_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    network_id: Mapped[int] = mapped_column(
        ForeignKey("networks.id", ondelete="CASCADE"), index=True
    )
    match_id: Mapped[int] = mapped_column(ForeignKey("matches.id", ondelete="CASCADE"))
    need_id: Mapped[int] = mapped_column(ForeignKey("needs.id", ondelete="CASCADE"), index=True)
    expertise_id: Mapped[int] = mapped_column(
        ForeignKey("expertise.id", ondelete="CASCADE"), index=True
    )
    asked_by: Mapped[str]
    state: Mapped[str] = mapped_column(default=IntroductionState.ASKED)
    asked_at: Mapped[datetime]
    answer_by: Mapped[datetime]
    answered_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    said_yes_while_paused: Mapped[bool] = mapped_column(default=False)
    group_channel: Mapped[str | None]
    check_at: Mapped[datetime | None]
    officer_met: Mapped[str | None]
    academic_met: Mapped[str | None]
