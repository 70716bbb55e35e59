"""Rows of who looked at what names residents."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from models.columns import BigId, PlainText, UtcDateTime
from models.tables import Base


class LookRow(Base):
    """One look."""

    __tablename__ = "looks"
    __table_args__ = (Index("ix_looks_at", "at"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    account: Mapped[int | None] = mapped_column(BigInteger)
    name: Mapped[str] = mapped_column(PlainText)
    role: Mapped[str] = mapped_column(String(32))
    area_code: Mapped[str] = mapped_column(PlainText)
    what: Mapped[str] = mapped_column(String(64))
    channel: Mapped[str] = mapped_column(String(32))
    about: Mapped[str] = mapped_column(PlainText)
    why: Mapped[str] = mapped_column(PlainText)
    count: Mapped[int]


class LookTicketRow(Base):
    """A ticket that was shown by a look."""

    __tablename__ = "look_tickets"
    __table_args__ = (Index("ix_look_tickets_ticket_id", "ticket_id"),)

    look_id: Mapped[int] = mapped_column(ForeignKey("looks.id"), primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets.id"), primary_key=True)
