"""A connection of our own to PostgreSQL that is kept open: for what lives as long as a session does."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import URL
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from models.engine import connect_once

IDLE_SINCE = 14
"""PostgreSQL knows that limit from this version on; before it, a lost connection is noticed by TCP alone."""
OPEN_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class SignsOfLife:
    """How a session and its server notice that the other one is gone, in seconds."""

    every: float = 5.0
    """How often the session gives a sign of life."""
    answer: float = 5.0
    """How long the server may take to answer it before the session counts as lost."""
    idle: int = 20
    """After so long without a sign of life the server ends the session, and with it what it holds.

    That is longer than it takes us to see that the session is lost: of two processes of which one is cut off, that one
    stops before the other one begins.
    """


USUAL = SignsOfLife()


class Session:
    """An open session. ``lost`` is set once it has ended, whoever ended it; it never comes back."""

    def __init__(
        self, engine: AsyncEngine, connection: AsyncConnection, driver: Any, signs: SignsOfLife = USUAL
    ) -> None:
        self._engine = engine
        self._connection = connection
        self._driver = driver
        self._life = signs
        self._one_at_a_time = asyncio.Lock()
        self.lost = asyncio.Event()
        driver.add_termination_listener(lambda _: self.lost.set())
        self._answered_at = asyncio.get_running_loop().time()
        self._signs = asyncio.create_task(self._give_signs(), name="session")

    @classmethod
    async def open(cls, url: URL, signs: SignsOfLife = USUAL) -> Session:
        """Connects; raises what the driver raises, or ``TimeoutError``."""
        engine = connect_once(url)
        try:
            async with asyncio.timeout(OPEN_SECONDS):
                connection = await engine.connect()
                raw = await connection.get_raw_connection()
                driver: Any = raw.driver_connection
                if driver.get_server_version().major >= IDLE_SINCE:
                    await driver.execute(f"SET idle_session_timeout = '{signs.idle}s'")
        except BaseException:
            await engine.dispose()
            raise
        return cls(engine, connection, driver, signs)

    @property
    def is_alive(self) -> bool:
        """Whether the server has answered so lately that it cannot have ended the session for want of a sign."""
        since = asyncio.get_running_loop().time() - self._answered_at
        return not self.lost.is_set() and since < self._life.idle - self._life.answer

    async def ask(self, query: str, *values: Any) -> Any:
        """The first value of the first row that the query gives."""
        async with self._one_at_a_time, asyncio.timeout(self._life.answer):
            answer = await self._driver.fetchval(query, *values)
        self._answered_at = asyncio.get_running_loop().time()
        return answer

    async def listen(self, channel: str, heard: Callable[[int, str], None]) -> None:
        """Calls ``heard`` with the sender's number and what it sent, for each NOTIFY of the channel."""
        async with self._one_at_a_time, asyncio.timeout(self._life.answer):
            await self._driver.add_listener(channel, lambda _, sender, __, payload: heard(sender, payload))

    @property
    def number(self) -> int:
        """The server's number of this session, as others hear it from ``listen``."""
        return int(self._driver.get_server_pid())

    async def close(self) -> None:
        """Ends the session, and with it what it holds."""
        self._signs.cancel()
        await asyncio.gather(self._signs, return_exceptions=True)
        self.lost.set()
        # Whether there still is somebody to say good-bye to does not matter.
        with contextlib.suppress(Exception):
            self._driver.terminate()
        with contextlib.suppress(Exception):
            await self._connection.invalidate()
            await self._connection.close()
        await self._engine.dispose()

    async def _give_signs(self) -> None:
        while not self.lost.is_set():
            await asyncio.sleep(self._life.every)
            try:
                await self.ask("SELECT 1")
            except Exception:  # However the session ended, it has.
                self.lost.set()
