"""Calendars are sources like funding feeds: the same columns, by the same names.

Revision: 0009
"""

import sqlalchemy as sa
from alembic import op

from registry.database import UtcDateTime

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Without batch mode, which would make the table anew and lose its AUTOINCREMENT.
    op.add_column("event_calendars", sa.Column("stopped_at", UtcDateTime(), nullable=True))
    op.execute("ALTER TABLE event_calendars RENAME COLUMN not_before TO next_read_at")
    op.execute("ALTER TABLE event_calendars RENAME COLUMN found TO preview")
