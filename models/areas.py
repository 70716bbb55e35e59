"""The register of areas."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import or_, select

from models.revision import RegisterRevisions
from models.tables import AreaRow
from models.transaction import Transaction
from routing.areas import Area, AreaTree

_COLUMNS = (
    AreaRow.code,
    AreaRow.name,
    AreaRow.level,
    AreaRow.parent_code,
    AreaRow.kind,
    AreaRow.management,
    AreaRow.aliases,
    AreaRow.households,
    AreaRow.numbers,
)
_CHANGING = ("name", "level", "parent_code", "kind", "management", "aliases", "households", "numbers")


class TreeCache:
    """The tree as this process last read it; one for a ``Database``, shared by its units of work."""

    def __init__(self) -> None:
        self.revision: int | None = None
        self.tree = AreaTree(())


class SqlAreaStore:
    """Areas in the database."""

    def __init__(self, transaction: Transaction, revisions: RegisterRevisions, cache: TreeCache) -> None:
        self._transaction = transaction
        self._revisions = revisions
        self._cache = cache

    async def tree(self) -> AreaTree:
        """All areas in the order of the register; read anew only where the register has changed since."""
        revision = await self._revisions.current("areas")
        if self._revisions.changed_here("areas"):
            return await self._read()
        if self._cache.revision != revision:
            # A change committed between the two reads is seen with an older revision, and read once more next time.
            tree = await self._read()
            self._cache.tree, self._cache.revision = tree, revision
            return tree
        return self._cache.tree

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

    async def _read(self) -> AreaTree:
        rows = await self._transaction.execute(select(*_COLUMNS).order_by(AreaRow.id))
        return AreaTree(Area(*row) for row in rows)


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
