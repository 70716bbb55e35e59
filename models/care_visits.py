"""Visits to people on the care list."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import fields
from datetime import datetime

from sqlalchemy import and_, exists, func, or_, select, update

from models.tables_care import CarePersonRow, CareVisitRow
from models.transaction import Transaction
from routing.care_visits import OPEN_VISITS, Slot, UnknownVisit, Visit, VisitRules, VisitState, opened_visit

_FIELDS = tuple(field.name for field in fields(Visit))
_COLUMNS = tuple(getattr(CareVisitRow, name) for name in _FIELDS)
_OPEN = CareVisitRow.state.in_(sorted(OPEN_VISITS))


class SqlCareVisitStore:
    """Visits in the database."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    async def open_slot(
        self, slot: Slot, rules: VisitRules, *, limit: int, person_ids: Collection[int] | None = None
    ) -> tuple[Visit, ...]:
        """Opens the visits of a slot for up to ``limit`` persons who have none yet; returns them.

        Of two processes at once each takes other persons, and none gets a visit twice.
        """
        occasion = slot.occasion
        of_slot = and_(
            CareVisitRow.person_id == CarePersonRow.id,
            CareVisitRow.occasion == occasion.code,
            CareVisitRow.slot == slot.key,
        )
        wanted = [CarePersonRow.removed_at.is_(None), ~exists().where(of_slot)]
        if occasion.kinds:
            wanted.append(or_(*(CarePersonRow.kinds.contains(f"|{kind}|", autoescape=True) for kind in occasion.kinds)))
        if person_ids is not None:
            wanted.append(CarePersonRow.id.in_(sorted(person_ids)))
        rows = await self._transaction.execute(
            select(CarePersonRow.id, CarePersonRow.area_code, CarePersonRow.cadre_id)
            .where(*wanted)
            .order_by(CarePersonRow.id)
            .limit(limit)
            .with_for_update(skip_locked=True)
        )
        visits = [opened_visit(person_id, area_code, cadre_id, slot, rules) for person_id, area_code, cadre_id in rows]
        if not visits:
            return ()
        values = [{name: getattr(one, name) for name in _FIELDS if name != "id"} for one in visits]
        added = await self._transaction.execute(
            self._transaction.insert(CareVisitRow).values(values).on_conflict_do_nothing().returning(*_COLUMNS)
        )
        return tuple(sorted((Visit(*row) for row in added), key=lambda visit: visit.person_id))

    async def older(self, visit: Visit) -> tuple[Visit, ...]:
        """The visits of the same person and occasion that are still open and were opened before."""
        rows = await self._transaction.execute(
            select(*_COLUMNS).where(
                CareVisitRow.person_id == visit.person_id,
                CareVisitRow.occasion == visit.occasion,
                CareVisitRow.id < visit.id,
                _OPEN,
            )
        )
        return tuple(Visit(*row) for row in rows)

    async def take_due(self, now: datetime, *, limit: int) -> tuple[Visit, ...]:
        """Up to ``limit`` visits that the clock has to look at; no other process gets them meanwhile."""
        rows = await self._transaction.execute(
            select(*_COLUMNS)
            .where(CareVisitRow.next_check_at <= now)
            .order_by(CareVisitRow.next_check_at, CareVisitRow.id)
            .limit(limit)
            .with_for_update(skip_locked=True)
        )
        return tuple(Visit(*row) for row in rows)

    async def lock(self, visit_id: int) -> Visit:
        """The visit, which no other transaction changes before this one ends; raises ``UnknownVisit``."""
        rows = await self._transaction.execute(select(*_COLUMNS).where(CareVisitRow.id == visit_id).with_for_update())
        row = rows.one_or_none()
        if row is None:
            raise UnknownVisit(visit_id)
        return Visit(*row)

    async def save(self, visit: Visit) -> None:
        """Writes the state of a visit."""
        values = {name: getattr(visit, name) for name in _FIELDS if name not in {"id", "person_id", "occasion", "slot"}}
        await self._transaction.execute(update(CareVisitRow).where(CareVisitRow.id == visit.id).values(values))

    async def of_person(self, person_id: int, *, limit: int) -> tuple[Visit, ...]:
        """The visits to one person, newest first."""
        rows = await self._transaction.execute(
            select(*_COLUMNS)
            .where(CareVisitRow.person_id == person_id)
            .order_by(CareVisitRow.opened_at.desc(), CareVisitRow.id.desc())
            .limit(limit)
        )
        return tuple(Visit(*row) for row in rows)

    async def open_of(self, area_codes: Collection[str] = (), cadre_ids: Collection[int] = ()) -> tuple[Visit, ...]:
        """The visits still to be made in exactly these areas or by these posts, the most pressing first."""
        rows = await self._transaction.execute(
            select(*_COLUMNS)
            .where(_OPEN, CareVisitRow.area_code.in_(sorted(area_codes)) | CareVisitRow.cadre_id.in_(sorted(cadre_ids)))
            .order_by(CareVisitRow.due_at, CareVisitRow.id)
        )
        return tuple(Visit(*row) for row in rows)

    async def end_of(self, person_id: int, at: datetime) -> int:
        """Cancels what is still to be made of visits to a person who is off the list; returns how many."""
        ended = await self._transaction.execute(
            update(CareVisitRow)
            .where(CareVisitRow.person_id == person_id, _OPEN)
            .values(state=VisitState.CANCELLED, ended_at=at, next_check_at=None)
        )
        return ended.rowcount

    async def counts(self, area_codes: Collection[str], since: datetime, until: datetime) -> dict[VisitState, int]:
        """How many visits in these areas ended so in a time, and how many are open at its end by their state."""
        in_areas = CareVisitRow.area_code.in_(sorted(area_codes))
        in_time = and_(CareVisitRow.ended_at >= since, CareVisitRow.ended_at < until)
        rows = await self._transaction.execute(
            select(CareVisitRow.state, func.count()).where(in_areas, or_(_OPEN, in_time)).group_by(CareVisitRow.state)
        )
        return {VisitState(state): count for state, count in rows}

    async def forget_reports(self, ended_before: datetime) -> int:
        """Erases what was written of visits that ended before then; that they were made stays."""
        erased = await self._transaction.execute(
            update(CareVisitRow)
            .where(CareVisitRow.ended_at < ended_before, CareVisitRow.report != "")
            .values(report="")
        )
        return erased.rowcount
