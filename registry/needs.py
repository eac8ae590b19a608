"""Needs: research questions of officers, each with a place and a decision date."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from registry.database import Base


class Output(StrEnum):
    """What the council wants out of it, and what an academic offers."""

    CONVERSATION = "conversation"
    EVIDENCE = "evidence"
    DATA_ANALYSIS = "data_analysis"
    EVALUATION = "evaluation"
    MODELLING = "modelling"
    STUDENT_PROJECT = "student_project"
    PLACEMENT = "placement"
    JOINT_BID = "joint_bid"


class Offer(StrEnum):
    """What the council can give in return."""

    DATA = "data"
    PUBLICATION = "publication"
    STATEMENT_OF_USE = "statement_of_use"
    FEE = "fee"


class Money(StrEnum):
    """How much there is to spend."""

    NONE = "none"
    UNDER_5K = "under_5k"
    FROM_5K_TO_25K = "5k_to_25k"
    OVER_25K = "over_25k"
    TO_BE_APPLIED_FOR = "to_be_applied_for"


class Visibility(StrEnum):
    """Who may see a need."""

    NETWORK = "network"
    DOCKING_POINT = "docking_point"


class NeedState(StrEnum):
    """Whether a need still looks for somebody. A removed need has no row."""

    OPEN = "open"
    CLOSED = "closed"


class Need(Base):
    """A need. `form` is the Slack view it came from: the same form arrives only once."""

    __tablename__ = "needs"
    __table_args__ = (UniqueConstraint("form"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    network_id: Mapped[int] = mapped_column(
        ForeignKey("networks.id", ondelete="CASCADE"), index=True
    )
    member_id: Mapped[int] = mapped_column(ForeignKey("members.id", ondelete="CASCADE"))
    form: Mapped[str]
    question: Mapped[str]
    places: Mapped[list[str]]
    needed_by: Mapped[date | None]
    background: Mapped[str]
    outputs: Mapped[list[str]]
    offers: Mapped[list[str]]
    money: Mapped[str | None]
    visibility: Mapped[str] = mapped_column(default=Visibility.NETWORK)
    passed_on_at: Mapped[datetime | None]
    hide_council: Mapped[bool] = mapped_column(default=False)
    state: Mapped[str] = mapped_column(default=NeedState.OPEN)
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    told_on: Mapped[date | None]

    @property
    def shared(self) -> bool:
        """Whether the whole network may see it: the docking point has let it through."""
        return self.visibility == Visibility.NETWORK or self.passed_on_at is not None

    @property
    def seeking(self) -> bool:
        """Whether it takes part in matching."""
        return self.state == NeedState.OPEN and self.shared


@dataclass(frozen=True)
class NeedDraft:
    """A need as the form gives it, not yet checked."""

    question: str
    places: tuple[str, ...]
    needed_by: date | None
    background: str = ""
    outputs: tuple[str, ...] = (Output.CONVERSATION,)
    offers: tuple[str, ...] = ()
    money: str | None = None
    visibility: str = Visibility.NETWORK
    hide_council: bool = False
