"""Projects and their steps."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import fields, replace
from datetime import datetime

from sqlalchemy import insert, select, update

from models.columns import area_path_end
from models.tables_needs import ProjectRow, ProjectStepRow
from models.transaction import Transaction
from routing.project import Project, ProjectState, ProjectStep, UnknownProject

_FIELDS = tuple(field.name for field in fields(Project))
_COLUMNS = tuple(getattr(ProjectRow, name) for name in _FIELDS)
_STEP_FIELDS = tuple(field.name for field in fields(ProjectStep))
_STEP_COLUMNS = tuple(getattr(ProjectStepRow, name) for name in _STEP_FIELDS)


class SqlProjectStore:
    """Projects in the database. A step is changed under the lock of its project."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    async def add(self, project: Project) -> Project:
        """Keeps a new project; returns it with its number."""
        values = {name: getattr(project, name) for name in _FIELDS if name != "id"}
        ids = await self._transaction.execute(insert(ProjectRow).values(values).returning(ProjectRow.id))
        return replace(project, id=ids.scalar_one())

    async def get(self, project_id: int) -> Project:
        """The project of this number; raises ``UnknownProject``."""
        return await self._one(project_id, lock=False)

    async def lock(self, project_id: int) -> Project:
        """The same, and no other transaction changes it before this one ends; raises ``UnknownProject``."""
        return await self._one(project_id, lock=True)

    async def _one(self, project_id: int, *, lock: bool) -> Project:
        query = select(*_COLUMNS).where(ProjectRow.id == project_id)
        rows = await self._transaction.execute(query.with_for_update() if lock else query)
        row = rows.one_or_none()
        if row is None:
            raise UnknownProject(project_id)
        return Project(*row)

    async def save(self, project: Project) -> None:
        """Writes the state of a project."""
        values = {name: getattr(project, name) for name in _FIELDS if name != "id"}
        await self._transaction.execute(update(ProjectRow).where(ProjectRow.id == project.id).values(values))

    async def of_need(self, need_id: int) -> tuple[Project, ...]:
        """Every project of a need, also those that came to nothing, the oldest first."""
        rows = await self._transaction.execute(
            select(*_COLUMNS).where(ProjectRow.need_id == need_id).order_by(ProjectRow.id)
        )
        return tuple(Project(*row) for row in rows)

    async def find(self, states: Collection[ProjectState], *, area_path: str = "", limit: int) -> tuple[Project, ...]:
        """The projects in any of these states in an area (anywhere where it is empty), the oldest first."""
        query = select(*_COLUMNS).where(ProjectRow.state.in_(sorted(states)))
        if area_path:
            query = query.where(ProjectRow.area_path >= area_path, ProjectRow.area_path < area_path_end(area_path))
        rows = await self._transaction.execute(query.order_by(ProjectRow.id).limit(limit))
        return tuple(Project(*row) for row in rows)

    async def of_partners(self, partner_ids: Collection[int], states: Collection[ProjectState]) -> tuple[Project, ...]:
        """The projects of these partners in any of these states, the oldest first."""
        rows = await self._transaction.execute(
            select(*_COLUMNS)
            .where(ProjectRow.partner_id.in_(sorted(partner_ids)), ProjectRow.state.in_(sorted(states)))
            .order_by(ProjectRow.id)
        )
        return tuple(Project(*row) for row in rows)

    async def add_steps(self, steps: Sequence[ProjectStep]) -> None:
        """Keeps new steps."""
        await self._transaction.execute(
            insert(ProjectStepRow),
            [{name: getattr(step, name) for name in _STEP_FIELDS if name != "id"} for step in steps],
        )

    async def steps(self, project_id: int) -> tuple[ProjectStep, ...]:
        """The steps of a project in their order."""
        return (await self.steps_of([project_id])).get(project_id, ())

    async def steps_of(self, project_ids: Collection[int]) -> dict[int, tuple[ProjectStep, ...]]:
        """The steps of several projects, by project."""
        rows = await self._transaction.execute(
            select(*_STEP_COLUMNS)
            .where(ProjectStepRow.project_id.in_(sorted(project_ids)))
            .order_by(ProjectStepRow.project_id, ProjectStepRow.position, ProjectStepRow.id)
        )
        found: dict[int, tuple[ProjectStep, ...]] = {}
        for row in rows:
            step = ProjectStep(*row)
            found[step.project_id] = (*found.get(step.project_id, ()), step)
        return found

    async def save_step(self, step: ProjectStep) -> None:
        """Writes the state of a step."""
        values = {name: getattr(step, name) for name in _STEP_FIELDS if name not in {"id", "project_id"}}
        await self._transaction.execute(update(ProjectStepRow).where(ProjectStepRow.id == step.id).values(values))

    async def take_due(self, now: datetime, *, limit: int) -> tuple[Project, ...]:
        """Projects of which the agreement or a step has to be looked at, locked until this transaction ends.

        What another process has locked is left to it.
        """
        late = select(ProjectStepRow.project_id).where(ProjectStepRow.next_check_at <= now)
        rows = await self._transaction.execute(
            select(*_COLUMNS)
            .where((ProjectRow.next_check_at <= now) | ProjectRow.id.in_(late))
            .order_by(ProjectRow.id)
            .limit(limit)
            .with_for_update(skip_locked=True)
        )
        return tuple(Project(*row) for row in rows)
