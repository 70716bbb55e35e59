# ruff: noqa: S608 - The statement is made of the names of tables and columns alone; what it is asked are parameters.
"""One statement that reads whatever the handling of some messages is going to ask for.

The same text serves both databases but for how lists come in and JSON goes out. The answer is one JSON document, since
its parts have nothing in common but the moment at which they are true; ``models.foresight_answer`` reads it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

import msgspec

from models.json_rows import POSTGRESQL_JSON, SQLITE_JSON, JsonDialect
from models.registers import RegisterCache
from models.revision import REGISTERS
from models.tables_tickets import SubtaskRow, TicketReporterRow, TicketRow
from routing.need import ON_THE_LIST
from routing.queries import Outlook
from routing.subtask import Subtask
from routing.ticket import OPEN_STATUSES, Ticket
from routing.ticket_events import Reporter

_SEEN_CLOSELY = 8
"""Of so many of the newest tickets of a topic, or of a writer, all is read that joining them asks for."""

_TYPES = {
    "platform": "text",
    "updates": "bigint[]",
    "chats": "bigint[]",
    "groups": "bigint[]",
    "services": "text[]",
    "accounts": "bigint[]",
    "messages": "bigint[]",
    "statuses": "text[]",
    "since": "timestamptz",
    "counted_since": "timestamptz",
    "most": "bigint",
    "posts": "bigint[]",
    "scopes": "text[]",
    "day": "text",
    "ids": "bigint",
    "prompts": "bigint",
    "copies": "bigint[]",
    "versions": "text[]",
    "turns": "bigint[]",
    "heard_since": "timestamptz",
}
"""The parameters, in their order, and their types on PostgreSQL."""

_ONLY_POSTGRESQL = 4
"""The last parameters: SQLite does not say who wrote a row, and one process speaks to it."""

_LISTED = ", ".join(f"'{state}'" for state in sorted(ON_THE_LIST))
_OPEN = ", ".join(f"'{status}'" for status in sorted(OPEN_STATUSES))


def _statement(said: JsonDialect) -> str:
    is_postgresql = said is POSTGRESQL_JSON
    place = {name: f"{said.mark}{number}" for number, name in enumerate(_TYPES, start=1)}
    if is_postgresql:
        place = {name: f"{mark}::{_TYPES[name]}" for name, mark in place.items()}
    each = {name: said.each.format(mark) for name, mark in place.items()}

    def pair(*columns: str) -> str:
        return f"{said.array}({', '.join(columns)})"

    parts = {
        "revisions": said.scalar(pair(*REGISTERS), "register_revision"),
        "handled": said.gathered(
            "update_id",
            f"handled_updates WHERE platform = {place['platform']} AND update_id {each['updates']}",
        ),
        "turns": said.gathered(
            pair("chat_id", "turn"),
            f"chat_groups WHERE platform = {place['platform']} AND chat_id {each['chats']}",
        ),
        "recent": said.gathered(pair("chat_id", "service", "id"), "recent"),
        "own": said.gathered(pair("chat_id", "account", "id"), "own"),
        "linked": said.gathered(pair("chat_id", "message_id", "id"), "linked"),
        "needs": said.gathered(
            "group_chat_id",
            f"needs WHERE platform = {place['platform']} AND group_chat_id {each['chats']} AND state IN ({_LISTED})",
        ),
        "tickets": _tickets(said, place),
        "close": said.gathered("id", "close"),
        "reporters": said.gathered(
            said.row(TicketReporterRow, Reporter),
            "ticket_reporters t WHERE t.ticket_id IN (SELECT id FROM close UNION SELECT id FROM own)",
        ),
        "subtasks": said.gathered(
            said.row(SubtaskRow, Subtask), "subtasks t WHERE t.ticket_id IN (SELECT id FROM close)"
        ),
        "cards": said.gathered(
            pair("ticket_id", "chat_id", "thread_id"), "ticket_cards WHERE ticket_id IN (SELECT id FROM close)"
        ),
        "opened": said.gathered(
            pair("chat_id", "opened"),
            "(SELECT group_chat_id AS chat_id, count(*) AS opened FROM tickets"
            f" WHERE group_chat_id {each['chats']} AND created_at >= {place['counted_since']}"
            f" AND platform = {place['platform']} AND status IN ({_OPEN}) GROUP BY group_chat_id) counted",
        ),
        "loads": said.gathered(
            pair("assignee_id", "owed"),
            "(SELECT assignee_id, count(*) AS owed FROM tickets"
            f" WHERE assignee_id {each['posts']} AND status IN ({_OPEN}) GROUP BY assignee_id) counted",
        ),
        "serials": said.gathered(
            pair("scope", "serial"),
            f"number_counters WHERE day = {place['day']} AND scope {each['scopes']}",
        ),
        **_ids(said, place),
    }
    if is_postgresql:
        parts["heard"] = _heard(said, place)
    document = ", ".join(f"'{name}', {part}" for name, part in parts.items())
    return f"""
WITH recent AS (
    {_recent(said, place)}
), own AS (
    {_own(said, place)}
), linked AS (
    SELECT chat_id, message_id, ticket_id AS id FROM ticket_messages
    WHERE platform = {place["platform"]} AND chat_id {each["chats"]} AND message_id {each["messages"]}
), close AS (
    SELECT id FROM recent WHERE nth <= {_SEEN_CLOSELY} UNION SELECT id FROM own WHERE nth <= {_SEEN_CLOSELY}
)
SELECT {said.make}({document}){"::text" if is_postgresql else ""}
"""


def _recent(said: JsonDialect, place: Mapping[str, str]) -> str:
    """The newest tickets of each topic, numbered."""
    topics = said.zipped((place["groups"], place["services"]), "topic", ("chat_id", "service"))
    is_wanted = f"""t.group_chat_id = topic.chat_id AND t.created_at >= {place["since"]}
      AND t.platform = {place["platform"]} AND t.status {said.each.format(place["statuses"])}
      AND (t.service_code = topic.service OR topic.service = '')"""
    newest = "ORDER BY t.created_at DESC, t.id DESC"
    if said is POSTGRESQL_JSON:
        # Each topic by itself is answered by the index of its group, whatever the planner thinks of all together.
        return f"""SELECT found.id, topic.chat_id, topic.service, found.nth FROM {topics} CROSS JOIN LATERAL (
        SELECT t.id, row_number() OVER ({newest}) AS nth FROM tickets t
        WHERE {is_wanted} {newest} LIMIT {place["most"]}
    ) found"""
    return f"""SELECT id, chat_id, service, nth FROM (
        SELECT t.id, topic.chat_id, topic.service,
               row_number() OVER (PARTITION BY topic.chat_id, topic.service {newest}) AS nth
        FROM {topics} JOIN tickets t ON {is_wanted}
    ) ranked WHERE nth <= {place["most"]}"""


def _own(said: JsonDialect, place: Mapping[str, str]) -> str:
    """The newest tickets of each writer in each of the groups, numbered."""
    accounts = said.each.format(place["accounts"])
    # Whoever opened a ticket stands behind it, too; both ways of knowing them are asked, each by its index.
    behind = f"""(
            SELECT ticket_id, account FROM ticket_reporters WHERE account {accounts}
            UNION SELECT id, reporter_id FROM tickets WHERE reporter_id {accounts}
        ) behind"""
    is_wanted = f"t.group_chat_id {said.each.format(place['chats'])} AND t.platform = {place['platform']}"
    joined = f"{behind} JOIN tickets t ON t.id = behind.ticket_id WHERE {is_wanted}"
    if said is POSTGRESQL_JSON:
        # They are few, so each is looked up by its key, whatever the planner thinks.
        found = "(SELECT * FROM tickets WHERE id = behind.ticket_id LIMIT 1) t"
        joined = f"{behind} CROSS JOIN LATERAL {found} WHERE {is_wanted}"
    return f"""SELECT id, chat_id, account, nth FROM (
        SELECT t.id, t.group_chat_id AS chat_id, behind.account,
               row_number() OVER (
                   PARTITION BY t.group_chat_id, behind.account ORDER BY t.created_at DESC, t.id DESC
               ) AS nth
        FROM {joined}
    ) ranked WHERE nth <= {place["most"]}"""


def _tickets(said: JsonDialect, place: Mapping[str, str]) -> str:
    """All tickets that anything else speaks of, without those of which a copy is still true."""
    wanted = "t.id IN (SELECT id FROM recent UNION SELECT id FROM own UNION SELECT id FROM linked)"
    row = said.row(TicketRow, Ticket)
    if said is not POSTGRESQL_JSON:
        return said.gathered(f"json_array(t.id, '', {row})", f"tickets t WHERE {wanted}")
    seen = f"CASE WHEN k.id IS NULL THEN json_build_array(t.id, t.xmin::text, {row}) ELSE json_build_array(t.id) END"
    known = said.zipped((place["copies"], place["versions"]), "k", ("id", "version"))
    return said.gathered(
        seen, f"tickets t LEFT JOIN {known} ON k.id = t.id AND k.version = t.xmin::text WHERE {wanted}"
    )


def _heard(said: JsonDialect, place: Mapping[str, str]) -> str:
    """Who reported something lately in the groups whose talk somebody else has dealt with since we did."""
    known = said.zipped((place["chats"], place["turns"]), "k", ("chat_id", "turn"))
    return said.gathered(
        f"{said.array}(t.group_chat_id, t.reporter_id, coalesce(t.last_said_at, t.created_at))",
        f"{known}"
        f" JOIN chat_groups g ON g.platform = {place['platform']} AND g.chat_id = k.chat_id AND g.turn <> k.turn"
        f" JOIN tickets t ON t.group_chat_id = k.chat_id AND t.created_at >= {place['since']}"
        f" WHERE t.platform = {place['platform']} AND t.reporter_id IS NOT NULL"
        f" AND coalesce(t.last_said_at, t.created_at) >= {place['heard_since']}",
    )


def _ids(said: JsonDialect, place: Mapping[str, str]) -> dict[str, str]:
    """Ids for new rows."""
    if said is POSTGRESQL_JSON:
        tickets, prompts = "nextval('tickets_id_seq')", "nextval('prompts_id_seq')"
        return {
            name: f"(SELECT {said.gather.format(value)} FROM generate_series(1, {place[count]}))"
            for name, value, count in (("ticket_ids", tickets, "ids"), ("prompt_ids", prompts, "prompts"))
        }
    # Nobody else writes while this transaction lasts, so the numbers after the last one are free.
    series = "(WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {0}) SELECT i FROM n)"
    last = {
        "ticket_ids": "(SELECT coalesce(max(id), 0) FROM tickets)",
        "prompt_ids": "coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'prompts'), 0)",
    }
    return {
        name: f"json((SELECT json_group_array({last[name]} + i) FROM {series.format(place[count])}))"
        for name, count in (("ticket_ids", "ids"), ("prompt_ids", "prompts"))
    }


READ = {True: _statement(POSTGRESQL_JSON), False: _statement(SQLITE_JSON)}
"""The statement, by whether it is for PostgreSQL."""


def questions(
    outlook: Outlook,
    cache: RegisterCache,
    *,
    ids: int,
    prompts: int,
    copies: Mapping[int, tuple[str, Ticket]],
    turns: Mapping[int, int],
) -> dict[str, Any]:
    """What ``READ`` is asked. Which posts and counters matter is told by the registers as they were last read.

    ``turns`` are those that each group had when we dealt with it last.
    """
    messages = outlook.messages
    said = {one.message_id for one in messages if one.edited}
    said |= {one.reply_to.message_id for one in messages if one.reply_to is not None}
    chats = sorted({one.chat_id for one in messages})
    topics = sorted(outlook.topics)
    areas = _areas_around(cache, messages[0].platform, chats)
    return {
        "platform": messages[0].platform,
        "updates": [one.update_id for one in messages],
        "chats": chats,
        "groups": [chat_id for chat_id, _ in topics],
        "services": [service for _, service in topics],
        "accounts": sorted({one.sender_id for one in messages}),
        "messages": sorted(said),
        "statuses": sorted(outlook.statuses),
        "since": outlook.since,
        "counted_since": outlook.counted_since,
        "most": outlook.limit,
        "posts": sorted(cache.staff.value.ids_of_areas(areas)),
        "scopes": sorted(areas),
        "day": outlook.day,
        "ids": ids,
        "prompts": prompts,
        "copies": list(copies),
        "versions": [version for version, _ in copies.values()],
        "turns": [turns.get(chat_id, -1) for chat_id in chats],
        "heard_since": outlook.heard_since,
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
    groups = (cache.groups.value.get(platform, chat_id) for chat_id in chats)
    tree = cache.areas.value
    found: set[str] = set()
    for code in {group.area_code for group in groups if group is not None}:
        if code is not None and code in tree:
            found |= {area.code for area in tree.path(code)}
            found |= {area.code for area in tree.below(code)}
    return found
