"""Rows of volunteers and of the calls for their help."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from models.columns import AreaPath, BigId, PlainText, UtcDateTime, coded
from models.tables import Base
from routing.volunteering import OPEN_HELP, HelpState, VolunteerState

_OPEN = text("state IN ({})".format(", ".join(f"'{state}'" for state in sorted(OPEN_HELP))))


class VolunteerRow(Base):
    """A resident who helps. ``kinds`` holds the codes with "|" before, between and behind them."""

    __tablename__ = "volunteers"
    __table_args__ = (
        Index(
            "uq_volunteers_account",
            "account",
            unique=True,
            postgresql_where=text("account IS NOT NULL"),
            sqlite_where=text("account IS NOT NULL"),
        ),
        Index("ix_volunteers_area_code", "area_code"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    account: Mapped[int | None] = mapped_column(BigInteger)
    name: Mapped[str] = mapped_column(PlainText)
    area_code: Mapped[str] = mapped_column(ForeignKey("areas.code"))
    kinds: Mapped[str] = mapped_column(PlainText)
    state: Mapped[VolunteerState] = mapped_column(coded(VolunteerState, "state"))
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    decided_by: Mapped[int | None] = mapped_column(BigInteger)


class HelpCallRow(Base):
    """A call for help: the columns are the fields of ``routing.volunteering.HelpCall``, by the same names."""

    __tablename__ = "help_calls"
    __table_args__ = (
        Index("ix_help_calls_ticket_id", "ticket_id"),
        Index("ix_help_calls_volunteer_id", "volunteer_id"),
        Index("ix_help_calls_open", "next_check_at", postgresql_where=_OPEN, sqlite_where=_OPEN),
        Index("ix_help_calls_area_path", "area_path", "opened_at"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets.id"))
    kind: Mapped[str] = mapped_column(String(32))
    area_path: Mapped[str] = mapped_column(AreaPath)
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    state: Mapped[HelpState] = mapped_column(coded(HelpState, "state"))
    asked_by: Mapped[int | None] = mapped_column(BigInteger)
    volunteer_id: Mapped[int | None] = mapped_column(ForeignKey("volunteers.id"))
    claimed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    reported_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    minutes: Mapped[int]
    reminders: Mapped[int]
    next_check_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
