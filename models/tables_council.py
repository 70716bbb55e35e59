"""Rows of supported suggestions and of votes."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from models.columns import AreaPath, BigId, PlainText, UtcDateTime, Values, coded
from models.tables import Base, PromiseColumns
from routing.motion import MotionState
from routing.vote import Ballot, VoteState

_DUE = text("next_check_at IS NOT NULL")
_RUNNING = text("state = 'running'")


class MotionRow(PromiseColumns, Base):
    """An answer that the community owes: the columns are the fields of ``routing.motion.Motion``."""

    __tablename__ = "motions"
    __table_args__ = (
        Index("uq_motions_ticket_id", "ticket_id", unique=True),
        Index("ix_motions_due", "next_check_at", postgresql_where=_DUE, sqlite_where=_DUE),
        Index("ix_motions_area_path", "area_path"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets.id"))
    state: Mapped[MotionState] = mapped_column(coded(MotionState, "state"))
    area_code: Mapped[str] = mapped_column(ForeignKey("areas.code"))
    area_path: Mapped[str] = mapped_column(AreaPath)
    supporters: Mapped[int]
    reached_at: Mapped[datetime] = mapped_column(UtcDateTime)
    due_at: Mapped[datetime] = mapped_column(UtcDateTime)
    answer: Mapped[str] = mapped_column(PlainText)
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    answered_by: Mapped[str] = mapped_column(PlainText)


class VoteRow(Base):
    """A vote: the columns are the fields of ``routing.vote.Vote``."""

    __tablename__ = "votes"
    __table_args__ = (
        Index("ix_votes_running", "closes_at", postgresql_where=_RUNNING, sqlite_where=_RUNNING),
        Index("ix_votes_area_path", "area_path"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    title: Mapped[str] = mapped_column(PlainText)
    options: Mapped[Any] = mapped_column(Values(tuple[str, ...]))
    ballot: Mapped[Ballot] = mapped_column(coded(Ballot, "ballot"))
    state: Mapped[VoteState] = mapped_column(coded(VoteState, "state"))
    area_code: Mapped[str] = mapped_column(ForeignKey("areas.code"))
    area_path: Mapped[str] = mapped_column(AreaPath)
    platform: Mapped[str] = mapped_column(String(32))
    chat_id: Mapped[int] = mapped_column(BigInteger)
    thread_id: Mapped[int | None] = mapped_column(BigInteger)
    called_by: Mapped[str] = mapped_column(PlainText)
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime)
    closes_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    result: Mapped[Any] = mapped_column(Values(tuple[int, ...]))


class ChoiceRow(Base):
    """What somebody chose in a vote. Those of an anonymous vote are erased as it closes."""

    __tablename__ = "vote_choices"

    vote_id: Mapped[int] = mapped_column(ForeignKey("votes.id"), primary_key=True)
    account: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    name: Mapped[str] = mapped_column(PlainText)
    option: Mapped[int]
    at: Mapped[datetime] = mapped_column(UtcDateTime)
