"""Firings found by when they were due: a year has thousands of each job.

Revision: 0007
"""

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(op.f("ix_runs_network_id_job_due_at"), "runs", ["network_id", "job", "due_at"])
