"""Who looked at what names residents.

Revises: 0020
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "looks",
        sa.Column("id", ID, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("account", sa.BigInteger(), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("role", sa.String(32), nullable=False),
        sa.Column("area_code", sa.Text(), nullable=False),
        sa.Column("what", sa.String(64), nullable=False),
        sa.Column("channel", sa.String(32), nullable=False),
        sa.Column("about", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_looks"),
    )
    op.create_index("ix_looks_at", "looks", ["at"])
    op.create_table(
        "look_tickets",
        sa.Column("look_id", ID, nullable=False),
        sa.Column("ticket_id", ID, nullable=False),
        sa.PrimaryKeyConstraint("look_id", "ticket_id", name="pk_look_tickets"),
        sa.ForeignKeyConstraint(["look_id"], ["looks.id"], name="fk_look_tickets_look_id_looks"),
        sa.ForeignKeyConstraint(["ticket_id"], ["tickets.id"], name="fk_look_tickets_ticket_id_tickets"),
    )
    op.create_index("ix_look_tickets_ticket_id", "look_tickets", ["ticket_id"])


def downgrade() -> None:
    op.drop_table("look_tickets")
    op.drop_table("looks")
