"""When a holder last did anything, how often the clock took a ticket away, and what superiors asked for.

Claims without progress lapse, so every ticket that is being handled needs the moment of its last progress. What is
known of it is when it was claimed; an older ticket is looked at once as soon as the clock job runs.

Revises: 0002
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

MOMENTS = ("assigned_at", "progress_at", "questioned_at", "urge_due_at", "acknowledged_until")
COUNTS = ("lapses", "holds")


def upgrade() -> None:
    with op.batch_alter_table("tickets") as batch:
        for name in MOMENTS:
            batch.add_column(sa.Column(name, sa.DateTime(timezone=True), nullable=True))
        for name in COUNTS:
            batch.add_column(sa.Column(name, sa.Integer(), nullable=False, server_default="0"))
        batch.add_column(sa.Column("urged_by", sa.BigInteger(), nullable=True))
    op.execute("UPDATE tickets SET progress_at = claimed_at")
    op.execute("UPDATE tickets SET next_check_at = claimed_at WHERE status = 'in_progress'")


def downgrade() -> None:
    with op.batch_alter_table("tickets") as batch:
        for name in ("urged_by", *COUNTS, *MOMENTS):
            batch.drop_column(name)
