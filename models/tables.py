"""Rows of the registers: areas, posts, invitations, chat groups; and the base of all tables.

Rows are only names for columns: statements are written in SQLAlchemy Core, and nothing but values of the core
leaves this package.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, MetaData, String, text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from models.columns import BigId, PlainText, UtcDateTime, Values, coded
from routing.areas import AreaKind, Management
from routing.groups import GroupKind, GroupState
from routing.house_numbers import NumberRange
from routing.staff import DutyHours, Role

CONVENTION = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}
"""Every constraint has a name that can be foreseen, so that a migration can drop it on both databases."""


class Base(DeclarativeBase):
    """The declarative base; ``Base.metadata`` is what the migrations are compared with."""

    metadata = MetaData(naming_convention=CONVENTION)


class PromiseColumns:
    """How far the clock of a promise has got, for whatever keeps one (``routing.promise.Promise``)."""

    reminded: Mapped[bool]
    level: Mapped[int]
    escalated_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    next_check_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class AreaRow(Base):
    """A node of the area tree. The order of ``id`` is the order of the register."""

    __tablename__ = "areas"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    code: Mapped[str] = mapped_column(PlainText, unique=True)
    name: Mapped[str] = mapped_column(PlainText)
    level: Mapped[str] = mapped_column(PlainText)
    # Checked at commit, so that a register may come in any order.
    parent_code: Mapped[str | None] = mapped_column(ForeignKey("areas.code", deferrable=True, initially="DEFERRED"))
    kind: Mapped[AreaKind] = mapped_column(coded(AreaKind, "kind"))
    management: Mapped[Management | None] = mapped_column(coded(Management, "management"))
    aliases: Mapped[Any] = mapped_column(Values(tuple[str, ...]))
    households: Mapped[int | None]
    numbers: Mapped[Any] = mapped_column(Values(tuple[NumberRange, ...]), server_default="[]")


class AreaMoveRow(Base):
    """A move of an area to another parent: planned, carried out, or found impossible on its day."""

    __tablename__ = "area_moves"
    __table_args__ = (
        Index("uq_area_moves_area_code_takes_effect_at", "area_code", "takes_effect_at", unique=True),
        Index(
            "ix_area_moves_waiting",
            "takes_effect_at",
            postgresql_where=text("settled_at IS NULL"),
            sqlite_where=text("settled_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    area_code: Mapped[str] = mapped_column(ForeignKey("areas.code"))
    new_parent_code: Mapped[str] = mapped_column(ForeignKey("areas.code"))
    takes_effect_at: Mapped[datetime] = mapped_column(UtcDateTime)
    settled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    refusal: Mapped[str] = mapped_column(String(32))


class PostRow(Base):
    """A post of the staff register."""

    __tablename__ = "posts"
    __table_args__ = (
        Index(
            "uq_posts_account_role_area_code",
            "account",
            "role",
            "area_code",
            unique=True,
            postgresql_where=text("account IS NOT NULL"),
            sqlite_where=text("account IS NOT NULL"),
        ),
        Index("ix_posts_area_code_role", "area_code", "role"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    name: Mapped[str] = mapped_column(PlainText)
    role: Mapped[Role] = mapped_column(coded(Role, "role"))
    area_code: Mapped[str] = mapped_column(ForeignKey("areas.code"))
    account: Mapped[int | None] = mapped_column(BigInteger)
    phone: Mapped[str] = mapped_column(PlainText)
    skills: Mapped[Any] = mapped_column(Values(frozenset[str]))
    on_duty: Mapped[bool]
    reachable: Mapped[bool]
    hours: Mapped[Any] = mapped_column(Values(tuple[DutyHours, ...]), server_default="[]")


class AbsenceRow(Base):
    """A time in which a stand-in holds a post, or nobody does."""

    __tablename__ = "absences"
    __table_args__ = (Index("ix_absences_post_id", "post_id", "ends_at"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    post_id: Mapped[int] = mapped_column(ForeignKey("posts.id"))
    begins_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ends_at: Mapped[datetime] = mapped_column(UtcDateTime)
    stand_in_id: Mapped[int | None] = mapped_column(ForeignKey("posts.id"))


class InvitationRow(Base):
    """A one-time link; only a hash of its token is kept."""

    __tablename__ = "invitations"

    token_hash: Mapped[str] = mapped_column(String(128), primary_key=True)
    role: Mapped[str] = mapped_column(String(32))
    area_code: Mapped[str] = mapped_column(ForeignKey("areas.code"))
    created_by: Mapped[int] = mapped_column(BigInteger)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    used_by: Mapped[int | None] = mapped_column(BigInteger)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class ChatGroupRow(Base):
    """A chat group and the area it is bound to. (``groups`` is a word of SQL.)"""

    __tablename__ = "chat_groups"
    __table_args__ = (Index("ix_chat_groups_area_code", "area_code"),)

    platform: Mapped[str] = mapped_column(String(32), primary_key=True)
    chat_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    title: Mapped[str] = mapped_column(PlainText)
    kind: Mapped[GroupKind] = mapped_column(coded(GroupKind, "kind"))
    area_code: Mapped[str | None] = mapped_column(ForeignKey("areas.code"))
    thread_id: Mapped[int | None] = mapped_column(BigInteger)
    state: Mapped[GroupState] = mapped_column(coded(GroupState, "state"))
    turn: Mapped[int] = mapped_column(BigInteger, server_default="0")
    """How often the group's talk was dealt with: whoever read before another's turn must not write after it."""


class RegisterRevisionRow(Base):
    """One row that counts the changes of each register, so that a process sees whether its cache is still true."""

    __tablename__ = "register_revision"
    __table_args__ = (CheckConstraint("id = 1", name="one_row"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    areas: Mapped[int] = mapped_column(BigInteger)
    staff: Mapped[int] = mapped_column(BigInteger)
    groups: Mapped[int] = mapped_column(BigInteger)
    items: Mapped[int] = mapped_column(BigInteger, server_default="0")
    care: Mapped[int] = mapped_column(BigInteger, server_default="0")
