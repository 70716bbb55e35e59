"""Who looked at what names residents."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import fields, replace
from datetime import datetime

from sqlalchemy import ColumnElement, String, cast, delete, insert, or_, select

from models.tables_audit import LookRow, LookTicketRow
from models.transaction import Transaction
from routing.audit import MOST_NAMED, Look

_FIELDS = tuple(field.name for field in fields(Look) if field.name != "tickets")
_COLUMNS = tuple(getattr(LookRow, name) for name in _FIELDS)


class SqlAuditStore:
    """Looks in the database."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    async def record(self, look: Look) -> None:
        """Adds a look; nothing changes what is there but the erasure of what is too old."""
        values = {name: getattr(look, name) for name in _FIELDS}
        added = await self._transaction.execute(insert(LookRow).values(values).returning(LookRow.id))
        look_id = added.scalar_one()
        if look.tickets and look.names_all:
            named = [{"look_id": look_id, "ticket_id": ticket_id} for ticket_id in dict.fromkeys(look.tickets)]
            await self._transaction.execute(insert(LookTicketRow), named)

    async def looks(
        self, since: datetime, *, ticket_id: int | None = None, about: str = "", by: str = "", limit: int = 1000
    ) -> tuple[Look, ...]:
        """Looks since then, newest first.

        Args:
            since: the earliest moment.
            ticket_id: only looks that showed this ticket, or too many to name them.
            about: only looks at what is called so, beside those at the ticket.
            by: only those of this name or account.
            limit: at most so many.
        """
        wanted: list[ColumnElement[bool]] = [LookRow.at >= since]
        at_it: list[ColumnElement[bool]] = [LookRow.about == about] if about else []
        if ticket_id is not None:
            named = select(LookTicketRow.look_id).where(LookTicketRow.ticket_id == ticket_id)
            at_it += [LookRow.id.in_(named), LookRow.count > MOST_NAMED]
        if at_it:
            wanted.append(or_(*at_it))
        if by:
            wanted.append(or_(LookRow.name == by, cast(LookRow.account, String) == by))
        rows = await self._transaction.execute(
            select(LookRow.id, *_COLUMNS).where(*wanted).order_by(LookRow.at.desc(), LookRow.id.desc()).limit(limit)
        )
        found = {row[0]: Look(*row[1:]) for row in rows}
        tickets = await self._transaction.execute(
            select(LookTicketRow.look_id, LookTicketRow.ticket_id)
            .where(LookTicketRow.look_id.in_(list(found)))
            .order_by(LookTicketRow.ticket_id)
        )
        shown: defaultdict[int, list[int]] = defaultdict(list)
        for look_id, shown_id in tickets:
            shown[look_id].append(shown_id)
        return tuple(replace(look, tickets=tuple(shown[look_id])) for look_id, look in found.items())

    async def prune(self, before: datetime) -> int:
        """Erases looks from before then; returns how many."""
        old = select(LookRow.id).where(LookRow.at < before)
        await self._transaction.execute(delete(LookTicketRow).where(LookTicketRow.look_id.in_(old)))
        return int((await self._transaction.execute(delete(LookRow).where(LookRow.at < before))).rowcount)
