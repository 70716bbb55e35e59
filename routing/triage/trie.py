"""Spellings as a tree of characters in one packed table: what the compiled form searches a text with.

The general automaton makes a tuple of three numbers for every spelling that it finds, and there are dozens in a
message of which most are looked at once. Compiled code that walks the tree itself makes nothing at all. Interpreted
it would be slower than the automaton, which is why only the compiled form has it.
"""

from __future__ import annotations

import sys
from array import array
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from mypy_extensions import i64

IS_COMPILED: Final = not __file__.endswith(".py")
"""Whether this is the compiled form (see ``native.py``)."""

ROOT: Final = -1
"""The node before the first character."""
NOWHERE: Final = -2
"""What follows a node where no spelling goes on."""
WIDTH: Final = 4
"""Numbers in the table for each node: its parent's plus two, its character, its spelling's plus one, and whether any
spelling goes on behind it. They lie in one line of the processor's cache."""


def packed(numbers: array[int]) -> str:
    """``numbers`` (an array of type I) up to ``sys.maxunicode`` as the characters of a text.

    A text is the one array of the language whose numbers compiled code reads as they stand in memory.

    Raises:
        UnicodeDecodeError: a number is larger.
    """
    return str(memoryview(numbers), f"utf-32-{'le' if sys.byteorder == 'little' else 'be'}", "surrogatepass")


class Trie:
    """Spellings by their characters. Immutable after construction; safe to share between threads."""

    __slots__ = ("mask", "table")

    def __init__(self, spellings: Sequence[str]) -> None:
        """Numbers the ``spellings`` in their order; none is empty, and of equal ones the last counts.

        Raises:
            UnicodeDecodeError: there are more than can be packed.
        """
        capacity = 8
        while capacity < 2 * len(spellings):
            capacity *= 2
        written = _written(spellings, capacity)
        while written is None:
            capacity *= 2
            written = _written(spellings, capacity)
        self.mask = capacity - 1
        self.table = packed(written)

    def after(self, node: i64, code: i64) -> i64:
        """The node behind ``node`` by the character with this ``code``; ``NOWHERE`` where no spelling goes on."""
        mask: i64 = self.mask
        table = self.table
        at: i64 = _hash(node, code) & mask
        while True:
            parent: i64 = ord(table[at * WIDTH])
            if parent == 0:
                return NOWHERE
            if parent == node + 2:
                character: i64 = ord(table[at * WIDTH + 1])
                if character == code:
                    return at
            at = (at + 1) & mask

    def number(self, node: i64) -> i64:
        """The number of the spelling that ends at ``node``; -1 where none does."""
        found: i64 = ord(self.table[node * WIDTH + 2])
        return found - 1

    def goes_on(self, node: i64) -> bool:
        """Whether some spelling goes on behind ``node``."""
        return ord(self.table[node * WIDTH + 3]) != 0

    def longest(self, text: str, start: i64) -> i64:
        """The number of the longest spelling that ``text`` has at ``start``; -1 where it has none."""
        mask: i64 = self.mask
        table = self.table
        length: i64 = len(text)
        node: i64 = ROOT
        found: i64 = 0
        while start < length:
            code: i64 = ord(text[start])
            at: i64 = _hash(node, code) & mask
            wanted: i64 = node + 2
            while True:
                parent: i64 = ord(table[at * WIDTH])
                if parent == 0:
                    return found - 1
                if parent == wanted:
                    character: i64 = ord(table[at * WIDTH + 1])
                    if character == code:
                        break
                at = (at + 1) & mask
            number: i64 = ord(table[at * WIDTH + 2])
            if number:
                found = number
            further: i64 = ord(table[at * WIDTH + 3])
            if not further:
                return found - 1
            node = at
            start += 1
        return found - 1

    def exactly(self, spelling: str) -> int:
        """The number of ``spelling``; -1 where it is none of the spellings."""
        node: i64 = ROOT
        for character in spelling:
            node = self.after(node, ord(character))
            if node < 0:
                return -1
        return self.number(node) if spelling else -1


def _written(spellings: Sequence[str], capacity: int) -> array[int] | None:
    """The table with room for ``capacity`` nodes; None where it would be so full that searching takes long."""
    table = array("I", bytes(4 * WIDTH * capacity))
    mask = capacity - 1
    free = capacity * 5 // 8
    for number, spelling in enumerate(spellings):
        node = ROOT
        for character in spelling:
            if node >= 0:
                table[node * WIDTH + 3] = 1
            code = ord(character)
            at = _hash(node, code) & mask
            while (parent := table[at * WIDTH]) and not (parent == node + 2 and table[at * WIDTH + 1] == code):
                at = (at + 1) & mask
            if not parent:
                table[at * WIDTH] = node + 2
                table[at * WIDTH + 1] = code
                free -= 1
                if not free:
                    return None
            node = at
        table[node * WIDTH + 2] = number + 1
    return table


def _hash(node: i64, code: i64) -> i64:
    """Where in the table the search for a node begins; the factors only have to spread well."""
    mixed: i64 = (node + 2) * 2654435761 + code * 2246822519
    return mixed ^ (mixed >> 13)
