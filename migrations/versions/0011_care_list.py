"""The care list, its visits, who looked, and what a group sees of a ticket that care has raised.

Revises: 0010
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)
JSON = sa.JSON().with_variant(JSONB(), "postgresql")
STATES = "state IN ('open', 'unmet', 'done', 'missed', 'cancelled')"
LISTED = sa.text("removed_at IS NULL")
TO_ERASE = sa.text("removed_at IS NOT NULL AND erased_at IS NULL")
OPEN = sa.text("state IN ('open', 'unmet')")
DUE = sa.text("next_check_at IS NOT NULL")


def upgrade() -> None:
    # Not in a batch: SQLite can add such columns in place.
    op.add_column("tickets", sa.Column("public_view", JSON, nullable=True))
    op.add_column("register_revision", sa.Column("care", sa.BigInteger(), nullable=False, server_default="0"))
    op.create_table(
        "care_persons",
        sa.Column("id", ID, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kinds", sa.Text(), nullable=False),
        sa.Column("area_code", sa.Text(), nullable=False),
        sa.Column("building", sa.Text(), nullable=True),
        sa.Column("unit", sa.Text(), nullable=True),
        sa.Column("floor", sa.Text(), nullable=True),
        sa.Column("room", sa.Text(), nullable=True),
        sa.Column("account", sa.BigInteger(), nullable=True),
        sa.Column("phone", sa.Text(), nullable=False),
        sa.Column("cadre_id", ID, nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("removed_at", MOMENT, nullable=True),
        sa.Column("erased_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_care_persons")),
        sa.ForeignKeyConstraint(["area_code"], ["areas.code"], name=op.f("fk_care_persons_area_code_areas")),
        sa.ForeignKeyConstraint(["cadre_id"], ["posts.id"], name=op.f("fk_care_persons_cadre_id_posts")),
        sqlite_autoincrement=True,
    )
    for name, column, where in (
        ("ix_care_persons_area_code", "area_code", LISTED),
        ("ix_care_persons_cadre_id", "cadre_id", LISTED),
        ("ix_care_persons_to_erase", "removed_at", TO_ERASE),
    ):
        op.create_index(name, "care_persons", [column], postgresql_where=where, sqlite_where=where)
    op.create_table(
        "care_visits",
        sa.Column("id", ID, nullable=False),
        sa.Column("person_id", ID, nullable=False),
        sa.Column("area_code", sa.Text(), nullable=False),
        sa.Column("occasion", sa.String(32), nullable=False),
        sa.Column("slot", sa.String(32), nullable=False),
        sa.Column("cadre_id", ID, nullable=True),
        sa.Column("opened_at", MOMENT, nullable=False),
        sa.Column("due_at", MOMENT, nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("reminded", sa.Boolean(), nullable=False),
        sa.Column("next_check_at", MOMENT, nullable=True),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.Column("ended_by", sa.BigInteger(), nullable=True),
        sa.Column("report", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_care_visits")),
        sa.ForeignKeyConstraint(["person_id"], ["care_persons.id"], name=op.f("fk_care_visits_person_id_care_persons")),
        sa.ForeignKeyConstraint(["area_code"], ["areas.code"], name=op.f("fk_care_visits_area_code_areas")),
        sa.ForeignKeyConstraint(["cadre_id"], ["posts.id"], name=op.f("fk_care_visits_cadre_id_posts")),
        sa.CheckConstraint(STATES, name=op.f("ck_care_visits_state")),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "uq_care_visits_person_id_occasion_slot", "care_visits", ["person_id", "occasion", "slot"], unique=True
    )
    op.create_index("ix_care_visits_due", "care_visits", ["next_check_at"], postgresql_where=DUE, sqlite_where=DUE)
    op.create_index(
        "ix_care_visits_open_area_code", "care_visits", ["area_code"], postgresql_where=OPEN, sqlite_where=OPEN
    )
    op.create_index("ix_care_visits_ended_at", "care_visits", ["ended_at"])
    op.create_table(
        "care_tickets",
        sa.Column("ticket_id", ID, nullable=False),
        sa.Column("person_id", ID, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("ticket_id", "person_id", name=op.f("pk_care_tickets")),
        sa.ForeignKeyConstraint(["ticket_id"], ["tickets.id"], name=op.f("fk_care_tickets_ticket_id_tickets")),
        sa.ForeignKeyConstraint(
            ["person_id"], ["care_persons.id"], name=op.f("fk_care_tickets_person_id_care_persons")
        ),
    )
    op.create_table(
        "care_looks",
        sa.Column("id", ID, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("account", sa.BigInteger(), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("role", sa.String(32), nullable=False),
        sa.Column("area_code", sa.Text(), nullable=False),
        sa.Column("command", sa.String(32), nullable=False),
        sa.Column("channel", sa.String(32), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=True),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_care_looks")),
    )
    op.create_index("ix_care_looks_at", "care_looks", ["at"])


def downgrade() -> None:
    for table in ("care_looks", "care_tickets", "care_visits", "care_persons"):
        op.drop_table(table)
    op.drop_column("register_revision", "care")
    op.drop_column("tickets", "public_view")
