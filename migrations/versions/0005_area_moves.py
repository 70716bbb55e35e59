"""Moves of areas to another parent.

Revises: 0004
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
WAITING = sa.text("settled_at IS NULL")


def upgrade() -> None:
    op.create_table(
        "area_moves",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("area_code", sa.Text(), nullable=False),
        sa.Column("new_parent_code", sa.Text(), nullable=False),
        sa.Column("takes_effect_at", MOMENT, nullable=False),
        sa.Column("settled_at", MOMENT, nullable=True),
        sa.Column("refusal", sa.String(32), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_area_moves"),
        sa.ForeignKeyConstraint(["area_code"], ["areas.code"], name="fk_area_moves_area_code_areas"),
        sa.ForeignKeyConstraint(["new_parent_code"], ["areas.code"], name="fk_area_moves_new_parent_code_areas"),
    )
    op.create_index(
        "uq_area_moves_area_code_takes_effect_at", "area_moves", ["area_code", "takes_effect_at"], unique=True
    )
    op.create_index(
        "ix_area_moves_waiting", "area_moves", ["takes_effect_at"], postgresql_where=WAITING, sqlite_where=WAITING
    )


def downgrade() -> None:
    op.drop_table("area_moves")
