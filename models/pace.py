"""What all processes together have lately sent, so that they keep to one platform's rates between them."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from sqlalchemy import ColumnElement, delete, or_, select, update

from models.tables_pace import SendPaceRow
from models.transaction import Transaction
from routing.pace import EVERYBODY, Pace

_ROW = (SendPaceRow.chat_id, SendPaceRow.moments, SendPaceRow.paused_until)


class SqlPaceStore:
    """Paces in the database. One transaction at a time holds those of a platform; it should be a short one."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    async def hold(
        self, platform: str, chat_ids: Collection[int], *, paused_at: float | None = None
    ) -> dict[int, Pace]:
        """The paces of these chats and of ``EVERYBODY``, where there are any; with ``paused_at`` of all paused then.

        Until this transaction ends nobody else gets at the paces of this platform.
        """
        await self._lock(platform)
        wanted: ColumnElement[bool] = SendPaceRow.chat_id.in_([EVERYBODY, *chat_ids])
        if paused_at is not None:
            wanted = or_(wanted, SendPaceRow.paused_until > paused_at)
        rows = await self._transaction.execute(select(*_ROW).where(SendPaceRow.platform == platform, wanted))
        return {chat_id: Pace(moments, paused_until) for chat_id, moments, paused_until in rows}

    async def keep(self, platform: str, paces: Mapping[int, Pace], now: float) -> None:
        """Writes the paces of chats."""
        if not paces:
            return
        statement = self._transaction.insert(SendPaceRow)
        changing = {name: getattr(statement.excluded, name) for name in ("moments", "paused_until", "changed_at")}
        await self._transaction.execute(
            statement.on_conflict_do_update(index_elements=["platform", "chat_id"], set_=changing),
            [
                {
                    "platform": platform,
                    "chat_id": chat_id,
                    "moments": pace.moments,
                    "paused_until": pace.paused_until,
                    "changed_at": now,
                }
                for chat_id, pace in sorted(paces.items())
            ],
        )

    async def lift_pauses(self) -> int:
        """Ends every pause that a platform asked for; returns how many. For the case that the clock was set back."""
        paused = update(SendPaceRow).where(SendPaceRow.paused_until.is_not(None)).values(paused_until=None)
        return int((await self._transaction.execute(paused)).rowcount)

    async def prune(self, before: float) -> int:
        """Forgets chats that were not written to since then and are not paused; returns how many."""
        erased = await self._transaction.execute(
            delete(SendPaceRow).where(
                SendPaceRow.changed_at < before,
                or_(SendPaceRow.paused_until.is_(None), SendPaceRow.paused_until < before),
            )
        )
        return int(erased.rowcount)

    async def _lock(self, platform: str) -> None:
        row = select(SendPaceRow.chat_id).where(SendPaceRow.platform == platform, SendPaceRow.chat_id == EVERYBODY)
        while (await self._transaction.execute(row.with_for_update())).first() is None:
            # Only the very first message of a platform finds no row.
            await self._transaction.execute(
                self._transaction.insert(SendPaceRow).on_conflict_do_nothing(),
                {"platform": platform, "chat_id": EVERYBODY, "moments": (), "paused_until": None, "changed_at": 0.0},
            )
