"""Rows of the guide: the register of service items, and questions that nothing answers."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from models.columns import AreaPath, BigId, PlainText, UtcDateTime, Values
from models.tables import Base
from routing.guide.items import ServiceItem

_WAITING = text("settled_at IS NULL")


class ServiceItemRow(Base):
    """A service item, read and written whole, so that its fields are one value; ``id`` is the order of the register."""

    __tablename__ = "service_items"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    code: Mapped[str] = mapped_column(String(32), unique=True)
    item: Mapped[Any] = mapped_column(Values(ServiceItem))


class GuideQuestionRow(Base):
    """A question that nothing answered, masked and without its writer."""

    __tablename__ = "guide_questions"
    __table_args__ = (
        Index("ix_guide_questions_waiting", "area_path", postgresql_where=_WAITING, sqlite_where=_WAITING),
        Index("ix_guide_questions_asked_at", "asked_at"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    area_code: Mapped[str] = mapped_column(ForeignKey("areas.code"))
    area_path: Mapped[str] = mapped_column(AreaPath)
    text: Mapped[str] = mapped_column(PlainText)
    service_code: Mapped[str] = mapped_column(PlainText)
    item_code: Mapped[str] = mapped_column(String(32))
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    settled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
