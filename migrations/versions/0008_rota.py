"""Weekly hours of posts, and absences with a stand-in.

Revises: 0007
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    with op.batch_alter_table("posts") as batch:
        batch.add_column(sa.Column("hours", JSON, nullable=False, server_default="[]"))
    op.create_table(
        "absences",
        sa.Column("id", ID, nullable=False),
        sa.Column("post_id", ID, nullable=False),
        sa.Column("begins_at", MOMENT, nullable=False),
        sa.Column("ends_at", MOMENT, nullable=False),
        sa.Column("stand_in_id", ID, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_absences"),
        sa.ForeignKeyConstraint(["post_id"], ["posts.id"], name="fk_absences_post_id_posts"),
        sa.ForeignKeyConstraint(["stand_in_id"], ["posts.id"], name="fk_absences_stand_in_id_posts"),
    )
    op.create_index("ix_absences_post_id", "absences", ["post_id", "ends_at"])


def downgrade() -> None:
    op.drop_table("absences")
    with op.batch_alter_table("posts") as batch:
        batch.drop_column("hours")
