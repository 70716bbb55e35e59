"""Indexes for an outbox in which many messages wait behind many more that went out.

Revises: 0018
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

WAITING = sa.text("state = 'waiting'")
LEASED = sa.text("state = 'waiting' AND leased_until IS NOT NULL")


def upgrade() -> None:
    op.create_index("ix_outbox_waiting_id", "outbox", ["id"], postgresql_where=WAITING, sqlite_where=WAITING)
    op.create_index("ix_outbox_leased", "outbox", ["platform", "chat_id"], postgresql_where=LEASED, sqlite_where=LEASED)


def downgrade() -> None:
    op.drop_index("ix_outbox_leased", "outbox")
    op.drop_index("ix_outbox_waiting_id", "outbox")
