"""The database of the product and its units of work."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime
from types import TracebackType
from typing import Self

from alembic.runtime.migration import MigrationContext
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from models.areas import SqlAreaStore
from models.audit import SqlAuditStore
from models.care import SqlCareStore
from models.care_visits import SqlCareVisitStore
from models.civic import SqlCivicStores
from models.clock_notices import SqlClockNoticeStore
from models.digests import SqlDigestStore
from models.disputes import SqlDisputeStore
from models.engine import SQLITE, connect, disk_trouble, parse_url
from models.foresight import Ahead, Foresight
from models.groups import SqlGroupStore
from models.guide_questions import SqlQuestionStore
from models.outbox import SqlOutbox
from models.pace import SqlPaceStore
from models.prompts import SqlPromptStore
from models.registers import RegisterCache, Registers
from models.revision import RegisterRevisions
from models.service_items import SqlItemStore
from models.staff import SqlStaffStore
from models.standings import SqlStandingStore
from models.subtasks import SqlSubtaskStore
from models.tickets import SqlTicketStore
from models.transaction import Transaction
from models.updates import SqlUpdateLog
from models.volunteers import SqlHelpStore, SqlVolunteerStore
from routing.queries import Outlook

_TOUCH = "PRAGMA user_version = 0"
"""Writes the head of the file as it stands: nobody else uses that number."""


def _utc_now() -> datetime:
    return datetime.now(UTC)


class SqlUnitOfWork:
    """One transaction over all stores; leaving the block without ``commit`` undoes everything.

    The connection is taken at the first statement. On SQLite there is one for all, so a task never opens a unit of
    work inside another: it would wait for itself.
    """

    def __init__(
        self,
        transaction: Transaction,
        cache: RegisterCache,
        ids: Ahead,
        after_commit: list[Callable[[], None]],
    ) -> None:
        revisions = RegisterRevisions(transaction)
        registers = Registers(transaction, revisions, cache)
        self._foresight = Foresight(transaction, registers, ids)
        self._transaction = transaction
        self._after_commit = after_commit
        self.areas = SqlAreaStore(transaction, revisions, registers)
        self.staff = SqlStaffStore(transaction, revisions, registers)
        self.groups = SqlGroupStore(transaction, revisions, registers)
        self.tickets = SqlTicketStore(transaction)
        self.subtasks = SqlSubtaskStore(transaction)
        self.outbox = SqlOutbox(transaction)
        self.clock_notices = SqlClockNoticeStore(transaction)
        self.pace = SqlPaceStore(transaction)
        self.updates = SqlUpdateLog(transaction)
        self.prompts = SqlPromptStore(transaction)
        self.digests = SqlDigestStore(transaction)
        self.items = SqlItemStore(transaction, revisions, registers)
        self.questions = SqlQuestionStore(transaction)
        self.civic = SqlCivicStores(transaction)
        self.standings = SqlStandingStore(transaction)
        self.disputes = SqlDisputeStore(transaction)
        self.audit = SqlAuditStore(transaction)
        self.care = SqlCareStore(transaction, revisions, registers)
        self.care_visits = SqlCareVisitStore(transaction)
        self.volunteers = SqlVolunteerStore(transaction)
        self.help = SqlHelpStore(transaction)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._transaction.close()

    async def foresee(self, outlook: Outlook, *, waits: bool = False) -> None:
        """Reads ahead for messages that are handled next, and from then on gathers what is to be written.

        Nothing is answered otherwise than without it. ``NotKept`` may be raised by whatever writes, ``commit`` for
        one, where somebody else dealt with the same groups meanwhile. Who ``waits`` for them first keeps them out.
        """
        await self._foresight.read(outlook, waits=waits)

    @property
    def foresees(self) -> bool:
        """Whether what was read ahead still serves; after a change that it does not show, it no longer does."""
        return self._transaction.foreseen is not None

    def savepoint(self) -> AbstractAsyncContextManager[None]:
        """A part that is undone alone where it raises, so that the rest can still be committed."""
        return self._transaction.savepoint()

    async def commit(self) -> None:
        """Makes it last; where messages wait now, those who asked by ``Database.on_commit`` are called."""
        await self._transaction.commit()
        if self._transaction.wrote_outbox:
            self._transaction.wrote_outbox = False
            for callback in self._after_commit:
                callback()


class Database:
    """A database by its URL: ``sqlite+aiosqlite:///path`` or ``postgresql+asyncpg://…``.

    Making one connects to nothing yet. ``clock`` gives the moment at which messages are queued.

    Raises:
        DatabaseUrlInvalid: the URL cannot be used.
    """

    def __init__(
        self,
        database_url: str,
        *,
        clock: Callable[[], datetime] = _utc_now,
        pool_size: int = 10,
        max_overflow: int = 10,
    ) -> None:
        """``pool_size`` connections are kept and ``max_overflow`` more made under load; SQLite has always one."""
        self._engine = connect(parse_url(database_url), pool_size=pool_size, max_overflow=max_overflow)
        self._clock = clock
        self._cache = RegisterCache()
        self._ids = Ahead()
        self._after_commit: list[Callable[[], None]] = []

    @property
    def dialect(self) -> str:
        """ "sqlite" or "postgresql"."""
        return self._engine.dialect.name

    def unit_of_work(self) -> SqlUnitOfWork:
        """A new transaction, to be used in ``async with``."""
        return SqlUnitOfWork(Transaction(self._engine, self._clock), self._cache, self._ids, self._after_commit)

    def on_commit(self, callback: Callable[[], None]) -> None:
        """Calls ``callback`` after every commit with which messages wait in the outbox; it must not block."""
        self._after_commit.append(callback)

    async def ping(self) -> str | None:
        """Asks the database for a sign of life; none where all is well, else a word for what is wrong with its disk.

        Raises what the driver raises where there is no sign. A file on a full disk can still be read, so on SQLite the
        head of the file is written as it stands.
        """
        is_file = self.dialect == SQLITE
        try:
            async with self._engine.begin() as connection:
                await connection.execute(text(_TOUCH if is_file else "SELECT 1"))
        except DBAPIError as error:
            return disk_trouble(error)
        return None

    async def current_revision(self) -> str | None:
        """The migration that the database stands at; none where it was never migrated."""
        async with self._engine.connect() as connection:
            return await connection.run_sync(lambda plain: MigrationContext.configure(plain).get_current_revision())

    async def close(self) -> None:
        """Closes every connection."""
        await self._engine.dispose()
