"""The date of a need that has passed, once its officer was asked about it.

Revision: 0012
"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("needs", sa.Column("lapsed_on", sa.Date(), nullable=True))
