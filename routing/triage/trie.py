"""Spellings as a tree of characters in one packed table: what the compiled form searches a text with.

The general automaton makes a tuple of three numbers for every spelling that it finds, and there are dozens in a
message of which most are looked at once. Compiled code that walks the tree itself makes nothing at all. Interpreted
it would be slower than the automaton, which is why only the compiled form has it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from routing.triage.vectors import zeros

if TYPE_CHECKING:
    from librt.vecs import vec
    from mypy_extensions import i32, i64

IS_COMPILED: Final = not __file__.endswith(".py")
"""Whether this is the compiled form (see ``native.py``)."""

ROOT: Final = -1
"""The node before the first character."""
NOWHERE: Final = -2
"""What follows a node where no spelling goes on."""
WIDTH: Final = 4
"""Numbers in the table for each node: its parent's plus two, its character, its spelling's plus one, and whether any
spelling goes on behind it. They lie in one line of the processor's cache."""


class Trie:
    """Spellings by their characters. Immutable after construction; safe to share between threads.

    Whoever walks it in a loop of its own reads ``table`` as the methods do, which spares a call for each character.
    """

    __slots__ = ("mask", "table")

    def __init__(self, spellings: Sequence[str], numbers: Sequence[int] | None = None) -> None:
        """Numbers the ``spellings`` in their order, or as ``numbers`` says; of equal ones the last counts.

        None of them is empty.
        """
        capacity = 8
        while capacity < 2 * len(spellings):
            capacity *= 2
        self.table: vec[i32] = zeros(0)
        while not self._write(spellings, numbers, capacity):
            capacity *= 2
        self.mask: i64 = capacity - 1

    def after(self, node: i64, code: i64) -> i64:
        """The node behind ``node`` by the character with this ``code``; ``NOWHERE`` where no spelling goes on."""
        mask: i64 = self.mask
        table = self.table
        at: i64 = start_of(node, code) & mask
        while True:
            parent: i64 = int(table[at * WIDTH])
            if parent == 0:
                return NOWHERE
            if parent == node + 2 and int(table[at * WIDTH + 1]) == code:
                return at
            at = (at + 1) & mask

    def number(self, node: i64) -> i64:
        """The number of the spelling that ends at ``node``; -1 where none does."""
        found: i64 = int(self.table[node * WIDTH + 2])
        return found - 1

    def goes_on(self, node: i64) -> bool:
        """Whether some spelling goes on behind ``node``."""
        return int(self.table[node * WIDTH + 3]) != 0

    def exactly(self, spelling: str) -> int:
        """The number of ``spelling``; -1 where it is none of the spellings."""
        node: i64 = ROOT
        for character in spelling:
            node = self.after(node, ord(character))
            if node < 0:
                return -1
        return self.number(node) if spelling else -1

    def _write(self, spellings: Sequence[str], numbers: Sequence[int] | None, capacity: i64) -> bool:
        """Fills a table with room for ``capacity`` nodes; False where it would be so full that searching takes long."""
        table = zeros(WIDTH * capacity)
        mask: i64 = capacity - 1
        free: i64 = capacity * 5 // 8
        for order, spelling in enumerate(spellings):
            node: i64 = ROOT
            for character in spelling:
                if node >= 0:
                    table[node * WIDTH + 3] = 1
                code: i64 = ord(character)
                at: i64 = start_of(node, code) & mask
                while True:
                    parent: i64 = int(table[at * WIDTH])
                    if parent == 0 or (parent == node + 2 and int(table[at * WIDTH + 1]) == code):
                        break
                    at = (at + 1) & mask
                if parent == 0:
                    table[at * WIDTH] = int(node + 2)
                    table[at * WIDTH + 1] = int(code)
                    free -= 1
                    if free == 0:
                        return False
                node = at
            number: i64 = order if numbers is None else numbers[order]
            table[node * WIDTH + 2] = int(number + 1)
        self.table = table
        return True


def start_of(node: i64, code: i64) -> i64:
    """Where in a table, cut to its size, the search for a node begins; the factors only have to spread well."""
    mixed: i64 = (node + 2) * 2654435761 + code * 2246822519
    return mixed ^ (mixed >> 13)
