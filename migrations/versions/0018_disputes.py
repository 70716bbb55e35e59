"""Disputes that several parties settle together, their parties and what happened to them.

Revises: 0017
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
MOMENT = sa.DateTime(timezone=True)
PATH = sa.String().with_variant(sa.String(collation="C"), "postgresql")

STATES = ("collecting", "scheduling", "meeting", "confirming", "solved", "unsolved", "handed_over")
KINDS = ("committee", "owners", "property", "resident", "other")


def _key(table: str) -> sa.PrimaryKeyConstraint:
    return sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}"))


def _to(table: str, column: str, other: str, its: str = "id") -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{other}.{its}"], name=op.f(f"fk_{table}_{column}_{other}"))


def _one_of(table: str, column: str, codes: tuple[str, ...]) -> sa.CheckConstraint:
    listed = ", ".join(f"'{code}'" for code in codes)
    return sa.CheckConstraint(f"{column} IN ({listed})", name=op.f(f"ck_{table}_{column}"))


def upgrade() -> None:
    op.create_table(
        "disputes",
        sa.Column("id", ID, nullable=False),
        sa.Column("area_code", sa.Text(), nullable=False),
        sa.Column("area_path", PATH, nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("platform", sa.String(32), nullable=False),
        sa.Column("opened_by", ID, nullable=False),
        sa.Column("lead_post", ID, nullable=False),
        sa.Column("opened_at", MOMENT, nullable=False),
        sa.Column("ticket_id", ID, nullable=True),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("proposed_at", MOMENT, nullable=True),
        sa.Column("proposed_by", sa.Text(), nullable=False),
        sa.Column("meeting_at", MOMENT, nullable=True),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("closed_at", MOMENT, nullable=True),
        sa.Column("handed_at", MOMENT, nullable=True),
        sa.Column("erased_at", MOMENT, nullable=True),
        _key("disputes"),
        _one_of("disputes", "state", STATES),
        _to("disputes", "area_code", "areas", "code"),
        _to("disputes", "opened_by", "posts"),
        _to("disputes", "lead_post", "posts"),
        _to("disputes", "ticket_id", "tickets"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_disputes_area_path", "disputes", ["area_path"])
    op.create_table(
        "dispute_parties",
        sa.Column("id", ID, nullable=False),
        sa.Column("dispute_id", ID, nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("account", sa.BigInteger(), nullable=True),
        sa.Column("post_id", ID, nullable=True),
        sa.Column("statement", sa.Text(), nullable=False),
        sa.Column("stated_at", MOMENT, nullable=True),
        sa.Column("stated_through", sa.Text(), nullable=False),
        sa.Column("accepted", sa.Boolean(), nullable=True),
        sa.Column("confirmed", sa.Boolean(), nullable=True),
        sa.Column("objection", sa.Text(), nullable=False),
        sa.Column("token_hash", sa.String(128), nullable=False),
        _key("dispute_parties"),
        _one_of("dispute_parties", "kind", KINDS),
        _to("dispute_parties", "dispute_id", "disputes"),
        _to("dispute_parties", "post_id", "posts"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_dispute_parties_dispute_id", "dispute_parties", ["dispute_id"])
    op.create_index("ix_dispute_parties_account", "dispute_parties", ["account"])
    op.create_table(
        "dispute_events",
        sa.Column("id", ID, nullable=False),
        sa.Column("dispute_id", ID, nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("actor", sa.BigInteger(), nullable=True),
        sa.Column("actor_name", sa.Text(), nullable=False),
        sa.Column("data", JSON, nullable=False),
        _key("dispute_events"),
        _to("dispute_events", "dispute_id", "disputes"),
    )
    op.create_index("ix_dispute_events_dispute_id", "dispute_events", ["dispute_id"])


def downgrade() -> None:
    op.drop_table("dispute_events")
    op.drop_table("dispute_parties")
    op.drop_table("disputes")
