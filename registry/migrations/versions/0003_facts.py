"""What else than words: the least money, conditions, features of a pair, and presses.

Revision: 0003
"""

import sqlalchemy as sa
from alembic import op

from registry.database import UtcDateTime

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("needs") as table:
        table.add_column(sa.Column("insists_on", sa.JSON(), nullable=False, server_default="[]"))
    with op.batch_alter_table("expertise") as table:
        table.add_column(sa.Column("least_money", sa.Text(), nullable=True))
        table.add_column(sa.Column("insists_on", sa.JSON(), nullable=False, server_default="[]"))
    with op.batch_alter_table("matches") as table:
        table.add_column(sa.Column("features", sa.JSON(), nullable=False, server_default="{}"))
    op.create_table(
        "presses",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("match_id", sa.Integer(), nullable=False),
        sa.Column("side", sa.Text(), nullable=False),
        sa.Column("said", sa.Text(), nullable=False),
        sa.Column("score", sa.Double(), nullable=False),
        sa.Column("features", sa.JSON(), nullable=False),
        sa.Column("matcher", sa.Text(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["match_id"],
            ["matches.id"],
            name=op.f("fk_presses_match_id_matches"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_presses")),
    )
    op.create_index(op.f("ix_presses_match_id"), "presses", ["match_id"])
