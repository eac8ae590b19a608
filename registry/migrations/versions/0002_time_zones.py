"""People's own time zones, and quiet hours.

Revision: 0002
"""

import sqlalchemy as sa
from alembic import op

from registry.database import UtcDateTime

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("networks", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("quiet_hours", sa.Boolean(), nullable=False, server_default=sa.true())
        )
    with op.batch_alter_table("networks", schema=None) as batch_op:
        batch_op.alter_column("quiet_hours", server_default=None)
    with op.batch_alter_table("members", schema=None) as batch_op:
        batch_op.add_column(sa.Column("time_zone", sa.Text(), nullable=True))
        batch_op.add_column(sa.Column("zone_asked_at", UtcDateTime(), nullable=True))
