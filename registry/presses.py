"""What each side pressed on a suggestion, with what the matcher knew of the pair at that time.

Nothing reads it yet to rank: it is what a matcher that learns will learn from.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from registry.database import Base
from registry.matches import Match

ASK = "ask"
YES = "yes"
WITHDRAW = "withdraw"
MET = "met"


class Press(Base):
    """One press, kept for good: the match itself is scored anew when either text changes.

    side: officer or academic. said: ask, yes, withdraw, the reason for a no, or "met:" and the
    answer to "did you meet?".
    """

    __tablename__ = "presses"

    id: Mapped[int] = mapped_column(primary_key=True)
    match_id: Mapped[int] = mapped_column(ForeignKey("matches.id", ondelete="CASCADE"), index=True)
    side: Mapped[str]
    said: Mapped[str]
    score: Mapped[float]
    features: Mapped[dict[str, Any]]
    matcher: Mapped[str]
    at: Mapped[datetime]


def note(session: AsyncSession, match: Match, side: str, said: str, *, now: datetime) -> None:
    """Write a press down in the caller's transaction."""
    session.add(
        Press(
            match_id=match.id,
            side=side,
            said=said,
            score=match.score,
            features=match.features,
            matcher=match.matcher,
            at=now,
        )
    )
