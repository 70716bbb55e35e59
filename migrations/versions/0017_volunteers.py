"""Volunteers and the calls for their help.

Revises: 0016
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)
PATH = sa.String().with_variant(sa.String(collation="C"), "postgresql")
VOLUNTEERS = "state IN ('asked', 'active', 'refused', 'left')"
CALLS = "state IN ('open', 'claimed', 'reported', 'confirmed', 'lapsed', 'withdrawn')"
KNOWN = sa.text("account IS NOT NULL")
OPEN = sa.text("state IN ('claimed', 'open', 'reported')")


def upgrade() -> None:
    op.create_table(
        "volunteers",
        sa.Column("id", ID, nullable=False),
        sa.Column("account", sa.BigInteger(), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("area_code", sa.Text(), nullable=False),
        sa.Column("kinds", sa.Text(), nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("asked_at", MOMENT, nullable=False),
        sa.Column("decided_at", MOMENT, nullable=True),
        sa.Column("decided_by", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_volunteers")),
        sa.ForeignKeyConstraint(["area_code"], ["areas.code"], name=op.f("fk_volunteers_area_code_areas")),
        sa.CheckConstraint(VOLUNTEERS, name=op.f("ck_volunteers_state")),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "uq_volunteers_account", "volunteers", ["account"], unique=True, postgresql_where=KNOWN, sqlite_where=KNOWN
    )
    op.create_index("ix_volunteers_area_code", "volunteers", ["area_code"])
    op.create_table(
        "help_calls",
        sa.Column("id", ID, nullable=False),
        sa.Column("ticket_id", ID, nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("area_path", PATH, nullable=False),
        sa.Column("opened_at", MOMENT, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("asked_by", sa.BigInteger(), nullable=True),
        sa.Column("volunteer_id", ID, nullable=True),
        sa.Column("claimed_at", MOMENT, nullable=True),
        sa.Column("reported_at", MOMENT, nullable=True),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("reminders", sa.Integer(), nullable=False),
        sa.Column("next_check_at", MOMENT, nullable=True),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_help_calls")),
        sa.ForeignKeyConstraint(["ticket_id"], ["tickets.id"], name=op.f("fk_help_calls_ticket_id_tickets")),
        sa.ForeignKeyConstraint(
            ["volunteer_id"], ["volunteers.id"], name=op.f("fk_help_calls_volunteer_id_volunteers")
        ),
        sa.CheckConstraint(CALLS, name=op.f("ck_help_calls_state")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_help_calls_ticket_id", "help_calls", ["ticket_id"])
    op.create_index("ix_help_calls_volunteer_id", "help_calls", ["volunteer_id"])
    op.create_index("ix_help_calls_open", "help_calls", ["next_check_at"], postgresql_where=OPEN, sqlite_where=OPEN)
    op.create_index("ix_help_calls_area_path", "help_calls", ["area_path", "opened_at"])


def downgrade() -> None:
    op.drop_table("help_calls")
    op.drop_table("volunteers")
