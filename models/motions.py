"""Suggestions that the community owes an answer."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import fields, replace
from datetime import datetime

from sqlalchemy import ColumnElement, insert, select, update

from models.columns import area_path_end
from models.tables_council import MotionRow
from models.transaction import Transaction
from routing.motion import Motion, MotionState, UnknownMotion

_FIELDS = tuple(field.name for field in fields(Motion))
_COLUMNS = tuple(getattr(MotionRow, name) for name in _FIELDS)


class SqlMotionStore:
    """Motions in the database."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    async def add(self, motion: Motion) -> Motion:
        """Keeps a new motion; returns it with its number. A ticket has at most one."""
        values = {name: getattr(motion, name) for name in _FIELDS if name != "id"}
        ids = await self._transaction.execute(insert(MotionRow).values(values).returning(MotionRow.id))
        return replace(motion, id=ids.scalar_one())

    async def lock(self, motion_id: int) -> Motion:
        """The motion of this number, which no other transaction changes before this one ends.

        Raises ``UnknownMotion``.
        """
        rows = await self._transaction.execute(select(*_COLUMNS).where(MotionRow.id == motion_id).with_for_update())
        row = rows.one_or_none()
        if row is None:
            raise UnknownMotion(motion_id)
        return Motion(*row)

    async def of_ticket(self, ticket_id: int) -> Motion | None:
        """The motion of a ticket, where enough people support it."""
        rows = await self._transaction.execute(select(*_COLUMNS).where(MotionRow.ticket_id == ticket_id))
        row = rows.one_or_none()
        return None if row is None else Motion(*row)

    async def save(self, motion: Motion) -> None:
        """Writes the state of a motion."""
        values = {name: getattr(motion, name) for name in _FIELDS if name != "id"}
        await self._transaction.execute(update(MotionRow).where(MotionRow.id == motion.id).values(values))

    async def find(self, states: Collection[MotionState], *, area_path: str = "", limit: int) -> tuple[Motion, ...]:
        """The motions in any of these states in an area (anywhere where it is empty), the most pressing first."""
        conditions: list[ColumnElement[bool]] = [MotionRow.state.in_(sorted(states))]
        if area_path:
            conditions += [MotionRow.area_path >= area_path, MotionRow.area_path < area_path_end(area_path)]
        rows = await self._transaction.execute(
            select(*_COLUMNS).where(*conditions).order_by(MotionRow.due_at, MotionRow.id).limit(limit)
        )
        return tuple(Motion(*row) for row in rows)

    async def take_due(self, now: datetime, *, limit: int) -> tuple[Motion, ...]:
        """Motions that the clock has to look at, locked until this transaction ends; what others hold is left out."""
        rows = await self._transaction.execute(
            select(*_COLUMNS)
            .where(MotionRow.next_check_at <= now)
            .order_by(MotionRow.next_check_at, MotionRow.id)
            .limit(limit)
            .with_for_update(skip_locked=True)
        )
        return tuple(Motion(*row) for row in rows)
