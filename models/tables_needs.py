"""Rows of needs, resources and projects, and of who can be written to in private."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from models.columns import AreaPath, BigId, PlainText, UtcDateTime, coded
from models.tables import Base, PromiseColumns
from routing.need import NeedState
from routing.partner import OfferState, PartnerKind
from routing.project import ProjectState
from routing.script import Script

_DUE = text("next_check_at IS NOT NULL")


class NeedRow(Base):
    """A need: the columns are the fields of ``routing.need.Need``."""

    __tablename__ = "needs"
    __table_args__ = (
        Index("ix_needs_area_path", "area_path"),
        Index("ix_needs_group", "platform", "group_chat_id", "listed_at"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    text: Mapped[str] = mapped_column(PlainText)
    kind: Mapped[str] = mapped_column(String(32))
    state: Mapped[NeedState] = mapped_column(coded(NeedState, "state"))
    area_code: Mapped[str] = mapped_column(ForeignKey("areas.code"))
    area_path: Mapped[str] = mapped_column(AreaPath)
    platform: Mapped[str] = mapped_column(String(32))
    script: Mapped[Script] = mapped_column(coded(Script, "script"))
    listed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    account: Mapped[int | None] = mapped_column(BigInteger)
    group_chat_id: Mapped[int | None] = mapped_column(BigInteger)
    group_thread_id: Mapped[int | None] = mapped_column(BigInteger)
    source_message_id: Mapped[int | None] = mapped_column(BigInteger)
    ticket_id: Mapped[int | None] = mapped_column(ForeignKey("tickets.id"))
    claimed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    reason: Mapped[str] = mapped_column(PlainText)
    voices: Mapped[int]
    erased_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """When its voices were erased; no field of ``Need``."""


class VoiceRow(Base):
    """Who stands behind a need."""

    __tablename__ = "need_voices"

    need_id: Mapped[int] = mapped_column(ForeignKey("needs.id"), primary_key=True)
    account: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    name: Mapped[str] = mapped_column(PlainText)
    joined_at: Mapped[datetime] = mapped_column(UtcDateTime)


class PartnerRow(Base):
    """A partner of an area."""

    __tablename__ = "partners"
    __table_args__ = (
        Index("uq_partners_name", "name", "area_code", unique=True),
        Index("ix_partners_account", "account"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    name: Mapped[str] = mapped_column(PlainText)
    kind: Mapped[PartnerKind] = mapped_column(coded(PartnerKind, "kind"))
    area_code: Mapped[str] = mapped_column(ForeignKey("areas.code"))
    account: Mapped[int | None] = mapped_column(BigInteger)
    phone: Mapped[str] = mapped_column(PlainText)


class OfferRow(Base):
    """A resource that is offered: the columns are the fields of ``routing.partner.Offer``."""

    __tablename__ = "offers"
    __table_args__ = (
        Index("ix_offers_area_path", "area_path"),
        Index("ix_offers_due", "next_check_at", postgresql_where=_DUE, sqlite_where=_DUE),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    text: Mapped[str] = mapped_column(PlainText)
    kind: Mapped[str] = mapped_column(String(32))
    area_code: Mapped[str] = mapped_column(ForeignKey("areas.code"))
    area_path: Mapped[str] = mapped_column(AreaPath)
    state: Mapped[OfferState] = mapped_column(coded(OfferState, "state"))
    platform: Mapped[str] = mapped_column(String(32))
    offered_at: Mapped[datetime] = mapped_column(UtcDateTime)
    account: Mapped[int | None] = mapped_column(BigInteger)
    name: Mapped[str] = mapped_column(PlainText)
    partner_id: Mapped[int | None] = mapped_column(ForeignKey("partners.id"))
    decide_due_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    reminded: Mapped[bool]
    level: Mapped[int]
    escalated_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    next_check_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class ProjectRow(PromiseColumns, Base):
    """A project: the columns are the fields of ``routing.project.Project``."""

    __tablename__ = "projects"
    __table_args__ = (
        Index("ix_projects_due", "next_check_at", postgresql_where=_DUE, sqlite_where=_DUE),
        Index("ix_projects_need_id", "need_id"),
        Index("ix_projects_area_path", "area_path"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    need_id: Mapped[int] = mapped_column(ForeignKey("needs.id"))
    partner_id: Mapped[int] = mapped_column(ForeignKey("partners.id"))
    state: Mapped[ProjectState] = mapped_column(coded(ProjectState, "state"))
    area_code: Mapped[str] = mapped_column(ForeignKey("areas.code"))
    area_path: Mapped[str] = mapped_column(AreaPath)
    platform: Mapped[str] = mapped_column(String(32))
    claimed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    agree_due_at: Mapped[datetime] = mapped_column(UtcDateTime)
    offer_id: Mapped[int | None] = mapped_column(ForeignKey("offers.id"))
    agreed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class ProjectStepRow(PromiseColumns, Base):
    """A step of a project: the columns are the fields of ``routing.project.ProjectStep``."""

    __tablename__ = "project_steps"
    __table_args__ = (
        Index("ix_project_steps_due", "next_check_at", postgresql_where=_DUE, sqlite_where=_DUE),
        Index("ix_project_steps_project_id", "project_id"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("projects.id"))
    position: Mapped[int]
    name: Mapped[str] = mapped_column(PlainText)
    by_partner: Mapped[bool]
    planned_at: Mapped[datetime] = mapped_column(UtcDateTime)
    due_at: Mapped[datetime] = mapped_column(UtcDateTime)
    done_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class PrivateChatRow(Base):
    """A person who has started the bot and so can be written to in private; nothing else is kept of them."""

    __tablename__ = "private_chats"

    platform: Mapped[str] = mapped_column(String(32), primary_key=True)
    account: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
