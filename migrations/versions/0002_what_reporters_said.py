"""What each reporter said, and when a ticket's reporters last added to it.

Without the words of each reporter a wrong merge could not be undone; without the moment, messages that belong together
could not be told from a new matter of the same person.

Revises: 0001
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("ticket_reporters") as batch:
        batch.add_column(sa.Column("said", sa.Text(), nullable=False, server_default=""))
    with op.batch_alter_table("tickets") as batch:
        batch.add_column(sa.Column("last_said_at", sa.DateTime(timezone=True), nullable=True))
    op.execute("UPDATE tickets SET last_said_at = created_at")


def downgrade() -> None:
    with op.batch_alter_table("tickets") as batch:
        batch.drop_column("last_said_at")
    with op.batch_alter_table("ticket_reporters") as batch:
        batch.drop_column("said")
