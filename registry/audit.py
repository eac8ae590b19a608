"""What admins and docking points did with the powers they have."""

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from registry.database import Base


class AuditEntry(Base):
    """One act. `action` is a fixed word, `subject` what it was done to."""

    __tablename__ = "audit"

    id: Mapped[int] = mapped_column(primary_key=True)
    network_id: Mapped[int] = mapped_column(
        ForeignKey("networks.id", ondelete="CASCADE"), index=True
    )
    member_id: Mapped[int | None] = mapped_column(ForeignKey("members.id", ondelete="SET NULL"))
    action: Mapped[str]
    subject: Mapped[str]
    at: Mapped[datetime]


def note(
    session: AsyncSession,
    network_id: int,
    member_id: int | None,
    action: str,
    subject: str,
    *,
    now: datetime,
) -> None:
    """Write an entry in the caller's transaction."""
    session.add(
        AuditEntry(
            network_id=network_id, member_id=member_id, action=action, subject=subject, at=now
        )
    )
