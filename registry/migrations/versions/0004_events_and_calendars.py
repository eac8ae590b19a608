"""Calendars, three answers to an event, consent, and whether it was useful.

Revision: 0004
"""

import sqlalchemy as sa
from alembic import op

from registry.database import UtcDateTime

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _networks()
    _calendars()
    _events()
    _attendances()
    _bundles()


def _networks() -> None:
    with op.batch_alter_table("networks", schema=None) as batch_op:
        batch_op.add_column(sa.Column("event_reminders", sa.JSON(), nullable=True))
    networks = sa.table("networks", sa.column("event_reminders", sa.JSON()))
    op.execute(networks.update().values(event_reminders=["week", "day", "hour"]))
    with op.batch_alter_table("networks", schema=None) as batch_op:
        batch_op.alter_column("event_reminders", existing_type=sa.JSON(), nullable=False)


def _calendars() -> None:
    op.create_table(
        "event_calendars",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("network_id", sa.Integer(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("added_by", sa.Integer(), nullable=True),
        sa.Column("added_at", UtcDateTime(), nullable=False),
        sa.Column("accepted_at", UtcDateTime(), nullable=True),
        sa.Column("paused_at", UtcDateTime(), nullable=True),
        sa.Column("found", sa.JSON(), nullable=True),
        sa.Column("etag", sa.Text(), nullable=True),
        sa.Column("modified", sa.Text(), nullable=True),
        sa.Column("read_at", UtcDateTime(), nullable=True),
        sa.Column("whole_at", UtcDateTime(), nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("failing_since", UtcDateTime(), nullable=True),
        sa.Column("failure", sa.Text(), nullable=True),
        sa.Column("failure_told_at", UtcDateTime(), nullable=True),
        sa.Column("not_before", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["added_by"],
            ["members.id"],
            name=op.f("fk_event_calendars_added_by_members"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["network_id"],
            ["networks.id"],
            name=op.f("fk_event_calendars_network_id_networks"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event_calendars")),
        sa.UniqueConstraint(
            "network_id", "address", name=op.f("uq_event_calendars_network_id_address")
        ),
        sqlite_autoincrement=True,
    )


def _events() -> None:
    with op.batch_alter_table("events", schema=None) as batch_op:
        batch_op.add_column(sa.Column("calendar_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("uid", sa.Text(), nullable=True))
        batch_op.add_column(sa.Column("instance", sa.Text(), nullable=True))
        batch_op.add_column(sa.Column("all_day", sa.Boolean(), nullable=True))
        batch_op.add_column(sa.Column("description", sa.Text(), nullable=True))
        batch_op.add_column(sa.Column("updated_at", UtcDateTime(), nullable=True))
        batch_op.add_column(sa.Column("known_since", UtcDateTime(), nullable=True))
        batch_op.add_column(sa.Column("sequence", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("cancelled_at", UtcDateTime(), nullable=True))
        batch_op.add_column(sa.Column("missing_since", UtcDateTime(), nullable=True))
        batch_op.add_column(sa.Column("news", sa.Text(), nullable=True))
        batch_op.add_column(sa.Column("was", sa.JSON(), nullable=True))
        batch_op.add_column(sa.Column("useful_asked_at", UtcDateTime(), nullable=True))
    events = sa.table(
        "events",
        *(
            sa.column(name)
            for name in (
                "all_day",
                "description",
                "sequence",
                "created_at",
                "updated_at",
                "known_since",
            )
        ),
    )
    op.execute(
        events.update().values(
            all_day=sa.false(),
            description="",
            sequence=0,
            updated_at=events.c.created_at,
            known_since=events.c.created_at,
        )
    )
    with op.batch_alter_table(
        "events", schema=None, table_kwargs={"sqlite_autoincrement": True}
    ) as batch_op:
        batch_op.alter_column("all_day", existing_type=sa.Boolean(), nullable=False)
        batch_op.alter_column("description", existing_type=sa.Text(), nullable=False)
        batch_op.alter_column("updated_at", existing_type=UtcDateTime(), nullable=False)
        batch_op.alter_column("known_since", existing_type=UtcDateTime(), nullable=False)
        batch_op.alter_column("sequence", existing_type=sa.Integer(), nullable=False)
        batch_op.alter_column("form", existing_type=sa.Text(), nullable=True)
        batch_op.create_unique_constraint(
            batch_op.f("uq_events_calendar_id_uid_instance"), ["calendar_id", "uid", "instance"]
        )
        batch_op.create_foreign_key(
            batch_op.f("fk_events_calendar_id_event_calendars"),
            "event_calendars",
            ["calendar_id"],
            ["id"],
            ondelete="SET NULL",
        )


def _attendances() -> None:
    with op.batch_alter_table("attendances", schema=None) as batch_op:
        batch_op.add_column(sa.Column("answer", sa.Text(), nullable=True))
        batch_op.add_column(sa.Column("show_name", sa.Boolean(), nullable=True))
        batch_op.add_column(sa.Column("useful", sa.Text(), nullable=True))
        batch_op.add_column(sa.Column("useful_at", UtcDateTime(), nullable=True))
    attendances = sa.table(
        "attendances",
        sa.column("going", sa.Boolean()),
        sa.column("answer", sa.Text()),
        sa.column("show_name", sa.Boolean()),
    )
    op.execute(
        attendances.update().values(
            answer=sa.case((attendances.c.going, "going"), else_="no"), show_name=sa.false()
        )
    )
    with op.batch_alter_table("attendances", schema=None) as batch_op:
        batch_op.alter_column("answer", existing_type=sa.Text(), nullable=False)
        batch_op.alter_column("show_name", existing_type=sa.Boolean(), nullable=False)
        batch_op.drop_column("going")


def _bundles() -> None:
    op.create_table(
        "event_bundles",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("network_id", sa.Integer(), nullable=False),
        sa.Column("calendar_id", sa.Integer(), nullable=True),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["calendar_id"],
            ["event_calendars.id"],
            name=op.f("fk_event_bundles_calendar_id_event_calendars"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["network_id"],
            ["networks.id"],
            name=op.f("fk_event_bundles_network_id_networks"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event_bundles")),
    )
    with op.batch_alter_table("event_bundles", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_event_bundles_network_id"), ["network_id"], unique=False
        )
    op.create_table(
        "event_bundle_items",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("bundle_id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("news", sa.Text(), nullable=False),
        sa.Column("was", sa.JSON(), nullable=True),
        sa.Column("more", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["bundle_id"],
            ["event_bundles.id"],
            name=op.f("fk_event_bundle_items_bundle_id_event_bundles"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["event_id"],
            ["events.id"],
            name=op.f("fk_event_bundle_items_event_id_events"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event_bundle_items")),
    )
    with op.batch_alter_table("event_bundle_items", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_event_bundle_items_bundle_id"), ["bundle_id"])
        batch_op.create_index(batch_op.f("ix_event_bundle_items_event_id"), ["event_id"])
