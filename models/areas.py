"""The register of areas."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields, replace
from datetime import datetime

from sqlalchemy import or_, select, update

from models.registers import Registers
from models.revision import RegisterRevisions
from models.tables import AreaMoveRow, AreaRow
from models.transaction import Transaction
from routing.area_moves import AreaMove
from routing.areas import Area, AreaTree

_CHANGING = ("name", "level", "parent_code", "kind", "management", "aliases", "households", "numbers")

_MOVE = tuple(field.name for field in fields(AreaMove))
_MOVE_COLUMNS = tuple(getattr(AreaMoveRow, name) for name in _MOVE)


class SqlAreaStore:
    """Areas in the database."""

    def __init__(self, transaction: Transaction, revisions: RegisterRevisions, registers: Registers) -> None:
        self._transaction = transaction
        self._revisions = revisions
        self._registers = registers

    async def tree(self) -> AreaTree:
        """All areas in the order of the register; read anew only where the register has changed since."""
        return await self._registers.tree()

    async def upsert(self, areas: Sequence[Area]) -> int:
        """Adds the areas and overwrites those of the same code; returns how many are new or differ from before.

        Parents may come after their children; a parent that exists nowhere fails at commit.
        """
        if not areas:
            return 0
        # Before anything else, so that two imports at once wait for each other instead of locking rows crosswise.
        await self._revisions.bump("areas")
        statement = self._transaction.insert(AreaRow)
        new = statement.excluded
        statement = statement.on_conflict_do_update(
            index_elements=["code"],
            set_={name: new[name] for name in _CHANGING},
            where=or_(*(getattr(AreaRow, name).is_distinct_from(new[name]) for name in _CHANGING)),
        )
        changed = 0
        for area in {area.code: area for area in areas}.values():
            result = await self._transaction.execute(statement, _values(area))
            changed += result.rowcount
        return changed

    async def plan_move(self, move: AreaMove) -> AreaMove:
        """Keeps a move and gives it its id; one of the same area for the same moment is replaced."""
        values = {name: getattr(move, name) for name in _MOVE if name != "id"}
        statement = self._transaction.insert(AreaMoveRow).values(values)
        statement = statement.on_conflict_do_update(
            index_elements=["area_code", "takes_effect_at"],
            set_={name: statement.excluded[name] for name in ("new_parent_code", "settled_at", "refusal")},
        )
        rows = await self._transaction.execute(statement.returning(AreaMoveRow.id))
        return replace(move, id=rows.scalar_one())

    async def moves(self) -> tuple[AreaMove, ...]:
        """Every move, planned and settled, by its day."""
        query = select(*_MOVE_COLUMNS).order_by(AreaMoveRow.takes_effect_at, AreaMoveRow.id)
        return tuple(AreaMove(*row) for row in await self._transaction.execute(query))

    async def due_moves(self, now: datetime) -> tuple[AreaMove, ...]:
        """The moves whose day has come and that wait to be carried out, in their order.

        Of two processes the later one waits for the earlier and then finds nothing.
        """
        query = (
            select(*_MOVE_COLUMNS)
            .where(AreaMoveRow.settled_at.is_(None), AreaMoveRow.takes_effect_at <= now)
            .order_by(AreaMoveRow.takes_effect_at, AreaMoveRow.id)
        )
        if (await self._transaction.execute(query.limit(1))).first() is None:
            return ()
        await self._revisions.bump("areas")
        return tuple(AreaMove(*row) for row in await self._transaction.execute(query))

    async def settle_move(self, move_id: int, *, at: datetime, refusal: str) -> None:
        """Marks a move as carried out, or as impossible for the reason of ``refusal``."""
        statement = update(AreaMoveRow).where(AreaMoveRow.id == move_id)
        await self._transaction.execute(statement.values(settled_at=at, refusal=refusal))


def _values(area: Area) -> dict[str, object]:
    return {
        "code": area.code,
        "name": area.name,
        "level": area.level,
        "parent_code": area.parent_code,
        "kind": area.kind,
        "management": area.management,
        "aliases": area.aliases,
        "households": area.households,
        "numbers": area.numbers,
    }
