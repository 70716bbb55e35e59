"""What one read told of the groups whose messages are being handled, kept true while they are.

A store asks here first and gets an answer only where it is certain to be what the database would say; what this
transaction writes is put in as well, so a message sees the ticket that the message before it opened.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime
from operator import attrgetter
from typing import Any

from routing.queries import Outlook, TicketFilter
from routing.subtask import Subtask
from routing.ticket import Ticket, with_fields
from routing.ticket_events import Reporter

Chat = tuple[str, int]
"""Platform and chat."""
Writer = tuple[str, int, int]
"""Platform, chat and account."""
Said = tuple[str, int, int]
"""Platform, chat and message."""
Topic = tuple[str, int, str]
"""Platform, chat and service; "" for the service means all of them."""

_MISSING: Any = object()


@dataclass(slots=True)
class Foreseen:
    """The answers to what is about to be asked. What is no key of a table here was not foreseen."""

    outlook: Outlook
    handled: dict[tuple[str, int], bool] = field(default_factory=dict)
    """Whether an update was handled, by platform and number."""
    turns: dict[Chat, int] = field(default_factory=dict)
    """How often the talk of a group was dealt with; see ``ChatGroupRow.turn``."""
    tickets: dict[int, Ticket] = field(default_factory=dict)
    recent: dict[Topic, frozenset[int]] = field(default_factory=dict)
    own: dict[Writer, frozenset[int]] = field(default_factory=dict)
    linked: dict[Said, int | None] = field(default_factory=dict)
    """The ticket of a message that is answered or edited, or none."""
    has_needs: dict[Chat, bool] = field(default_factory=dict)
    """Whether a need of the group is on the list."""
    opened: dict[Chat, int] = field(default_factory=dict)
    """How many tickets that were opened in a group since ``outlook.counted_since`` are open."""
    heard: dict[Chat, tuple[tuple[int, datetime], ...]] = field(default_factory=dict)
    """Who reported something lately in a group whose talk others dealt with, and when."""
    reporters: dict[int, tuple[Reporter, ...]] = field(default_factory=dict)
    subtasks: dict[int, tuple[Subtask, ...]] = field(default_factory=dict)
    cards: dict[int, tuple[tuple[int, int | None], ...]] = field(default_factory=dict)
    """Chat and thread of the cards of a ticket."""
    loads: dict[int, int] = field(default_factory=dict)
    serials: dict[tuple[str, str], int] = field(default_factory=dict)
    """The last number given out, by scope and day; 0 where there is none yet."""
    ticket_ids: list[int] = field(default_factory=list)
    prompt_ids: list[int] = field(default_factory=list)
    _undo: list[tuple[dict[Any, Any], Any, Any]] = field(default_factory=list)

    def put(self, table: dict[Any, Any], key: Any, value: Any) -> None:
        """Writes into one of the tables, so that it can be undone."""
        self._undo.append((table, key, table.get(key, _MISSING)))
        table[key] = value

    @property
    def mark(self) -> int:
        """A point to go back to."""
        return len(self._undo)

    def back_to(self, mark: int) -> None:
        """Undoes what was put in since."""
        while len(self._undo) > mark:
            table, key, before = self._undo.pop()
            if before is _MISSING:
                del table[key]
            else:
                table[key] = before

    def find(self, wanted: TicketFilter, limit: int) -> tuple[Ticket, ...] | None:
        """The newest tickets of a group or a topic, or of one writer in a group; none where that was not foreseen."""
        if wanted.group_chat_id is None:
            return None
        reporter = wanted.reporter
        is_narrow = _otherwise(wanted) == _NOT_OTHERWISE and not (reporter is not None and wanted.service_code)
        if not is_narrow or limit > self.outlook.limit:
            return None
        ids: frozenset[int] | None
        if reporter is not None:
            ids = self.own.get((wanted.platform, wanted.group_chat_id, reporter))
        else:
            is_within = wanted.since is not None and wanted.since >= self.outlook.since
            if not is_within or not wanted.statuses or not wanted.statuses <= self.outlook.statuses:
                return None
            ids = self.recent.get((wanted.platform, wanted.group_chat_id, wanted.service_code))
        if ids is None:
            return None
        found = sorted((self.tickets[one] for one in ids if wanted.takes(self.tickets[one])), key=_newest, reverse=True)
        # Where there were more than were read, those left out are older than all that are known here.
        if len(ids) < self.outlook.limit or len(found) >= limit or self._reaches_back(ids, wanted.since):
            return tuple(found[:limit])
        return None

    def _reaches_back(self, ids: Iterable[int], since: datetime | None) -> bool:
        return since is not None and any(self.tickets[one].created_at < since for one in ids)

    def count_open(self, platform: str, chat_id: int, since: datetime) -> int | None:
        """How many tickets opened in a group are open, as of the moment of reading; none where it was not foreseen."""
        return self.opened.get((platform, chat_id)) if since >= self.outlook.counted_since else None

    def open(self, ticket: Ticket) -> None:
        """Puts in a ticket that this transaction opens."""
        self.put(self.tickets, ticket.id, ticket)
        self.put(self.reporters, ticket.id, ())
        self.put(self.subtasks, ticket.id, ())
        self.put(self.cards, ticket.id, ())
        self._count(ticket, 1)
        if ticket.group_chat_id is None:
            return
        self._add_recent(ticket, ticket.group_chat_id)
        if ticket.reporter_id is not None:
            self._add_own(ticket, ticket.reporter_id)

    def stand_behind(self, reporter: Reporter) -> bool:
        """Puts somebody behind a ticket that is known closely; false where they stand behind it already."""
        behind = self.reporters[reporter.ticket_id]
        if any(one.account == reporter.account for one in behind):
            return False
        self.put(self.reporters, reporter.ticket_id, tuple(sorted((*behind, reporter), key=first_of_all)))
        self._add_own(self.tickets[reporter.ticket_id], reporter.account)
        return True

    def loads_of(self, staff_ids: Collection[int]) -> Mapping[int, int] | None:
        """How many open tickets each of these posts has; none where one of them was not foreseen."""
        if any(one not in self.loads for one in staff_ids):
            return None
        return {one: self.loads[one] for one in staff_ids}

    def knows(self, ticket_id: int | None) -> bool:
        """Whether a ticket is known closely: itself, who stands behind it, who helps, and its cards."""
        return ticket_id in self.cards and ticket_id in self.subtasks and ticket_id in self.reporters

    def change(self, ticket: Ticket) -> Ticket | None:
        """Puts in the new state of a ticket that is known closely; none where it changed since it was read."""
        before = self.tickets[ticket.id]
        if before.version != ticket.version:
            return None
        saved = with_fields(ticket, {"version": ticket.version + 1})
        self._count(before, -1)
        self._count(saved, 1)
        self.put(self.tickets, ticket.id, saved)
        if saved.service_code != before.service_code and saved.group_chat_id is not None:
            self._add_recent(saved, saved.group_chat_id)
        return saved

    def has_card(self, ticket_id: int, chat_id: int) -> bool:
        """Whether a chat has a card of a ticket, sent or waiting."""
        return any(chat_id == known for known, _ in self.cards[ticket_id])

    def add_cards(self, rows: Iterable[Mapping[str, Any]]) -> None:
        """Puts in where tickets have cards now."""
        for row in rows:
            if self.has_card(row["ticket_id"], row["chat_id"]):
                continue
            chats = (*self.cards[row["ticket_id"]], (row["chat_id"], row["thread_id"]))
            self.put(self.cards, row["ticket_id"], tuple(sorted(chats)))

    def next_number(self, ticket: Ticket, scope: str, day: str) -> Ticket | None:
        """The ticket with its id and number; none where the count was not foreseen or the ids are used up."""
        serial = self.serials.get((scope, day))
        if serial is None or not self.ticket_ids:
            return None
        self.put(self.serials, (scope, day), serial + 1)
        number = f"{scope}-{day}-{serial + 1:03d}"
        return with_fields(ticket, {"id": self.ticket_ids.pop(), "number": number, "version": 1})

    def _count(self, ticket: Ticket, by: int) -> None:
        if not ticket.is_open:
            return
        if ticket.assignee_id in self.loads:
            self.put(self.loads, ticket.assignee_id, self.loads[ticket.assignee_id] + by)
        chat: Any = ticket.platform, ticket.group_chat_id
        if chat in self.opened and ticket.created_at >= self.outlook.counted_since:
            self.put(self.opened, chat, self.opened[chat] + by)

    def _add_recent(self, ticket: Ticket, chat_id: int) -> None:
        if ticket.status not in self.outlook.statuses or ticket.created_at < self.outlook.since:
            return
        for topic in ((ticket.platform, chat_id, ticket.service_code), (ticket.platform, chat_id, "")):
            if topic in self.recent:
                self.put(self.recent, topic, self.recent[topic] | {ticket.id})

    def _add_own(self, ticket: Ticket, account: int) -> None:
        if ticket.group_chat_id is not None:
            key = ticket.platform, ticket.group_chat_id, account
            if key in self.own:
                self.put(self.own, key, self.own[key] | {ticket.id})


_FORESEEN_BY = {"statuses", "service_code", "since", "platform", "reporter", "group_chat_id"}
_otherwise = attrgetter(*(one.name for one in fields(TicketFilter) if one.name not in _FORESEEN_BY))
_NOT_OTHERWISE = _otherwise(TicketFilter())
"""A filter that asks for anything else was not foreseen."""


def _newest(ticket: Ticket) -> tuple[Any, int]:
    return ticket.created_at, ticket.id


def first_of_all(reporter: Reporter) -> tuple[Any, int]:
    """The order in which people stand behind a ticket."""
    return reporter.joined_at, reporter.account
