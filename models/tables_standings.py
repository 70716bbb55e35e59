"""The row of the colours that a digest told."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from models.columns import PlainText, UtcDateTime, Values
from models.tables import Base
from routing.standing import Standing


class ToldStandingsRow(Base):
    """Who was yellow or red in an area's digest of one slot; the next digest of the kind tells what has changed."""

    __tablename__ = "told_standings"

    area_code: Mapped[str] = mapped_column(PlainText, primary_key=True)
    period: Mapped[str] = mapped_column(String(32), primary_key=True)
    slot: Mapped[datetime] = mapped_column(UtcDateTime, primary_key=True)
    standings: Mapped[Any] = mapped_column(Values(tuple[Standing, ...]))
