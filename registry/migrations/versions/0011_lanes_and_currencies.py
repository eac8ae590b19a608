"""Lanes of the outbox, which errand drew a card last, and what a call's amounts are in.

Revision: 0011
"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _lanes()
    currency = sa.Column("currency", sa.Text(), nullable=False, server_default="GBP")
    op.add_column("funding_calls", currency)


def _lanes() -> None:
    lane = sa.Column("lane", sa.Text(), nullable=False, server_default="answers")
    op.add_column("outbox", lane)
    op.drop_index(op.f("ix_outbox_state_due_at"), "outbox")
    op.create_index(op.f("ix_outbox_lane_state_due_at"), "outbox", ["lane", "state", "due_at"])
    op.add_column("cards", sa.Column("drawn_by", sa.Integer(), nullable=True))
