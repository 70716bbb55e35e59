"""The rows of tickets, written once more by nothing but Python's ``sqlite3``, one transaction for each ticket."""

from __future__ import annotations

import sqlite3
import time
from pathlib import Path

_TABLES = {
    "tickets": "id",
    "ticket_reporters": "ticket_id",
    "ticket_messages": "ticket_id",
    "ticket_events": "ticket_id",
    "outbox": "ticket_id",
    "ticket_cards": "ticket_id",
}
"""Tables that a new ticket has rows in, and the column that names the ticket."""


def plain_rate(path: Path, tickets: int) -> float:
    """Tickets a second, for the newest tickets of the file, into another with the same tables, indexes and settings."""
    source = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    copy_path = path.with_name("plain.db")
    copy_path.unlink(missing_ok=True)
    copy = sqlite3.connect(copy_path, isolation_level=None)
    copy.execute("PRAGMA journal_mode = WAL")
    copy.execute("PRAGMA synchronous = FULL")
    made = source.execute("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%'")
    for (statement,) in made.fetchall():
        copy.execute(statement)
    ids = [row[0] for row in source.execute("SELECT id FROM tickets ORDER BY id DESC LIMIT ?", (tickets,))]
    rows = [_rows(source, ticket_id) for ticket_id in ids]
    source.close()
    began = time.perf_counter()
    for number, of_ticket in enumerate(rows):
        copy.execute("BEGIN IMMEDIATE")
        copy.execute("INSERT INTO handled_updates VALUES ('telegram', ?, '2026-11-22 10:00:00.000000')", (number,))
        for statement, values in of_ticket:
            copy.execute(statement, values)
        copy.execute("COMMIT")
    took = time.perf_counter() - began
    copy.close()
    for leftover in path.parent.glob("plain.db*"):
        leftover.unlink()
    return len(rows) / took


def _rows(source: sqlite3.Connection, ticket_id: int) -> list[tuple[str, tuple[object, ...]]]:
    return [
        (f"INSERT INTO {table} VALUES ({', '.join('?' * len(row))})", row)
        for table, column in _TABLES.items()
        for row in source.execute(f"SELECT * FROM {table} WHERE {column} = ?", (ticket_id,))
    ]
