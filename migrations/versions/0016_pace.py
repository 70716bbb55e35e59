"""What all processes together have lately sent to each chat, and indexes for what is pruned and what was given up.

Revises: 0015
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
FINISHED = sa.text("finished_at IS NOT NULL")
FAILED = sa.text("state = 'failed'")


def upgrade() -> None:
    op.create_table(
        "send_pace",
        sa.Column("platform", sa.String(32), nullable=False),
        sa.Column("chat_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("moments", JSON, nullable=False),
        sa.Column("paused_until", sa.Double(), nullable=True),
        sa.Column("changed_at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("platform", "chat_id", name="pk_send_pace"),
    )
    op.create_index(
        "ix_outbox_finished_at", "outbox", ["finished_at"], postgresql_where=FINISHED, sqlite_where=FINISHED
    )
    op.create_index("ix_outbox_failed", "outbox", ["id"], postgresql_where=FAILED, sqlite_where=FAILED)
    op.create_index("ix_handled_updates_at", "handled_updates", ["at"])


def downgrade() -> None:
    op.drop_index("ix_handled_updates_at", "handled_updates")
    op.drop_index("ix_outbox_failed", "outbox")
    op.drop_index("ix_outbox_finished_at", "outbox")
    op.drop_table("send_pace")
