"""When what names people was erased from a ticket; and no offsets of polling, which the platform keeps itself.

Revises: 0006
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

ENDED = "status IN ('archived', 'withdrawn') AND erased_at IS NULL"


def upgrade() -> None:
    with op.batch_alter_table("tickets") as batch:
        batch.add_column(sa.Column("erased_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index(
        "ix_tickets_to_erase",
        "tickets",
        ["archived_at"],
        postgresql_where=sa.text(ENDED),
        sqlite_where=sa.text(ENDED),
    )
    op.drop_table("poll_offsets")


def downgrade() -> None:
    op.create_table(
        "poll_offsets",
        sa.Column("platform", sa.String(32), nullable=False),
        sa.Column("next_update_id", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("platform", name="pk_poll_offsets"),
    )
    op.drop_index("ix_tickets_to_erase", "tickets")
    with op.batch_alter_table("tickets") as batch:
        batch.drop_column("erased_at")
