"""One transaction as the stores see it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any, TypeAlias

from sqlalchemy import CursorResult, Executable
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from models.engine import POSTGRESQL
from models.tables import Base

Rows: TypeAlias = CursorResult[*tuple[Any, ...]]
"""What a statement returned. A row is a tuple of values of the core, in the order of the columns asked for."""


class Transaction:
    """A connection that is taken at the first statement, so a unit of work that asks nothing holds up nobody."""

    def __init__(self, engine: AsyncEngine, now: Callable[[], datetime]) -> None:
        self._engine = engine
        self._connection: AsyncConnection | None = None
        self.is_postgresql = engine.dialect.name == POSTGRESQL
        self.now = now
        self.wrote_outbox = False
        """Whether messages wait that a sender should be woken for once this is committed."""
        self.changed_registers: frozenset[str] = frozenset()
        """Which registers this transaction has changed."""
        self.revisions: dict[str, int] | None = None
        """How often each register had changed when this transaction first asked; none before."""

    async def execute(
        self, statement: Executable, parameters: Mapping[str, Any] | Sequence[Mapping[str, Any]] | None = None
    ) -> Rows:
        """Runs a statement and holds its whole result."""
        return await (await self._opened()).execute(statement, parameters)

    async def _opened(self) -> AsyncConnection:
        if self._connection is None:
            self._connection = await self._engine.connect()
        return self._connection

    @asynccontextmanager
    async def savepoint(self) -> AsyncIterator[None]:
        """A part that is undone alone where it raises; the error goes on to the caller."""
        connection = await self._opened()
        before = self.wrote_outbox, self.changed_registers
        try:
            async with connection.begin_nested():
                yield
        except BaseException:
            self.wrote_outbox, self.changed_registers = before
            raise

    def insert(self, table: type[Base]) -> postgresql.Insert | sqlite.Insert:
        """An INSERT that can say ON CONFLICT in the words of this database."""
        return postgresql.insert(table) if self.is_postgresql else sqlite.insert(table)

    async def commit(self) -> None:
        """Makes everything since the last commit last, and lets the connection go to the next one in the queue."""
        if self._connection is not None:
            try:
                await self._connection.commit()
            except DBAPIError:
                # SQLite keeps a transaction open whose commit it refused, and the pool takes it for finished.
                await self._connection.rollback()
                raise
            finally:
                await self.close()
        self.changed_registers, self.revisions = frozenset(), None

    async def close(self) -> None:
        """Gives the connection back; what was not committed is undone, also when the task is being cancelled."""
        connection, self._connection = self._connection, None
        if connection is not None:
            await asyncio.shield(asyncio.ensure_future(connection.close()))
