"""Reads ahead: asks one question for everything that the handling of some messages will look at."""

from __future__ import annotations

from models.foresight_statement import READ, foreseen, parameters, questions
from models.registers import Registers
from models.ticket_copies import TicketCopies
from models.transaction import Transaction
from routing.queries import Outlook

_AHEAD = 64
"""Ids are taken from a sequence so many at a time; those that a process ends with unused are left out."""
_TICKETS_A_MESSAGE = 4
"""As many matters as one message may hold."""


class IdsAhead:
    """Ids that this process has taken from the sequences and not used yet, the next one last."""

    def __init__(self) -> None:
        self.tickets: list[int] = []
        self.prompts: list[int] = []


class Ahead(IdsAhead):
    """What one process keeps between its reads: ids, and copies of tickets."""

    def __init__(self) -> None:
        super().__init__()
        self.copies = TicketCopies()


class Foresight:
    """Reads ahead for one transaction."""

    def __init__(self, transaction: Transaction, registers: Registers, ids: Ahead) -> None:
        self._transaction = transaction
        self._registers = registers
        self._ids = ids

    async def read(self, outlook: Outlook) -> None:
        """Reads, and has the transaction answer from it and gather what is to be written from now on."""
        is_postgresql = self._transaction.is_postgresql
        cache = self._registers.cache
        if cache.areas.revision is None:
            # A process that has just started knows no register yet, and so not what will matter.
            await self._registers.tree()
            await self._registers.staff()
            await self._registers.groups()
        messages = len(outlook.messages)
        # The ids of SQLite are free for this transaction only.
        ids = self._ids if is_postgresql else IdsAhead()
        chats = {one.chat_id for one in outlook.messages}
        copies = self._ids.copies.of_chats(outlook.messages[0].platform, chats) if is_postgresql else {}
        asked = questions(
            outlook,
            cache,
            ids=max(_AHEAD, _TICKETS_A_MESSAGE * messages) if len(ids.tickets) < _TICKETS_A_MESSAGE * messages else 0,
            copies=copies,
            prompts=max(_AHEAD, messages) if len(ids.prompts) < messages else 0,
        )
        answer = await self._transaction.read(READ[is_postgresql], parameters(asked, is_postgresql=is_postgresql))
        table, revisions = foreseen(answer, outlook, asked, copies, self._ids.copies.keep)
        for kept, new in ((ids.tickets, table.ticket_ids), (ids.prompts, table.prompt_ids)):
            kept[:0] = reversed(new)
        table.ticket_ids, table.prompt_ids = ids.tickets, ids.prompts
        self._transaction.revisions = revisions
        self._transaction.gather(table)
