"""Gathers what some messages cause and writes all of it with one statement.

A transaction that gathers looks like any other to the stores. A statement that needs to see what was gathered makes it
be written first, so nothing that is asked can tell the difference; it is only slower.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Executable, FromClause, Select, Table
from sqlalchemy.ext.asyncio import AsyncTransaction
from sqlalchemy.sql import visitors

from models.foreseen import Chat, Foreseen
from models.tables_delivery import HandledUpdateRow, OutboxRow, PromptRow
from models.tables_tickets import (
    NumberCounterRow,
    TicketCardRow,
    TicketEventRow,
    TicketMessageRow,
    TicketReporterRow,
    TicketRow,
)

ORDER: tuple[Table, ...] = tuple(
    row.metadata.tables[row.__tablename__]
    for row in (
        HandledUpdateRow,
        NumberCounterRow,
        TicketRow,
        TicketReporterRow,
        TicketMessageRow,
        TicketEventRow,
        PromptRow,
        OutboxRow,
        TicketCardRow,
    )
)
"""The tables whose rows are gathered, in the order in which they are written."""

_FORESEEN_TABLES = frozenset(
    {
        "tickets",
        "ticket_reporters",
        "ticket_messages",
        "ticket_cards",
        "number_counters",
        "handled_updates",
        "prompts",
        "chat_groups",
    }
)
"""Tables of which a change that was not gathered makes what was foreseen untrue."""


@dataclass(slots=True)
class Part:
    """A part that may be undone alone: how much had been gathered, and put into what is foreseen, when it began."""

    gathered: int
    foreseen: int
    savepoint: AsyncTransaction | None = None
    """The savepoint that the database has for it, once anything of it had to be written."""


class Gathering:
    """The rows of one transaction that wait to be written."""

    def __init__(self, foreseen: Foreseen) -> None:
        self.foreseen = foreseen
        self.is_spent = False
        """Whether something else was written since: then nothing is foreseen any more."""
        self.parts: list[Part] = []
        self._rows: list[tuple[str, Mapping[str, Any]]] = []
        self._claimed: set[Chat] = set()
        self._first_serials = dict(foreseen.serials)

    def add(self, table: str, rows: Iterable[Mapping[str, Any]]) -> None:
        """Gathers rows of a table."""
        self._rows += ((table, row) for row in rows)

    def claim(self, chat: Chat) -> None:
        """Makes the writing depend on nobody else having dealt with the talk of a group since it was read."""
        self._claimed.add(chat)

    @property
    def has_rows(self) -> bool:
        """Whether anything waits to be written."""
        return bool(self._rows)

    def needs_writing_before(self, statement: Executable) -> bool:
        """Whether a statement could tell that something was not written yet.

        A query can only where it reads a table with rows that wait; everything else may depend on them by a key.
        """
        if not isinstance(statement, Select):
            return True
        waiting = {table for table, _ in self._rows}
        return bool(waiting) and not waiting.isdisjoint(_tables(statement))

    def spoils(self, statement: Executable) -> bool:
        """Whether a statement changes what was foreseen."""
        if isinstance(statement, Select):
            return False
        target = getattr(statement, "table", None)
        return not isinstance(target, FromClause) or getattr(target, "name", "") in _FORESEEN_TABLES

    def begin_part(self) -> Part:
        """Begins a part."""
        part = Part(len(self._rows), self.foreseen.mark)
        self.parts.append(part)
        return part

    def end_part(self) -> None:
        """Ends the innermost part and keeps what it gathered."""
        self.parts.pop()

    def undo_part(self) -> None:
        """Ends the innermost part as if it had never been. The caller undoes what of it was written already."""
        part = self.parts.pop()
        del self._rows[part.gathered :]
        self.foreseen.back_to(part.foreseen)

    def take(self, end: int | None = None) -> dict[Table, list[Mapping[str, Any]]]:
        """The rows gathered first, up to ``end``, by table; they wait no longer."""
        taken, self._rows = self._rows[:end], self._rows[len(self._rows) if end is None else end :]
        for part in self.parts:
            part.gathered = max(0, part.gathered - len(taken))
        by_name: dict[str, list[Mapping[str, Any]]] = {}
        for table, row in taken:
            by_name.setdefault(table, []).append(row)
        if TicketMessageRow.__tablename__ in by_name:
            by_name[TicketMessageRow.__tablename__] = _last_of_each(by_name[TicketMessageRow.__tablename__])
        if TicketRow.__tablename__ in by_name:
            by_name[NumberCounterRow.__tablename__] = self._counters()
        return {table: by_name[table.name] for table in ORDER if table.name in by_name}

    def take_claims(self) -> list[tuple[Chat, int]]:
        """The groups whose turn has to be as it was read, with that turn; they are not given again."""
        claimed = [(chat, self.foreseen.turns[chat]) for chat in sorted(self._claimed)]
        self._claimed.clear()
        for chat, _ in claimed:
            # Having had our turn, a later part of this transaction has it still.
            del self.foreseen.turns[chat]
        return claimed

    def _counters(self) -> list[Mapping[str, Any]]:
        return [
            {"scope": scope, "day": day, "serial": serial}
            for (scope, day), serial in sorted(self.foreseen.serials.items())
            if serial != self._first_serials[scope, day]
        ]


def _tables(statement: Select[Any]) -> set[str]:
    return {element.name for element in visitors.iterate(statement) if isinstance(element, Table)}


def _last_of_each(rows: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """A message belongs to one ticket, the one named last; no statement may write a row twice."""
    return list({(row["platform"], row["chat_id"], row["message_id"]): row for row in rows}.values())
