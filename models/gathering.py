"""Gathers what some messages cause and writes all of it with one statement.

A transaction that gathers looks like any other to the stores. A statement that needs to see what was gathered makes it
be written first, so nothing that is asked can tell the difference; it is only slower.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
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
        "needs",
    }
)
"""Tables of which a change that was not gathered makes what was foreseen untrue."""


Row = dict[str, Any]
Written = Callable[[Foreseen, str, Iterable[int], Iterable[tuple[Chat, int]]], None]
"""Is told what was committed: who wrote the tickets of these ids, and the turns that were had."""
Card = tuple[int, str, int]
"""Ticket, platform and chat: what a card is known by."""

_CHANGES, _SUPERSEDED = "changes", "superseded"
_WRITTEN_TO = {_CHANGES: "tickets", _SUPERSEDED: "outbox"}
_CARD = ("ticket_id", "platform", "chat_id")
_MESSAGE = ("platform", "chat_id", "message_id")


@dataclass(frozen=True, slots=True)
class Gathered:
    """What is to be written."""

    rows: Mapping[Table, Sequence[Row]]
    """New rows, by table."""
    changes: Sequence[Row]
    """New values of tickets: all that may change, with ``version``, and with the version ``seen`` before."""
    superseded: Sequence[Row]
    """Cards of which older states are not to be sent any more; ``moment`` is when that was found out."""
    claims: Sequence[tuple[Chat, int]]
    """Groups that nobody else may have dealt with, and how often they were dealt with when that was read."""

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to write."""
        return not (self.rows or self.changes or self.superseded or self.claims)


@dataclass(slots=True)
class Part:
    """A part that may be undone alone: how much had been gathered, and put into what is foreseen, when it began."""

    gathered: int
    foreseen: int
    was_spent: bool
    savepoint: AsyncTransaction | None = None
    """The savepoint that the database has for it, once anything of it had to be written."""


class Gathering:
    """The rows of one transaction that wait to be written."""

    def __init__(self, foreseen: Foreseen, written: Written | None = None) -> None:
        """``written`` is called once everything is committed."""
        self.foreseen = foreseen
        self._written = written
        self._version: str | None = None
        self._tickets: set[int] = set()
        self._turns: list[tuple[Chat, int]] = []
        self.is_spent = False
        """Whether something else was written since: then nothing is foreseen any more."""
        self.parts: list[Part] = []
        self._rows: list[tuple[str, Row]] = []
        self._claimed: set[Chat] = set()
        self._first_serials = dict(foreseen.serials)

    def add(self, table: str, rows: Iterable[Mapping[str, Any]]) -> None:
        """Gathers rows of a table."""
        self._rows += ((table, dict(row)) for row in rows)

    def change(self, ticket_id: int, version: int, values: Mapping[str, Any]) -> None:
        """Gathers a change of a ticket that has this version now."""
        self._rows.append((_CHANGES, {"id": ticket_id, "seen": version, **values}))

    def supersede(self, cards: Iterable[Card], at: datetime) -> None:
        """Gathers that older states of these cards are not to be sent any more."""
        self._rows += (
            (_SUPERSEDED, {"ticket_id": ticket_id, "platform": platform, "chat_id": chat_id, "moment": at})
            for ticket_id, platform, chat_id in cards
        )

    def wrote(self, version: str) -> None:
        """Notes how the server calls the transaction in the rows that were written; "" where they differ from ours."""
        self._version = version if self._version != "" else ""

    def committed(self) -> None:
        """Tells who asked for it what has become of what was gathered."""
        if self._written is not None:
            tickets = () if self.is_spent else self._tickets
            self._written(self.foreseen, self._version or "", tickets, self._turns)

    def claim(self, chat: Chat) -> None:
        """Makes the writing depend on nobody else having dealt with the talk of a group since it was read."""
        self._claimed.add(chat)

    def needs_writing_before(self, statement: Executable) -> bool:
        """Whether a statement could tell that something was not written yet.

        A query can only where it reads a table with rows that wait; everything else may depend on them by a key.
        """
        if not isinstance(statement, Select):
            return True
        waiting = {_WRITTEN_TO.get(table, table) for table, _ in self._rows}
        return bool(waiting) and not waiting.isdisjoint(_tables(statement))

    def spoils(self, statement: Executable) -> bool:
        """Whether a statement changes what was foreseen."""
        if isinstance(statement, Select):
            return False
        target = getattr(statement, "table", None)
        return not isinstance(target, FromClause) or getattr(target, "name", "") in _FORESEEN_TABLES

    def begin_part(self) -> None:
        """Begins a part."""
        self.parts.append(Part(len(self._rows), self.foreseen.mark, self.is_spent))

    def end_part(self) -> AsyncTransaction | None:
        """Ends the innermost part and keeps what it gathered; returns its savepoint, if the database has one."""
        return self.parts.pop().savepoint

    def undo_part(self) -> AsyncTransaction | None:
        """Ends the innermost part as if it had never been; the caller has to undo its savepoint, which is returned."""
        part = self.parts.pop()
        del self._rows[part.gathered :]
        self.foreseen.back_to(part.foreseen)
        self.is_spent = part.was_spent
        return part.savepoint

    def take(self, end: int | None = None) -> Gathered:
        """What was gathered first, up to ``end``, and all claims; they wait no longer."""
        taken, self._rows = self._rows[:end], self._rows[len(self._rows) if end is None else end :]
        for part in self.parts:
            part.gathered = max(0, part.gathered - len(taken))
        by_name: dict[str, list[Row]] = {}
        for table, row in taken:
            by_name.setdefault(table, []).append(row)
        changes = _merged(by_name.pop(_CHANGES, []), by_name.get("tickets", []))
        superseded = _last_of_each(by_name.pop(_SUPERSEDED, []), _CARD)
        for name, key in (("ticket_messages", _MESSAGE), ("outbox", _CARD)):
            if name in by_name:
                by_name[name] = _last_of_each(by_name[name], key)
        if "tickets" in by_name:
            by_name["number_counters"] = self._counters()
        self._tickets |= {row["id"] for row in (*changes, *by_name.get("tickets", ()))}
        return Gathered(
            rows={table: by_name[table.name] for table in ORDER if table.name in by_name},
            changes=changes,
            superseded=superseded,
            claims=self._take_claims(),
        )

    def _take_claims(self) -> list[tuple[Chat, int]]:
        claimed = [(chat, self.foreseen.turns[chat]) for chat in sorted(self._claimed)]
        self._claimed.clear()
        self._turns += claimed
        for chat, _ in claimed:
            # Having had our turn, a later part of this transaction has it still.
            del self.foreseen.turns[chat]
        return claimed

    def _counters(self) -> list[Row]:
        return [
            {"scope": scope, "day": day, "serial": serial}
            for (scope, day), serial in sorted(self.foreseen.serials.items())
            if serial != self._first_serials[scope, day]
        ]


def _tables(statement: Select[Any]) -> set[str]:
    return {element.name for element in visitors.iterate(statement) if isinstance(element, Table)}


def _last_of_each(rows: Sequence[Row], key: tuple[str, ...]) -> list[Row]:
    """The rows without those that a later one of the same key takes the place of; messages that are no cards stay."""
    found: dict[Any, Row] = {}
    for number, row in enumerate(rows):
        place: Any = tuple(row[name] for name in key)
        if None in place or not row.get("card", True):
            place = number
        found.pop(place, None)
        found[place] = row
    return list(found.values())


def _merged(changes: Sequence[Row], new: Sequence[Row]) -> list[Row]:
    """One change for each ticket, from the version it had first; what concerns a new ticket goes into its row."""
    added = {row["id"]: row for row in new}
    found: dict[int, Row] = {}
    for change in changes:
        ticket_id, version = change["id"], change["seen"] + 1
        if ticket_id in added:
            added[ticket_id].update({name: value for name, value in change.items() if name != "seen"}, version=version)
        else:
            first = found.get(ticket_id, change)["seen"]
            found[ticket_id] = {**change, "seen": first, "version": version}
    return list(found.values())
