"""Areas that move from a day on: planned by an operator, carried out at midnight of the district."""

from __future__ import annotations

from datetime import datetime

from bot.services.ports import Clock, UnitOfWork
from routing.area_moves import AreaMove, MoveRefused, moved
from routing.errors import UnknownArea
from routing.organisation import Organisation


class MoveService:
    """Plans moves and carries out those whose day has come."""

    def __init__(self, organisation: Organisation, clock: Clock) -> None:
        self._organisation = organisation
        self._clock = clock

    async def plan(self, work: UnitOfWork, area_code: str, new_parent_code: str, takes_effect_at: datetime) -> AreaMove:
        """Plans a move; a plan of the same area for the same day is replaced.

        It is checked now, and once more on its day, since the tree may have changed by then. Raises ``UnknownArea``
        or ``MoveRefused``.
        """
        moved(await work.areas.tree(), area_code, new_parent_code, self._organisation)
        return await work.areas.plan_move(AreaMove(0, area_code, new_parent_code, takes_effect_at))

    async def carry_out(self, work: UnitOfWork) -> int:
        """Changes the tree by every move whose day has come, in their order; returns how many were looked at."""
        now = self._clock()
        due = await work.areas.due_moves(now)
        for move in due:
            refusal = ""
            try:
                area = moved(await work.areas.tree(), move.area_code, move.new_parent_code, self._organisation)
            except MoveRefused as refused:
                refusal = refused.reason
            except UnknownArea:
                refusal = "gone"
            else:
                await work.areas.upsert([area])
            await work.areas.settle_move(move.id, at=now, refusal=refusal)
        return len(due)
