"""Reads what ``models.foresight_statement`` was answered."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from types import GenericAlias
from typing import Any, TypeVar

import msgspec
from msgspec.structs import astuple

from models.foreseen import Foreseen, Said, first_of_all
from models.json_rows import row_of
from models.revision import REGISTERS
from routing.construction import constructor_of_all
from routing.queries import Outlook
from routing.subtask import Subtask
from routing.ticket import Ticket, ticket_from
from routing.ticket_events import Reporter

_Key = TypeVar("_Key")


_reporter = constructor_of_all(Reporter)
_TicketJson, _ReporterJson, _SubtaskJson = row_of(Ticket), row_of(Reporter), row_of(Subtask)


_SeenTicket = msgspec.defstruct(
    "_SeenTicket",
    [("id", int), ("version", str, ""), ("row", _TicketJson | None, None)],
    array_like=True,
)
"""A ticket with what says which state it is; without both where a copy of it is still true."""
_Answer = msgspec.defstruct(
    "_Answer",
    [
        ("revisions", tuple[int, ...]),
        ("handled", list[int]),
        ("turns", list[tuple[int, int]]),
        ("recent", list[tuple[int, str, int]]),
        ("own", list[tuple[int, int, int]]),
        ("linked", list[tuple[int, int, int]]),
        ("needs", list[int]),
        ("tickets", GenericAlias(list, (_SeenTicket,))),
        ("close", list[int]),
        ("reporters", GenericAlias(list, (_ReporterJson,))),
        ("subtasks", GenericAlias(list, (_SubtaskJson,))),
        ("cards", list[tuple[int, int, int | None]]),
        ("opened", list[tuple[int, int]]),
        ("loads", list[tuple[int, int]]),
        ("serials", list[tuple[str, int]]),
        ("ticket_ids", list[int]),
        ("prompt_ids", list[int]),
        ("heard", list[tuple[int, int, datetime]], []),
    ],
)
_decode = msgspec.json.Decoder(_Answer).decode


def foreseen(
    answer: str,
    outlook: Outlook,
    asked: dict[str, Any],
    copies: Mapping[int, tuple[str, Ticket]],
    keep: Callable[[str, Ticket], None],
) -> tuple[Foreseen, dict[str, int]]:
    """The answer as tables to look things up in, and how often each register had changed.

    What was left out of the answer is in ``copies``; ``keep`` is given what was not.
    """
    told: Any = _decode(answer)
    tickets: dict[int, Ticket] = {}
    for seen in told.tickets:
        if seen.row is None:
            tickets[seen.id] = copies[seen.id][1]
        else:
            tickets[seen.id] = ticket_from(astuple(seen.row))
            if seen.version:
                keep(seen.version, tickets[seen.id])
    platform, messages = outlook.messages[0].platform, outlook.messages
    handled, needs = frozenset(told.handled), frozenset(told.needs)
    linked: dict[Said, int | None] = {(platform, one.chat_id, one.message_id): None for one in messages if one.edited}
    linked |= {(platform, one.chat_id, one.reply_to.message_id): None for one in messages if one.reply_to is not None}
    linked |= {(platform, chat_id, message_id): ticket_id for chat_id, message_id, ticket_id in told.linked}
    behind: dict[int, list[Reporter]] = {ticket_id: [] for _, _, ticket_id in told.own}
    behind |= {ticket_id: [] for ticket_id in told.close}
    for row in told.reporters:
        behind[row.ticket_id].append(_reporter(*astuple(row)))
    subtasks: dict[int, list[Subtask]] = {ticket_id: [] for ticket_id in told.close}
    for row in told.subtasks:
        subtasks[row.ticket_id].append(Subtask(*astuple(row)))
    cards: dict[int, list[tuple[int, int | None]]] = {ticket_id: [] for ticket_id in told.close}
    for ticket_id, chat_id, thread_id in told.cards:
        cards[ticket_id].append((chat_id, thread_id))
    heard: dict[tuple[str, int], list[tuple[int, datetime]]] = {}
    for chat_id, account, at in told.heard:
        heard.setdefault((platform, chat_id), []).append((account, at))
    table = Foreseen(
        outlook,
        handled={(platform, one.update_id): one.update_id in handled for one in messages},
        turns={(platform, chat_id): turn for chat_id, turn in told.turns},
        tickets=tickets,
        recent=_grouped(
            {(platform, *topic) for topic in outlook.topics},
            (((platform, chat_id, service), ticket_id) for chat_id, service, ticket_id in told.recent),
        ),
        own=_grouped(
            {(platform, one.chat_id, one.sender_id) for one in messages},
            (((platform, chat_id, account), ticket_id) for chat_id, account, ticket_id in told.own),
        ),
        linked=linked,
        has_needs={(platform, one.chat_id): one.chat_id in needs for one in messages},
        opened={(platform, one.chat_id): 0 for one in messages}
        | {(platform, chat_id): opened for chat_id, opened in told.opened},
        heard={chat: tuple(found) for chat, found in heard.items()},
        reporters={ticket_id: tuple(sorted(found, key=first_of_all)) for ticket_id, found in behind.items()},
        subtasks={ticket_id: tuple(sorted(found, key=_id)) for ticket_id, found in subtasks.items()},
        cards={ticket_id: tuple(sorted(found, key=_chat)) for ticket_id, found in cards.items()},
        loads=dict.fromkeys(asked["posts"], 0) | dict(told.loads),
        serials={(scope, asked["day"]): 0 for scope in asked["scopes"]}
        | {(scope, asked["day"]): serial for scope, serial in told.serials},
        ticket_ids=told.ticket_ids,
        prompt_ids=told.prompt_ids,
    )
    return table, dict(zip(REGISTERS, told.revisions, strict=True))


def _grouped(keys: Iterable[_Key], pairs: Iterable[tuple[_Key, int]]) -> dict[_Key, frozenset[int]]:
    """The ids of each key; what belongs to no key is left out."""
    found: dict[_Key, set[int]] = {key: set() for key in keys}
    for key, ticket_id in pairs:
        if key in found:
            found[key].add(ticket_id)
    return {key: frozenset(ids) for key, ids in found.items()}


def _id(subtask: Subtask) -> int:
    return subtask.id


def _chat(card: tuple[int, int | None]) -> int:
    return card[0]
