"""Rows of what the clock did to tickets and nobody has put into words yet."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from models.columns import BigId, UtcDateTime, Values
from models.tables import Base
from routing.clock_notice import ClockNotice


class ClockNoticeRow(Base):
    """What is to be told of a ticket; erased once the messages about it are in the outbox."""

    __tablename__ = "clock_notices"
    __table_args__ = (Index("ix_clock_notices_ticket_id", "ticket_id"), {"sqlite_autoincrement": True})

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    ticket_id: Mapped[int] = mapped_column(BigId)
    """No foreign key: tickets are never erased, and to check it costs more than to write the row."""
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    notice: Mapped[Any] = mapped_column(Values(ClockNotice))
    not_before: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """When one that could not be put into words is tried again."""
