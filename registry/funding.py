"""Funding calls, by hand or from a feed, and the feeds themselves."""

from datetime import datetime

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from registry.database import Base


class FundingFeed(Base):
    """A feed that a network reads hourly."""

    __tablename__ = "funding_feeds"
    __table_args__ = (UniqueConstraint("network_id", "address"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    network_id: Mapped[int] = mapped_column(ForeignKey("networks.id", ondelete="CASCADE"))
    address: Mapped[str]
    title: Mapped[str]
    added_by: Mapped[int | None] = mapped_column(ForeignKey("members.id", ondelete="SET NULL"))
    added_at: Mapped[datetime]
    etag: Mapped[str | None]
    modified: Mapped[str | None]
    read_at: Mapped[datetime | None]
    failing_since: Mapped[datetime | None]
    failure: Mapped[str | None]
    failure_told_at: Mapped[datetime | None]


class FundingCall(Base):
    """A call for proposals. `feed_key` is its id within the feed it came from.

    post_pending: a feed's new call that waits for the day's one bundled post.
    """

    __tablename__ = "funding_calls"
    __table_args__ = (
        UniqueConstraint("network_id", "feed_id", "feed_key"),
        UniqueConstraint("form"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    network_id: Mapped[int] = mapped_column(
        ForeignKey("networks.id", ondelete="CASCADE"), index=True
    )
    feed_id: Mapped[int | None] = mapped_column(ForeignKey("funding_feeds.id", ondelete="CASCADE"))
    feed_key: Mapped[str | None]
    form: Mapped[str | None]
    added_by: Mapped[int | None] = mapped_column(ForeignKey("members.id", ondelete="SET NULL"))
    title: Mapped[str]
    funder: Mapped[str]
    link: Mapped[str | None]
    summary: Mapped[str]
    opens: Mapped[datetime | None]
    closes: Mapped[datetime | None]
    themes: Mapped[list[str]]
    post_pending: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]
