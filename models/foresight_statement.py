# ruff: noqa: S608 - The statement is made of the names of tables and columns alone; what it is asked are parameters.
"""One statement that reads whatever the handling of some messages is going to ask for.

The same text serves both databases but for how lists come in and JSON goes out. The answer is one JSON document, since
its parts have nothing in common but the moment at which they are true; ``models.foresight_answer`` reads it.
"""

from __future__ import annotations

from collections.abc import Mapping

from models.json_rows import POSTGRESQL_JSON, SQLITE_JSON, JsonDialect
from models.revision import REGISTERS
from models.tables_tickets import SubtaskRow, TicketReporterRow, TicketRow
from routing.need import ON_THE_LIST
from routing.subtask import Subtask
from routing.ticket import OPEN_STATUSES, Ticket
from routing.ticket_events import Reporter

_SEEN_CLOSELY = 3
"""Of so many tickets of a topic of which somebody spoke last, or of a writer, all is read that joining them asks for.

Nearly always one of these is joined; what another asks for is read when it is.
"""

_TYPES = {
    "platform": "text",
    "updates": "bigint[]",
    "chats": "bigint[]",
    "groups": "bigint[]",
    "services": "text[]",
    "accounts": "bigint[]",
    "said_in": "bigint[]",
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
    "versions": "text[]",
    "copies": "bigint[]",
    "turns": "bigint[]",
    "heard_since": "timestamptz",
}
"""The parameters, in their order, and their types on PostgreSQL."""

IN_ONE_TEXT = frozenset(
    {"updates", "groups", "services", "accounts", "said_in", "messages", "posts", "versions", "copies", "turns"}
)
"""Lists that are looked at once, as a table. They go as one text: asyncpg asks of each value in a list what it is."""

ONLY_POSTGRESQL = 3
"""The last parameters: on SQLite a version says of which ticket it is, and one process speaks to it."""

_LISTED = ", ".join(f"'{state}'" for state in sorted(ON_THE_LIST))
_OPEN = ", ".join(f"'{status}'" for status in sorted(OPEN_STATUSES))


def _statement(said: JsonDialect) -> str:
    is_postgresql = said is POSTGRESQL_JSON
    place = {name: f"{said.mark}{number}" for number, name in enumerate(_TYPES, start=1)}
    if is_postgresql:
        as_text = {name: "::text" if name in IN_ONE_TEXT else "" for name in _TYPES}
        place = {name: f"{mark}{as_text[name]}::{_TYPES[name]}" for name, mark in place.items()}
    each = {name: said.each.format(mark) for name, mark in place.items()}
    listed = {name: said.listed(mark) for name, mark in place.items()}
    of_platform, is_open = f"platform = {place['platform']}", f"status IN ({_OPEN})"
    is_new = f"created_at >= {place['counted_since']}"

    def pair(*columns: str) -> str:
        return f"{said.array}({', '.join(columns)})"

    parts = {
        "revisions": said.scalar(pair(*REGISTERS), "register_revision"),
        "handled": said.gathered(
            "update_id",
            said.looked_up("handled_updates", "update_id", listed["updates"], of_platform),
        ),
        "turns": said.gathered(
            pair("chat_id", "turn"),
            said.looked_up("chat_groups", "chat_id", listed["chats"], of_platform),
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
            said.looked_up("ticket_reporters", "ticket_id", "SELECT id FROM close UNION SELECT id FROM own"),
        ),
        "subtasks": said.gathered(
            said.row(SubtaskRow, Subtask), said.looked_up("subtasks", "ticket_id", "SELECT id FROM close")
        ),
        "cards": said.gathered(
            pair("ticket_id", "chat_id", "thread_id"),
            said.looked_up("ticket_cards", "ticket_id", "SELECT id FROM close"),
        ),
        "opened": said.gathered(
            pair("chat_id", "opened"),
            "(SELECT group_chat_id AS chat_id, count(*) AS opened FROM "
            + said.looked_up("tickets", "group_chat_id", listed["chats"], f"{is_new} AND {of_platform} AND {is_open}")
            + " GROUP BY group_chat_id) counted",
        ),
        "loads": said.gathered(
            pair("assignee_id", "owed"),
            "(SELECT assignee_id, count(*) AS owed FROM "
            + said.looked_up("tickets", "assignee_id", listed["posts"], is_open)
            + " GROUP BY assignee_id) counted",
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
    {_linked(said, place)}
), close AS (
    SELECT id FROM recent WHERE nth <= {_SEEN_CLOSELY} UNION SELECT id FROM own WHERE nth <= {_SEEN_CLOSELY}
)
SELECT {said.make}({document}){"::text" if is_postgresql else ""}
"""


def _recent(said: JsonDialect, place: Mapping[str, str]) -> str:
    """The newest tickets of each topic, numbered by when something was said of them last, as relating looks at them."""
    topics = said.zipped((place["groups"], place["services"]), "topic", ("chat_id", "service"))
    is_wanted = f"""t.group_chat_id = topic.chat_id AND t.created_at >= {place["since"]}
      AND t.platform = {place["platform"]} AND t.status {said.each.format(place["statuses"])}
      AND (t.service_code = topic.service OR topic.service = '')"""
    newest = "ORDER BY t.created_at DESC, t.id DESC"
    lately = "ORDER BY coalesce(t.last_said_at, t.created_at) DESC, t.id DESC"
    if said is POSTGRESQL_JSON:
        # Each topic by itself is answered by the index of its group, whatever the planner thinks of all together.
        return f"""SELECT found.id, topic.chat_id, topic.service, found.nth FROM {topics} CROSS JOIN LATERAL (
        SELECT t.id, row_number() OVER ({lately}) AS nth FROM (
            SELECT t.id, t.created_at, t.last_said_at FROM tickets t WHERE {is_wanted} {newest} LIMIT {place["most"]}
        ) t
    ) found"""
    return f"""SELECT id, chat_id, service, nth FROM (
        SELECT t.id, topic.chat_id, topic.service,
               row_number() OVER (PARTITION BY topic.chat_id, topic.service {lately}) AS nth,
               row_number() OVER (PARTITION BY topic.chat_id, topic.service {newest}) AS age
        FROM {topics} JOIN tickets t ON {is_wanted}
    ) ranked WHERE age <= {place["most"]}"""


def _own(said: JsonDialect, place: Mapping[str, str]) -> str:
    """The newest tickets of each writer in each of the groups, numbered."""
    accounts = said.listed(place["accounts"])
    # Whoever opened a ticket stands behind it, too; both ways of knowing them are asked, each by its index.
    behind = f"""(
            SELECT t.ticket_id, t.account FROM {said.looked_up("ticket_reporters", "account", accounts)}
            UNION SELECT t.id, t.reporter_id FROM {said.looked_up("tickets", "reporter_id", accounts)}
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


def _linked(said: JsonDialect, place: Mapping[str, str]) -> str:
    """The tickets of the messages that are answered or edited."""
    said_in = said.zipped((place["said_in"], place["messages"]), "said", ("chat_id", "message_id"))
    rows = "ticket_messages t"
    is_it = f"t.platform = {place['platform']} AND t.chat_id = said.chat_id AND t.message_id = said.message_id"
    if said is POSTGRESQL_JSON:
        found = f"{said_in} CROSS JOIN LATERAL (SELECT * FROM {rows} WHERE {is_it} OFFSET 0) t"
    else:
        found = f"{said_in} JOIN {rows} ON {is_it}"
    return f"SELECT t.chat_id, t.message_id, t.ticket_id AS id FROM {found}"


def _tickets(said: JsonDialect, place: Mapping[str, str]) -> str:
    """All tickets that anything else speaks of, without those of which a copy is still true."""
    wanted = "SELECT id FROM recent UNION SELECT id FROM own UNION SELECT id FROM linked"
    row = said.row(TicketRow, Ticket)
    if said is not POSTGRESQL_JSON:
        # Whatever changes a ticket here counts its version on, but for photos, which are only added, and for a group
        # that gets another number, under which no copy is kept.
        stamp = "t.id || '.' || t.version || '.' || json_array_length(t.attachments)"
        is_known = f"{stamp} {said.each.format(place['versions'])}"
        seen = f"CASE WHEN {is_known} THEN json_array(t.id) ELSE json_array(t.id, {stamp}, {row}) END"
        return said.gathered(seen, said.looked_up("tickets", "id", wanted))
    known = said.zipped((place["copies"], place["versions"]), "k", ("id", "version"))
    joined = f"SELECT one.id, k.version FROM ({wanted}) one LEFT JOIN {known} ON k.id = one.id"
    row = f"json_build_array(t.id, t.xmin::text, {row})"
    seen = f"CASE wanted.version WHEN t.xmin::text THEN json_build_array(t.id) ELSE {row} END"
    return said.gathered(seen, said.looked_up("tickets", "id", joined, also=", xmin"))


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

HOLD = """
WITH chats AS MATERIALIZED (
    SELECT chat_id FROM chat_groups WHERE platform = $1::text AND chat_id = ANY($2::bigint[])
    ORDER BY chat_id FOR NO KEY UPDATE
), counters AS MATERIALIZED (
    SELECT scope FROM number_counters
    WHERE day = $3::text AND scope = ANY($4::text[]) AND (SELECT count(*) FROM chats) >= 0
    ORDER BY scope COLLATE "C" FOR NO KEY UPDATE
)
SELECT count(*) FROM counters
"""
"""Has the groups, and then the counters of ticket numbers, to itself until the transaction ends (PostgreSQL).

Each kind is taken in the order of its keys and the groups come first, as with whoever writes what was gathered; so none
waits for one who waits.
"""
