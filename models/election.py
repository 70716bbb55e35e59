"""Of several processes one does what only one may do, and another one as soon as that one is gone."""

from __future__ import annotations

import asyncio
import fcntl
import os
from pathlib import Path
from typing import Protocol

from sqlalchemy import URL

from models.engine import POSTGRESQL, parse_url
from models.session import USUAL, Session, SignsOfLife


class Term(Protocol):
    """The time in which this process is the elected one."""

    @property
    def lost(self) -> asyncio.Event:
        """Set once it is over, because the connection to the database broke; what only one may do has to stop."""
        ...

    @property
    def holds(self) -> bool:
        """Whether it cannot be over yet; to be asked before anything that only one may do."""
        ...

    async def resign(self) -> None:
        """Ends it, so that another process can be elected at once."""
        ...


class Election:
    """The election for one task, named ``task``, among all processes on one database.

    On PostgreSQL the elected one holds an advisory lock in a session of its own. The server ends it when the process
    dies, and when it gives no sign of life. On SQLite it holds a lock on a file beside the database.
    """

    def __init__(self, database_url: str, task: str, signs: SignsOfLife = USUAL) -> None:
        self._url = parse_url(database_url)
        self._task = task
        self._signs = signs

    async def stand(self) -> Term | None:
        """A term, or none where another process has one; raises what the driver raises where the database is away."""
        if self._url.get_backend_name() == POSTGRESQL:
            return await _stand_in_session(self._url, self._task, self._signs)
        return _stand_by_file(self._url, self._task)


class _SessionTerm:
    def __init__(self, session: Session) -> None:
        self._session = session

    @property
    def lost(self) -> asyncio.Event:
        return self._session.lost

    @property
    def holds(self) -> bool:
        return self._session.is_alive

    async def resign(self) -> None:
        await self._session.close()


async def _stand_in_session(url: URL, task: str, signs: SignsOfLife) -> Term | None:
    session = await Session.open(url, signs)
    try:
        elected = await session.ask("SELECT pg_try_advisory_lock(hashtextextended($1, 0))", f"qunban:{task}")
    except BaseException:
        await session.close()
        raise
    if not elected:
        await session.close()
        return None
    return _SessionTerm(session)


class _FileTerm:
    holds = True

    def __init__(self, descriptor: int | None) -> None:
        self._descriptor = descriptor
        self.lost = asyncio.Event()

    async def resign(self) -> None:
        # The lock goes with the descriptor; the file stays, since removing it would let two others lock two files.
        descriptor, self._descriptor = self._descriptor, None
        if descriptor is not None:
            os.close(descriptor)


def _stand_by_file(url: URL, task: str) -> Term | None:
    if url.database is None or url.database == ":memory:":
        return _FileTerm(None)
    path = Path(f"{url.database}.{task}.lock")
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        return None
    except BaseException:
        os.close(descriptor)
        raise
    return _FileTerm(descriptor)
