"""The care list: persons, the index that the intake looks into, the tickets that concern them, and who looked."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import fields, replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, delete, insert, select, update

from models.registers import Registers
from models.revision import RegisterRevisions
from models.tables_care import CareLookRow, CarePersonRow, CareTicketRow, CareVisitRow
from models.tables_tickets import TicketRow
from models.ticket_rows import OPEN
from models.transaction import Transaction
from routing.care import CareCommand, CareLook, CarePerson, UnknownCarePerson
from routing.care_match import CareIndex
from routing.catalogue import Urgency
from routing.place import Place

_PERSON_COLUMNS = (
    CarePersonRow.id,
    CarePersonRow.name,
    CarePersonRow.kinds,
    CarePersonRow.area_code,
    CarePersonRow.building,
    CarePersonRow.unit,
    CarePersonRow.floor,
    CarePersonRow.room,
    CarePersonRow.account,
    CarePersonRow.phone,
    CarePersonRow.cadre_id,
    CarePersonRow.note,
    CarePersonRow.removed_at,
)
_LOOK_FIELDS = tuple(field.name for field in fields(CareLook))
_LOOK_COLUMNS = tuple(getattr(CareLookRow, name) for name in _LOOK_FIELDS)
_LISTED = CarePersonRow.removed_at.is_(None)


class SqlCareStore:
    """The care list in the database."""

    def __init__(self, transaction: Transaction, revisions: RegisterRevisions, registers: Registers) -> None:
        self._transaction = transaction
        self._revisions = revisions
        self._registers = registers

    async def index(self) -> CareIndex:
        """By what somebody on the list is known again; read anew only where the list has changed since."""
        return await self._registers.care()

    async def upsert(self, persons: Sequence[CarePerson]) -> int:
        """Adds persons, and overwrites those on the list with the same name and home; returns how many changed.

        One with ``removed_at`` is taken off the list.
        """
        if not persons:
            return 0
        # Before anything else, so that two imports at once wait for each other.
        await self._revisions.bump("care")
        changed = 0
        for person in persons:
            known = await self._known(person)
            if known is None:
                if person.removed_at is None:
                    await self._transaction.execute(insert(CarePersonRow).values(_values(person)))
                    changed += 1
            elif _values(known) != _values(person):
                await self._transaction.execute(
                    update(CarePersonRow).where(CarePersonRow.id == known.id).values(_values(person))
                )
                changed += 1
        return changed

    async def _known(self, person: CarePerson) -> CarePerson | None:
        place = person.place
        same = (
            CarePersonRow.name == person.name,
            CarePersonRow.area_code == person.area_code,
            CarePersonRow.building.is_not_distinct_from(place.building),
            CarePersonRow.unit.is_not_distinct_from(place.unit),
            CarePersonRow.room.is_not_distinct_from(place.room),
        )
        rows = await self._transaction.execute(select(*_PERSON_COLUMNS).where(_LISTED, *same).limit(1))
        row = rows.first()
        return None if row is None else person_of(row)

    async def get(self, person_id: int) -> CarePerson:
        """The person of this number, on the list or off it; raises ``UnknownCarePerson``."""
        rows = await self._transaction.execute(select(*_PERSON_COLUMNS).where(CarePersonRow.id == person_id))
        row = rows.one_or_none()
        if row is None:
            raise UnknownCarePerson(person_id)
        return person_of(row)

    async def persons(
        self, area_codes: Collection[str] = (), cadre_ids: Collection[int] = ()
    ) -> tuple[CarePerson, ...]:
        """Everybody on the list in exactly these areas, and everybody paired with these posts; in order of number."""
        wanted: ColumnElement[bool] = CarePersonRow.area_code.in_(sorted(area_codes)) | CarePersonRow.cadre_id.in_(
            sorted(cadre_ids)
        )
        rows = await self._transaction.execute(
            select(*_PERSON_COLUMNS).where(_LISTED, wanted).order_by(CarePersonRow.id)
        )
        return tuple(map(person_of, rows))

    async def remove(self, person_id: int, at: datetime) -> bool:
        """Takes somebody off the list; what names them stays until it is erased. False where they are not on it."""
        await self._revisions.bump("care")
        gone = await self._transaction.execute(
            update(CarePersonRow).where(CarePersonRow.id == person_id, _LISTED).values(removed_at=at)
        )
        return gone.rowcount == 1

    async def erase(self, removed_before: datetime, at: datetime, *, limit: int) -> int:
        """Erases up to ``limit`` persons who were removed before then; number, area and counts of visits stay."""
        rows = await self._transaction.execute(
            select(CarePersonRow.id)
            .where(_LISTED.is_(False), CarePersonRow.erased_at.is_(None), CarePersonRow.removed_at < removed_before)
            .order_by(CarePersonRow.id)
            .limit(limit)
            .with_for_update(skip_locked=True)
        )
        ids = list(rows.scalars())
        if ids:
            nothing = {
                "name": "", "kinds": "|", "building": None, "unit": None, "floor": None, "room": None, "account": None,
                "phone": "", "cadre_id": None, "note": "", "erased_at": at,
            }  # fmt: skip
            await self._transaction.execute(update(CarePersonRow).where(CarePersonRow.id.in_(ids)).values(nothing))
            await self._transaction.execute(
                update(CareVisitRow).where(CareVisitRow.person_id.in_(ids)).values(report="", cadre_id=None)
            )
            await self._transaction.execute(delete(CareTicketRow).where(CareTicketRow.person_id.in_(ids)))
        return len(ids)

    async def emergency_of(self, person_ids: Collection[int]) -> int | None:
        """The newest open ticket that is an emergency of one of these persons, where there is one."""
        rows = await self._transaction.execute(
            select(TicketRow.id)
            .join(CareTicketRow, CareTicketRow.ticket_id == TicketRow.id)
            .where(CareTicketRow.person_id.in_(sorted(person_ids)), OPEN, TicketRow.urgency == Urgency.EMERGENCY)
            .order_by(TicketRow.id.desc())
            .limit(1)
        )
        found: int | None = rows.scalars().first()
        return found

    async def concern(self, ticket_id: int, person_ids: Sequence[int], at: datetime) -> frozenset[int]:
        """Keeps that a ticket concerns these persons; returns those of whom it was not known before."""
        if not person_ids:
            return frozenset()
        rows = await self._transaction.execute(
            self._transaction.insert(CareTicketRow)
            .values([{"ticket_id": ticket_id, "person_id": one, "at": at} for one in person_ids])
            .on_conflict_do_nothing()
            .returning(CareTicketRow.person_id)
        )
        return frozenset(rows.scalars())

    async def record(self, look: CareLook) -> None:
        """Adds to the list of who looked; nothing changes what is there but the erasure of what is too old."""
        await self._transaction.execute(
            insert(CareLookRow).values({name: getattr(look, name) for name in _LOOK_FIELDS})
        )

    async def looks(self, area_codes: Collection[str], since: datetime, *, limit: int) -> tuple[CareLook, ...]:
        """Who used the list by a post in these areas since then, newest first."""
        rows = await self._transaction.execute(
            select(*_LOOK_COLUMNS)
            .where(CareLookRow.area_code.in_(sorted(area_codes)), CareLookRow.at >= since)
            .order_by(CareLookRow.at.desc(), CareLookRow.id.desc())
            .limit(limit)
        )
        looks = (CareLook(*row) for row in rows)
        return tuple(replace(look, command=CareCommand(look.command)) for look in looks)

    async def prune_looks(self, before: datetime) -> int:
        """Erases the looks from before then; returns how many."""
        return (await self._transaction.execute(delete(CareLookRow).where(CareLookRow.at < before))).rowcount


def person_of(row: Row[*tuple[Any, ...]]) -> CarePerson:
    """The person of a row."""
    person_id, name, kinds, area_code, building, unit, floor, room, *rest = row
    place = Place(building, unit, floor, room)
    return CarePerson(person_id, name, tuple(filter(None, kinds.split("|"))), area_code, place, *rest)


def _values(person: CarePerson) -> dict[str, Any]:
    place = person.place
    return {
        "name": person.name,
        "kinds": f"|{'|'.join(person.kinds)}|",
        "area_code": person.area_code,
        "building": place.building,
        "unit": place.unit,
        "floor": place.floor,
        "room": place.room,
        "account": person.account,
        "phone": person.phone,
        "cadre_id": person.cadre_id,
        "note": person.note,
        "removed_at": person.removed_at,
    }
