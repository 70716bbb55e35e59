"""Needs, partners, offers and projects; supported suggestions; votes; and who can be written to in private.

Revises: 0012
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
AREA_PATH = sa.String().with_variant(sa.String(collation="C"), "postgresql")
MOMENT = sa.DateTime(timezone=True)
DUE = sa.text("next_check_at IS NOT NULL")
RUNNING = sa.text("state = 'running'")


def _must(name: str) -> sa.Column[object]:
    return sa.Column(name, MOMENT, nullable=False)


def _may(name: str) -> sa.Column[object]:
    return sa.Column(name, MOMENT, nullable=True)


def _words(name: str, length: int | None = None) -> sa.Column[object]:
    return sa.Column(name, sa.String(length) if length else sa.Text(), nullable=False)


def _number(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.BigInteger(), nullable=nullable)


def _place() -> tuple[sa.Column[object], sa.Column[object]]:
    return sa.Column("area_code", sa.Text(), nullable=False), sa.Column("area_path", AREA_PATH, nullable=False)


def _key(table: str, *columns: str) -> sa.PrimaryKeyConstraint:
    return sa.PrimaryKeyConstraint(*(columns or ("id",)), name=op.f(f"pk_{table}"))


def _to(table: str, column: str, other: str, its: str = "id") -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{other}.{its}"], name=op.f(f"fk_{table}_{column}_{other}"))


def _one_of(table: str, column: str, *values: str) -> sa.CheckConstraint:
    listed = ", ".join(f"'{value}'" for value in values)
    return sa.CheckConstraint(f"{column} IN ({listed})", name=op.f(f"ck_{table}_{column}"))


def _clock() -> tuple[sa.Column[object], ...]:
    return (
        sa.Column("reminded", sa.Boolean(), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        _may("escalated_at"),
        _may("next_check_at"),
    )


def upgrade() -> None:
    op.create_table(
        "private_chats", _words("platform", 32), _number("account"), _key("private_chats", "platform", "account")
    )
    _needs()
    _partners()
    _projects()
    _motions()
    _votes()


def _needs() -> None:
    op.create_table(
        "needs",
        sa.Column("id", ID, nullable=False),
        _words("text"),
        _words("kind", 32),
        _words("state", 32),
        *_place(),
        _words("platform", 32),
        _words("script", 32),
        _must("listed_at"),
        _number("account", nullable=True),
        _number("group_chat_id", nullable=True),
        _number("group_thread_id", nullable=True),
        _number("source_message_id", nullable=True),
        sa.Column("ticket_id", ID, nullable=True),
        _may("claimed_at"),
        _may("ended_at"),
        _words("reason"),
        sa.Column("voices", sa.Integer(), nullable=False),
        _may("erased_at"),
        _key("needs"),
        _one_of("needs", "state", "open", "claimed", "under_way", "met", "closed"),
        _one_of("needs", "script", "hans", "hant"),
        _to("needs", "area_code", "areas", "code"),
        _to("needs", "ticket_id", "tickets"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_needs_area_path", "needs", ["area_path"])
    op.create_index("ix_needs_group", "needs", ["platform", "group_chat_id", "listed_at"])
    op.create_table(
        "need_voices",
        sa.Column("need_id", ID, nullable=False),
        _number("account"),
        _words("name"),
        _must("joined_at"),
        _key("need_voices", "need_id", "account"),
        _to("need_voices", "need_id", "needs"),
    )


def _partners() -> None:
    op.create_table(
        "partners",
        sa.Column("id", ID, nullable=False),
        _words("name"),
        _words("kind", 32),
        sa.Column("area_code", sa.Text(), nullable=False),
        _number("account", nullable=True),
        _words("phone"),
        _key("partners"),
        _one_of("partners", "kind", "organisation", "party_member", "social", "merchant", "volunteer"),
        _to("partners", "area_code", "areas", "code"),
    )
    op.create_index("uq_partners_name", "partners", ["name", "area_code"], unique=True)
    op.create_index("ix_partners_account", "partners", ["account"])
    op.create_table(
        "offers",
        sa.Column("id", ID, nullable=False),
        _words("text"),
        _words("kind", 32),
        *_place(),
        _words("state", 32),
        _words("platform", 32),
        _must("offered_at"),
        _number("account", nullable=True),
        _words("name"),
        sa.Column("partner_id", ID, nullable=True),
        _key("offers"),
        _one_of("offers", "state", "proposed", "listed", "refused", "withdrawn"),
        _to("offers", "area_code", "areas", "code"),
        _to("offers", "partner_id", "partners"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_offers_area_path", "offers", ["area_path"])


def _projects() -> None:
    op.create_table(
        "projects",
        sa.Column("id", ID, nullable=False),
        sa.Column("need_id", ID, nullable=False),
        sa.Column("partner_id", ID, nullable=False),
        _words("state", 32),
        *_place(),
        _words("platform", 32),
        _must("claimed_at"),
        _must("agree_due_at"),
        sa.Column("offer_id", ID, nullable=True),
        _may("agreed_at"),
        _may("ended_at"),
        *_clock(),
        _key("projects"),
        _one_of("projects", "state", "claimed", "under_way", "done", "refused", "cancelled"),
        _to("projects", "area_code", "areas", "code"),
        _to("projects", "need_id", "needs"),
        _to("projects", "partner_id", "partners"),
        _to("projects", "offer_id", "offers"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_projects_due", "projects", ["next_check_at"], postgresql_where=DUE, sqlite_where=DUE)
    op.create_index("ix_projects_need_id", "projects", ["need_id"])
    op.create_index("ix_projects_area_path", "projects", ["area_path"])
    op.create_table(
        "project_steps",
        sa.Column("id", ID, nullable=False),
        sa.Column("project_id", ID, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        _words("name"),
        sa.Column("by_partner", sa.Boolean(), nullable=False),
        _must("planned_at"),
        _must("due_at"),
        _may("done_at"),
        *_clock(),
        _key("project_steps"),
        _to("project_steps", "project_id", "projects"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_project_steps_due", "project_steps", ["next_check_at"], postgresql_where=DUE, sqlite_where=DUE)
    op.create_index("ix_project_steps_project_id", "project_steps", ["project_id"])


def _motions() -> None:
    op.create_table(
        "motions",
        sa.Column("id", ID, nullable=False),
        sa.Column("ticket_id", ID, nullable=False),
        _words("state", 32),
        *_place(),
        sa.Column("supporters", sa.Integer(), nullable=False),
        _must("reached_at"),
        _must("due_at"),
        _words("answer"),
        _may("answered_at"),
        _words("answered_by"),
        *_clock(),
        _key("motions"),
        _one_of("motions", "state", "owed", "answered", "lapsed"),
        _to("motions", "area_code", "areas", "code"),
        _to("motions", "ticket_id", "tickets"),
        sqlite_autoincrement=True,
    )
    op.create_index("uq_motions_ticket_id", "motions", ["ticket_id"], unique=True)
    op.create_index("ix_motions_due", "motions", ["next_check_at"], postgresql_where=DUE, sqlite_where=DUE)
    op.create_index("ix_motions_area_path", "motions", ["area_path"])


def _votes() -> None:
    op.create_table(
        "votes",
        sa.Column("id", ID, nullable=False),
        _words("title"),
        sa.Column("options", JSON, nullable=False),
        _words("ballot", 32),
        _words("state", 32),
        *_place(),
        _words("platform", 32),
        _number("chat_id"),
        _number("thread_id", nullable=True),
        _words("called_by"),
        _must("opened_at"),
        _must("closes_at"),
        _may("ended_at"),
        sa.Column("result", JSON, nullable=False),
        _key("votes"),
        _one_of("votes", "ballot", "anonymous", "named"),
        _one_of("votes", "state", "running", "closed", "cancelled"),
        _to("votes", "area_code", "areas", "code"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_votes_running", "votes", ["closes_at"], postgresql_where=RUNNING, sqlite_where=RUNNING)
    op.create_index("ix_votes_area_path", "votes", ["area_path"])
    op.create_table(
        "vote_choices",
        sa.Column("vote_id", ID, nullable=False),
        _number("account"),
        _words("name"),
        sa.Column("option", sa.Integer(), nullable=False),
        _must("at"),
        _key("vote_choices", "vote_id", "account"),
        _to("vote_choices", "vote_id", "votes"),
    )


def downgrade() -> None:
    for table in (
        "vote_choices",
        "votes",
        "motions",
        "project_steps",
        "projects",
        "offers",
        "partners",
        "need_voices",
        "needs",
        "private_chats",
    ):
        op.drop_table(table)
