"""Words of a sentence, by jieba with a dictionary of our own: the only module that knows jieba."""

from __future__ import annotations

import logging
import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import pairwise
from math import log
from pathlib import Path

import jieba

_FREQUENCY = 1000
"""Given to domain words: above most of the general dictionary, below its function words."""

_BLOCK = re.compile(r"[\u4e00-\u9fd5a-zA-Z0-9+#&._%\-]+")
"""Characters that words are made of, as jieba has it; every other character stands alone."""
_LETTERS = re.compile(r"[a-zA-Z0-9]{2}")
_LONGEST_KEPT = 12
"""Characters of the longest stretch whose cut is remembered."""
_KEPT = 1 << 14
"""Stretches whose cut is remembered: they are words and near-words, so that a few thousand make up most talk."""

_TAILS = frozenset("了的过着掉起到得啊呀吗嘛呢哦咯喽哈吧啦成断倒坏破完满光烂歪裂死住上下")


class Segmenter:
    """Tells where words begin and end.

    The tokenizer is its own object with its own dictionary: jieba's module-global one reads and writes a cache in
    the shared temporary directory. Loading costs about 0.7 s, once.
    """

    def __init__(self, domain_words: Iterable[str], cache_directory: Path | None = None) -> None:
        jieba.setLogLevel(logging.WARNING)
        self._tokenizer = jieba.Tokenizer()
        if cache_directory is None:
            # Without a directory of our own nothing is cached: the dictionary is parsed afresh.
            frequencies, total = self._tokenizer.gen_pfdict(self._tokenizer.get_dict_file())
            self._tokenizer.FREQ, self._tokenizer.total = frequencies, total
            self._tokenizer.initialized = True
        else:
            self._tokenizer.tmp_dir = str(cache_directory)
            self._tokenizer.initialize()
        self._added: set[str] = set()
        for word in domain_words:
            if len(word) > 1:
                known = self._tokenizer.FREQ.get(word, 0)
                if not known:
                    self._added.add(word)
                self._tokenizer.add_word(word, max(_FREQUENCY, known))
        self._remembered = lru_cache(maxsize=_KEPT)(self._likeliest)

    def frequency(self, word: str) -> int:
        """How common ``word`` is in the general dictionary; 0 where only the domain knows it."""
        return 0 if word in self._added else int(self._tokenizer.FREQ.get(word, 0))

    def words(self, text: str) -> list[str]:
        """The words of ``text`` in order; joined they are ``text`` again."""
        return [text[start:end] for start, end in pairwise([0, *self.ends(text)])]

    def boundaries(self, text: str) -> Boundaries:
        """Where the words of ``text`` begin and end."""
        return Boundaries(text, self.ends(text))

    def ends(self, text: str) -> list[int]:
        """Where each word of ``text`` ends: the cut of ``jieba.cut(text, HMM=False)`` in less than half the time."""
        ends: list[int] = []
        position = 0
        for block in _BLOCK.finditer(text):
            start, end = block.span()
            if position < start:
                ends += _alone(text, position, start)
            ends += self._cut_block(text, start, end)
            position = end
        if position < len(text):
            ends += _alone(text, position, len(text))
        return ends

    def _cut_block(self, text: str, start: int, end: int) -> list[int]:
        """Cuts a block at every position that no word of the dictionary reaches over, and then its stretches.

        What is likeliest within such a stretch does not depend on what is around it, and most are one word long.
        """
        frequency_of = self._tokenizer.FREQ.get
        ends: list[int] = []
        begun, reach = start, start + 1
        for position in range(start, end - 1):
            if position == reach:
                ends += (reach,) if reach == begun + 1 else self._cut_stretch(text, begun, reach)
                begun, reach = position, position + 1
            after = position + 2
            frequency = frequency_of(text[position:after])
            while frequency is not None:
                # What is known but has no frequency only begins a longer word.
                if frequency and after > reach:
                    reach = after
                after += 1
                if after > end:
                    break
                frequency = frequency_of(text[position:after])
        if reach < end:
            ends += self._cut_stretch(text, begun, reach)
            begun = reach
        ends += self._cut_stretch(text, begun, end)
        return _letters_joined(text, start, ends) if _LETTERS.search(text, start, end) else ends

    def _cut_stretch(self, text: str, start: int, end: int) -> Iterable[int]:
        if end - start == 1:
            return (end,)
        stretch = text[start:end]
        lengths = self._remembered(stretch) if end - start <= _LONGEST_KEPT else self._likeliest(stretch)
        return [start + length for length in lengths]

    def _likeliest(self, stretch: str) -> tuple[int, ...]:
        """Where the words of the most probable cut end; of equally probable ones the one with the longer first word."""
        known, size = self._tokenizer.FREQ, len(stretch)
        total = log(self._tokenizer.total)
        scores = [0.0] * (size + 1)
        nexts = [0] * size
        for position in range(size - 1, -1, -1):
            best: float | None = None
            after = position + 1
            while after <= size and (word := stretch[position:after]) in known:
                if frequency := known[word]:
                    score = log(frequency) - total + scores[after]
                    if best is None or score >= best:
                        best, nexts[position] = score, after
                after += 1
            if best is None:
                best, nexts[position] = scores[position + 1] - total, position + 1
            scores[position] = best
        ends = []
        position = 0
        while position < size:
            position = nexts[position]
            ends.append(position)
        return tuple(ends)


def _alone(text: str, start: int, end: int) -> Iterator[int]:
    """The ends of single characters; a line break of two characters is one."""
    for position in range(start, end):
        if text[position : position + 2] != "\r\n":
            yield position + 1


def _letters_joined(text: str, start: int, ends: list[int]) -> list[int]:
    """Without the ends between single letters or digits: 502 is one word."""
    single = {end for before, end in pairwise([start, *ends]) if end - before == 1 and _is_letter(text[before])}
    return [end for end, after in pairwise([*ends, -1]) if not (end in single and after in single)]


def _is_letter(character: str) -> bool:
    return character.isascii() and character.isalnum()


class Boundaries:
    """Answers whether a stretch of text can stand as words of its own."""

    __slots__ = ("_edges", "_ends", "_starts", "_text")

    def __init__(self, text: str, ends: list[int]) -> None:
        self._text = text
        self._starts = [0, *ends]
        self._ends = ends
        self._edges = frozenset(self._starts)

    def allow(self, start: int, end: int) -> bool:
        """Whether ``start``–``end`` cuts no word in two.

        A stretch of two or more characters may lie inside one longer word (路灯 in 路灯杆); a single character must
        be the word, but for particles and results after it (坏 in 坏了, 锈 in 锈断). Crossing from the middle of one
        word into another (天天 in 今天天气) is never a hit.
        """
        starts_word = start in self._edges
        if starts_word and end in self._edges:
            return True
        first = bisect_right(self._starts, start) - 1
        last = bisect_right(self._starts, end - 1) - 1
        if first == last and end - start > 1:
            return True
        return starts_word and self._is_tail(end, self._ends[last])

    def _is_tail(self, start: int, end: int) -> bool:
        return all(character in _TAILS for character in self._text[start:end])
