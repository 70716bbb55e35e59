"""One transaction as the stores see it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from types import TracebackType
from typing import Any, TypeAlias

from sqlalchemy import CursorResult, Executable, insert
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, AsyncTransaction

from models.driver import on_thread, value_of
from models.engine import POSTGRESQL
from models.foreseen import Foreseen
from models.gathered_writes import write
from models.gathering import Card, Gathering, Written
from models.tables import Base

_TURNS_TO_SEND = 3
"""Turns of the event loop until a statement that was begun has left: its task starts, is driven, and is flushed."""

Rows: TypeAlias = CursorResult[*tuple[Any, ...]]
"""What a statement returned. A row is a tuple of values of the core, in the order of the columns asked for."""


class Transaction:
    """A connection that is taken at the first statement, so a unit of work that asks nothing holds up nobody."""

    def __init__(self, engine: AsyncEngine, now: Callable[[], datetime]) -> None:
        self._engine = engine
        self._connection: AsyncConnection | None = None
        self._gathering: Gathering | None = None
        self.is_postgresql = engine.dialect.name == POSTGRESQL
        self.now = now
        self.wrote_outbox = False
        """Whether messages wait that a sender should be woken for once this is committed."""
        self.changed_registers: frozenset[str] = frozenset()
        """Which registers this transaction has changed."""
        self._begun: asyncio.Task[None] | None = None
        self.revisions: dict[str, int] | None = None
        """How often each register had changed when this transaction first asked; none before."""

    @property
    def foreseen(self) -> Foreseen | None:
        """What was read ahead, as long as it is true."""
        return self._gathering.foreseen if self._gathering is not None and not self._gathering.is_spent else None

    @property
    def gathers(self) -> bool:
        """Whether rows that are added may wait to be written together."""
        return self._gathering is not None

    async def read(self, text: str, parameters: tuple[Any, ...]) -> str:
        """The only value that a statement in the words of this database gives."""
        return str((await (await self._opened()).exec_driver_sql(text, parameters)).scalar_one())

    async def read_ahead(self, text: str, parameters: tuple[Any, ...]) -> str:
        """The same for a query that may see the moment before this transaction begins."""
        connection = await self._opened()
        if self.is_postgresql:
            return str(await value_of(connection, text, parameters))
        if not connection.in_transaction():
            await connection.begin()
        (value,) = await on_thread(connection, lambda driver: driver.execute(text, parameters).fetchone())
        return str(value)

    async def rows(self, text: str, parameters: tuple[Any, ...]) -> Sequence[Sequence[Any]]:
        """The rows that a query in the words of this database gives, with the values as its driver gives them."""
        if self._gathering is not None:
            await self._write_gathered(self._gathering)
        return (await (await self._opened()).exec_driver_sql(text, parameters)).all()

    def gather(self, foreseen: Foreseen, written: Written | None = None) -> None:
        """From now until the commit, rows that are added wait to be written together; ``written`` is told of it."""
        self._gathering = Gathering(foreseen, written)

    def claim(self, platform: str, chat_id: int) -> None:
        """While gathering: this transaction counts only where nobody else has the turn of the group meanwhile."""
        if self._gathering is not None:
            self._gathering.claim((platform, chat_id))

    async def execute(
        self, statement: Executable, parameters: Mapping[str, Any] | Sequence[Mapping[str, Any]] | None = None
    ) -> Rows:
        """Runs a statement and holds its whole result."""
        gathering = self._gathering
        if gathering is not None:
            if gathering.needs_writing_before(statement):
                await self._write_gathered(gathering)
            gathering.is_spent |= gathering.spoils(statement)
        return await (await self._opened()).execute(statement, parameters)

    async def add(self, table: type[Base], rows: Sequence[Mapping[str, Any]]) -> None:
        """Adds rows that are known to be new."""
        if self.foreseen is not None and self._gathering is not None:
            self._gathering.add(table.__tablename__, rows)
        else:
            await self.execute(insert(table), list(rows))

    def change_ticket(self, ticket_id: int, version: int, values: Mapping[str, Any]) -> None:
        """While gathering: writes the columns of a ticket, which must still be of that version when it is written."""
        if self._gathering is not None:
            self._gathering.change(ticket_id, version, values)

    def supersede(self, cards: Sequence[Card], at: datetime) -> None:
        """While gathering: drops the older states of these cards that nobody is sending."""
        if self._gathering is not None:
            self._gathering.supersede(cards, at)

    async def begin_to_read(self, text: str, parameters: tuple[Any, ...], take: Callable[[str], None]) -> None:
        """The same as ``read``, but returns as soon as the statement is on its way; the server works meanwhile.

        Whatever is asked next waits for its end, and so does the commit. Should it fail, or ``take`` refuse its value,
        each of them raises that.
        """
        connection = await self._opened()

        async def ask() -> None:
            take(str((await connection.exec_driver_sql(text, parameters)).scalar_one()))

        self._begun = asyncio.create_task(ask(), name="statement")
        for _ in range(_TURNS_TO_SEND):
            await asyncio.sleep(0)

    async def _opened(self) -> AsyncConnection:
        await self._ended()
        if self._connection is None:
            self._connection = await self._engine.connect()
        return self._connection

    async def _ended(self) -> None:
        """Waits for what was begun; raises its failure, and again whenever it is asked, so that nobody can miss it."""
        if self._begun is not None:
            await asyncio.shield(self._begun)

    async def _write_gathered(self, gathering: Gathering) -> None:
        """Writes what waits. Parts that may still be undone become savepoints of the database, each at its place."""
        connection = await self._opened()
        for part in gathering.parts:
            if part.savepoint is None:
                await self._write(connection, gathering, part.gathered)
                part.savepoint = await connection.begin_nested()
        await self._write(connection, gathering)

    @staticmethod
    async def _write(
        connection: AsyncConnection, gathering: Gathering, end: int | None = None, *, alone: bool = False
    ) -> None:
        gathered = gathering.take(end)
        if not gathered.is_empty:
            gathering.wrote(await write(connection, gathered, alone=alone))

    def savepoint(self) -> AbstractAsyncContextManager[None]:
        """A part that is undone alone where it raises; the error goes on to the caller."""
        return _Savepoint(self)

    async def begin_part(self) -> Gathering | AsyncTransaction:
        """Begins a part: among what is gathered, or else a savepoint of the database."""
        if self._gathering is None:
            return await (await self._opened()).begin_nested()
        self._gathering.begin_part()
        return self._gathering

    def insert(self, table: type[Base]) -> postgresql.Insert | sqlite.Insert:
        """An INSERT that can say ON CONFLICT in the words of this database."""
        return postgresql.insert(table) if self.is_postgresql else sqlite.insert(table)

    async def commit(self) -> None:
        """Makes everything since the last commit last, and lets the connection go to the next one in the queue."""
        gathering = self._gathering
        if gathering is not None:
            connection = await self._opened()
            if gathering.parts or connection.in_transaction():
                await self._write_gathered(gathering)
            else:
                await self._write(connection, gathering, alone=True)
            self._gathering = None
        await self._ended()
        if self._connection is not None:
            try:
                if self._connection.in_transaction():
                    await self._connection.commit()
            except DBAPIError:
                # SQLite keeps a transaction open whose commit it refused, and the pool takes it for finished.
                await self._connection.rollback()
                raise
            finally:
                await self.close()
        if gathering is not None:
            gathering.committed()
        self.changed_registers, self.revisions = frozenset(), None

    async def close(self) -> None:
        """Gives the connection back; what was not committed is undone, also when the task is being cancelled."""
        self._gathering = None
        begun, self._begun = self._begun, None
        connection, self._connection = self._connection, None
        if connection is not None:
            await asyncio.shield(asyncio.ensure_future(_give_back(connection, begun)))


async def _give_back(connection: AsyncConnection, begun: asyncio.Task[None] | None) -> None:
    if begun is not None:
        # Nothing else can be said on the connection before the statement has ended, and ours are short.
        await asyncio.gather(begun, return_exceptions=True)
    await connection.close()


class _Savepoint:
    """See ``Transaction.savepoint``. Every message of a group has one, so it is no generator, which takes longer."""

    __slots__ = ("_before", "_begun", "_transaction")

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    async def __aenter__(self) -> None:
        transaction = self._transaction
        self._before = transaction.wrote_outbox, transaction.changed_registers
        self._begun = await transaction.begin_part()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        begun = self._begun
        if error is not None:
            self._transaction.wrote_outbox, self._transaction.changed_registers = self._before
        if not isinstance(begun, Gathering):
            savepoint: AsyncTransaction | None = begun
        else:
            savepoint = begun.end_part() if error is None else begun.undo_part()
        if savepoint is not None:
            await savepoint.__aexit__(kind, error, trace)
