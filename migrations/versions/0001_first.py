"""Everything of the first version.

Revises: -
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)
JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
CODE = sa.String(32)
AREA_PATH = sa.String().with_variant(sa.String(collation="C"), "postgresql")
OPEN = "status IN ('dispatched', 'in_progress', 'on_hold')"

TABLES = (
    "areas",
    "posts",
    "invitations",
    "chat_groups",
    "register_revision",
    "tickets",
    "number_counters",
    "ticket_events",
    "ticket_reporters",
    "ticket_messages",
    "ticket_cards",
    "outbox",
    "handled_updates",
    "failed_updates",
    "poll_offsets",
    "prompts",
    "dialogues",
    "digests_sent",
)
"""What refers to others comes after them."""


def upgrade() -> None:
    _areas()
    _posts()
    _invitations()
    _chat_groups()
    _register_revision()
    _tickets()
    _number_counters()
    _ticket_events()
    _ticket_reporters()
    _ticket_messages()
    _ticket_cards()
    _outbox()
    _handled_updates()
    _failed_updates()
    _poll_offsets()
    _prompts()
    _dialogues()
    _digests_sent()


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)


def _one_of(table: str, column: str, *codes: str) -> sa.CheckConstraint:
    allowed = ", ".join(f"'{code}'" for code in codes)
    return sa.CheckConstraint(f"{column} IN ({allowed})", name=op.f(f"ck_{table}_{column}"))


def _partial_index(name: str, table: str, columns: list[str], condition: str, *, unique: bool = False) -> None:
    where = sa.text(condition)
    op.create_index(name, table, columns, unique=unique, postgresql_where=where, sqlite_where=where)


def _areas() -> None:
    op.create_table(
        "areas",
        sa.Column("id", ID, nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("level", sa.Text(), nullable=False),
        sa.Column("parent_code", sa.Text(), nullable=True),
        sa.Column("kind", CODE, nullable=False),
        sa.Column("management", CODE, nullable=True),
        sa.Column("aliases", JSON, nullable=False),
        sa.Column("households", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_areas"),
        sa.UniqueConstraint("code", name="uq_areas_code"),
        sa.ForeignKeyConstraint(
            ["parent_code"], ["areas.code"], name="fk_areas_parent_code_areas", deferrable=True, initially="DEFERRED"
        ),
        _one_of("areas", "kind", "ordinary", "dedicated"),
        _one_of("areas", "management", "managed", "self_managed", "entrusted"),
    )


def _posts() -> None:
    op.create_table(
        "posts",
        sa.Column("id", ID, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("role", CODE, nullable=False),
        sa.Column("area_code", sa.Text(), nullable=False),
        sa.Column("account", sa.BigInteger(), nullable=True),
        sa.Column("phone", sa.Text(), nullable=False),
        sa.Column("skills", JSON, nullable=False),
        sa.Column("on_duty", sa.Boolean(), nullable=False),
        sa.Column("reachable", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_posts"),
        sa.ForeignKeyConstraint(["area_code"], ["areas.code"], name="fk_posts_area_code_areas"),
        _one_of(
            "posts",
            "role",
            "grid_worker",
            "liaison",
            "grid_lead",
            "community",
            "street",
            "department",
            "property",
            "supervisor",
            "admin",
        ),
    )
    op.create_index("ix_posts_area_code_role", "posts", ["area_code", "role"])
    _partial_index(
        "uq_posts_account_role_area_code", "posts", ["account", "role", "area_code"], "account IS NOT NULL", unique=True
    )


def _invitations() -> None:
    op.create_table(
        "invitations",
        sa.Column("token_hash", sa.String(128), nullable=False),
        sa.Column("role", sa.String(32), nullable=False),
        sa.Column("area_code", sa.Text(), nullable=False),
        sa.Column("created_by", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.Column("used_by", sa.BigInteger(), nullable=True),
        sa.Column("used_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("token_hash", name="pk_invitations"),
        sa.ForeignKeyConstraint(["area_code"], ["areas.code"], name="fk_invitations_area_code_areas"),
    )


def _chat_groups() -> None:
    op.create_table(
        "chat_groups",
        sa.Column("platform", sa.String(32), nullable=False),
        sa.Column("chat_id", sa.BigInteger(), nullable=False, autoincrement=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("kind", CODE, nullable=False),
        sa.Column("area_code", sa.Text(), nullable=True),
        sa.Column("thread_id", sa.BigInteger(), nullable=True),
        sa.Column("state", CODE, nullable=False),
        sa.PrimaryKeyConstraint("platform", "chat_id", name="pk_chat_groups"),
        sa.ForeignKeyConstraint(["area_code"], ["areas.code"], name="fk_chat_groups_area_code_areas"),
        _one_of("chat_groups", "kind", "residents", "staff"),
        _one_of("chat_groups", "state", "active", "restricted", "left"),
    )
    op.create_index("ix_chat_groups_area_code", "chat_groups", ["area_code"])


def _register_revision() -> None:
    op.create_table(
        "register_revision",
        sa.Column("id", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("areas", sa.BigInteger(), nullable=False),
        sa.Column("staff", sa.BigInteger(), nullable=False),
        sa.Column("groups", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_register_revision"),
        sa.CheckConstraint("id = 1", name=op.f("ck_register_revision_one_row")),
    )
    op.execute("INSERT INTO register_revision (id, areas, staff, groups) VALUES (1, 0, 0, 0)")


def _tickets() -> None:
    op.create_table(
        "tickets",
        sa.Column("id", ID, nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("status", CODE, nullable=False),
        sa.Column("service_code", sa.Text(), nullable=False),
        sa.Column("appeal_type", CODE, nullable=False),
        sa.Column("urgency", CODE, nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("place", JSON, nullable=False),
        sa.Column("area_code", sa.Text(), nullable=False),
        sa.Column("area_path", AREA_PATH, nullable=False),
        sa.Column("owner", CODE, nullable=False),
        sa.Column("owner_area_code", sa.Text(), nullable=False),
        sa.Column("platform", sa.String(32), nullable=False),
        sa.Column("script", CODE, nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("dispatched_at", MOMENT, nullable=False),
        sa.Column("accept_due_at", MOMENT, nullable=False),
        sa.Column("resolve_due_at", MOMENT, nullable=False),
        sa.Column("group_chat_id", sa.BigInteger(), nullable=True),
        sa.Column("group_thread_id", sa.BigInteger(), nullable=True),
        sa.Column("source_message_id", sa.BigInteger(), nullable=True),
        sa.Column("reporter_id", sa.BigInteger(), nullable=True),
        sa.Column("reporter_name", sa.Text(), nullable=False),
        sa.Column("dangers", JSON, nullable=False),
        sa.Column("attachments", JSON, nullable=False),
        sa.Column("assignee_id", ID, nullable=True),
        sa.Column("claimed_at", MOMENT, nullable=True),
        sa.Column("first_claimed_at", MOMENT, nullable=True),
        sa.Column("resolved_at", MOMENT, nullable=True),
        sa.Column("archived_at", MOMENT, nullable=True),
        sa.Column("held_at", MOMENT, nullable=True),
        sa.Column("resolution", sa.Text(), nullable=False),
        sa.Column("solved", sa.Boolean(), nullable=True),
        sa.Column("satisfaction", CODE, nullable=True),
        sa.Column("request", JSON, nullable=True),
        sa.Column("escalation_level", sa.Integer(), nullable=False),
        sa.Column("escalated_at", MOMENT, nullable=True),
        sa.Column("reminded", JSON, nullable=False),
        sa.Column("next_check_at", MOMENT, nullable=True),
        sa.Column("returns", sa.Integer(), nullable=False),
        sa.Column("reopens", sa.Integer(), nullable=False),
        sa.Column("extensions", sa.Integer(), nullable=False),
        sa.Column("urges", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("owner_reason", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_tickets"),
        sa.UniqueConstraint("number", name="uq_tickets_number"),
        sa.ForeignKeyConstraint(["area_code"], ["areas.code"], name="fk_tickets_area_code_areas"),
        sa.ForeignKeyConstraint(["owner_area_code"], ["areas.code"], name="fk_tickets_owner_area_code_areas"),
        sa.ForeignKeyConstraint(["assignee_id"], ["posts.id"], name="fk_tickets_assignee_id_posts"),
        _one_of("tickets", "status", "dispatched", "in_progress", "on_hold", "resolved", "archived", "withdrawn"),
        _one_of("tickets", "appeal_type", "consult", "help", "complaint", "report", "suggestion", "praise"),
        _one_of("tickets", "urgency", "emergency", "urgent", "normal"),
        _one_of("tickets", "owner", "property", "grid", "community", "utility", "street"),
        _one_of("tickets", "script", "hans", "hant"),
        _one_of("tickets", "satisfaction", "satisfied", "fair", "dissatisfied"),
    )
    _partial_index("ix_tickets_archived_at", "tickets", ["archived_at"], "archived_at IS NOT NULL")
    op.create_index("ix_tickets_area_path", "tickets", ["area_path"])
    op.create_index("ix_tickets_created_at", "tickets", ["created_at"])
    op.create_index("ix_tickets_dispatched_at", "tickets", ["dispatched_at"])
    _partial_index("ix_tickets_due", "tickets", ["next_check_at"], "next_check_at IS NOT NULL")
    op.create_index("ix_tickets_group", "tickets", ["group_chat_id", "created_at"])
    _partial_index("ix_tickets_open_area_path", "tickets", ["area_path"], OPEN)
    _partial_index("ix_tickets_open_assignee", "tickets", ["assignee_id"], OPEN)
    op.create_index("ix_tickets_reporter_id", "tickets", ["reporter_id"])
    _partial_index("ix_tickets_resolved_at", "tickets", ["resolved_at"], "resolved_at IS NOT NULL")


def _number_counters() -> None:
    op.create_table(
        "number_counters",
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("day", sa.String(16), nullable=False),
        sa.Column("serial", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("scope", "day", name="pk_number_counters"),
    )


def _ticket_events() -> None:
    op.create_table(
        "ticket_events",
        sa.Column("id", ID, nullable=False),
        sa.Column("ticket_id", ID, nullable=False),
        sa.Column("kind", CODE, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("actor", sa.BigInteger(), nullable=True),
        sa.Column("actor_name", sa.Text(), nullable=False),
        sa.Column("data", JSON, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_ticket_events"),
        sa.ForeignKeyConstraint(["ticket_id"], ["tickets.id"], name="fk_ticket_events_ticket_id_tickets"),
    )
    op.create_index("ix_ticket_events_at", "ticket_events", ["at"])
    op.create_index("ix_ticket_events_ticket_id", "ticket_events", ["ticket_id"])


def _ticket_reporters() -> None:
    op.create_table(
        "ticket_reporters",
        sa.Column("ticket_id", ID, nullable=False),
        sa.Column("account", sa.BigInteger(), nullable=False, autoincrement=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("message_id", sa.BigInteger(), nullable=True),
        sa.Column("joined_at", MOMENT, nullable=False),
        sa.Column("solved", sa.Boolean(), nullable=True),
        sa.PrimaryKeyConstraint("ticket_id", "account", name="pk_ticket_reporters"),
        sa.ForeignKeyConstraint(["ticket_id"], ["tickets.id"], name="fk_ticket_reporters_ticket_id_tickets"),
    )
    op.create_index("ix_ticket_reporters_account", "ticket_reporters", ["account"])


def _ticket_messages() -> None:
    op.create_table(
        "ticket_messages",
        sa.Column("platform", sa.String(32), nullable=False),
        sa.Column("chat_id", sa.BigInteger(), nullable=False, autoincrement=False),
        sa.Column("message_id", sa.BigInteger(), nullable=False, autoincrement=False),
        sa.Column("ticket_id", ID, nullable=False),
        sa.PrimaryKeyConstraint("platform", "chat_id", "message_id", name="pk_ticket_messages"),
        sa.ForeignKeyConstraint(["ticket_id"], ["tickets.id"], name="fk_ticket_messages_ticket_id_tickets"),
    )


def _ticket_cards() -> None:
    op.create_table(
        "ticket_cards",
        sa.Column("ticket_id", ID, nullable=False),
        sa.Column("platform", sa.String(32), nullable=False),
        sa.Column("chat_id", sa.BigInteger(), nullable=False, autoincrement=False),
        sa.Column("thread_id", sa.BigInteger(), nullable=True),
        sa.Column("message_id", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("ticket_id", "platform", "chat_id", name="pk_ticket_cards"),
        sa.ForeignKeyConstraint(["ticket_id"], ["tickets.id"], name="fk_ticket_cards_ticket_id_tickets"),
    )


def _outbox() -> None:
    op.create_table(
        "outbox",
        sa.Column("id", ID, nullable=False),
        sa.Column("platform", sa.String(32), nullable=False),
        sa.Column("chat_id", sa.BigInteger(), nullable=False),
        sa.Column("thread_id", sa.BigInteger(), nullable=True),
        sa.Column("reply_to", sa.BigInteger(), nullable=True),
        sa.Column("ticket_id", ID, nullable=True),
        sa.Column("card", sa.Boolean(), nullable=False),
        sa.Column("edits", sa.BigInteger(), nullable=True),
        sa.Column("silent", sa.Boolean(), nullable=False),
        sa.Column("content", JSON, nullable=False),
        sa.Column("state", CODE, nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("not_before", MOMENT, nullable=True),
        sa.Column("leased_until", MOMENT, nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("finished_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_outbox"),
        sa.ForeignKeyConstraint(["ticket_id"], ["tickets.id"], name="fk_outbox_ticket_id_tickets"),
        _one_of("outbox", "state", "waiting", "delivered", "superseded", "failed"),
        sqlite_autoincrement=True,
    )
    _partial_index("ix_outbox_waiting", "outbox", ["platform", "chat_id", "id"], "state = 'waiting'")
    _partial_index("ix_outbox_waiting_card", "outbox", ["ticket_id"], "state = 'waiting' AND card")


def _handled_updates() -> None:
    op.create_table(
        "handled_updates",
        sa.Column("platform", sa.String(32), nullable=False),
        sa.Column("update_id", sa.BigInteger(), nullable=False, autoincrement=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("platform", "update_id", name="pk_handled_updates"),
    )


def _failed_updates() -> None:
    op.create_table(
        "failed_updates",
        sa.Column("platform", sa.String(32), nullable=False),
        sa.Column("update_id", sa.BigInteger(), nullable=False, autoincrement=False),
        sa.Column("payload", sa.LargeBinary(), nullable=False),
        sa.Column("error", sa.Text(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("first_failed_at", MOMENT, nullable=False),
        sa.Column("last_failed_at", MOMENT, nullable=False),
        sa.Column("parked_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("platform", "update_id", name="pk_failed_updates"),
    )


def _poll_offsets() -> None:
    op.create_table(
        "poll_offsets",
        sa.Column("platform", sa.String(32), nullable=False),
        sa.Column("next_update_id", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("platform", name="pk_poll_offsets"),
    )


def _prompts() -> None:
    op.create_table(
        "prompts",
        sa.Column("id", ID, nullable=False),
        sa.Column("message", JSON, nullable=False),
        sa.Column("service_code", sa.Text(), nullable=False),
        sa.Column("asked_at", MOMENT, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_prompts"),
        sqlite_autoincrement=True,
    )


def _dialogues() -> None:
    op.create_table(
        "dialogues",
        sa.Column("platform", sa.String(32), nullable=False),
        sa.Column("chat_id", sa.BigInteger(), nullable=False, autoincrement=False),
        sa.Column("account", sa.BigInteger(), nullable=False, autoincrement=False),
        sa.Column("expects", sa.Text(), nullable=False),
        sa.Column("ticket_id", ID, nullable=True),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.Column("data", JSON, nullable=False),
        sa.PrimaryKeyConstraint("platform", "chat_id", "account", name="pk_dialogues"),
        sa.ForeignKeyConstraint(["ticket_id"], ["tickets.id"], name="fk_dialogues_ticket_id_tickets"),
    )


def _digests_sent() -> None:
    op.create_table(
        "digests_sent",
        sa.Column("account", sa.BigInteger(), nullable=False, autoincrement=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("slot", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("account", "kind", "slot", name="pk_digests_sent"),
    )
