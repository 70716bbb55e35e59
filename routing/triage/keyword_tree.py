"""The keywords as a tree whose nodes hold what their keywords add up to, so that nothing else is fetched for them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from routing.triage.keyword_sums import Keywords
from routing.triage.trie import BEHIND, CODE, CODE_BITS, NUMBER, ROOT, Trie
from routing.triage.vectors import long_zeros, zeros

if TYPE_CHECKING:
    from librt.vecs import vec
    from mypy_extensions import i32, i64, u8

PLACES: Final = 0x1FFFFF
"""A node is two numbers of 64 bits. The first holds, from below, its character as in a ``Trie``, then in so many bits
where the nodes behind it stand, again as there, and in the ``ROW`` bits above ``ABOVE_PLACES`` the place of the row of
its keyword."""
ABOVE_PLACES: Final = 42
ROW: Final = 0x3FFFFF
SQUARES: Final = 0x3FFFFFF
"""The second number holds the squares and one more, in so many bits, and nothing at all where no keyword ends."""
ABOVE_SQUARES: Final = 26
LOUD: Final = 0x1FFFF
"""Above that what is loud, in so many bits, and above ``ABOVE_LOUD`` the weight for the first label."""
ABOVE_LOUD: Final = 43
_WEIGHTIEST: Final = 1 << 20
"""What is above them has 21 bits with its sign."""
_SLOTS: Final = 6
"""More of them than there are for each character."""


class KeywordTree:
    """Of each keyword the node tells what it and all keywords that it begins with add up to.

    Keywords are known by the slots of their nodes; no keyword has slot 0.
    """

    __slots__ = ("pairs", "row", "slot_of")

    def __init__(self, keywords: Keywords) -> None:
        spellings = keywords.spellings
        trie = Trie(spellings)
        slots = len(trie.table)
        self.pairs: vec[u8] = trie.pairs
        self.row: vec[i64] = long_zeros(2 * slots)
        self.slot_of: vec[i32] = zeros(len(spellings))
        """The slot of each keyword by its number."""
        slot: i64 = 0
        while slot < slots:
            node: i64 = trie.table[slot]
            self.row[2 * slot] = node & CODE | (node >> BEHIND & PLACES) << CODE_BITS
            slot += 1
        for number in sorted(range(len(spellings)), key=lambda one: len(spellings[one])):
            self._add_up(number, keywords, trie)

    @staticmethod
    def can_hold(keywords: Keywords) -> bool:
        """Whether all numbers have room in their bits, as those of any lexicon have that was learned."""
        spellings = keywords.spellings
        deepest = max(map(len, spellings), default=0)
        first = max(keywords.firsts, default=0)
        heaviest = max(map(abs, keywords.firsts), default=0)
        return (
            deepest * max(keywords.squares, default=0) < SQUARES
            and deepest * first <= LOUD
            and deepest * heaviest < _WEIGHTIEST
            and len(spellings) < NUMBER
            and _SLOTS * sum(map(len, spellings)) < PLACES // 2
        )

    def root(self) -> i64:
        """Where the first characters stand, as a node has it."""
        return self.row[ROOT] >> CODE_BITS & PLACES

    def place_row(self, number: int, place: i64) -> None:
        """Writes down at which ``place`` the row of a keyword begins."""
        self.row[2 * int(self.slot_of[number])] |= place << ABOVE_PLACES

    def _add_up(self, number: i64, keywords: Keywords, trie: Trie) -> None:
        """Writes down what a keyword and all that it begins with add up to; shorter ones have been written."""
        node: i64 = ROOT
        shorter: i64 = 0
        for character in keywords.spellings[number]:
            if self.row[2 * node + 1] != 0:
                shorter = node
            node = trie.after(node, ord(character))
        self.slot_of[number] = int(node)
        first: i64 = keywords.firsts[number]
        loud: i64 = first if first >= keywords.loud_from else 0
        squares: i64 = keywords.squares[number]
        if shorter != 0:
            known: i64 = self.row[2 * shorter + 1]
            squares += (known & SQUARES) - 1
            loud += known >> ABOVE_SQUARES & LOUD
            first += known >> ABOVE_LOUD
        self.row[2 * node + 1] = squares + 1 | loud << ABOVE_SQUARES | first << ABOVE_LOUD
