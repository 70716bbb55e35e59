"""Words of a sentence: jieba's dictionary, found by one search for all words at once, and jieba's most probable cut."""

from __future__ import annotations

import re
from array import array
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import pairwise
from math import log
from operator import itemgetter
from typing import Final

from routing.triage.dictionary import read_dictionary
from routing.triage.searching import Found, search_for
from routing.triage.segment_walk import SegmentWalk, join_letters
from routing.triage.trie import IS_COMPILED

_FREQUENCY: Final = 1000
"""Given to domain words: above most of the general dictionary, below its function words."""

_ENTRY: Final = re.compile(r"^([\u4e00-\u9fd5a-zA-Z0-9+#&._%\-]+) (\d+)", re.MULTILINE)
"""A word of the characters that words are made of, as jieba has it, and how often it was counted."""
_LETTERS: Final = re.compile(r"[a-zA-Z0-9]{2,}")
_LINE_BREAK: Final = re.compile("\r\n")
_TAILS: Final = frozenset("了的过着掉起到得啊呀吗嘛呢哦咯喽哈吧啦成断倒坏破完满光烂歪裂死住上下")

_REMEMBERED: Final = 1 << 13
"""Stretches whose cut is remembered: they are words and near-words, so that a few thousand make up most talk."""
_LONGEST_REMEMBERED: Final = 12
"""Characters of the longest of them."""

_by_start: Final = itemgetter(1)


class Segmenter:
    """Tells where words begin and end. Immutable after construction; safe to share between threads.

    The cut is the one of ``jieba.cut(text, HMM=False)`` with the same dictionary. One pass finds every word of the
    dictionary that occurs in a text; the likeliest of several cuts is looked for only where words overlap.
    """

    def __init__(self, domain_words: Iterable[str], *, walks: bool = IS_COMPILED) -> None:
        """Reads the dictionary and adds ``domain_words``.

        Walking a tree of its own spares compiled code an object for each word; interpreted it takes far longer.
        """
        self._characters: dict[str, int] = {}
        self._counts = array("I")
        numbers: dict[str, int | None] = {word: None for word in domain_words if len(word) > 1}
        entries = list(self._entries(numbers)) if walks else []
        self._find = search_for(() if walks else self._entries(numbers))
        self._remembered = lru_cache(maxsize=_REMEMBERED)(self._cut)
        self._general = len(self._counts)
        total = sum(self._counts) + sum(self._characters.values())
        for number in numbers.values():
            if number is None:
                self._counts.append(_FREQUENCY)
                total += _FREQUENCY
            else:
                self._counts[number] = max(_FREQUENCY, self._counts[number])
                total += self._counts[number]
        self._log_total = log(total)
        self._walk: SegmentWalk | None = None
        if walks:
            known = [*self._counts, *self._characters.values()]
            self._walk = SegmentWalk([*entries, *self._characters], known, total)

    def _entries(self, numbers: dict[str, int | None]) -> Iterator[str]:
        """The words of two or more characters of the dictionary, then the keys of ``numbers`` that it does not know.

        The others get their number. Counts are kept on the way, for all words together would take much memory.
        """
        for entry in _ENTRY.finditer(read_dictionary()):
            word, count = entry[1], int(entry[2])
            if len(word) == 1:
                self._characters[word] = count
                continue
            if word in numbers:
                numbers[word] = len(self._counts)
            self._counts.append(count)
            yield word
        yield from (word for word, number in numbers.items() if number is None)

    def frequency(self, word: str) -> int:
        """How common ``word`` is in the general dictionary; 0 where only the domain knows it."""
        if len(word) == 1:
            return self._characters.get(word, 0)
        number = self._number(word) if self._walk is None else self._walk.number(word)
        return self._counts[number] if 0 <= number < self._general else 0

    def _number(self, word: str) -> int:
        """The number of ``word`` in the dictionary; -1 where it is not there."""
        whole = (0, len(word))
        return next((number for number, *span in self._find(word, overlapping=True) if tuple(span) == whole), -1)

    def words(self, text: str) -> list[str]:
        """The words of ``text`` in order; joined they are ``text`` again."""
        inside = self.inside(text)
        edges = [position for position in range(len(text) + 1) if not inside[position]]
        return [text[start:end] for start, end in pairwise(edges)]

    def boundaries(self, text: str) -> Boundaries:
        """Where the words of ``text`` begin and end."""
        return Boundaries(text, self.inside(text))

    def inside(self, text: str) -> list[bool]:
        """For each position of ``text``, its end too, whether it lies within a word; all others are between words."""
        if self._walk is None:
            inside = [False] * (len(text) + 1)
            self._mark_found(text, inside)
        else:
            inside = self._walk.inside(text)
        if "\r\n" in text:
            for line_break in _LINE_BREAK.finditer(text):
                inside[line_break.start() + 1] = True
        if self._walk is not None:
            join_letters(text, inside)
        elif _LETTERS.search(text) is not None:
            _join_letters(text, inside)
        return inside

    def _mark_found(self, text: str, inside: list[bool]) -> None:
        found: list[Found] = self._find(text, overlapping=True)
        found.sort(key=_by_start)
        begun = reach = 0
        for _, start, end in found:
            # What is likeliest within a stretch of words that overlap does not depend on what is around it.
            if start >= reach:
                if reach - begun > 1:
                    self._mark_within(text, begun, reach, inside)
                begun = start
            if end > reach:
                reach = end
        if reach - begun > 1:
            self._mark_within(text, begun, reach, inside)

    def _mark_within(self, text: str, start: int, end: int, inside: list[bool]) -> None:
        stretch = text[start:end]
        within = self._remembered(stretch) if end - start <= _LONGEST_REMEMBERED else self._cut(stretch)
        for position in within:
            inside[start + position] = True

    def _cut(self, stretch: str) -> tuple[int, ...]:
        """The positions within the words of jieba's most probable cut of a stretch.

        As in jieba, a cut is as likely as the product of how frequent its words are, one that nobody knows counts
        once, and of two that are equally likely the one whose first word is longer wins.
        """
        found: list[Found] = self._find(stretch, overlapping=True)
        found.sort(key=_by_start)
        length = len(stretch)
        likelihood = [0.0] * (length + 1)
        lasts = list(range(length))
        following = len(found) - 1
        for position in range(length - 1, -1, -1):
            best = log(self._characters.get(stretch[position]) or 1) - self._log_total + likelihood[position + 1]
            while following >= 0 and found[following][1] == position:
                number, _, end = found[following]
                following -= 1
                score = log(self._counts[number] or 1) - self._log_total + likelihood[end]
                if score > best or (score == best and end - 1 > lasts[position]):
                    best, lasts[position] = score, end - 1
            likelihood[position] = best
        within: list[int] = []
        position = 0
        while position < length:
            last = lasts[position]
            within.extend(range(position + 1, last + 1))
            position = last + 1
        return tuple(within)


def _join_letters(text: str, inside: list[bool]) -> None:
    """Marks the positions between single letters or digits: 502 is one word."""
    joined = [
        position
        for run in _LETTERS.finditer(text)
        for position in range(run.start() + 1, run.end())
        if not (inside[position - 1] or inside[position] or inside[position + 1])
    ]
    for position in joined:
        inside[position] = True


class Boundaries:
    """Answers whether a stretch of text can stand as words of its own."""

    __slots__ = ("_text", "inside")

    def __init__(self, text: str, inside: list[bool]) -> None:
        self._text = text
        self.inside = inside
        """For each position of the text whether it lies within a word."""

    def allow(self, start: int, end: int) -> bool:
        """Whether ``start``–``end`` cuts no word in two.

        A stretch of two or more characters may lie inside one longer word (路灯 in 路灯杆); a single character must
        be the word, but for particles and results after it (坏 in 坏了, 锈 in 锈断). Crossing from the middle of one
        word into another (天天 in 今天天气) is never a hit.
        """
        inside = self.inside
        if not inside[start]:
            if not inside[end]:
                return True
        elif end - start < 2:
            return False
        if end - start > 1 and self._is_one(start, end):
            return True
        if inside[start]:
            return False
        while inside[end]:
            if self._text[end] not in _TAILS:
                return False
            end += 1
        return True

    def _is_one(self, start: int, end: int) -> bool:
        """Whether the stretch lies within one word."""
        inside = self.inside
        for position in range(start + 1, end):
            if not inside[position]:
                return False
        return True
