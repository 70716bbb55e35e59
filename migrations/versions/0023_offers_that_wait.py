"""Offers that wait for the community's word have a limit, and go up when it runs out.

Revises: 0022
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

DUE = sa.text("next_check_at IS NOT NULL")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.add_column("offers", sa.Column("decide_due_at", MOMENT, nullable=True))
    op.add_column("offers", sa.Column("reminded", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("offers", sa.Column("level", sa.Integer(), nullable=False, server_default=sa.text("0")))
    op.add_column("offers", sa.Column("escalated_at", MOMENT, nullable=True))
    op.add_column("offers", sa.Column("next_check_at", MOMENT, nullable=True))
    op.create_index("ix_offers_due", "offers", ["next_check_at"], postgresql_where=DUE, sqlite_where=DUE)
    # What waits since before has a limit from the first look of the clock on.
    op.execute("UPDATE offers SET next_check_at = offered_at WHERE state = 'proposed'")


def downgrade() -> None:
    op.drop_index("ix_offers_due", table_name="offers")
    for name in ("next_check_at", "escalated_at", "level", "reminded", "decide_due_at"):
        op.drop_column("offers", name)
