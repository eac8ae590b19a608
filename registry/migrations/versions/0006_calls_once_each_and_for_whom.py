"""Calls once each, whatever told of them, and whom they are for.

Revision: 0006
"""

import re
from urllib.parse import urlsplit

import sqlalchemy as sa
from alembic import op

from registry.database import UtcDateTime

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _feeds()
    _calls()
    _sources()
    _marks()
    _routing()
    _posts()
    with op.batch_alter_table("funding_calls") as batch:
        batch.drop_constraint(op.f("uq_funding_calls_network_id_feed_id_feed_key"), type_="unique")
        batch.drop_constraint(op.f("fk_funding_calls_feed_id_funding_feeds"), type_="foreignkey")
        batch.drop_column("feed_id")
        batch.drop_column("feed_key")
        batch.drop_column("post_pending")


def _feeds() -> None:
    with op.batch_alter_table("funding_feeds") as batch:
        batch.add_column(sa.Column("accepted_at", UtcDateTime(), nullable=True))
        batch.add_column(sa.Column("preview", sa.JSON(), nullable=True))
        batch.add_column(sa.Column("body_digest", sa.Text(), nullable=True))
        batch.add_column(sa.Column("paused_at", UtcDateTime(), nullable=True))
        batch.add_column(sa.Column("stopped_at", UtcDateTime(), nullable=True))
        batch.add_column(sa.Column("failures", sa.Integer(), nullable=True))
        batch.add_column(sa.Column("next_read_at", UtcDateTime(), nullable=True))
    op.execute("UPDATE funding_feeds SET accepted_at = added_at, failures = 0")
    with op.batch_alter_table("funding_feeds") as batch:
        batch.alter_column("failures", existing_type=sa.Integer(), nullable=False)


def _calls() -> None:
    with op.batch_alter_table("funding_calls") as batch:
        batch.add_column(sa.Column("least", sa.BigInteger(), nullable=True))
        batch.add_column(sa.Column("most", sa.BigInteger(), nullable=True))
        batch.add_column(sa.Column("state", sa.Text(), nullable=True))
        batch.add_column(sa.Column("news", sa.Text(), nullable=True))
        batch.add_column(sa.Column("link_key", sa.Text(), nullable=True))
        batch.add_column(sa.Column("title_key", sa.Text(), nullable=True))
        batch.add_column(sa.Column("routed_number", sa.Integer(), nullable=True))
    calls = sa.table(
        "funding_calls",
        *map(sa.column, ("id", "title", "link", "link_key", "title_key", "state", "news")),
        sa.column("post_pending", sa.Boolean()),
        sa.column("was_closing"),
    )
    connection = op.get_bind()
    for id_, title, link in connection.execute(sa.select(calls.c.id, calls.c.title, calls.c.link)):
        keys = {"link_key": _link_key(link), "title_key": _title_key(title), "state": "open"}
        connection.execute(calls.update().where(calls.c.id == id_).values(**keys))
    moved = sa.case((calls.c.was_closing.is_not(None), "moved"), else_="new")
    connection.execute(calls.update().where(calls.c.post_pending).values(news=moved))
    with op.batch_alter_table("funding_calls") as batch:
        batch.alter_column("state", existing_type=sa.Text(), nullable=False)
        batch.alter_column("title_key", existing_type=sa.Text(), nullable=False)
        batch.create_index(op.f("ix_funding_calls_network_id_link_key"), ["network_id", "link_key"])
        batch.create_index(
            op.f("ix_funding_calls_network_id_title_key"), ["network_id", "title_key"]
        )


def _link_key(link: str | None) -> str | None:
    """As it was when this was written; a feed's calls get theirs anew at its next reading."""
    if not link:
        return None
    parts = urlsplit(link)
    host = (parts.hostname or "").removeprefix("www.")
    return f"{host}{parts.path.rstrip('/')}{'?' + parts.query if parts.query else ''}"


def _title_key(title: str) -> str:
    return " ".join(re.findall(r"\w+", title.casefold()))


def _sources() -> None:
    op.create_table(
        "funding_sources",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("feed_id", sa.Integer(), nullable=False),
        sa.Column("call_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("closes", UtcDateTime(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("seen_at", UtcDateTime(), nullable=False),
        _to("funding_sources", "feed_id", "funding_feeds"),
        _to("funding_sources", "call_id", "funding_calls"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_funding_sources")),
        sa.UniqueConstraint("feed_id", "key", name=op.f("uq_funding_sources_feed_id_key")),
    )
    op.create_index(op.f("ix_funding_sources_call_id"), "funding_sources", ["call_id"])
    op.execute(
        "INSERT INTO funding_sources (feed_id, call_id, key, closes, state, digest, seen_at) "
        "SELECT feed_id, id, feed_key, closes, 'open', '', created_at FROM funding_calls "
        "WHERE feed_id IS NOT NULL AND feed_key IS NOT NULL ORDER BY id"
    )


def _marks() -> None:
    op.create_table(
        "funding_marks",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("network_id", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("call_id", sa.Integer(), nullable=True),
        sa.Column("said", sa.Text(), nullable=False),
        sa.Column("terms", sa.JSON(), nullable=False),
        sa.Column("workspace_id", sa.Integer(), nullable=True),
        sa.Column("channel", sa.Text(), nullable=True),
        sa.Column("at", UtcDateTime(), nullable=False),
        _to("funding_marks", "network_id", "networks"),
        _to("funding_marks", "member_id", "members"),
        _to("funding_marks", "call_id", "funding_calls", "SET NULL"),
        _to("funding_marks", "workspace_id", "workspaces"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_funding_marks")),
        sa.UniqueConstraint(
            "member_id", "call_id", "said", name=op.f("uq_funding_marks_member_id_call_id_said")
        ),
    )
    op.create_index(op.f("ix_funding_marks_network_id"), "funding_marks", ["network_id"])
    op.create_index(op.f("ix_funding_marks_call_id"), "funding_marks", ["call_id"])
    op.create_table(
        "funding_shares",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("network_id", sa.Integer(), nullable=False),
        sa.Column("need_id", sa.Integer(), nullable=False),
        sa.Column("call_id", sa.Integer(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        _to("funding_shares", "network_id", "networks"),
        _to("funding_shares", "need_id", "needs"),
        _to("funding_shares", "call_id", "funding_calls"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_funding_shares")),
        sa.UniqueConstraint("need_id", "call_id", name=op.f("uq_funding_shares_need_id_call_id")),
    )
    op.create_index(op.f("ix_funding_shares_call_id"), "funding_shares", ["call_id"])
    op.create_table(
        "funding_alert_wishes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("level", sa.Text(), nullable=False),
        sa.Column("a_week", sa.Integer(), nullable=False),
        _to("funding_alert_wishes", "member_id", "members"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_funding_alert_wishes")),
        sa.UniqueConstraint("member_id", name=op.f("uq_funding_alert_wishes_member_id")),
    )
    op.create_table(
        "funding_settings",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("network_id", sa.Integer(), nullable=False),
        sa.Column("reminder_days", sa.JSON(), nullable=False),
        _to("funding_settings", "network_id", "networks"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_funding_settings")),
        sa.UniqueConstraint("network_id", name=op.f("uq_funding_settings_network_id")),
    )


def _routing() -> None:
    op.create_table(
        "funding_fits",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("network_id", sa.Integer(), nullable=False),
        sa.Column("call_id", sa.Integer(), nullable=False),
        sa.Column("need_id", sa.Integer(), nullable=True),
        sa.Column("expertise_id", sa.Integer(), nullable=True),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("score", sa.Double(), nullable=False),
        sa.Column("band", sa.Text(), nullable=False),
        sa.Column("words", sa.JSON(), nullable=False),
        _to("funding_fits", "network_id", "networks"),
        _to("funding_fits", "call_id", "funding_calls"),
        _to("funding_fits", "need_id", "needs"),
        _to("funding_fits", "expertise_id", "expertise"),
        _to("funding_fits", "member_id", "members"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_funding_fits")),
        sa.UniqueConstraint("call_id", "need_id", name=op.f("uq_funding_fits_call_id_need_id")),
        sa.UniqueConstraint(
            "call_id", "expertise_id", name=op.f("uq_funding_fits_call_id_expertise_id")
        ),
    )
    for column in ("network_id", "need_id", "expertise_id"):
        op.create_index(op.f(f"ix_funding_fits_{column}"), "funding_fits", [column])
    op.create_table(
        "funding_alerts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("network_id", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("call_id", sa.Integer(), nullable=True),
        sa.Column("told_at", UtcDateTime(), nullable=False),
        _to("funding_alerts", "network_id", "networks"),
        _to("funding_alerts", "member_id", "members"),
        _to("funding_alerts", "call_id", "funding_calls", "SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_funding_alerts")),
        sa.UniqueConstraint(
            "member_id", "call_id", name=op.f("uq_funding_alerts_member_id_call_id")
        ),
    )


def _posts() -> None:
    op.create_table(
        "funding_channels",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("network_id", sa.Integer(), nullable=False),
        sa.Column("workspace_id", sa.Integer(), nullable=False),
        sa.Column("slack_id", sa.Text(), nullable=False),
        sa.Column("themes", sa.JSON(), nullable=False),
        sa.Column("least", sa.BigInteger(), nullable=True),
        sa.Column("most", sa.BigInteger(), nullable=True),
        sa.Column("unstated", sa.Boolean(), nullable=False),
        sa.Column("stopped_because", sa.Text(), nullable=True),
        _to("funding_channels", "network_id", "networks"),
        _to("funding_channels", "workspace_id", "workspaces"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_funding_channels")),
        sa.UniqueConstraint(
            "network_id",
            "workspace_id",
            "slack_id",
            name=op.f("uq_funding_channels_network_id_workspace_id_slack_id"),
        ),
    )
    op.create_table(
        "funding_posts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("network_id", sa.Integer(), nullable=False),
        sa.Column("feed_id", sa.Integer(), nullable=True),
        sa.Column("at", UtcDateTime(), nullable=False),
        _to("funding_posts", "network_id", "networks"),
        _to("funding_posts", "feed_id", "funding_feeds"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_funding_posts")),
    )
    op.create_index(op.f("ix_funding_posts_network_id"), "funding_posts", ["network_id"])
    op.create_table(
        "funding_posted_calls",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("post_id", sa.Integer(), nullable=False),
        sa.Column("call_id", sa.Integer(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        _to("funding_posted_calls", "post_id", "funding_posts"),
        _to("funding_posted_calls", "call_id", "funding_calls"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_funding_posted_calls")),
        sa.UniqueConstraint(
            "post_id", "call_id", name=op.f("uq_funding_posted_calls_post_id_call_id")
        ),
    )
    op.create_index(op.f("ix_funding_posted_calls_call_id"), "funding_posted_calls", ["call_id"])


def _to(table: str, column: str, other: str, gone: str = "CASCADE") -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_{column}_{other}")
    return sa.ForeignKeyConstraint([column], [f"{other}.id"], name=name, ondelete=gone)
