"""Spellings as a tree of characters in one row of numbers: what the compiled form searches a text with.

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

ROOT: Final = 0
"""The node before the first character."""
NOWHERE: Final = -1
"""What follows a node where no spelling goes on."""
WIDTH: Final = 4
"""Numbers in the table for each node: its character plus one, its spelling's number plus one, and where the nodes
behind it begin and how many places they share less one; nothing where no spelling goes on.

The nodes behind one stand together, each as near as may be to the place that its character tells, so that few lines
of memory are read: of three kinds of them there are more than a processor keeps near.
"""
_SPARSE_FROM: Final = 8
"""Nodes behind one from which they get twice the places, so that they are found at once."""


class Trie:
    """Spellings by their characters. Immutable after construction; safe to share between threads.

    Whoever walks it in a loop of its own reads ``table`` as the methods do, which spares a call for each character.
    """

    __slots__ = ("_free", "table")

    def __init__(self, spellings: Sequence[str], numbers: Sequence[int] | None = None) -> None:
        """Numbers the ``spellings`` in their order, or as ``numbers`` says; of equal ones the last counts.

        None of them is empty.
        """
        self.table: vec[i32] = zeros(WIDTH * 8)
        self._free: i64 = WIDTH
        order = sorted(range(len(spellings)), key=spellings.__getitem__)
        ordered = [spellings[place] for place in order]
        self._write(ROOT, ordered, order if numbers is None else [numbers[place] for place in order], 0, len(order), 0)
        self._resize(self._free)

    def begin(self) -> i64:
        """Where the first characters stand."""
        return int(self.table[ROOT + 2])

    def mask(self) -> i64:
        """How many places they share, less one."""
        return int(self.table[ROOT + 3])

    def after(self, node: i64, code: i64) -> i64:
        """The node behind ``node`` by the character with this ``code``; ``NOWHERE`` where no spelling goes on."""
        table = self.table
        begin: i64 = int(table[node + 2])
        if begin == 0:
            return NOWHERE
        mask: i64 = int(table[node + 3])
        at: i64 = code & mask
        while True:
            found: i64 = int(table[begin + at * WIDTH])
            if found == code + 1:
                return begin + at * WIDTH
            at = (at + 1) & mask
            if found == 0 or at == code & mask:
                return NOWHERE

    def number(self, node: i64) -> i64:
        """The number of the spelling that ends at ``node``; -1 where none does."""
        found: i64 = int(self.table[node + 1])
        return found - 1

    def goes_on(self, node: i64) -> bool:
        """Whether some spelling goes on behind ``node``."""
        return int(self.table[node + 2]) != 0

    def exactly(self, spelling: str) -> int:
        """The number of ``spelling``; -1 where it is none of the spellings."""
        node: i64 = ROOT
        for character in spelling:
            node = self.after(node, ord(character))
            if node < 0:
                return -1
        return self.number(node)

    def _write(self, node: i64, spellings: list[str], numbers: list[int], first: i64, last: i64, depth: i64) -> None:
        """Writes what is behind ``node``: the ``spellings`` from ``first`` to ``last``, which are alike up to there."""
        while first < last and len(spellings[first]) == depth:
            self.table[node + 1] = numbers[first] + 1
            first += 1
        if first == last:
            return
        count: i64 = 0
        known: i64 = -1
        at: i64 = first
        while at < last:
            code: i64 = ord(spellings[at][depth])
            if code != known:
                known = code
                count += 1
            at += 1
        places: i64 = 1
        while places < count or (count >= _SPARSE_FROM and places < 2 * count):
            places *= 2
        begin: i64 = self._room(places)
        self.table[node + 2] = int(begin)
        self.table[node + 3] = int(places - 1)
        at = first
        while at < last:
            code = ord(spellings[at][depth])
            until: i64 = at + 1
            while until < last:
                other: i64 = ord(spellings[until][depth])
                if other != code:
                    break
                until += 1
            place: i64 = code & (places - 1)
            while int(self.table[begin + place * WIDTH]) != 0:
                place = (place + 1) & (places - 1)
            self.table[begin + place * WIDTH] = int(code + 1)
            self._write(begin + place * WIDTH, spellings, numbers, at, until, depth + 1)
            at = until

    def _room(self, places: i64) -> i64:
        """Where so many places begin that nobody has yet."""
        begin: i64 = self._free
        self._free += places * WIDTH
        if len(self.table) < self._free:
            self._resize(2 * self._free)
        return begin

    def _resize(self, size: i64) -> None:
        table, resized = self.table, zeros(size)
        at: i64 = 0
        while at < size and at < len(table):
            resized[at] = table[at]
            at += 1
        self.table = resized
