"""The register of service items."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sqlalchemy import delete, select

from models.registers import Registers
from models.revision import RegisterRevisions
from models.tables_guide import ServiceItemRow
from models.transaction import Transaction
from routing.guide.items import ServiceItem


class SqlItemStore:
    """Service items in the database."""

    def __init__(self, transaction: Transaction, revisions: RegisterRevisions, registers: Registers) -> None:
        self._transaction = transaction
        self._revisions = revisions
        self._registers = registers

    async def all(self) -> tuple[ServiceItem, ...]:
        """All items in the order of the register; read anew only where the register has changed since."""
        return await self._registers.items()

    async def upsert(self, items: Sequence[ServiceItem]) -> int:
        """Adds the items and overwrites those of the same code; returns how many are new or differ from before."""
        rows = await self._transaction.execute(select(ServiceItemRow.code, ServiceItemRow.item))
        known = {row.code: row.item for row in rows}
        changed = [item for item in items if known.get(item.code) != item]
        if changed:
            await self._revisions.bump("items")
            statement = self._transaction.insert(ServiceItemRow)
            statement = statement.on_conflict_do_update(
                index_elements=["code"], set_={"item": statement.excluded["item"]}
            )
            for item in changed:
                await self._transaction.execute(statement, {"code": item.code, "item": item})
        return len(changed)

    async def remove(self, codes: Collection[str]) -> int:
        """Takes the items of these codes off; returns how many there were. Tickets keep the lists that they have."""
        if not codes:
            return 0
        await self._revisions.bump("items")
        gone = await self._transaction.execute(delete(ServiceItemRow).where(ServiceItemRow.code.in_(sorted(codes))))
        return int(gone.rowcount)
