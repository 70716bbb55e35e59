"""The sandbox's memory: one SQLite file, so that message numbers the bot has kept stay true over restarts."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

SCHEMA = """
create table if not exists facts (name text primary key, value text not null);
create table if not exists users (
    user_id integer primary key, name text not null, title text not null, kind text not null,
    username text, is_bot integer not null default 0, started integer not null default 1,
    blocked integer not null default 0, position integer not null default 0
);
create table if not exists chats (
    chat_id integer primary key, title text not null, kind text not null, is_forum integer not null default 0,
    migrated_to integer, position integer not null default 0
);
create table if not exists members (
    chat_id integer not null, user_id integer not null, status text not null, rights text not null default '{}',
    primary key (chat_id, user_id)
) without rowid;
create table if not exists topics (
    chat_id integer not null, thread_id integer not null, name text not null, primary key (chat_id, thread_id)
) without rowid;
create table if not exists messages (
    chat_id integer not null, message_id integer not null, sender_id integer not null, sent_at integer not null,
    edited_at integer, reply_to integer, thread_id integer, deleted integer not null default 0, body text not null,
    primary key (chat_id, message_id)
) without rowid;
create table if not exists readings (
    chat_id integer not null, user_id integer not null, message_id integer not null, primary key (chat_id, user_id)
) without rowid;
create table if not exists files (
    number integer primary key autoincrement, unique_id text not null, name text not null, content_type text not null,
    folder text not null, width integer, height integer, content blob not null
);
create table if not exists updates (update_id integer primary key, body text not null);
"""


class Store:
    """Thin access to the file; every change outside ``transaction`` is one of its own.

    ``path`` None keeps everything in memory. The connection is used from one event loop only.
    """

    def __init__(self, path: Path | None) -> None:
        if path is not None:
            path.parent.mkdir(parents=True, exist_ok=True)
        self._database = sqlite3.connect(path or ":memory:", isolation_level=None, check_same_thread=False)
        self._database.row_factory = sqlite3.Row
        # WAL with synchronous=NORMAL survives the process being killed; only a power cut could lose the last chats.
        self._database.execute("pragma journal_mode=wal")
        self._database.execute("pragma synchronous=normal")
        self._database.executescript(SCHEMA)
        self._depth = 0

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All changes inside or none; an inner one joins the outer."""
        if self._depth:
            yield
            return
        self._depth += 1
        self._database.execute("begin immediate")
        try:
            yield
        except BaseException:
            self._database.execute("rollback")
            raise
        else:
            self._database.execute("commit")
        finally:
            self._depth -= 1

    def run(self, sql: str, *values: object) -> int:
        """Runs one statement; returns how many rows it changed."""
        return self._database.execute(sql, values).rowcount

    def insert(self, sql: str, *values: object) -> int:
        """Runs one insert; returns the new row's number."""
        return int(self._database.execute(sql, values).lastrowid or 0)

    def row(self, sql: str, *values: object) -> sqlite3.Row | None:
        found: sqlite3.Row | None = self._database.execute(sql, values).fetchone()
        return found

    def rows(self, sql: str, *values: object) -> list[sqlite3.Row]:
        return self._database.execute(sql, values).fetchall()

    def fact(self, name: str, default: Any = None) -> Any:
        """A single remembered value, for example the webhook's address."""
        found = self.row("select value from facts where name = ?", name)
        return default if found is None else json.loads(found["value"])

    def remember(self, name: str, value: Any) -> None:
        self.run(
            "insert into facts values (?, ?) on conflict (name) do update set value = excluded.value",
            name,
            json.dumps(value, ensure_ascii=False),
        )

    def close(self) -> None:
        self._database.close()
