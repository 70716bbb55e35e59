"""Keywords found by the automaton of a library, and added up."""

from __future__ import annotations

from collections.abc import Sequence
from struct import Struct
from typing import Any, Final

from routing.triage.keyword_sums import ABOVE_NUMBER, NUMBER_MASK, Keywords, KeywordSums, Sums, norm_of
from routing.triage.keyword_totals import FieldTotals, Totals
from routing.triage.keywords import BEGIN, BITS, END, HALF
from routing.triage.request_bar import RequestBar
from routing.triage.roles import Words
from routing.triage.searching import Found, search_for

_LOW: Final = (1 << BITS) - 1


class SearchedKeywords(KeywordSums):
    """By the automaton of a library."""

    def __init__(self, keywords: Keywords) -> None:
        # One number for both sums that every text needs: the squares above, the weight of the first label below.
        self._sums = [(square << BITS) + first for square, first in zip(keywords.squares, keywords.firsts, strict=True)]
        self._rows = keywords.rows
        self._fields = Struct(f"<{keywords.labels}I")
        self._excess: Any = sum([HALF << (BITS * place) for place in range(keywords.labels)])
        self._find = search_for(keywords.spellings)
        loud = [number for number, steps in enumerate(keywords.firsts) if steps >= keywords.loud_from]
        self._find_loud = search_for([keywords.spellings[number] for number in loud])
        self._loud = [keywords.firsts[number] for number in loud]

    def loud(self, text: str) -> int:
        found: list[Found] = self._find_loud(_framed(text), overlapping=True)
        total = 0
        for number in {number for number, _, _ in found}:
            total += self._loud[number]
        return total

    def if_request(self, text: str, words: Words, bar: RequestBar) -> Sums | None:
        if not (bar.named or bar.is_loud(self.loud(text), len(text))):
            return None
        sums = self.sums(text, words.taught())
        return sums if bar.may_reach(sums.first, norm_of(sums.squares), len(text)) else None

    def sums(self, text: str, classes: Sequence[int]) -> Sums:
        sums = self.added(self.numbers(text, classes))
        sums.classes = classes
        return sums

    def numbers(self, text: str, classes: Sequence[int]) -> list[int]:
        found: list[Found] = self._find(_framed(text), overlapping=True)
        distinct = {number for number, _, _ in found}
        distinct.update(classes)
        return list(distinct)

    def numbers_of(self, text: str, sums: Sums) -> list[int]:
        return self.numbers(text, sums.classes) if sums.numbers is None else sums.numbers

    def added(self, numbers: list[int]) -> Sums:
        total = 0
        for number in numbers:
            total += self._sums[number]
        first = ((total + HALF) & _LOW) - HALF
        return Sums((total - first) >> BITS, first, numbers, ())

    def totals(self, text: str, sums: Sums) -> Totals:
        total: Any = sum([self._rows[number] for number in self.numbers_of(text, sums)]) + self._excess
        return FieldTotals(self._fields.unpack(total.to_bytes(self._fields.size, "little")))

    def weighed(self, numbers: list[int], place: int) -> list[int]:
        rows, excess, shift = self._rows, self._excess, BITS * place
        found: list[int] = []
        for number in numbers:
            step = ((rows[number] + excess >> shift) & _LOW) - HALF
            if step:
                found.append(((abs(step) * 2 + (step > 0)) << ABOVE_NUMBER) + NUMBER_MASK - number)
        found.sort(reverse=True)
        return found


def _framed(text: str) -> str:
    return f"{BEGIN}{text}{END}"
