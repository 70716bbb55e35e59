"""Sub-tasks: what co-handlers are to do for tickets."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import fields, replace
from typing import Any

from sqlalchemy import Select, insert, select, update

from models.tables_tickets import SubtaskRow
from models.transaction import Transaction
from routing.subtask import OPEN_SUBTASKS, Subtask, UnknownSubtask

_FIELDS = tuple(field.name for field in fields(Subtask))
_COLUMNS = tuple(getattr(SubtaskRow, name) for name in _FIELDS)


class SqlSubtaskStore:
    """Sub-tasks in the database."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    async def add(self, subtask: Subtask) -> Subtask:
        """Keeps a new sub-task; returns it with its id."""
        values = {name: getattr(subtask, name) for name in _FIELDS if name != "id"}
        ids = await self._transaction.execute(insert(SubtaskRow).values(values).returning(SubtaskRow.id))
        return replace(subtask, id=ids.scalar_one())

    async def get(self, subtask_id: int) -> Subtask:
        """The sub-task of this id; raises ``UnknownSubtask``."""
        return await self._one(select(*_COLUMNS).where(SubtaskRow.id == subtask_id), subtask_id)

    async def lock(self, subtask_id: int) -> Subtask:
        """The same, and no other transaction changes it before this one ends; raises ``UnknownSubtask``."""
        query = select(*_COLUMNS).where(SubtaskRow.id == subtask_id).with_for_update()
        return await self._one(query, subtask_id)

    async def _one(self, query: Select[*tuple[Any, ...]], subtask_id: int) -> Subtask:
        row = (await self._transaction.execute(query)).one_or_none()
        if row is None:
            raise UnknownSubtask(subtask_id)
        return Subtask(*row)

    async def save(self, subtask: Subtask) -> None:
        """Writes the state of a sub-task."""
        values = {name: getattr(subtask, name) for name in _FIELDS if name not in {"id", "ticket_id"}}
        await self._transaction.execute(update(SubtaskRow).where(SubtaskRow.id == subtask.id).values(values))

    async def of_ticket(self, ticket_id: int) -> tuple[Subtask, ...]:
        """The sub-tasks of a ticket, the oldest first."""
        foreseen = self._transaction.foreseen
        if foreseen is not None and ticket_id in foreseen.subtasks:
            return foreseen.subtasks[ticket_id]
        rows = await self._transaction.execute(
            select(*_COLUMNS).where(SubtaskRow.ticket_id == ticket_id).order_by(SubtaskRow.id)
        )
        return tuple(Subtask(*row) for row in rows)

    async def open_of(self, post_ids: Collection[int]) -> tuple[Subtask, ...]:
        """What these posts still owe, the oldest first."""
        rows = await self._transaction.execute(
            select(*_COLUMNS)
            .where(SubtaskRow.post_id.in_(sorted(post_ids)), SubtaskRow.state.in_(sorted(OPEN_SUBTASKS)))
            .order_by(SubtaskRow.id)
        )
        return tuple(Subtask(*row) for row in rows)
