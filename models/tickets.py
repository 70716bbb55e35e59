"""Tickets, their events, reporters, messages and cards."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields, replace
from datetime import datetime
from operator import attrgetter

from sqlalchemy import Select, delete, func, insert, select, update

from models.clock_writes import write_clock
from models.due_tickets import take_due
from models.erasure import erase_tickets
from models.tables_tickets import (
    NumberCounterRow,
    TicketCardRow,
    TicketEventRow,
    TicketMessageRow,
    TicketReporterRow,
    TicketRow,
)
from models.ticket_details import look_closely
from models.ticket_rows import (
    OPEN,
    TICKET_COLUMNS,
    changed_values,
    narrowed,
    new_values,
    ticket_of,
    tickets_of,
)
from models.transaction import Transaction
from routing.clock_notice import ClockChange
from routing.errors import ConcurrentChange, UnknownTicket
from routing.message import Attachment
from routing.queries import TicketFilter
from routing.ticket import Ticket
from routing.ticket_events import Reporter, TicketEvent

_EVENT_FIELDS = tuple(field.name for field in fields(TicketEvent))
_EVENT_COLUMNS = tuple(getattr(TicketEventRow, name) for name in _EVENT_FIELDS)
_event_values = attrgetter(*_EVENT_FIELDS)
_REPORTER_FIELDS = tuple(field.name for field in fields(Reporter))
_REPORTER_COLUMNS = tuple(getattr(TicketReporterRow, name) for name in _REPORTER_FIELDS)
_reporter_values = attrgetter(*_REPORTER_FIELDS)

# Values go beside a statement, not into it: with forty columns, building it anew costs more than running it.
_INSERT_TICKET = insert(TicketRow).returning(TicketRow.id)


class SqlTicketStore:
    """Tickets in the database."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    async def add(self, ticket: Ticket, *, number_scope: str, day: str) -> Ticket:
        """Keeps a new ticket; returns it with its id, its number ``scope-day-serial`` and version 1.

        The serial counts from 001 for each scope and day. It is allotted in this transaction, so two at once get
        different numbers and one that is rolled back leaves no gap.
        """
        foreseen = self._transaction.foreseen
        kept = foreseen.next_number(ticket, number_scope, day) if foreseen is not None else None
        if foreseen is not None and kept is not None:
            await self._transaction.add(TicketRow, [new_values(kept, kept.number) | {"id": kept.id}])
            foreseen.open(kept)
            return kept
        serials = await self._transaction.execute(
            self._transaction.insert(NumberCounterRow)
            .on_conflict_do_update(index_elements=["scope", "day"], set_={"serial": NumberCounterRow.serial + 1})
            .returning(NumberCounterRow.serial),
            {"scope": number_scope, "day": day, "serial": 1},
        )
        number = f"{number_scope}-{day}-{serials.scalar_one():03d}"
        ids = await self._transaction.execute(_INSERT_TICKET, new_values(ticket, number))
        return replace(ticket, id=ids.scalar_one(), number=number, version=1)

    async def get(self, ticket_id: int) -> Ticket:
        """The ticket of this id; raises ``UnknownTicket``."""
        return await self._one(select(*TICKET_COLUMNS).where(TicketRow.id == ticket_id), str(ticket_id))

    async def lock(self, ticket_id: int) -> Ticket:
        """The same, and no other transaction changes it before this one ends; raises ``UnknownTicket``."""
        foreseen = self._transaction.foreseen
        if foreseen is not None and ticket_id in foreseen.tickets:
            # Nothing is locked: should another transaction change it meanwhile, this one is not kept.
            await look_closely(self._transaction, foreseen, ticket_id)
            return foreseen.tickets[ticket_id]
        query = select(*TICKET_COLUMNS).where(TicketRow.id == ticket_id).with_for_update()
        return await self._one(query, str(ticket_id))

    async def by_number(self, number: str) -> Ticket:
        """The ticket that people call by this number; raises ``UnknownTicket``."""
        return await self._one(select(*TICKET_COLUMNS).where(TicketRow.number == number), number)

    async def save(self, ticket: Ticket) -> Ticket:
        """Writes the ticket's new state and returns it with its new version.

        Number, platform and time of creation never change; attachments change by ``add_attachments`` only.

        Raises:
            ConcurrentChange: the row is no longer of the version that ``ticket`` was read with; nothing was written.
        """
        foreseen = self._transaction.foreseen
        if foreseen is not None and foreseen.knows(ticket.id):
            changed = foreseen.change(ticket)
            if changed is None:
                raise ConcurrentChange(ticket.number)
            self._transaction.change_ticket(ticket.id, ticket.version, changed_values(ticket))
            return changed
        saved = await self._transaction.execute(
            update(TicketRow)
            .where(TicketRow.id == ticket.id, TicketRow.version == ticket.version)
            .values(changed_values(ticket) | {"version": ticket.version + 1})
        )
        if saved.rowcount != 1:
            raise ConcurrentChange(ticket.number)
        return replace(ticket, version=ticket.version + 1)

    async def save_clock(self, *changes: ClockChange, wait: bool = True) -> None:
        """Writes what the clock did to tickets that ``take_due`` gave: their rows, what happened, what is to be told.

        Without ``wait`` it may still be under way when this returns; whatever this unit of work does next waits for it,
        the commit for one, and raises what it raises.

        Raises:
            ConcurrentChange: a row is no longer of the version that it was read with; the transaction is spoilt.
        """
        await write_clock(self._transaction, changes, wait=wait)

    async def record(self, *events: TicketEvent) -> None:
        """Adds to the list of what happened."""
        if events:
            await self._transaction.add(
                TicketEventRow, [dict(zip(_EVENT_FIELDS, _event_values(event), strict=True)) for event in events]
            )

    async def events(self, ticket_id: int) -> tuple[TicketEvent, ...]:
        """What happened to a ticket, in the order in which it was recorded."""
        rows = await self._transaction.execute(
            select(*_EVENT_COLUMNS).where(TicketEventRow.ticket_id == ticket_id).order_by(TicketEventRow.id)
        )
        return tuple(TicketEvent(*row) for row in rows)

    async def add_reporter(self, reporter: Reporter) -> bool:
        """Puts a resident behind a ticket; false where they stand behind it already."""
        row = dict(zip(_REPORTER_FIELDS, _reporter_values(reporter), strict=True))
        foreseen = self._transaction.foreseen
        if foreseen is not None and foreseen.knows(reporter.ticket_id):
            is_new = foreseen.stand_behind(reporter)
            if is_new:
                await self._transaction.add(TicketReporterRow, [row])
            return is_new
        added = await self._transaction.execute(
            self._transaction.insert(TicketReporterRow).on_conflict_do_nothing(), row
        )
        return added.rowcount == 1

    async def remove_reporter(self, ticket_id: int, account: int) -> None:
        """Takes a resident from behind a ticket, where two matters had been taken for one."""
        await self._transaction.execute(
            delete(TicketReporterRow).where(
                TicketReporterRow.ticket_id == ticket_id, TicketReporterRow.account == account
            )
        )

    async def set_solved(self, ticket_id: int, account: int, solved: bool | None) -> None:
        """Keeps what one reporter answered to "is it solved?"; none once that is asked anew."""
        await self._transaction.execute(
            update(TicketReporterRow)
            .where(TicketReporterRow.ticket_id == ticket_id, TicketReporterRow.account == account)
            .values(solved=solved)
        )

    async def reporters(self, ticket_id: int) -> tuple[Reporter, ...]:
        """The residents behind a ticket, the first one first."""
        foreseen = self._transaction.foreseen
        if foreseen is not None and ticket_id in foreseen.reporters:
            return foreseen.reporters[ticket_id]
        rows = await self._transaction.execute(
            select(*_REPORTER_COLUMNS)
            .where(TicketReporterRow.ticket_id == ticket_id)
            .order_by(TicketReporterRow.joined_at, TicketReporterRow.account)
        )
        return tuple(Reporter(*row) for row in rows)

    async def add_attachments(self, ticket_id: int, attachments: Sequence[Attachment]) -> None:
        """Adds files to a ticket, each once. The version stays: a photo that comes late spoils nobody's claim."""
        if not attachments:
            return
        rows = await self._transaction.execute(
            select(TicketRow.attachments).where(TicketRow.id == ticket_id).with_for_update()
        )
        row = rows.one_or_none()
        if row is None:
            raise UnknownTicket(str(ticket_id))
        files = {_file(attachment): attachment for attachment in row[0]}
        for attachment in attachments:
            files.setdefault(_file(attachment), attachment)
        await self._transaction.execute(
            update(TicketRow).where(TicketRow.id == ticket_id).values(attachments=tuple(files.values()))
        )

    async def find(self, wanted: TicketFilter, *, limit: int, offset: int = 0) -> tuple[Ticket, ...]:
        """The tickets that the filter asks for, newest first."""
        foreseen = self._transaction.foreseen
        found = foreseen.find(wanted, limit) if foreseen is not None and not offset else None
        if found is not None:
            return found
        return tickets_of(await self._transaction.execute(narrowed(wanted).limit(limit).offset(offset)))

    async def count_open(self, platform: str, chat_id: int, since: datetime) -> int:
        """How many tickets that were opened in a group since then are still open."""
        foreseen = self._transaction.foreseen
        known = foreseen.count_open(platform, chat_id, since) if foreseen is not None else None
        if known is not None:
            return known
        counted = await self._transaction.execute(
            select(func.count()).where(
                TicketRow.group_chat_id == chat_id, TicketRow.created_at >= since, TicketRow.platform == platform, OPEN
            )
        )
        return int(counted.scalar_one())

    async def heard_of(self, platform: str, chat_id: int) -> tuple[tuple[int, datetime], ...]:
        """Accounts that lately reported something in a group to other processes, and when, as far as was read ahead."""
        foreseen = self._transaction.foreseen
        return foreseen.heard.get((platform, chat_id), ()) if foreseen is not None else ()

    async def of_message(self, platform: str, chat_id: int, message_id: int) -> Ticket | None:
        """The ticket that a message of a chat belongs to."""
        foreseen = self._transaction.foreseen
        if foreseen is not None and (platform, chat_id, message_id) in foreseen.linked:
            ticket_id = foreseen.linked[platform, chat_id, message_id]
            return None if ticket_id is None else foreseen.tickets[ticket_id]
        rows = await self._transaction.execute(
            select(*TICKET_COLUMNS)
            .join(TicketMessageRow, TicketMessageRow.ticket_id == TicketRow.id)
            .where(
                TicketMessageRow.platform == platform,
                TicketMessageRow.chat_id == chat_id,
                TicketMessageRow.message_id == message_id,
            )
        )
        row = rows.one_or_none()
        return None if row is None else ticket_of(row)

    async def link_message(self, ticket_id: int, platform: str, chat_id: int, message_id: int) -> None:
        """Makes a message belong to a ticket, and to no other."""
        row = {"platform": platform, "chat_id": chat_id, "message_id": message_id, "ticket_id": ticket_id}
        foreseen = self._transaction.foreseen
        if foreseen is not None and ticket_id in foreseen.tickets:
            foreseen.put(foreseen.linked, (platform, chat_id, message_id), ticket_id)
            await self._transaction.add(TicketMessageRow, [row])
            return
        statement = self._transaction.insert(TicketMessageRow)
        await self._transaction.execute(
            statement.on_conflict_do_update(
                index_elements=["platform", "chat_id", "message_id"], set_={"ticket_id": statement.excluded.ticket_id}
            ),
            row,
        )

    async def take_due(self, now: datetime, *, limit: int) -> tuple[Ticket, ...]:
        """Tickets whose ``next_check_at`` has come, longest due first, locked until this transaction ends.

        What another process has locked is left to it, so any number of them may ask at once.
        """
        return await take_due(self._transaction, now, limit)

    async def erase(self, ended_before: datetime, at: datetime, *, limit: int) -> int:
        """Erases what names people from up to ``limit`` tickets that ended before then; returns how many."""
        return await erase_tickets(self._transaction, ended_before, at, limit=limit)

    async def card_chats(self, ticket_id: int) -> tuple[tuple[int, int | None], ...]:
        """The chats that have or will have a card of the ticket, each with the topic (thread) that it is in."""
        foreseen = self._transaction.foreseen
        if foreseen is not None and ticket_id in foreseen.cards:
            return foreseen.cards[ticket_id]
        rows = await self._transaction.execute(
            select(TicketCardRow.chat_id, TicketCardRow.thread_id)
            .where(TicketCardRow.ticket_id == ticket_id)
            .order_by(TicketCardRow.platform, TicketCardRow.chat_id)
        )
        return tuple((chat_id, thread_id) for chat_id, thread_id in rows)

    async def _one(self, query: Select[tuple[object, ...]], wanted: str) -> Ticket:
        row = (await self._transaction.execute(query)).one_or_none()
        if row is None:
            raise UnknownTicket(wanted)
        return ticket_of(row)


def _file(attachment: Attachment) -> str:
    return attachment.file_unique_id or attachment.file_id
