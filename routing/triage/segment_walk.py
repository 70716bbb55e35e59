"""The most probable cut into words as the compiled form finds it: by walking a tree, without objects for words."""

from __future__ import annotations

from collections.abc import Sequence
from math import log
from typing import TYPE_CHECKING, Final

from routing.triage.trie import BEHIND, CODE, CODE_BITS, LOWEST_MIXED, MIXED_BY_FIRST, MIXED_BY_SECOND, NUMBER, Trie
from routing.triage.vectors import bytes_of_zero, fractions, packed, zeros

if TYPE_CHECKING:
    from librt.vecs import vec
    from mypy_extensions import i32, i64, u8

_WHOLE: Final = 1
_APART: Final = 2
"""Of a word that no other overlaps: its most probable cut is itself, or several words."""


class _Slate:
    """What is written down while stretches are cut; lent to one text at a time."""

    __slots__ = ("lasts", "likelihood")

    def __init__(self, length: int) -> None:
        self.likelihood: vec[float] = fractions(length + 1)
        self.lasts: vec[i32] = zeros(length)


class SegmentWalk:
    """The dictionary as a tree. Immutable but for what it lends and remembers; safe to share between threads."""

    __slots__ = ("_idle", "_known", "_likely", "_numbers", "_trie", "_unknown")

    def __init__(self, words: Sequence[str], counts: Sequence[int], total: int) -> None:
        """``counts`` tells how often each of the ``words`` was met, ``total`` how many words that were."""
        # What is met most is numbered first, so that its numbers lie together in memory.
        order = sorted(range(len(counts)), key=counts.__getitem__, reverse=True)
        numbers = [0] * len(order)
        for place, number in enumerate(order):
            numbers[number] = place
        self._trie = Trie(words, numbers)
        self._unknown = log(1) - log(total)
        """How likely a word is that nobody knows, as all of these by its logarithm."""
        self._likely: vec[float] = fractions(len(counts))
        for place, number in enumerate(order):
            self._likely[place] = log(counts[number] or 1) - log(total)
        self._numbers: vec[i32] = packed(order)
        self._known: vec[u8] = bytes_of_zero(len(counts))
        """How each word is cut that stood alone in some text; most stretches of a text are one such word."""
        self._idle: list[_Slate] = []

    def number(self, word: str) -> int:
        """The number of ``word``; -1 where it is unknown."""
        number = self._trie.exactly(word)
        return -1 if number < 0 else int(self._numbers[number])

    def inside(self, text: str) -> list[bool]:
        """For each position of ``text``, its end too, whether it lies within a word of the most probable cut."""
        length: i64 = len(text)
        inside = [False] * (length + 1)
        table = self._trie.table
        root = self._trie.root()
        pairs = self._trie.pairs
        last_pair: i64 = len(pairs) - 1
        slate = self._borrow(length)
        begun: i64 = 0
        reach: i64 = 0
        # The number of the word that the stretch from there on is; -1 where it is several that overlap.
        alone: i64 = -1
        longest: i64 = -1
        start: i64 = 0
        while start < length:
            behind: i64 = root
            at: i64 = start
            end: i64 = 0
            while behind != 0 and at < length:
                code: i64 = ord(text[at])
                size: i64 = behind & -behind
                begin: i64 = (behind - size) >> 1
                place: i64 = code & (size - 1)
                while True:
                    node: i64 = table[begin + place]
                    known: i64 = node & CODE
                    place = (place + 1) & (size - 1)
                    if known == code + 1 or known == 0 or place == code & (size - 1):
                        break
                if known != code + 1:
                    break
                at += 1
                number: i64 = (node >> CODE_BITS & NUMBER) - 1
                if number >= 0:
                    end = at
                    longest = number
                behind = node >> BEHIND
                if at == start + 1 and at < length:
                    following: i64 = ord(text[at])
                    bit: i64 = (code * MIXED_BY_FIRST ^ following * MIXED_BY_SECOND) >> LOWEST_MIXED
                    told_of_pair: i64 = int(pairs[bit >> 3 & last_pair])
                    if told_of_pair >> (bit & 7) & 1 == 0:
                        break
            if end > start + 1:
                # What is likeliest within a stretch of words that overlap does not depend on what is around it.
                if start >= reach:
                    if reach - begun > 1:
                        self._mark(text, begun, reach, alone, inside, slate)
                    begun = start
                    reach = end
                    alone = longest
                elif end > reach:
                    reach = end
                    alone = -1
            start += 1
        if reach - begun > 1:
            self._mark(text, begun, reach, alone, inside, slate)
        self._idle.append(slate)
        return inside

    def _mark(self, text: str, first: i64, last: i64, word: i64, inside: list[bool], slate: _Slate) -> None:
        """Marks the positions within the words of a stretch that is this ``word``, or, where that is -1, several."""
        known: i64 = 0 if word < 0 else int(self._known[word])
        position: i64 = first + 1
        if known == _WHOLE:
            while position < last:
                inside[position] = True
                position += 1
            return
        self._cut(text, first, last, inside, slate)
        if word < 0 or known == _APART:
            return
        while position < last and inside[position]:
            position += 1
        self._known[word] = _WHOLE if position == last else _APART

    def _cut(self, text: str, first: i64, last: i64, inside: list[bool], slate: _Slate) -> None:
        """Marks the positions within the words of jieba's most probable cut of the stretch ``first``–``last``.

        As in jieba, a cut is as likely as the product of how frequent its words are, one that nobody knows counts
        once, and of two that are equally likely the one whose first word is longer wins.
        """
        likelihood, lasts = slate.likelihood, slate.lasts
        table, likely, unknown = self._trie.table, self._likely, self._unknown
        root = self._trie.root()
        likelihood[last - first] = 0.0
        position: i64 = last - 1
        while position >= first:
            best = unknown + likelihood[position + 1 - first]
            longest: i64 = position
            behind: i64 = root
            at: i64 = position
            while behind != 0 and at < last:
                code: i64 = ord(text[at])
                size: i64 = behind & -behind
                begin: i64 = (behind - size) >> 1
                place: i64 = code & (size - 1)
                while True:
                    node: i64 = table[begin + place]
                    known: i64 = node & CODE
                    place = (place + 1) & (size - 1)
                    if known == code + 1 or known == 0 or place == code & (size - 1):
                        break
                if known != code + 1:
                    break
                number: i64 = (node >> CODE_BITS & NUMBER) - 1
                if number >= 0:
                    score = likely[number] + likelihood[at + 1 - first]
                    if at == position or score >= best:
                        best = score
                        longest = at
                at += 1
                behind = node >> BEHIND
            likelihood[position - first] = best
            lasts[position - first] = int(longest)
            position -= 1
        position = first
        while position < last:
            until: i64 = int(lasts[position - first])
            while position < until:
                position += 1
                inside[position] = True
            position += 1

    def _borrow(self, length: i64) -> _Slate:
        try:
            slate = self._idle.pop()
        except IndexError:
            return _Slate(length + 32)
        return slate if len(slate.lasts) >= length else _Slate(2 * length)


def join_letters(text: str, inside: list[bool]) -> None:
    """Marks the positions between single letters or digits (502 is one word) where the dictionary has no word."""
    length: i64 = len(text)
    before = was_inside = False
    at: i64 = 0
    while at < length:
        code: i64 = ord(text[at])
        is_letter = code < 123 and (code >= 97 or 65 <= code <= 90 or 48 <= code <= 57)
        if is_letter:
            # What was marked on the way here says nothing of the dictionary's words.
            is_inside = inside[at]
            if before and not (was_inside or is_inside or inside[at + 1]):
                inside[at] = True
            was_inside = is_inside
        before = is_letter
        at += 1
