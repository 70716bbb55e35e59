"""Tells the senders of all processes at once that messages wait (LISTEN and NOTIFY of PostgreSQL).

The bell is only a short cut: who misses it finds the messages by looking. So it is rung after the commit, for several
commits at once and beside the transactions, which it then neither lengthens nor puts into a queue, as a NOTIFY within
them would.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from models.engine import POSTGRESQL, parse_url
from models.session import Session

CHANNEL = "qunban_outbox"
TOGETHER_SECONDS = 0.05
"""Commits within this time ring once."""
AGAIN_SECONDS = 2.0
"""From the loss of the session to the next try."""


class Bell:
    """Rings in every process that hears it. On SQLite, where there is one process, ``run`` does nothing."""

    def __init__(
        self, database_url: str, heard: Callable[[], None], lost: Callable[[str], None] = lambda kind: None
    ) -> None:
        """``heard`` is called when another process rings; ``lost`` with the kind of error that ended a session."""
        self._url = parse_url(database_url)
        self._heard = heard
        self._lost = lost
        self._rung = asyncio.Event()
        self._stopping = asyncio.Event()
        self.is_connected = False
        """Whether the others can be heard now."""

    def ring(self) -> None:
        """Says that messages wait; give it to ``Database.on_commit``."""
        self._rung.set()

    def stop(self) -> None:
        """Lets ``run`` end."""
        self._stopping.set()
        self._rung.set()

    async def run(self) -> None:
        """Listens and rings until ``stop``. A database that is away is waited for, never raised."""
        if self._url.get_backend_name() != POSTGRESQL:
            await self._stopping.wait()
        while not self._stopping.is_set():
            try:
                await self._serve()
            except Exception as error:
                self._lost(type(error).__name__)
            if not self._stopping.is_set():
                await _first(self._stopping, seconds=AGAIN_SECONDS)

    async def _serve(self) -> None:
        session = await Session.open(self._url)
        try:
            await session.listen(CHANNEL, lambda sender, _: self._heard() if sender != session.number else None)
            self.is_connected = True
            # Somebody may have rung while nobody listened.
            self._heard()
            while not self._stopping.is_set() and not session.lost.is_set():
                await _first(self._rung, session.lost)
                if self._rung.is_set() and not self._stopping.is_set():
                    await asyncio.sleep(TOGETHER_SECONDS)
                    self._rung.clear()
                    await session.ask("SELECT pg_notify($1, '')", CHANNEL)
        finally:
            self.is_connected = False
            await session.close()


async def _first(*events: asyncio.Event, seconds: float | None = None) -> None:
    """Returns once one of the events is set, or after so long."""
    waiting = [asyncio.ensure_future(event.wait()) for event in events]
    try:
        await asyncio.wait(waiting, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for one in waiting:
            one.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)
