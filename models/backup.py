"""Copies of a SQLite database: made while it is in use, proved whole, and put back in its place.

PostgreSQL brings its own tools for this; see docs/operations.md.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from alembic.script import ScriptDirectory
from sqlalchemy import URL

from models.engine import SQLITE, parse_url
from models.migrate import config
from routing.errors import QunbanError


class BackupRefused(QunbanError):
    """A copy cannot be made, or cannot be put back; nothing was changed."""

    code = "backup_refused"

    def __init__(self, path: str, reason: str) -> None:
        """``reason`` is a code.

        "not_sqlite", "missing", "exists", "same_file", "no_database" (no database of this product), "newer" (made by a
        newer version), "damaged", "in_use", "unwritable".
        """
        super().__init__(path, reason)
        self.path = path
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Copied:
    """What a copy holds."""

    path: Path
    revision: str
    tickets: int
    waiting_messages: int
    """Messages of the outbox that were not yet sent when the copy was made; whoever restores it sends them."""
    replaced: Path | None = None
    """Where the database that stood in this place lies now."""


def back_up(database_url: str, target: Path, *, replace: bool = False) -> Copied:
    """Copies the database as it is at one moment to ``target``, which appears whole or not at all.

    Others may read and write meanwhile.

    Raises:
        BackupRefused: see there.
    """
    source = _file_of(parse_url(database_url))
    if not source.is_file():
        raise BackupRefused(str(source), "missing")
    if target.exists() and not replace:
        raise BackupRefused(str(target), "exists")
    if target.exists() and target.samefile(source):
        raise BackupRefused(str(target), "same_file")
    return _copy(source, target)


def restore(database_url: str, source: Path, *, set_aside: str | None = None) -> Copied:
    """Puts the copy ``source`` in the place of the database, which nobody may be using.

    A database that stands there is kept beside its place, with ``set_aside`` behind its name; without ``set_aside`` it
    is left alone and the copy refused.

    Raises:
        BackupRefused: see there.
    """
    target = _file_of(parse_url(database_url))
    if not source.is_file():
        raise BackupRefused(str(source), "missing")
    if not target.exists():
        return _copy(source, target)
    if set_aside is None:
        raise BackupRefused(str(target), "exists")
    if target.samefile(source):
        raise BackupRefused(str(target), "same_file")
    _examine(source)
    _close_for_good(target)
    kept = target.with_name(target.name + set_aside)
    target.rename(kept)
    try:
        copied = _copy(source, target)
    except BackupRefused:
        kept.rename(target)
        raise
    return Copied(copied.path, copied.revision, copied.tickets, copied.waiting_messages, kept)


def _file_of(url: URL) -> Path:
    if url.get_backend_name() != SQLITE or url.database in (None, "", ":memory:"):
        raise BackupRefused(url.get_backend_name(), "not_sqlite")
    return Path(str(url.database))


def _copy(source: Path, target: Path) -> Copied:
    """Copies into a file of another name first, so that a copy that breaks off is never taken for a whole one."""
    unfinished = target.with_name(target.name + ".unfinished")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        unfinished.unlink(missing_ok=True)
        with closing(_opened(source)) as read, closing(sqlite3.connect(unfinished)) as written:
            read.backup(written)
            # A copy is one file: what WAL keeps beside it would be left behind when somebody moves it.
            written.execute("PRAGMA journal_mode = DELETE")
        copied = _examine(unfinished)
        unfinished.replace(target)
    except sqlite3.OperationalError as error:
        raise BackupRefused(str(target), "unwritable") from error
    except sqlite3.DatabaseError as error:
        raise BackupRefused(str(source), "damaged") from error
    except OSError as error:
        raise BackupRefused(str(target), "unwritable") from error
    finally:
        unfinished.unlink(missing_ok=True)
    return Copied(target, copied.revision, copied.tickets, copied.waiting_messages)


def _examine(path: Path) -> Copied:
    """Looks whether the file is a whole database that this version of the product can use."""
    try:
        with closing(_opened(path)) as read:
            if read.execute("PRAGMA integrity_check").fetchone() != ("ok",):
                raise BackupRefused(str(path), "damaged")
            tables = {name for (name,) in read.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
            if not {"alembic_version", "tickets", "outbox"} <= tables:
                raise BackupRefused(str(path), "no_database")
            revision = str(read.execute("SELECT version_num FROM alembic_version").fetchone()[0])
            if revision not in {script.revision for script in ScriptDirectory.from_config(config()).walk_revisions()}:
                raise BackupRefused(str(path), "newer")
            tickets = int(read.execute("SELECT count(*) FROM tickets").fetchone()[0])
            waiting = int(read.execute("SELECT count(*) FROM outbox WHERE state = 'waiting'").fetchone()[0])
    except sqlite3.DatabaseError as error:
        raise BackupRefused(str(path), "damaged") from error
    return Copied(path, revision, tickets, waiting)


def _opened(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{path.absolute().as_uri()}?mode=rw", uri=True)


def _close_for_good(path: Path) -> None:
    """Takes everything out of the WAL beside the file; SQLite does that only where no other process has it open."""
    try:
        with closing(sqlite3.connect(path, timeout=0)) as alone:
            alone.execute("PRAGMA journal_mode = DELETE")
    except sqlite3.OperationalError as error:
        raise BackupRefused(str(path), "in_use") from error
    except sqlite3.DatabaseError:
        # What stands there is no database any more; it is kept beside its place as it is.
        for rest in ("-wal", "-shm"):
            path.with_name(path.name + rest).unlink(missing_ok=True)
