"""The colours that digests told, so that the next one can tell what has changed.

Revises: 0009
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    op.create_table(
        "told_standings",
        sa.Column("area_code", sa.Text(), nullable=False),
        sa.Column("period", sa.String(32), nullable=False),
        sa.Column("slot", sa.DateTime(timezone=True), nullable=False),
        sa.Column("standings", JSON, nullable=False),
        sa.PrimaryKeyConstraint("area_code", "period", "slot", name="pk_told_standings"),
    )


def downgrade() -> None:
    op.drop_table("told_standings")
