"""Volunteers, the calls for their help, and the hours that they gave."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import fields, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Row, and_, case, func, insert, select, update

from models.columns import area_path_end
from models.tables_tickets import TicketRow
from models.tables_volunteers import HelpCallRow, VolunteerRow
from models.ticket_rows import OPEN
from models.transaction import Transaction
from routing.volunteering import (
    UNDONE_HELP,
    HelpAction,
    HelpCall,
    HelpState,
    HelpTaken,
    UnknownHelpCall,
    UnknownVolunteer,
    Volunteer,
    VolunteerState,
    over,
)

_VOLUNTEER = tuple(field.name for field in fields(Volunteer))
_VOLUNTEER_COLUMNS = tuple(getattr(VolunteerRow, name) for name in _VOLUNTEER)
_CALL = tuple(field.name for field in fields(HelpCall))
_CALL_COLUMNS = tuple(getattr(HelpCallRow, name) for name in _CALL)
_NOBODY = (VolunteerState.LEFT, VolunteerState.REFUSED)


class SqlVolunteerStore:
    """Volunteers in the database."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    async def put(self, volunteer: Volunteer) -> Volunteer:
        """Keeps a volunteer, in the place of what was known of the same account; returns it with its id."""
        values = _values(volunteer)
        statement = self._transaction.insert(VolunteerRow).values(values)
        rows = await self._transaction.execute(
            statement.on_conflict_do_update(
                index_elements=["account"],
                index_where=VolunteerRow.account.is_not(None),
                set_={name: statement.excluded[name] for name in values if name != "account"},
            ).returning(VolunteerRow.id)
        )
        return replace(volunteer, id=rows.scalar_one())

    async def get(self, volunteer_id: int) -> Volunteer:
        """The volunteer of this id; raises ``UnknownVolunteer``."""
        rows = await self._transaction.execute(
            select(*_VOLUNTEER_COLUMNS).where(VolunteerRow.id == volunteer_id, VolunteerRow.account.is_not(None))
        )
        row = rows.one_or_none()
        if row is None:
            raise UnknownVolunteer(volunteer_id)
        return _volunteer(row)

    async def of_account(self, account: int) -> Volunteer | None:
        """The volunteer with this account, whatever became of them."""
        rows = await self._transaction.execute(select(*_VOLUNTEER_COLUMNS).where(VolunteerRow.account == account))
        row = rows.one_or_none()
        return None if row is None else _volunteer(row)

    async def of_areas(self, area_codes: Collection[str]) -> tuple[Volunteer, ...]:
        """Everybody who signed up in exactly these areas and did not leave, in the order in which they did."""
        rows = await self._transaction.execute(
            select(*_VOLUNTEER_COLUMNS)
            .where(
                VolunteerRow.area_code.in_(sorted(area_codes)),
                VolunteerRow.state.not_in(_NOBODY),
                VolunteerRow.account.is_not(None),
            )
            .order_by(VolunteerRow.id)
        )
        return tuple(map(_volunteer, rows))

    async def erase(self, decided_before: datetime) -> int:
        """Erases who left or was refused before then; the hours that they gave stay. Returns how many."""
        gone = await self._transaction.execute(
            update(VolunteerRow)
            .where(
                VolunteerRow.state.in_(_NOBODY),
                VolunteerRow.decided_at < decided_before,
                VolunteerRow.account.is_not(None),
            )
            .values(account=None, name="", kinds="|")
        )
        return gone.rowcount


class SqlHelpStore:
    """Calls for help in the database."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    async def add(self, call: HelpCall) -> HelpCall:
        """Keeps a new call; returns it with its id."""
        values = {name: getattr(call, name) for name in _CALL if name != "id"}
        ids = await self._transaction.execute(insert(HelpCallRow).values(values).returning(HelpCallRow.id))
        return replace(call, id=ids.scalar_one())

    async def lock(self, call_id: int) -> HelpCall:
        """The call, which no other transaction changes before this one ends; raises ``UnknownHelpCall``."""
        rows = await self._transaction.execute(
            select(*_CALL_COLUMNS).where(HelpCallRow.id == call_id).with_for_update()
        )
        row = rows.one_or_none()
        if row is None:
            raise UnknownHelpCall(call_id)
        return HelpCall(*row)

    async def save(self, call: HelpCall) -> None:
        """Writes the state of a call."""
        values = {name: getattr(call, name) for name in _CALL if name not in {"id", "ticket_id"}}
        await self._transaction.execute(update(HelpCallRow).where(HelpCallRow.id == call.id).values(values))

    async def claim(self, call: HelpCall) -> None:
        """Writes a claim, if nobody else was faster; raises ``HelpTaken``."""
        values = {name: getattr(call, name) for name in _CALL if name not in {"id", "ticket_id"}}
        taken = await self._transaction.execute(
            update(HelpCallRow).where(HelpCallRow.id == call.id, HelpCallRow.state == HelpState.OPEN).values(values)
        )
        if taken.rowcount != 1:
            raise HelpTaken

    async def of_ticket(self, ticket_id: int) -> tuple[HelpCall, ...]:
        """The calls for a ticket, the oldest first."""
        rows = await self._transaction.execute(
            select(*_CALL_COLUMNS).where(HelpCallRow.ticket_id == ticket_id).order_by(HelpCallRow.id)
        )
        return tuple(HelpCall(*row) for row in rows)

    async def claimed_by(self, volunteer_id: int) -> tuple[HelpCall, ...]:
        """What a volunteer has taken and not reported."""
        rows = await self._transaction.execute(
            select(*_CALL_COLUMNS)
            .where(HelpCallRow.volunteer_id == volunteer_id, HelpCallRow.state == HelpState.CLAIMED)
            .order_by(HelpCallRow.id)
        )
        return tuple(HelpCall(*row) for row in rows)

    async def take_due(self, now: datetime, *, limit: int) -> tuple[HelpCall, ...]:
        """Up to ``limit`` calls that the clock has to look at; no other process gets them meanwhile."""
        rows = await self._transaction.execute(
            select(*_CALL_COLUMNS)
            .where(HelpCallRow.next_check_at <= now)
            .order_by(HelpCallRow.next_check_at, HelpCallRow.id)
            .limit(limit)
            .with_for_update(skip_locked=True)
        )
        return tuple(HelpCall(*row) for row in rows)

    async def end_with_tickets(self, now: datetime, *, limit: int) -> tuple[HelpCall, ...]:
        """Takes back up to ``limit`` calls whose ticket has ended before they were done; returns them as they were."""
        rows = await self._transaction.execute(
            select(*_CALL_COLUMNS)
            .join(TicketRow, TicketRow.id == HelpCallRow.ticket_id)
            .where(HelpCallRow.state.in_(sorted(UNDONE_HELP)), ~OPEN)
            .order_by(HelpCallRow.id)
            .limit(limit)
            .with_for_update(skip_locked=True, of=HelpCallRow)
        )
        calls = tuple(HelpCall(*row) for row in rows)
        for call in calls:
            await self.save(over(call, HelpAction.WITHDRAW, now))
        return calls

    async def minutes(self, volunteer_ids: Collection[int], since: datetime, until: datetime) -> Mapping[int, int]:
        """The confirmed minutes of each of these volunteers in a time; those who gave none are left out."""
        rows = await self._transaction.execute(
            select(HelpCallRow.volunteer_id, func.sum(HelpCallRow.minutes))
            .where(
                HelpCallRow.volunteer_id.in_(sorted(volunteer_ids)),
                HelpCallRow.state == HelpState.CONFIRMED,
                HelpCallRow.reported_at >= since,
                HelpCallRow.reported_at < until,
            )
            .group_by(HelpCallRow.volunteer_id)
        )
        return {volunteer: int(minutes) for volunteer, minutes in rows if volunteer is not None}

    async def counts(self, area_path: str, since: datetime, until: datetime) -> tuple[int, int, int, int]:
        """Of the calls of an area in a time: opened, lapsed, confirmed, and the minutes of these."""
        is_done = HelpCallRow.state == HelpState.CONFIRMED
        ended_in = and_(HelpCallRow.ended_at >= since, HelpCallRow.ended_at < until)
        opened_in = and_(HelpCallRow.opened_at >= since, HelpCallRow.opened_at < until)
        is_lapsed = HelpCallRow.state == HelpState.LAPSED
        rows = await self._transaction.execute(
            select(
                func.count(case((opened_in, 1))),
                func.count(case((and_(is_lapsed, ended_in), 1))),
                func.count(case((and_(is_done, ended_in), 1))),
                func.coalesce(func.sum(case((and_(is_done, ended_in), HelpCallRow.minutes), else_=0)), 0),
            ).where(HelpCallRow.area_path >= area_path, HelpCallRow.area_path < area_path_end(area_path))
        )
        opened, lapsed, done, minutes = rows.one()
        return int(opened), int(lapsed), int(done), int(minutes)


def _volunteer(row: Row[*tuple[Any, ...]]) -> Volunteer:
    made = Volunteer(*row)
    return replace(made, kinds=tuple(filter(None, str(made.kinds).split("|"))))


def _values(volunteer: Volunteer) -> dict[str, Any]:
    values = {name: getattr(volunteer, name) for name in _VOLUNTEER if name != "id"}
    return values | {"kinds": f"|{'|'.join(volunteer.kinds)}|"}
