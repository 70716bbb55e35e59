"""House numbers that an area answers for.

Along old streets there is no complex and no building of a register; a range of numbers says which grid it is.

Revises: 0003
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    with op.batch_alter_table("areas") as batch:
        batch.add_column(sa.Column("numbers", JSON, nullable=False, server_default="[]"))


def downgrade() -> None:
    with op.batch_alter_table("areas") as batch:
        batch.drop_column("numbers")
