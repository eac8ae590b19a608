"""Matches: a need and an expertise that the matcher put together, and what each side said."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from registry.database import Base


class Match(Base):
    """One pair, with the score and reasons it had when it was last suggested.

    officer_said / academic_said: why that side does not want the pair, or None.
    """

    __tablename__ = "matches"
    __table_args__ = (UniqueConstraint("need_id", "expertise_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    network_id: Mapped[int] = mapped_column(
        ForeignKey("networks.id", ondelete="CASCADE"), index=True
    )
    need_id: Mapped[int] = mapped_column(ForeignKey("needs.id", ondelete="CASCADE"))
    expertise_id: Mapped[int] = mapped_column(
        ForeignKey("expertise.id", ondelete="CASCADE"), index=True
    )
    score: Mapped[float]
    band: Mapped[str]
    reasons: Mapped[list[dict[str, Any]]]
    matcher: Mapped[str]
    suggested_at: Mapped[datetime]
    told_at: Mapped[datetime | None]
    officer_said: Mapped[str | None]
    academic_said: Mapped[str | None]
