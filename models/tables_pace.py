"""Rows of what all processes together have lately said to the chats of a platform."""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, Double, String
from sqlalchemy.orm import Mapped, mapped_column

from models.columns import Values
from models.tables import Base


class SendPaceRow(Base):
    """What went to a chat of late; the row of ``routing.pace.EVERYBODY`` stands for all chats and is the lock."""

    __tablename__ = "send_pace"

    platform: Mapped[str] = mapped_column(String(32), primary_key=True)
    chat_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    moments: Mapped[Any] = mapped_column(Values(tuple[float, ...]))
    paused_until: Mapped[float | None] = mapped_column(Double)
    changed_at: Mapped[float] = mapped_column(Double)
    """When it was last written, in seconds as the moments are; what is old may be forgotten."""
