"""Finding the contradictions of the call-back that nobody has decided.

Revises: 0011
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

DISPUTED = sa.text("disputed_at IS NOT NULL")


def upgrade() -> None:
    op.create_index("ix_tickets_disputed", "tickets", ["area_path"], postgresql_where=DISPUTED, sqlite_where=DISPUTED)


def downgrade() -> None:
    op.drop_index("ix_tickets_disputed", table_name="tickets")
