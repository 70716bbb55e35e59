"""The register of service items, papers of tickets, and questions that nothing answered.

Revises: 0013
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
AREA_PATH = sa.String().with_variant(sa.String(collation="C"), "postgresql")
MOMENT = sa.DateTime(timezone=True)
WAITING = sa.text("settled_at IS NULL")


def upgrade() -> None:
    op.create_table(
        "service_items",
        sa.Column("id", ID, nullable=False),
        sa.Column("code", sa.String(32), nullable=False),
        sa.Column("item", JSON, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_service_items"),
        sa.UniqueConstraint("code", name="uq_service_items_code"),
    )
    op.create_table(
        "guide_questions",
        sa.Column("id", ID, nullable=False),
        sa.Column("area_code", sa.Text(), nullable=False),
        sa.Column("area_path", AREA_PATH, nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("service_code", sa.Text(), nullable=False),
        sa.Column("item_code", sa.String(32), nullable=False),
        sa.Column("asked_at", MOMENT, nullable=False),
        sa.Column("settled_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_guide_questions"),
        sa.ForeignKeyConstraint(["area_code"], ["areas.code"], name="fk_guide_questions_area_code_areas"),
    )
    op.create_index(
        "ix_guide_questions_waiting", "guide_questions", ["area_path"], postgresql_where=WAITING, sqlite_where=WAITING
    )
    op.create_index("ix_guide_questions_asked_at", "guide_questions", ["asked_at"])
    op.add_column("register_revision", sa.Column("items", sa.BigInteger(), server_default="0", nullable=False))
    op.add_column("tickets", sa.Column("checklist", JSON, nullable=True))


def downgrade() -> None:
    op.drop_column("tickets", "checklist")
    op.drop_column("register_revision", "items")
    for table in ("guide_questions", "service_items"):
        op.drop_table(table)
