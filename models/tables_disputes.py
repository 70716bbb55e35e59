"""Rows of disputes that several parties settle together: the columns are the fields of ``routing.dispute``."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from models.columns import AreaPath, BigId, PlainText, UtcDateTime, Values, coded
from models.tables import Base
from routing.dispute import PartyKind
from routing.dispute_states import DisputeState

_DUE = text("remind_at IS NOT NULL")


class DisputeRow(Base):
    """A dispute."""

    __tablename__ = "disputes"
    __table_args__ = (
        Index("ix_disputes_area_path", "area_path"),
        Index("ix_disputes_due", "remind_at", postgresql_where=_DUE, sqlite_where=_DUE),
        # Its number is its id, and that of an erased one must not be given again.
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    area_code: Mapped[str] = mapped_column(ForeignKey("areas.code"))
    area_path: Mapped[str] = mapped_column(AreaPath)
    subject: Mapped[str] = mapped_column(PlainText)
    platform: Mapped[str] = mapped_column(String(32))
    opened_by: Mapped[int] = mapped_column(ForeignKey("posts.id"))
    lead_post: Mapped[int] = mapped_column(ForeignKey("posts.id"))
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ticket_id: Mapped[int | None] = mapped_column(ForeignKey("tickets.id"))
    state: Mapped[DisputeState] = mapped_column(coded(DisputeState, "state"))
    proposed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    proposed_by: Mapped[str] = mapped_column(PlainText)
    meeting_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    outcome: Mapped[str] = mapped_column(PlainText)
    reason: Mapped[str] = mapped_column(PlainText)
    round: Mapped[int]
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    handed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    remind_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    erased_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class DisputePartyRow(Base):
    """One side of a dispute."""

    __tablename__ = "dispute_parties"
    __table_args__ = (
        Index("ix_dispute_parties_dispute_id", "dispute_id"),
        Index("ix_dispute_parties_account", "account"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    dispute_id: Mapped[int] = mapped_column(ForeignKey("disputes.id"))
    kind: Mapped[PartyKind] = mapped_column(coded(PartyKind, "kind"))
    name: Mapped[str] = mapped_column(PlainText)
    account: Mapped[int | None] = mapped_column(BigInteger)
    post_id: Mapped[int | None] = mapped_column(ForeignKey("posts.id"))
    statement: Mapped[str] = mapped_column(PlainText)
    stated_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    stated_through: Mapped[str] = mapped_column(PlainText)
    accepted: Mapped[bool | None]
    confirmed: Mapped[bool | None]
    objection: Mapped[str] = mapped_column(PlainText)
    token_hash: Mapped[str] = mapped_column(String(128))


class DisputeEventRow(Base):
    """One thing that happened to a dispute. Rows are only ever added."""

    __tablename__ = "dispute_events"
    __table_args__ = (Index("ix_dispute_events_dispute_id", "dispute_id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    dispute_id: Mapped[int] = mapped_column(ForeignKey("disputes.id"))
    kind: Mapped[str] = mapped_column(String(32))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    actor: Mapped[int | None] = mapped_column(BigInteger)
    actor_name: Mapped[str] = mapped_column(PlainText)
    data: Mapped[Any] = mapped_column(Values(dict[str, Any]))
