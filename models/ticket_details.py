# ruff: noqa: S608 - The statement is made of the names of tables and columns alone; the ticket is a parameter.
"""All that hangs on one ticket, read with one statement once it is clear that a message belongs to it."""

from __future__ import annotations

from types import GenericAlias
from typing import Any

import msgspec
from msgspec.structs import astuple

from models.foreseen import Foreseen
from models.json_rows import POSTGRESQL_JSON, SQLITE_JSON, JsonDialect, row_of
from models.tables_tickets import SubtaskRow, TicketReporterRow
from models.transaction import Transaction
from routing.subtask import Subtask
from routing.ticket import Reporter

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


_READ = {True: _statement(POSTGRESQL_JSON), False: _statement(SQLITE_JSON)}


async def look_closely(transaction: Transaction, foreseen: Foreseen, ticket_id: int) -> None:
    """Puts into what is foreseen whatever a change of this ticket will ask for."""
    if foreseen.knows(ticket_id):
        return
    told: Any = _decode(await transaction.read(_READ[transaction.is_postgresql], (ticket_id,)))
    foreseen.put(foreseen.reporters, ticket_id, tuple(Reporter(*astuple(row)) for row in told.reporters))
    foreseen.put(foreseen.subtasks, ticket_id, tuple(Subtask(*astuple(row)) for row in told.subtasks))
    foreseen.put(foreseen.cards, ticket_id, tuple(told.cards))
