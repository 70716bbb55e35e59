"""Words of a sentence, by jieba with a dictionary of our own: the only module that knows jieba."""

from __future__ import annotations

import logging
from bisect import bisect_right
from collections.abc import Iterable
from pathlib import Path

import jieba

_FREQUENCY = 1000
"""Given to domain words: above most of the general dictionary, below its function words."""

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

    def frequency(self, word: str) -> int:
        """How common ``word`` is in the general dictionary; 0 where only the domain knows it."""
        return 0 if word in self._added else int(self._tokenizer.FREQ.get(word, 0))

    def words(self, text: str) -> list[str]:
        """The words of ``text`` in order; joined they are ``text`` again."""
        return list(self._tokenizer.cut(text, HMM=False))

    def boundaries(self, text: str) -> Boundaries:
        """Where the words of ``text`` begin and end."""
        return Boundaries(text, self.words(text))


class Boundaries:
    """Answers whether a stretch of text can stand as words of its own."""

    __slots__ = ("_ends", "_starts", "_text")

    def __init__(self, text: str, words: list[str]) -> None:
        self._text = text
        self._starts: list[int] = []
        self._ends: list[int] = []
        position = 0
        for word in words:
            self._starts.append(position)
            position += len(word)
            self._ends.append(position)

    def allow(self, start: int, end: int) -> bool:
        """Whether ``start``–``end`` cuts no word in two.

        A stretch of two or more characters may lie inside one longer word (路灯 in 路灯杆); a single character must
        be the word, but for particles and results after it (坏 in 坏了, 锈 in 锈断). Crossing from the middle of one
        word into another (天天 in 今天天气) is never a hit.
        """
        first = bisect_right(self._starts, start) - 1
        last = bisect_right(self._starts, end - 1) - 1
        starts_word = self._starts[first] == start
        if first == last and end - start > 1:
            return True
        return starts_word and (self._ends[last] == end or self._is_tail(end, self._ends[last]))

    def _is_tail(self, start: int, end: int) -> bool:
        return all(character in _TAILS for character in self._text[start:end])
