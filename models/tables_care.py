"""Rows of the care list: persons, visits, tickets that concern them, and who looked."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from models.columns import BigId, PlainText, UtcDateTime, coded
from models.tables import Base
from routing.care_visits import OPEN_VISITS, VisitState

_LISTED = text("removed_at IS NULL")
_TO_ERASE = text("removed_at IS NOT NULL AND erased_at IS NULL")
_OPEN = text("state IN ({})".format(", ".join(f"'{state}'" for state in sorted(OPEN_VISITS))))


class CarePersonRow(Base):
    """Somebody on the care list. ``kinds`` holds the codes with "|" before, between and behind them."""

    __tablename__ = "care_persons"
    __table_args__ = (
        Index("ix_care_persons_area_code", "area_code", postgresql_where=_LISTED, sqlite_where=_LISTED),
        Index("ix_care_persons_cadre_id", "cadre_id", postgresql_where=_LISTED, sqlite_where=_LISTED),
        Index("ix_care_persons_to_erase", "removed_at", postgresql_where=_TO_ERASE, sqlite_where=_TO_ERASE),
        # A number that somebody noted must never come to mean another person.
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    name: Mapped[str] = mapped_column(PlainText)
    kinds: Mapped[str] = mapped_column(PlainText)
    area_code: Mapped[str] = mapped_column(ForeignKey("areas.code"))
    building: Mapped[str | None] = mapped_column(PlainText)
    unit: Mapped[str | None] = mapped_column(PlainText)
    floor: Mapped[str | None] = mapped_column(PlainText)
    room: Mapped[str | None] = mapped_column(PlainText)
    account: Mapped[int | None] = mapped_column(BigInteger)
    phone: Mapped[str] = mapped_column(PlainText)
    cadre_id: Mapped[int | None] = mapped_column(ForeignKey("posts.id"))
    note: Mapped[str] = mapped_column(PlainText)
    removed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    erased_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class CareVisitRow(Base):
    """A visit that is due or was: the columns are the fields of ``routing.care_visits.Visit``, by the same names."""

    __tablename__ = "care_visits"
    __table_args__ = (
        Index("uq_care_visits_person_id_occasion_slot", "person_id", "occasion", "slot", unique=True),
        Index(
            "ix_care_visits_due",
            "next_check_at",
            postgresql_where=text("next_check_at IS NOT NULL"),
            sqlite_where=text("next_check_at IS NOT NULL"),
        ),
        Index("ix_care_visits_open_area_code", "area_code", postgresql_where=_OPEN, sqlite_where=_OPEN),
        Index("ix_care_visits_ended_at", "ended_at"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("care_persons.id"))
    area_code: Mapped[str] = mapped_column(ForeignKey("areas.code"))
    occasion: Mapped[str] = mapped_column(String(32))
    slot: Mapped[str] = mapped_column(String(32))
    cadre_id: Mapped[int | None] = mapped_column(ForeignKey("posts.id"))
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime)
    due_at: Mapped[datetime] = mapped_column(UtcDateTime)
    state: Mapped[VisitState] = mapped_column(coded(VisitState, "state"))
    level: Mapped[int]
    reminded: Mapped[bool]
    next_check_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_by: Mapped[int | None] = mapped_column(BigInteger)
    report: Mapped[str] = mapped_column(PlainText)


class CareTicketRow(Base):
    """A ticket that concerns somebody on the list, so that the cadre hears of it once."""

    __tablename__ = "care_tickets"

    ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("care_persons.id"), primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class CareLookRow(Base):
    """One use of the list. It outlives the person, so it names a number and not a row."""

    __tablename__ = "care_looks"
    __table_args__ = (Index("ix_care_looks_at", "at"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    account: Mapped[int | None] = mapped_column(BigInteger)
    name: Mapped[str] = mapped_column(PlainText)
    role: Mapped[str] = mapped_column(String(32))
    area_code: Mapped[str] = mapped_column(PlainText)
    command: Mapped[str] = mapped_column(String(32))
    channel: Mapped[str] = mapped_column(String(32))
    why: Mapped[str] = mapped_column(PlainText)
    person_id: Mapped[int | None] = mapped_column(BigInteger)
    count: Mapped[int]
