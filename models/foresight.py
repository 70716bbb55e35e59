"""Reads ahead: asks one question for everything that the handling of some messages will look at."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable

from models.foreseen import Chat, Foreseen
from models.foresight_answer import foreseen
from models.foresight_questions import parameters, questions
from models.foresight_statement import HOLD, READ
from models.registers import Registers
from models.ticket_copies import TicketCopies
from models.transaction import Transaction
from routing.queries import Outlook

_AHEAD = 64
"""Ids are taken from a sequence so many at a time; those that a process ends with unused are left out."""
_TICKETS_A_MESSAGE = 4
"""As many matters as one message may hold."""
_TURNS = 10_000
"""Groups of which it is kept in mind when we dealt with them last."""


class IdsAhead:
    """Ids that this process has taken from the sequences and not used yet, the next one last."""

    def __init__(self) -> None:
        self.tickets: list[int] = []
        self.prompts: list[int] = []


class Ahead(IdsAhead):
    """What one process keeps between its reads: ids, copies of tickets, and when it dealt with which group last."""

    def __init__(self) -> None:
        super().__init__()
        self.copies = TicketCopies()
        self._turns: OrderedDict[Chat, int] = OrderedDict()

    def turns(self, platform: str, chats: Iterable[int]) -> dict[int, int]:
        """The turns of these groups that we know all of; those that we had ourselves are among them."""
        known = ((chat_id, self._turns.get((platform, chat_id))) for chat_id in chats)
        return {chat_id: turn for chat_id, turn in known if turn is not None}

    def read(self, table: Foreseen) -> None:
        """Notes what was read."""
        for chat, turn in table.turns.items():
            self._note(chat, turn)

    def written(self, table: Foreseen, version: str, tickets: Iterable[int], turns: Iterable[tuple[Chat, int]]) -> None:
        """Notes what was committed: tickets, as that transaction wrote them, and the turns that we had."""
        for chat, turn in turns:
            self._note(chat, turn + 1)
        for ticket_id in tickets if version else ():
            if ticket_id in table.tickets:
                self.copies.keep(version, table.tickets[ticket_id])

    def _note(self, chat: Chat, turn: int) -> None:
        self._turns.pop(chat, None)
        self._turns[chat] = turn
        if len(self._turns) > _TURNS:
            self._turns.popitem(last=False)


class Foresight:
    """Reads ahead for one transaction."""

    def __init__(self, transaction: Transaction, registers: Registers, ahead: Ahead) -> None:
        self._transaction = transaction
        self._registers = registers
        self._ahead = ahead

    async def read(self, outlook: Outlook, *, waits: bool = False) -> None:
        """Reads, and has the transaction answer from it and gather what is to be written from now on.

        With ``waits`` nobody else deals with these groups or counts on their counters from then on until the end.
        """
        is_postgresql = self._transaction.is_postgresql
        cache = self._registers.cache
        if cache.areas.revision is None:
            # A process that has just started knows no register yet, and so not what will matter.
            await self._registers.tree()
            await self._registers.staff()
            await self._registers.groups()
        messages, platform = len(outlook.messages), outlook.messages[0].platform
        # The ids of SQLite are free for this transaction only.
        ids = self._ahead if is_postgresql else IdsAhead()
        copies = self._ahead.copies.about(platform, outlook.topics)
        asked = questions(
            outlook,
            cache,
            ids=max(_AHEAD, _TICKETS_A_MESSAGE * messages) if len(ids.tickets) < _TICKETS_A_MESSAGE * messages else 0,
            prompts=max(_AHEAD, messages) if len(ids.prompts) < messages else 0,
            copies=copies,
            turns=self._ahead.turns(platform, {one.chat_id for one in outlook.messages}),
        )
        if waits and is_postgresql:
            await self._transaction.read(HOLD, (platform, asked["chats"], asked["day"], asked["scopes"]))
        answer = await self._transaction.read_ahead(READ[is_postgresql], parameters(asked, is_postgresql=is_postgresql))
        table, revisions = foreseen(answer, outlook, asked, copies, self._ahead.copies.keep)
        for kept, new in ((ids.tickets, table.ticket_ids), (ids.prompts, table.prompt_ids)):
            kept[:0] = reversed(new)
        table.ticket_ids, table.prompt_ids = ids.tickets, ids.prompts
        self._ahead.read(table)
        self._transaction.revisions = revisions
        self._transaction.gather(table, self._ahead.written)
