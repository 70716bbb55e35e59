# ruff: noqa: S608 - The statement is made of the names of tables and columns alone; the ticket is a parameter.
"""All that hangs on a ticket, or on many, read with one statement once it is clear that it will be asked for."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from types import GenericAlias
from typing import Any

import msgspec
from msgspec.structs import astuple

from models.foreseen import Foreseen
from models.json_rows import POSTGRESQL_JSON, SQLITE_JSON, JsonDialect, row_of
from models.tables_tickets import SubtaskRow, TicketReporterRow
from models.transaction import Transaction
from routing.queries import Outlook
from routing.subtask import Subtask
from routing.ticket import Ticket
from routing.ticket_events import Reporter

_ReporterJson, _SubtaskJson = row_of(Reporter), row_of(Subtask)
_Details = msgspec.defstruct(
    "_Details",
    [
        ("reporters", GenericAlias(list, (_ReporterJson,))),
        ("subtasks", GenericAlias(list, (_SubtaskJson,))),
        ("cards", list[tuple[int, int | None]]),
    ],
)
_decode = msgspec.json.Decoder(_Details).decode
_DetailsOfMany = msgspec.defstruct(
    "_DetailsOfMany",
    [
        ("reporters", GenericAlias(list, (_ReporterJson,))),
        ("subtasks", GenericAlias(list, (_SubtaskJson,))),
        ("cards", list[tuple[int, int, int | None]]),
    ],
)
_decode_many = msgspec.json.Decoder(_DetailsOfMany).decode


def _statement(said: JsonDialect) -> str:
    ticket = f"{said.mark}1"
    parts = {
        "reporters": said.gathered(
            said.row(TicketReporterRow, Reporter),
            f"(SELECT * FROM ticket_reporters WHERE ticket_id = {ticket} ORDER BY joined_at, account) t",
        ),
        "subtasks": said.gathered(
            said.row(SubtaskRow, Subtask), f"(SELECT * FROM subtasks WHERE ticket_id = {ticket} ORDER BY id) t"
        ),
        "cards": said.gathered(
            f"{said.array}(chat_id, thread_id)",
            f"(SELECT * FROM ticket_cards WHERE ticket_id = {ticket} ORDER BY platform, chat_id) t",
        ),
    }
    document = ", ".join(f"'{name}', {part}" for name, part in parts.items())
    return f"SELECT {said.make}({document})" + ("::text" if said is POSTGRESQL_JSON else "")


def _statement_of_many(said: JsonDialect) -> str:
    ids = said.each.format(f"{said.mark}1" + ("::bigint[]" if said is POSTGRESQL_JSON else ""))
    parts = {
        "reporters": said.gathered(
            said.row(TicketReporterRow, Reporter),
            f"(SELECT * FROM ticket_reporters WHERE ticket_id {ids} ORDER BY joined_at, account) t",
        ),
        "subtasks": said.gathered(
            said.row(SubtaskRow, Subtask), f"(SELECT * FROM subtasks WHERE ticket_id {ids} ORDER BY id) t"
        ),
        "cards": said.gathered(
            f"{said.array}(ticket_id, chat_id, thread_id)",
            f"(SELECT * FROM ticket_cards WHERE ticket_id {ids} ORDER BY platform, chat_id) t",
        ),
    }
    document = ", ".join(f"'{name}', {part}" for name, part in parts.items())
    return f"SELECT {said.make}({document})" + ("::text" if said is POSTGRESQL_JSON else "")


_READ = {True: _statement(POSTGRESQL_JSON), False: _statement(SQLITE_JSON)}


async def look_closely(transaction: Transaction, foreseen: Foreseen, ticket_id: int) -> None:
    """Puts into what is foreseen whatever a change of this ticket will ask for."""
    if foreseen.knows(ticket_id):
        return
    told: Any = _decode(await transaction.read_ahead(_READ[transaction.is_postgresql], (ticket_id,)))
    foreseen.put(foreseen.reporters, ticket_id, tuple(Reporter(*astuple(row)) for row in told.reporters))
    foreseen.put(foreseen.subtasks, ticket_id, tuple(Subtask(*astuple(row)) for row in told.subtasks))
    foreseen.put(foreseen.cards, ticket_id, tuple(told.cards))


_READ_MANY = {True: _statement_of_many(POSTGRESQL_JSON), False: _statement_of_many(SQLITE_JSON)}
_NEVER = datetime.max.replace(tzinfo=UTC)
# Nothing of the talk of any group is foreseen.
_NO_TALK = Outlook(
    messages=(),
    topics=frozenset(),
    statuses=frozenset(),
    since=_NEVER,
    limit=0,
    day="",
    counted_since=_NEVER,
    heard_since=_NEVER,
)


async def foresee_changes(transaction: Transaction, tickets: Sequence[Ticket]) -> None:
    """Reads what changes of these tickets will ask for, and gathers what they write.

    The tickets must be locked, so that nobody else changes them meanwhile.
    """
    ids = [ticket.id for ticket in tickets]
    given: Any = ids if transaction.is_postgresql else msgspec.json.encode(ids).decode()
    told: Any = _decode_many(await transaction.read(_READ_MANY[transaction.is_postgresql], (given,)))
    reporters: dict[int, list[Reporter]] = {one: [] for one in ids}
    subtasks: dict[int, list[Subtask]] = {one: [] for one in ids}
    cards: dict[int, list[tuple[int, int | None]]] = {one: [] for one in ids}
    for row in told.reporters:
        reporters[row.ticket_id].append(Reporter(*astuple(row)))
    for row in told.subtasks:
        subtasks[row.ticket_id].append(Subtask(*astuple(row)))
    for ticket_id, chat_id, thread_id in told.cards:
        cards[ticket_id].append((chat_id, thread_id))
    transaction.gather(
        Foreseen(
            _NO_TALK,
            tickets={ticket.id: ticket for ticket in tickets},
            reporters={one: tuple(found) for one, found in reporters.items()},
            subtasks={one: tuple(found) for one, found in subtasks.items()},
            cards={one: tuple(found) for one, found in cards.items()},
        )
    )
