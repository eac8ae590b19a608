"""A profile may hold publications and projects beside its summary.

Revision: 0010
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "expertise", sa.Column("publications", sa.JSON(), nullable=False, server_default="[]")
    )
