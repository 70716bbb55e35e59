"""Questions that nothing answered."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import datetime

from sqlalchemy import ColumnElement, and_, delete, func, insert, select, update

from models.columns import area_path_end
from models.tables_guide import GuideQuestionRow
from models.transaction import Transaction
from routing.guide.questions import OpenQuestion

_FIELDS = tuple(field.name for field in fields(OpenQuestion))
_COLUMNS = tuple(getattr(GuideQuestionRow, name) for name in _FIELDS)


class SqlQuestionStore:
    """Such questions in the database."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    async def add(self, question: OpenQuestion) -> OpenQuestion:
        """Keeps a question; returns it with its id."""
        values = {name: getattr(question, name) for name in _FIELDS if name != "id"}
        ids = await self._transaction.execute(insert(GuideQuestionRow).values(values).returning(GuideQuestionRow.id))
        return replace(question, id=ids.scalar_one())

    async def waiting(self, area_path: str, *, limit: int) -> tuple[OpenQuestion, ...]:
        """The questions of the area with this path that nobody has dealt with, newest first."""
        rows = await self._transaction.execute(
            select(*_COLUMNS).where(_waiting(area_path)).order_by(GuideQuestionRow.id.desc()).limit(limit)
        )
        return tuple(OpenQuestion(*row) for row in rows)

    async def count(self, area_path: str) -> int:
        """How many such questions there are."""
        rows = await self._transaction.execute(
            select(func.count()).select_from(GuideQuestionRow).where(_waiting(area_path))
        )
        return int(rows.scalar_one())

    async def settle(self, question_id: int, area_path: str, at: datetime) -> bool:
        """Marks a question of the area as dealt with; false where there is none that waits."""
        settled = await self._transaction.execute(
            update(GuideQuestionRow)
            .where(GuideQuestionRow.id == question_id, _waiting(area_path))
            .values(settled_at=at)
        )
        return settled.rowcount == 1

    async def prune(self, before: datetime) -> int:
        """Forgets the questions that were asked before then; returns how many."""
        gone = await self._transaction.execute(delete(GuideQuestionRow).where(GuideQuestionRow.asked_at < before))
        return int(gone.rowcount)


def _waiting(area_path: str) -> ColumnElement[bool]:
    path = GuideQuestionRow.area_path
    below = and_(path >= area_path, path < area_path_end(area_path))
    return and_(GuideQuestionRow.settled_at.is_(None), below)
