"""The colours that digests told, and how content reporters were with whom."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, and_, delete, func, select

from models.tables_standings import ToldStandingsRow
from models.tables_tickets import TicketRow
from models.ticket_rows import below
from models.transaction import Transaction
from routing.digest_schedule import Period
from routing.sla import Colour
from routing.standing import Standing
from routing.ticket import PATROL_SOLVED, Satisfaction, Status


class SqlStandingStore:
    """Standings in the database."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    async def told_before(self, area_code: str, period: Period, slot: datetime) -> tuple[Standing, ...] | None:
        """Who was yellow or red in the area's last digest of this kind before ``slot``; none where there was none."""
        rows = await self._transaction.execute(
            select(ToldStandingsRow.standings)
            .where(_of(area_code, period), ToldStandingsRow.slot < slot)
            .order_by(ToldStandingsRow.slot.desc())
            .limit(1)
        )
        row = rows.one_or_none()
        return None if row is None else row[0]

    async def keep_told(self, area_code: str, period: Period, slot: datetime, standings: Sequence[Standing]) -> None:
        """Keeps what a digest told; only the first one of the slot counts, as its people read that one.

        Whoever is green need not be kept. Of what was told before, only the newest is kept, since another process may
        still be sending the digests of this slot.
        """
        told = tuple(one for one in standings if one.colour is not Colour.GREEN)
        await self._transaction.execute(
            self._transaction.insert(ToldStandingsRow)
            .values(area_code=area_code, period=period.value, slot=slot, standings=told)
            .on_conflict_do_nothing()
        )
        newest = (
            select(func.max(ToldStandingsRow.slot))
            .where(_of(area_code, period), ToldStandingsRow.slot < slot)
            .scalar_subquery()
        )
        await self._transaction.execute(
            delete(ToldStandingsRow).where(_of(area_code, period), ToldStandingsRow.slot < newest)
        )

    async def ratings(
        self, area_path: str, since: datetime, until: datetime
    ) -> Mapping[int, Mapping[Satisfaction, int]]:
        """How those tickets of each post were rated that were archived from ``since`` until before ``until``."""
        rows = await self._transaction.execute(
            select(TicketRow.assignee_id, TicketRow.satisfaction, func.count())
            .where(
                below(area_path),
                TicketRow.archived_at >= since,
                TicketRow.archived_at < until,
                TicketRow.status == Status.ARCHIVED,
                TicketRow.via != PATROL_SOLVED,
                TicketRow.assignee_id.is_not(None),
                TicketRow.satisfaction.is_not(None),
            )
            .group_by(TicketRow.assignee_id, TicketRow.satisfaction)
        )
        found: dict[int, dict[Satisfaction, int]] = {}
        for post_id, rating, count in rows:
            found.setdefault(post_id, {})[rating] = count
        return found


def _of(area_code: str, period: Period) -> ColumnElement[bool]:
    return and_(ToldStandingsRow.area_code == area_code, ToldStandingsRow.period == period.value)
