"""The counters that tell a process whether its copy of a register is still true."""

from __future__ import annotations

from typing import Literal, get_args

from sqlalchemy import select, update

from models.tables import RegisterRevisionRow
from models.transaction import Transaction

Register = Literal["areas", "staff", "groups", "care", "items"]
REGISTERS: tuple[Register, ...] = get_args(Register)

_CURRENT = select(*(getattr(RegisterRevisionRow, register) for register in REGISTERS))


class RegisterRevisions:
    """The revision row as one unit of work sees it."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    async def current(self, register: Register) -> int:
        """How often the register had changed when this transaction first asked.

        Asked once for all registers of a transaction: what others change meanwhile is as if it came after it.
        """
        if self._transaction.revisions is None:
            (row,) = await self._transaction.execute(_CURRENT)
            self._transaction.revisions = dict(zip(REGISTERS, row, strict=True))
        return self._transaction.revisions[register]

    async def bump(self, register: Register) -> None:
        """Tells every process that the register changes with this transaction."""
        if register not in self._transaction.changed_registers:
            column = getattr(RegisterRevisionRow, register)
            await self._transaction.execute(update(RegisterRevisionRow).values({register: column + 1}))
            self._transaction.changed_registers |= {register}

    def changed_here(self, register: Register) -> bool:
        """Whether this transaction itself changed it: what it reads may then be rolled back."""
        return register in self._transaction.changed_registers
