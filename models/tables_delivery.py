"""Rows of what comes in and goes out: outbox, updates, questions and dialogues, digests."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from models.columns import BigId, PlainText, UtcDateTime, Values, coded
from models.tables import Base
from routing.message import IncomingMessage
from routing.outgoing import Content


class Delivery(StrEnum):
    """What became of a row of the outbox."""

    WAITING = "waiting"
    DELIVERED = "delivered"
    SUPERSEDED = "superseded"
    """A newer state of the same card took its place."""
    FAILED = "failed"


_WAITING = text("state = 'waiting'")
_WAITING_CARD = text("state = 'waiting' AND card")
_WAITING_TOPIC = text("state = 'waiting' AND topic <> ''")
_LEASED = text("state = 'waiting' AND leased_until IS NOT NULL")
_FINISHED = text("finished_at IS NOT NULL")
_FAILED = text("state = 'failed'")


class OutboxRow(Base):
    """One message to the outside. A row with ``leased_until`` in the future is in a sender's hands."""

    __tablename__ = "outbox"
    __table_args__ = (
        Index("ix_outbox_waiting", "platform", "chat_id", "id", postgresql_where=_WAITING, sqlite_where=_WAITING),
        Index("ix_outbox_waiting_card", "ticket_id", postgresql_where=_WAITING_CARD, sqlite_where=_WAITING_CARD),
        Index("ix_outbox_waiting_topic", "topic", postgresql_where=_WAITING_TOPIC, sqlite_where=_WAITING_TOPIC),
        # Without it the oldest waiting message would be looked for behind all that went out before.
        Index("ix_outbox_waiting_id", "id", postgresql_where=_WAITING, sqlite_where=_WAITING),
        Index("ix_outbox_leased", "platform", "chat_id", postgresql_where=_LEASED, sqlite_where=_LEASED),
        Index("ix_outbox_finished_at", "finished_at", postgresql_where=_FINISHED, sqlite_where=_FINISHED),
        Index("ix_outbox_failed", "id", postgresql_where=_FAILED, sqlite_where=_FAILED),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    platform: Mapped[str] = mapped_column(String(32))
    chat_id: Mapped[int] = mapped_column(BigInteger)
    thread_id: Mapped[int | None] = mapped_column(BigInteger)
    reply_to: Mapped[int | None] = mapped_column(BigInteger)
    ticket_id: Mapped[int | None] = mapped_column(ForeignKey("tickets.id"))
    card: Mapped[bool]
    edits: Mapped[int | None] = mapped_column(BigInteger)
    silent: Mapped[bool]
    content: Mapped[Any] = mapped_column(Values(Content))
    state: Mapped[Delivery] = mapped_column(coded(Delivery, "state"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    not_before: Mapped[datetime | None] = mapped_column(UtcDateTime)
    leased_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    attempts: Mapped[int]
    error: Mapped[str | None] = mapped_column(PlainText)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    topic: Mapped[str] = mapped_column(PlainText, server_default="")


class TopicCardRow(Base):
    """The card of a topic in a chat, as ``TicketCardRow`` is of a ticket."""

    __tablename__ = "topic_cards"
    __table_args__ = (Index("ix_topic_cards_message", "platform", "chat_id", "message_id"),)

    topic: Mapped[str] = mapped_column(String(64), primary_key=True)
    platform: Mapped[str] = mapped_column(String(32), primary_key=True)
    chat_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    thread_id: Mapped[int | None] = mapped_column(BigInteger)
    message_id: Mapped[int | None] = mapped_column(BigInteger)


class HandledUpdateRow(Base):
    """An update of a platform that has been handled; the key makes a second delivery change nothing."""

    __tablename__ = "handled_updates"
    __table_args__ = (Index("ix_handled_updates_at", "at"),)

    platform: Mapped[str] = mapped_column(String(32), primary_key=True)
    update_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class FailedUpdateRow(Base):
    """An update that failed, with how often; parked once the edge gives it up."""

    __tablename__ = "failed_updates"

    platform: Mapped[str] = mapped_column(String(32), primary_key=True)
    update_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    payload: Mapped[bytes]
    error: Mapped[str] = mapped_column(PlainText)
    failures: Mapped[int]
    first_failed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    last_failed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    parked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class PromptRow(Base):
    """A question that waits for its answer, with the message it is about; erased once answered or expired."""

    __tablename__ = "prompts"
    # SQLite would give the number of an erased question to the next one, and an old button would answer it.
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    message: Mapped[Any] = mapped_column(Values(IncomingMessage))
    service_code: Mapped[str] = mapped_column(PlainText)
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)


class DialogueRow(Base):
    """The one dialogue between the product and a person in a chat."""

    __tablename__ = "dialogues"

    platform: Mapped[str] = mapped_column(String(32), primary_key=True)
    chat_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    account: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    expects: Mapped[str] = mapped_column(PlainText)
    ticket_id: Mapped[int | None] = mapped_column(ForeignKey("tickets.id"))
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    data: Mapped[Any] = mapped_column(Values(dict[str, Any]))


class DigestSentRow(Base):
    """A digest that was sent, so that of several ticking processes one sends it."""

    __tablename__ = "digests_sent"

    account: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    kind: Mapped[str] = mapped_column(String(32), primary_key=True)
    slot: Mapped[datetime] = mapped_column(UtcDateTime, primary_key=True)
