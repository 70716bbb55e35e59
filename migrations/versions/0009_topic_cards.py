"""Cards of what is no ticket, edited in place as those of tickets are.

Revises: 0008
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

WAITING_TOPIC = sa.text("state = 'waiting' AND topic <> ''")


def upgrade() -> None:
    # Not in a batch: SQLite can add such a column in place, and copying the outbox would take its time.
    op.add_column("outbox", sa.Column("topic", sa.Text(), nullable=False, server_default=""))
    op.create_index(
        "ix_outbox_waiting_topic", "outbox", ["topic"], postgresql_where=WAITING_TOPIC, sqlite_where=WAITING_TOPIC
    )
    op.create_table(
        "topic_cards",
        sa.Column("topic", sa.String(64), nullable=False),
        sa.Column("platform", sa.String(32), nullable=False),
        sa.Column("chat_id", sa.BigInteger(), nullable=False),
        sa.Column("thread_id", sa.BigInteger(), nullable=True),
        sa.Column("message_id", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("topic", "platform", "chat_id", name=op.f("pk_topic_cards")),
    )
    op.create_index("ix_topic_cards_message", "topic_cards", ["platform", "chat_id", "message_id"])


def downgrade() -> None:
    op.drop_table("topic_cards")
    op.drop_index("ix_outbox_waiting_topic", table_name="outbox")
    op.drop_column("outbox", "topic")
