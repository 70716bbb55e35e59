"""Spellings as a tree of characters in one row of numbers: what the compiled form searches a text with.

The general automaton makes a tuple of three numbers for every spelling that it finds, and there are dozens in a
message of which most are looked at once. Compiled code that walks the tree itself makes nothing at all. Interpreted
it would be slower than the automaton, which is why only the compiled form has it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from routing.triage.vectors import bytes_of_zero, long_zeros

if TYPE_CHECKING:
    from librt.vecs import vec
    from mypy_extensions import i64, u8

IS_COMPILED: Final = not __file__.endswith(".py")
"""Whether this is the compiled form (see ``native.py``)."""

ROOT: Final = 0
"""The node before the first character."""
NOWHERE: Final = -1
"""What follows a node where no spelling goes on."""

CODE_BITS: Final = 21
CODE: Final = 0x1FFFFF
"""A node is one number of 64 bits, so that eight of them fill a line of memory: of those there are far more than a
processor keeps near, and fetching one takes as long as all that is done with it. Lowest in it stands its character plus
one."""
NUMBER: Final = 0xFFFFF
"""Above that its spelling's number plus one, in 20 bits; nothing where no spelling ends there."""
BEHIND: Final = 41
"""Above that where the nodes behind it stand; nothing where no spelling goes on.

The nodes behind one share a block of places, as many as some power of two and beginning at a multiple of it. Twice the
place where that begins and their count make one number, whose lowest bit that is set is the count. Each stands as near
as may be to the place that its character tells.
"""
MIXED_BY_FIRST: Final = 0x9E3779B1
MIXED_BY_SECOND: Final = 0x85EBCA77
LOWEST_MIXED: Final = 9
"""By these two characters are made one number: the exclusive or of their products, without so many bits, and of that
what has room."""
_ROOM_FOR_PAIR: Final = 16
_SPARSE_FROM: Final = 8
"""Nodes behind one from which they get twice the places, so that they are found at once."""


class Trie:
    """Spellings by their characters. Immutable after construction; safe to share between threads.

    Whoever walks it in a loop of its own reads ``table`` as the methods do, which spares a call for each character.
    """

    __slots__ = ("_free", "_gaps", "pairs", "table")

    def __init__(self, spellings: Sequence[str], numbers: Sequence[int] | None = None) -> None:
        """Numbers the ``spellings`` in their order, or as ``numbers`` says; of equal ones the last counts.

        None of them is empty, and the numbers and all nodes have room in their bits: there are at most a million.
        """
        self.table: vec[i64] = long_zeros(64)
        self._free: i64 = 1
        self._gaps: dict[int, list[int]] = {}
        order = sorted(range(len(spellings)), key=spellings.__getitem__)
        ordered = [spellings[place] for place in order]
        self._write(ROOT, ordered, order if numbers is None else [numbers[place] for place in order], 0, len(order), 0)
        self._resize(self._free)
        self._gaps = {}
        self.pairs: vec[u8] = bytes_of_zero(1)
        """Bits that tell of most pairs of characters that no spelling begins with both of them.

        Most characters of a text begin some spelling, and most pairs begin none; that the tree tells as well, but it
        is many times as large.
        """
        self._write_pairs(spellings)

    def root(self) -> i64:
        """Where the first characters stand, as a node has it."""
        return self.table[ROOT] >> BEHIND

    def after(self, node: i64, code: i64) -> i64:
        """The node behind ``node`` by the character with this ``code``; ``NOWHERE`` where no spelling goes on."""
        table = self.table
        behind: i64 = table[node] >> BEHIND
        if behind == 0:
            return NOWHERE
        size: i64 = behind & -behind
        begin: i64 = (behind - size) >> 1
        at: i64 = code & (size - 1)
        while True:
            found: i64 = table[begin + at] & CODE
            if found == code + 1:
                return begin + at
            at = (at + 1) & (size - 1)
            if found == 0 or at == code & (size - 1):
                return NOWHERE

    def number(self, node: i64) -> i64:
        """The number of the spelling that ends at ``node``; -1 where none does."""
        return (self.table[node] >> CODE_BITS & NUMBER) - 1

    def goes_on(self, node: i64) -> bool:
        """Whether some spelling goes on behind ``node``."""
        return self.table[node] >> BEHIND != 0

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
            number: i64 = numbers[first] + 1
            self.table[node] = (self.table[node] & CODE) | number << CODE_BITS
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
        size: i64 = 1
        while size < count or (count >= _SPARSE_FROM and size < 2 * count):
            size *= 2
        begin: i64 = self._room(size)
        self.table[node] |= (2 * begin + size) << BEHIND
        at = first
        while at < last:
            code = ord(spellings[at][depth])
            until: i64 = at + 1
            while until < last:
                other: i64 = ord(spellings[until][depth])
                if other != code:
                    break
                until += 1
            place: i64 = code & (size - 1)
            while self.table[begin + place] != 0:
                place = (place + 1) & (size - 1)
            self.table[begin + place] = code + 1
            self._write(begin + place, spellings, numbers, at, until, depth + 1)
            at = until

    def _write_pairs(self, spellings: Sequence[str]) -> None:
        pairs = {spelling[:2] for spelling in spellings if len(spelling) > 1}
        count: i64 = 1
        while count * 8 < _ROOM_FOR_PAIR * len(pairs):
            count *= 2
        self.pairs = bytes_of_zero(count)
        for pair in pairs:
            first: i64 = ord(pair[0])
            second: i64 = ord(pair[1])
            bit: i64 = (first * MIXED_BY_FIRST ^ second * MIXED_BY_SECOND) >> LOWEST_MIXED
            place: i64 = bit >> 3 & (count - 1)
            self.pairs[place] = int(self.pairs[place]) | 1 << int(bit & 7)

    def _room(self, size: i64) -> i64:
        """Where so many places begin that nobody has yet."""
        gaps = self._gaps.get(size)
        if gaps:
            return gaps.pop()
        # What is passed over to begin at a multiple is left to smaller blocks.
        while self._free & (size - 1) != 0:
            gap: i64 = self._free & -self._free
            self._gaps.setdefault(gap, []).append(self._free)
            self._free += gap
        begin: i64 = self._free
        self._free += size
        if len(self.table) < self._free:
            self._resize(2 * self._free)
        return begin

    def _resize(self, size: i64) -> None:
        table, resized = self.table, long_zeros(size)
        at: i64 = 0
        while at < size and at < len(table):
            resized[at] = table[at]
            at += 1
        self.table = resized
