"""Rows of tickets and of what hangs on them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from models.columns import AreaPath, BigId, PlainText, UtcDateTime, Values, coded, open_coded
from models.tables import Base
from routing.catalogue import AppealType, OwnerKind, Urgency
from routing.guide.checklist import Checklist
from routing.message import Attachment, GeoPoint
from routing.place import Place
from routing.script import Script
from routing.subtask import OPEN_SUBTASKS, SubtaskState
from routing.ticket import OPEN_STATUSES, HandOver, PendingRequest, Satisfaction, Status
from routing.ticket_events import EventKind
from routing.unseen import PublicView

_TO_ERASE = text("status IN ('archived', 'withdrawn') AND erased_at IS NULL")
_DISPUTED = text("disputed_at IS NOT NULL")
_OPEN = text("status IN ({})".format(", ".join(f"'{status}'" for status in sorted(OPEN_STATUSES))))
_OWED = text("state IN ({})".format(", ".join(f"'{state}'" for state in sorted(OPEN_SUBTASKS))))


class TicketRow(Base):
    """The current state of a ticket: the columns are the fields of ``routing.ticket.Ticket``, by the same names.

    Open tickets are few beside all that ever were, so the indexes for daily work are partial.
    """

    __tablename__ = "tickets"
    __table_args__ = (
        Index(
            "ix_tickets_due",
            "next_check_at",
            postgresql_where=text("next_check_at IS NOT NULL"),
            sqlite_where=text("next_check_at IS NOT NULL"),
        ),
        Index("ix_tickets_to_erase", "archived_at", postgresql_where=_TO_ERASE, sqlite_where=_TO_ERASE),
        Index("ix_tickets_open_assignee", "assignee_id", postgresql_where=_OPEN, sqlite_where=_OPEN),
        Index("ix_tickets_open_area_path", "area_path", postgresql_where=_OPEN, sqlite_where=_OPEN),
        Index("ix_tickets_disputed", "area_path", postgresql_where=_DISPUTED, sqlite_where=_DISPUTED),
        Index("ix_tickets_area_path", "area_path"),
        Index("ix_tickets_reporter_id", "reporter_id"),
        Index("ix_tickets_group", "group_chat_id", "created_at"),
        Index("ix_tickets_created_at", "created_at"),
        Index("ix_tickets_dispatched_at", "dispatched_at"),
        Index(
            "ix_tickets_resolved_at",
            "resolved_at",
            postgresql_where=text("resolved_at IS NOT NULL"),
            sqlite_where=text("resolved_at IS NOT NULL"),
        ),
        Index(
            "ix_tickets_archived_at",
            "archived_at",
            postgresql_where=text("archived_at IS NOT NULL"),
            sqlite_where=text("archived_at IS NOT NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    number: Mapped[str] = mapped_column(PlainText, unique=True)
    status: Mapped[Status] = mapped_column(coded(Status, "status"))
    service_code: Mapped[str] = mapped_column(PlainText)
    appeal_type: Mapped[AppealType] = mapped_column(coded(AppealType, "appeal_type"))
    urgency: Mapped[Urgency] = mapped_column(coded(Urgency, "urgency"))
    text: Mapped[str] = mapped_column(PlainText)
    place: Mapped[Any] = mapped_column(Values(Place))
    area_code: Mapped[str] = mapped_column(ForeignKey("areas.code"))
    area_path: Mapped[str] = mapped_column(AreaPath)
    owner: Mapped[OwnerKind] = mapped_column(coded(OwnerKind, "owner"))
    owner_area_code: Mapped[str] = mapped_column(ForeignKey("areas.code"))
    platform: Mapped[str] = mapped_column(String(32))
    script: Mapped[Script] = mapped_column(coded(Script, "script"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    dispatched_at: Mapped[datetime] = mapped_column(UtcDateTime)
    accept_due_at: Mapped[datetime] = mapped_column(UtcDateTime)
    resolve_due_at: Mapped[datetime] = mapped_column(UtcDateTime)
    group_chat_id: Mapped[int | None] = mapped_column(BigInteger)
    group_thread_id: Mapped[int | None] = mapped_column(BigInteger)
    source_message_id: Mapped[int | None] = mapped_column(BigInteger)
    reporter_id: Mapped[int | None] = mapped_column(BigInteger)
    reporter_name: Mapped[str] = mapped_column(PlainText)
    dangers: Mapped[Any] = mapped_column(Values(tuple[str, ...]))
    attachments: Mapped[Any] = mapped_column(Values(tuple[Attachment, ...]))
    assignee_id: Mapped[int | None] = mapped_column(ForeignKey("posts.id"))
    claimed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    first_claimed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    resolved_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    archived_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    held_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    resolution: Mapped[str] = mapped_column(PlainText)
    solved: Mapped[bool | None]
    satisfaction: Mapped[Satisfaction | None] = mapped_column(coded(Satisfaction, "satisfaction"))
    request: Mapped[Any | None] = mapped_column(Values(PendingRequest))
    escalation_level: Mapped[int]
    escalated_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    reminded: Mapped[Any] = mapped_column(Values(frozenset[str]))
    next_check_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    returns: Mapped[int]
    reopens: Mapped[int]
    extensions: Mapped[int]
    urges: Mapped[int]
    version: Mapped[int]
    owner_reason: Mapped[str] = mapped_column(PlainText)
    last_said_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    assigned_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    progress_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    questioned_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    lapses: Mapped[int] = mapped_column(server_default="0")
    holds: Mapped[int] = mapped_column(server_default="0")
    urge_due_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    urged_by: Mapped[int | None] = mapped_column(BigInteger)
    acknowledged_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    via: Mapped[str] = mapped_column(String(32))
    point: Mapped[Any | None] = mapped_column(Values(GeoPoint))
    anonymous: Mapped[bool]
    hand_over: Mapped[Any | None] = mapped_column(Values(HandOver))
    disputed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    street_rating: Mapped[Satisfaction | None] = mapped_column(coded(Satisfaction, "street_rating"))
    public_view: Mapped[Any | None] = mapped_column(Values(PublicView))
    checklist: Mapped[Any | None] = mapped_column(Values(Checklist))
    erased_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """When what names people was erased; no field of ``Ticket``, since nothing but the erasure asks for it."""


class SubtaskRow(Base):
    """What a co-handler is to do for a ticket: the columns are the fields of ``routing.subtask.Subtask``."""

    __tablename__ = "subtasks"
    __table_args__ = (
        Index("ix_subtasks_ticket_id", "ticket_id"),
        Index("ix_subtasks_open_post", "post_id", postgresql_where=_OWED, sqlite_where=_OWED),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets.id"))
    post_id: Mapped[int] = mapped_column(ForeignKey("posts.id"))
    given_by: Mapped[int] = mapped_column(ForeignKey("posts.id"))
    given_at: Mapped[datetime] = mapped_column(UtcDateTime)
    task: Mapped[str] = mapped_column(PlainText)
    state: Mapped[SubtaskState] = mapped_column(coded(SubtaskState, "state"))
    claimed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    done_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    withdrawn_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    reason: Mapped[str] = mapped_column(PlainText)


class NumberCounterRow(Base):
    """The last serial number given out for a scope (a grid's short code) and a day."""

    __tablename__ = "number_counters"

    scope: Mapped[str] = mapped_column(PlainText, primary_key=True)
    day: Mapped[str] = mapped_column(String(16), primary_key=True)
    serial: Mapped[int]


class TicketEventRow(Base):
    """One thing that happened to a ticket. Rows are only ever added."""

    __tablename__ = "ticket_events"
    __table_args__ = (
        Index("ix_ticket_events_ticket_id", "ticket_id"),
        Index("ix_ticket_events_at", "at"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets.id"))
    kind: Mapped[EventKind] = mapped_column(open_coded(EventKind))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    actor: Mapped[int | None] = mapped_column(BigInteger)
    actor_name: Mapped[str] = mapped_column(PlainText)
    data: Mapped[Any] = mapped_column(Values(dict[str, Any]))


class TicketReporterRow(Base):
    """A resident who stands behind a ticket."""

    __tablename__ = "ticket_reporters"
    __table_args__ = (Index("ix_ticket_reporters_account", "account"),)

    ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets.id"), primary_key=True)
    account: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    name: Mapped[str] = mapped_column(PlainText)
    message_id: Mapped[int | None] = mapped_column(BigInteger)
    joined_at: Mapped[datetime] = mapped_column(UtcDateTime)
    solved: Mapped[bool | None]
    said: Mapped[str] = mapped_column(PlainText, server_default="")


class TicketMessageRow(Base):
    """A message of a chat that belongs to a ticket: what residents wrote of it and what the product said of it."""

    __tablename__ = "ticket_messages"

    platform: Mapped[str] = mapped_column(String(32), primary_key=True)
    chat_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    message_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets.id"))


class TicketCardRow(Base):
    """The card of a ticket in a chat; ``message_id`` is unknown until it has been sent."""

    __tablename__ = "ticket_cards"

    ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets.id"), primary_key=True)
    platform: Mapped[str] = mapped_column(String(32), primary_key=True)
    chat_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    thread_id: Mapped[int | None] = mapped_column(BigInteger)
    message_id: Mapped[int | None] = mapped_column(BigInteger)
