"""Words of a sentence: jieba's dictionary and its most probable cut, found by one search for all words at once."""

from __future__ import annotations

import re
from array import array
from collections.abc import Container, Iterable, Iterator
from functools import lru_cache
from importlib.util import find_spec
from itertools import pairwise
from math import log
from operator import itemgetter
from pathlib import Path

from ahocorasick_rs import AhoCorasick, Implementation, MatchKind

_FREQUENCY = 1000
"""Given to domain words: above most of the general dictionary, below its function words."""

_ENTRY = re.compile(r"^([\u4e00-\u9fd5a-zA-Z0-9+#&._%\-]+) (\d+)", re.MULTILINE)
"""A word of the characters that words are made of, as jieba has it, and how often it was counted."""
_LETTERS = re.compile(r"[a-zA-Z0-9]{2,}")
_LINE_BREAK = re.compile("\r\n")
_TAILS = frozenset("了的过着掉起到得啊呀吗嘛呢哦咯喽哈吧啦成断倒坏破完满光烂歪裂死住上下")

_REMEMBERED = 1 << 13
"""Stretches whose cut is remembered: they are words and near-words, so that a few thousand make up most talk."""
_LONGEST_REMEMBERED = 12
"""Characters of the longest of them."""

_Found = tuple[int, int, int]
"""A word of the dictionary in a text: its number, its start and its end."""
_by_start = itemgetter(1)


class Segmenter:
    """Tells where words begin and end. Immutable after construction; safe to share between threads.

    The cut is the one of ``jieba.cut(text, HMM=False)`` with the same dictionary. One pass finds every word of the
    dictionary that occurs in a text; the likeliest of several cuts is looked for only where words overlap.
    """

    def __init__(self, domain_words: Iterable[str]) -> None:
        self._characters: dict[str, int] = {}
        self._counts = array("L")
        numbers: dict[str, int | None] = {word: None for word in domain_words if len(word) > 1}
        automaton = AhoCorasick(
            self._entries(numbers),
            matchkind=MatchKind.Standard,
            implementation=Implementation.ContiguousNFA,
            store_patterns=False,
        )
        self._find = automaton.find_matches_as_indexes
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
        self._total = log(total)

    def _entries(self, numbers: dict[str, int | None]) -> Iterator[str]:
        """The words of two or more characters of the dictionary, then the keys of ``numbers`` that it does not know.

        The others get their number. Counts are kept on the way, for all words together would take much memory.
        """
        for entry in _ENTRY.finditer(_dictionary().read_text(encoding="utf-8")):
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
        for number, start, end in self._find(word, overlapping=True):
            if end - start == len(word) and number < self._general:
                return self._counts[number]
        return 0

    def words(self, text: str) -> list[str]:
        """The words of ``text`` in order; joined they are ``text`` again."""
        inside = self.inside(text)
        edges = [position for position in range(len(text) + 1) if position not in inside]
        return [text[start:end] for start, end in pairwise(edges)]

    def boundaries(self, text: str) -> Boundaries:
        """Where the words of ``text`` begin and end."""
        return Boundaries(text, self.inside(text))

    def inside(self, text: str) -> set[int]:
        """The positions of ``text`` that lie within a word; all others are between words."""
        found: list[_Found] = self._find(text, overlapping=True)
        found.sort(key=_by_start)
        inside: set[int] = set()
        begun = reach = 0
        for _, start, end in found:
            # What is likeliest within a stretch of words that overlap does not depend on what is around it.
            if start >= reach:
                if reach:
                    inside.update(self._within(text, begun, reach))
                begun = start
            if end > reach:
                reach = end
        if reach:
            inside.update(self._within(text, begun, reach))
        if "\r\n" in text:
            inside.update(match.start() + 1 for match in _LINE_BREAK.finditer(text))
        if _LETTERS.search(text):
            inside |= _joined(text, inside)
        return inside

    def _within(self, text: str, start: int, end: int) -> list[int]:
        cut = self._remembered if end - start <= _LONGEST_REMEMBERED else self._cut
        return [start + position for position in cut(text[start:end])]

    def _cut(self, stretch: str) -> tuple[int, ...]:
        """The positions within the words of the most probable cut of a stretch.

        Of equally probable cuts the one with the longer first word is taken.
        """
        counts, of_character, total = self._counts, self._characters.get, self._total
        size = len(stretch)
        scores = [0.0] * (size + 1)
        nexts = [0] * size
        words: list[_Found] = self._find(stretch, overlapping=True)
        words.sort(key=_by_start)
        for position in range(size - 1, -1, -1):
            best, ends = log(of_character(stretch[position], 1)) - total + scores[position + 1], position + 1
            while words and words[-1][1] == position:
                number, _, end = words.pop()
                score = log(counts[number]) - total + scores[end]
                if score > best or (score == best and end > ends):
                    best, ends = score, end
            scores[position], nexts[position] = best, ends
        within: list[int] = []
        position = 0
        while position < size:
            within += range(position + 1, nexts[position])
            position = nexts[position]
        return tuple(within)


def _dictionary() -> Path:
    """The file of jieba's dictionary. Importing jieba itself would load models that nothing here asks."""
    jieba = find_spec("jieba")
    if jieba is None or jieba.origin is None:
        raise ModuleNotFoundError("jieba is not installed", name="jieba")
    return Path(jieba.origin).with_name("dict.txt")


def _joined(text: str, inside: Container[int]) -> set[int]:
    """The positions between single letters or digits: 502 is one word."""
    return {
        position
        for run in _LETTERS.finditer(text)
        for position in range(run.start() + 1, run.end())
        if position - 1 not in inside and position not in inside and position + 1 not in inside
    }


class Boundaries:
    """Answers whether a stretch of text can stand as words of its own."""

    __slots__ = ("_text", "inside")

    def __init__(self, text: str, inside: Container[int]) -> None:
        self._text = text
        self.inside = inside
        """The positions of the text that lie within a word."""

    def allow(self, start: int, end: int) -> bool:
        """Whether ``start``–``end`` cuts no word in two.

        A stretch of two or more characters may lie inside one longer word (路灯 in 路灯杆); a single character must
        be the word, but for particles and results after it (坏 in 坏了, 锈 in 锈断). Crossing from the middle of one
        word into another (天天 in 今天天气) is never a hit.
        """
        inside = self.inside
        starts_word = start not in inside
        if starts_word and end not in inside:
            return True
        if end - start > 1 and all(position in inside for position in range(start + 1, end)):
            return True
        if not starts_word:
            return False
        while end in inside:
            if self._text[end] not in _TAILS:
                return False
            end += 1
        return True
