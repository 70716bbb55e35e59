"""Words of a sentence, by jieba with a dictionary of our own: the only module that knows jieba."""

from __future__ import annotations

import logging
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
        self.known = frozenset(word for word, count in self._tokenizer.FREQ.items() if count)
        """The words of the general dictionary, without the domain's."""
        for word in domain_words:
            if len(word) > 1:
                self._tokenizer.add_word(word, max(_FREQUENCY, self._tokenizer.FREQ.get(word, 0)))

    def words(self, text: str) -> list[str]:
        """The words of ``text`` in order; joined they are ``text`` again."""
        return list(self._tokenizer.cut(text, HMM=False))

    def boundaries(self, text: str) -> Boundaries:
        """Where the words of ``text`` begin and end."""
        return Boundaries(self.words(text))


class Boundaries:
    """Answers whether a stretch of text can stand as words of its own."""

    __slots__ = ("_owner", "_words")

    def __init__(self, words: list[str]) -> None:
        self._words: list[tuple[int, int, str]] = []
        self._owner: list[int] = []
        position = 0
        for index, word in enumerate(words):
            self._words.append((position, position + len(word), word))
            self._owner.extend([index] * len(word))
            position += len(word)

    def allow(self, start: int, end: int) -> bool:
        """Whether ``start``–``end`` cuts no word in two.

        A stretch of two or more characters may lie inside one longer word (路灯 in 路灯杆); a single character must
        be the word, but for particles and results after it (坏 in 坏了, 锈 in 锈断). Crossing from the middle of one
        word into another (天天 in 今天天气) is never a hit.
        """
        first, last = self._owner[start], self._owner[end - 1]
        first_start, first_end, word = self._words[first]
        last_end = self._words[last][1]
        if first == last:
            if end - start > 1:
                return True
            return start == first_start and (end == first_end or all(tail in _TAILS for tail in word[end - start :]))
        if start != first_start:
            return False
        return end == last_end or all(tail in _TAILS for tail in self._words[last][2][end - self._words[last][0] :])
