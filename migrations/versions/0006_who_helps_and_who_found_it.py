"""How a ticket came in, who helps with it, to whom it is offered, and what becomes of a doubtful call-back.

How an older ticket came in stands in its first event.

Revises: 0005
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON = sa.JSON().with_variant(JSONB(), "postgresql")
RATINGS = "street_rating IN ('satisfied', 'fair', 'dissatisfied')"
STATES = "state IN ('asked', 'claimed', 'done', 'withdrawn')"
OWED = sa.text("state IN ('asked', 'claimed')")
READ_VIA = {
    "sqlite": """
        UPDATE tickets SET via = COALESCE((SELECT json_extract(data, '$.via') FROM ticket_events AS e
        WHERE e.ticket_id = tickets.id AND e.kind = 'opened' ORDER BY e.id LIMIT 1), 'talk')
    """,
    "postgresql": """
        UPDATE tickets SET via = COALESCE((SELECT data ->> 'via' FROM ticket_events AS e
        WHERE e.ticket_id = tickets.id AND e.kind = 'opened' ORDER BY e.id LIMIT 1), 'talk')
    """,
}


def upgrade() -> None:
    with op.batch_alter_table("tickets") as batch:
        batch.add_column(sa.Column("via", sa.String(32), nullable=False, server_default="talk"))
        batch.add_column(sa.Column("point", JSON, nullable=True))
        batch.add_column(sa.Column("anonymous", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch.add_column(sa.Column("hand_over", JSON, nullable=True))
        batch.add_column(sa.Column("disputed_at", sa.DateTime(timezone=True), nullable=True))
        batch.add_column(sa.Column("street_rating", sa.String(32), nullable=True))
        batch.create_check_constraint(op.f("ck_tickets_street_rating"), RATINGS)
    op.execute(READ_VIA[op.get_bind().dialect.name])
    op.create_table(
        "subtasks",
        sa.Column("id", ID, nullable=False),
        sa.Column("ticket_id", ID, nullable=False),
        sa.Column("post_id", ID, nullable=False),
        sa.Column("given_by", ID, nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("task", sa.Text(), nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("claimed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_subtasks")),
        sa.CheckConstraint(STATES, name=op.f("ck_subtasks_state")),
        sa.ForeignKeyConstraint(["ticket_id"], ["tickets.id"], name=op.f("fk_subtasks_ticket_id_tickets")),
        sa.ForeignKeyConstraint(["post_id"], ["posts.id"], name=op.f("fk_subtasks_post_id_posts")),
        sa.ForeignKeyConstraint(["given_by"], ["posts.id"], name=op.f("fk_subtasks_given_by_posts")),
    )
    op.create_index("ix_subtasks_ticket_id", "subtasks", ["ticket_id"])
    op.create_index("ix_subtasks_open_post", "subtasks", ["post_id"], postgresql_where=OWED, sqlite_where=OWED)


def downgrade() -> None:
    op.drop_table("subtasks")
    with op.batch_alter_table("tickets") as batch:
        batch.drop_constraint(op.f("ck_tickets_street_rating"), type_="check")
        for name in ("street_rating", "disputed_at", "hand_over", "anonymous", "point", "via"):
            batch.drop_column(name)
