"""When the parties of a dispute are reminded of their meeting.

Revises: 0021
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

DUE = sa.text("remind_at IS NOT NULL")


def upgrade() -> None:
    op.add_column("disputes", sa.Column("remind_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index("ix_disputes_due", "disputes", ["remind_at"], postgresql_where=DUE, sqlite_where=DUE)
    # The clock looks at these at once, and finds out by itself when their parties are to be reminded.
    op.execute("UPDATE disputes SET remind_at = opened_at WHERE state = 'meeting'")


def downgrade() -> None:
    op.drop_index("ix_disputes_due", table_name="disputes")
    op.drop_column("disputes", "remind_at")
