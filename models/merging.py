"""What becomes of a row that is written while one of the same key is there already; both databases say it alike."""

from __future__ import annotations

from sqlalchemy import Table

_MERGED = {
    "number_counters": (("scope", "day"), "serial"),
    "ticket_messages": (("platform", "chat_id", "message_id"), "ticket_id"),
}
"""Tables in which a row may be there already: its key, and what is then overwritten."""
_KEPT = frozenset({"ticket_cards"})
"""Tables in which a row that is there already stays as it is."""


def on_conflict(table: Table) -> str:
    """The end of an INSERT into the table."""
    if table.name in _KEPT:
        return " ON CONFLICT DO NOTHING"
    if table.name not in _MERGED:
        return ""
    key, changing = _MERGED[table.name]
    return (
        f" ON CONFLICT ({', '.join(key)}) DO UPDATE SET {changing} = excluded.{changing}"
        f" WHERE {table.name}.{changing} <> excluded.{changing}"
    )
