# ruff: noqa: S608 - The statement is made of the names of tables and columns alone; what it is asked are parameters.
"""One statement that reads whatever the handling of some messages is going to ask for.

The same text serves both databases but for how lists come in and JSON goes out. The answer is one JSON document, since
its parts have nothing in common but the moment at which they are true.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from types import GenericAlias
from typing import Any, TypeVar

import msgspec
from msgspec.structs import astuple

from models.foreseen import Foreseen, Said, first_of_all
from models.json_rows import POSTGRESQL_JSON, SQLITE_JSON, JsonDialect, row_of
from models.registers import RegisterCache
from models.revision import REGISTERS
from models.tables_tickets import TicketReporterRow, TicketRow
from routing.need import ON_THE_LIST
from routing.queries import Outlook
from routing.ticket import OPEN_STATUSES, Reporter, Ticket

_Key = TypeVar("_Key")


_TicketJson, _ReporterJson = row_of(Ticket), row_of(Reporter)


_SeenTicket = msgspec.defstruct(
    "_SeenTicket",
    [("id", int), ("version", str, ""), ("row", _TicketJson | None, None)],
    array_like=True,
)
"""A ticket with the transaction that wrote it; without both where a copy of it is still true."""
_Answer = msgspec.defstruct(
    "_Answer",
    [
        ("revisions", tuple[int, ...]),
        ("handled", list[int]),
        ("turns", list[tuple[int, int]]),
        ("recent", list[tuple[int, int]]),
        ("own", list[tuple[int, int, int]]),
        ("linked", list[tuple[int, int, int]]),
        ("needs", list[int]),
        ("tickets", GenericAlias(list, (_SeenTicket,))),
        ("reporters", GenericAlias(list, (_ReporterJson,))),
        ("loads", list[tuple[int, int]]),
        ("serials", list[tuple[str, int]]),
        ("ticket_ids", list[int]),
        ("prompt_ids", list[int]),
    ],
)
_decode = msgspec.json.Decoder(_Answer).decode


_TYPES = {
    "platform": "text",
    "updates": "bigint[]",
    "chats": "bigint[]",
    "accounts": "bigint[]",
    "messages": "bigint[]",
    "statuses": "text[]",
    "since": "timestamptz",
    "most": "bigint",
    "posts": "bigint[]",
    "scopes": "text[]",
    "day": "text",
    "ids": "bigint",
    "prompts": "bigint",
    "copies": "bigint[]",
    "versions": "text[]",
}
"""The parameters, in their order, and their types on PostgreSQL."""

_ONLY_POSTGRESQL = 2
"""The last parameters: SQLite does not say who wrote a row."""

_LISTED = ", ".join(f"'{state}'" for state in sorted(ON_THE_LIST))
_OPEN = ", ".join(f"'{status}'" for status in sorted(OPEN_STATUSES))


def _statement(said: JsonDialect) -> str:
    place = {name: f"{said.mark}{number}" for number, name in enumerate(_TYPES, start=1)}
    if said is POSTGRESQL_JSON:
        place = {name: f"{mark}::{_TYPES[name]}" for name, mark in place.items()}
        tickets, prompts = "nextval('tickets_id_seq')", "nextval('prompts_id_seq')"
        ids = {
            name: f"(SELECT {said.gather.format(value)} FROM generate_series(1, {place[count]}))"
            for name, value, count in (("ticket_ids", tickets, "ids"), ("prompt_ids", prompts, "prompts"))
        }
    else:
        # Nobody else writes while this transaction lasts, so the numbers after the last one are free.
        series = "(WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {0}) SELECT i FROM n)"
        last = {
            "ticket_ids": "(SELECT coalesce(max(id), 0) FROM tickets)",
            "prompt_ids": "coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'prompts'), 0)",
        }
        ids = {
            name: f"json((SELECT json_group_array({last[name]} + i) FROM {series.format(place[count])}))"
            for name, count in (("ticket_ids", "ids"), ("prompt_ids", "prompts"))
        }
    each = {name: said.each.format(mark) for name, mark in place.items()}

    row = said.row(TicketRow, Ticket)
    if said is POSTGRESQL_JSON:
        seen = (
            f"CASE WHEN k.id IS NULL THEN json_build_array(t.id, t.xmin::text, {row}) ELSE json_build_array(t.id) END"
        )
        known = f"unnest({place['copies']}, {place['versions']}) AS k(id, version)"
        copies = f" LEFT JOIN {known} ON k.id = t.id AND k.version = t.xmin::text"
    else:
        seen, copies = f"json_array(t.id, '', {row})", ""

    def pair(*columns: str) -> str:
        return f"{said.array}({', '.join(columns)})"

    parts = {
        "revisions": said.scalar(pair(*REGISTERS), "register_revision"),
        "handled": said.gathered(
            "update_id",
            f"handled_updates WHERE platform = {place['platform']} AND update_id IN {each['updates']}",
        ),
        "turns": said.gathered(
            pair("chat_id", "turn"),
            f"chat_groups WHERE platform = {place['platform']} AND chat_id IN {each['chats']}",
        ),
        "recent": said.gathered(pair("chat_id", "id"), "recent"),
        "own": said.gathered(pair("chat_id", "account", "id"), "own"),
        "linked": said.gathered(pair("chat_id", "message_id", "id"), "linked"),
        "needs": said.gathered(
            "group_chat_id",
            f"needs WHERE platform = {place['platform']} AND group_chat_id IN {each['chats']} AND state IN ({_LISTED})",
        ),
        "tickets": said.gathered(
            seen,
            f"tickets t{copies}"
            " WHERE t.id IN (SELECT id FROM recent UNION SELECT id FROM own UNION SELECT id FROM linked)",
        ),
        "reporters": said.gathered(
            said.row(TicketReporterRow, Reporter), "ticket_reporters t WHERE t.ticket_id IN (SELECT id FROM own)"
        ),
        "loads": said.gathered(
            pair("assignee_id", "owed"),
            "(SELECT assignee_id, count(*) AS owed FROM tickets"
            f" WHERE assignee_id IN {each['posts']} AND status IN ({_OPEN}) GROUP BY assignee_id) counted",
        ),
        "serials": said.gathered(
            pair("scope", "serial"),
            f"number_counters WHERE day = {place['day']} AND scope IN {each['scopes']}",
        ),
        **ids,
    }
    document = ", ".join(f"'{name}', {part}" for name, part in parts.items())
    # Whoever opened a ticket stands behind it, too; both ways of knowing them are asked, each by its index.
    return f"""
WITH recent AS (
    SELECT id, chat_id FROM (
        SELECT id, group_chat_id AS chat_id,
               row_number() OVER (PARTITION BY group_chat_id ORDER BY created_at DESC, id DESC) AS nth
        FROM tickets
        WHERE group_chat_id IN {each["chats"]} AND created_at >= {place["since"]}
          AND platform = {place["platform"]} AND status IN {each["statuses"]}
    ) ranked WHERE nth <= {place["most"]}
), own AS (
    SELECT id, chat_id, account FROM (
        SELECT t.id, t.group_chat_id AS chat_id, behind.account,
               row_number() OVER (
                   PARTITION BY t.group_chat_id, behind.account ORDER BY t.created_at DESC, t.id DESC
               ) AS nth
        FROM (
            SELECT ticket_id, account FROM ticket_reporters WHERE account IN {each["accounts"]}
            UNION SELECT id, reporter_id FROM tickets WHERE reporter_id IN {each["accounts"]}
        ) behind JOIN tickets t ON t.id = behind.ticket_id
        WHERE t.group_chat_id IN {each["chats"]} AND t.platform = {place["platform"]}
    ) ranked WHERE nth <= {place["most"]}
), linked AS (
    SELECT chat_id, message_id, ticket_id AS id FROM ticket_messages
    WHERE platform = {place["platform"]} AND chat_id IN {each["chats"]} AND message_id IN {each["messages"]}
)
SELECT {said.make}({document}){"::text" if said is POSTGRESQL_JSON else ""}
"""


READ = {True: _statement(POSTGRESQL_JSON), False: _statement(SQLITE_JSON)}
"""The statement, by whether it is for PostgreSQL."""


def questions(
    outlook: Outlook, cache: RegisterCache, ids: int, prompts: int, copies: Mapping[int, tuple[str, Ticket]]
) -> dict[str, Any]:
    """What ``READ`` is asked. Which posts and counters matter is told by the registers as they were last read."""
    messages = outlook.messages
    said = {one.message_id for one in messages if one.edited}
    said |= {one.reply_to.message_id for one in messages if one.reply_to is not None}
    areas = _areas_around(cache, messages[0].platform, {one.chat_id for one in messages})
    return {
        "platform": messages[0].platform,
        "updates": [one.update_id for one in messages],
        "chats": sorted({one.chat_id for one in messages}),
        "accounts": sorted({one.sender_id for one in messages}),
        "messages": sorted(said),
        "statuses": sorted(outlook.statuses),
        "since": outlook.since,
        "most": outlook.limit,
        "posts": sorted(cache.staff.value.ids_of_areas(areas)),
        "scopes": sorted(areas),
        "day": outlook.day,
        "ids": ids,
        "prompts": prompts,
        "copies": list(copies),
        "versions": [version for version, _ in copies.values()],
    }


def parameters(asked: dict[str, Any], *, is_postgresql: bool) -> tuple[Any, ...]:
    """The questions as parameters of ``READ``; SQLite knows neither lists nor moments."""
    values = tuple(asked.values())
    return values if is_postgresql else tuple(map(_for_sqlite, values[:-_ONLY_POSTGRESQL]))


def _for_sqlite(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")
    return msgspec.json.encode(value).decode() if isinstance(value, list) else value


def _areas_around(cache: RegisterCache, platform: str, chats: Iterable[int]) -> set[str]:
    """The areas in which matters of these groups may lie: those that the groups stand for, around them and in them."""
    tree = cache.areas.value
    found: set[str] = set()
    for chat_id in chats:
        group = cache.groups.value.get(platform, chat_id)
        if group is not None and group.area_code is not None and group.area_code in tree:
            found |= {area.code for area in tree.path(group.area_code)}
            found |= {area.code for area in tree.below(group.area_code)}
    return found


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
            tickets[seen.id] = Ticket(*astuple(seen.row))
            if seen.version:
                keep(seen.version, tickets[seen.id])
    platform, messages = outlook.messages[0].platform, outlook.messages
    handled, needs = frozenset(told.handled), frozenset(told.needs)
    linked: dict[Said, int | None] = {(platform, one.chat_id, one.message_id): None for one in messages if one.edited}
    linked |= {(platform, one.chat_id, one.reply_to.message_id): None for one in messages if one.reply_to is not None}
    linked |= {(platform, chat_id, message_id): ticket_id for chat_id, message_id, ticket_id in told.linked}
    behind: dict[int, list[Reporter]] = {ticket_id: [] for _, _, ticket_id in told.own}
    for row in told.reporters:
        behind[row.ticket_id].append(Reporter(*astuple(row)))
    table = Foreseen(
        outlook,
        handled={(platform, one.update_id): one.update_id in handled for one in messages},
        turns={(platform, chat_id): turn for chat_id, turn in told.turns},
        tickets=tickets,
        recent=_grouped(
            {(platform, one.chat_id) for one in messages},
            (((platform, chat_id), ticket_id) for chat_id, ticket_id in told.recent),
        ),
        own=_grouped(
            {(platform, one.chat_id, one.sender_id) for one in messages},
            (((platform, chat_id, account), ticket_id) for chat_id, account, ticket_id in told.own),
        ),
        linked=linked,
        has_needs={(platform, one.chat_id): one.chat_id in needs for one in messages},
        reporters={ticket_id: tuple(sorted(found, key=first_of_all)) for ticket_id, found in behind.items()},
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
