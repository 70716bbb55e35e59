"""A learned lexicon made ready for reading texts, keyword by keyword."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from math import sqrt
from operator import itemgetter

from ahocorasick_rs import AhoCorasick, Implementation, MatchKind

from routing.triage.keywords import BEGIN, BITS, CLASS, END, HALF, STEP, KeywordTable
from routing.triage.learned import LearnedLexicon

NEVER = -1.0
"""The score of a clear no."""

_SQUARES = 10_000
"""Squares of idf are counted in ten-thousandths, so that they are added up as whole numbers."""
LOUD = 2.0
"""Weight for the first label from which a keyword is searched for by ``loudness``: one keyword in ten."""

_LOW = (1 << BITS) - 1
_number_of = itemgetter(0)


@dataclass(frozen=True, slots=True)
class Contribution:
    """What one keyword adds to a score; ``start`` and ``end`` are where it first stands in the normalised text."""

    keyword: str
    start: int
    end: int
    weight: float


class Judge:
    """A learned lexicon made ready for reading texts. Immutable; safe to share between threads."""

    def __init__(self, lexicon: LearnedLexicon, first: str = "") -> None:
        """Makes ``lexicon`` ready; ``first`` is the label that is asked of every text, and told fastest."""
        known = lexicon.keywords.labels if isinstance(lexicon.keywords, KeywordTable) else ()
        labels = known if set(known) == set(lexicon.bias) else lexicon.labels
        self.table = KeywordTable.of(lexicon.keywords, labels)
        self.bias = dict(lexicon.bias)
        self.version = lexicon.version
        self.first = first
        self.labels = lexicon.labels
        self._families: dict[str, list[tuple[str, int, float]]] = {}
        for place, label in enumerate(labels):
            kind, sign, name = label.partition(":")
            self._families.setdefault(kind + sign, []).append((name, place, self.bias[label]))
        self.spellings = list(self.table)
        """The keywords by their numbers."""
        asked = self.table.place(first)
        # One number for both sums that every text needs: the squares of idf above, the weight of the first label below.
        sums = [
            (round(idf * idf * _SQUARES) << BITS)
            + (0 if asked is None else round(self.table.weight(number, asked) / STEP))
            for number, idf in enumerate(self.table.idf)
        ]
        self._sum_of = sums.__getitem__
        self._row_of = self.table.rows.__getitem__
        self._first_bias = self.bias.get(first, NEVER)
        self._find = _search_for(self.spellings)
        loud = [] if asked is None else [n for n in range(len(sums)) if self.table.weight(n, asked) >= LOUD]
        self._find_loud = _search_for([self.spellings[number] for number in loud])
        self._loud_weight = [self.table.weight(number, asked) for number in loud if asked is not None].__getitem__

    @property
    def lexicon(self) -> LearnedLexicon:
        """What the judge was made of."""
        return LearnedLexicon(self.table, self.bias, self.version)

    def family(self, prefix: str) -> Sequence[tuple[str, int, float]]:
        """The labels ``prefix`` and a name, which answer one question: the name, its place in ``fields``, its bias."""
        return self._families.get(prefix, ())

    def class_number(self, name: str) -> int | None:
        """The number of the keyword for a word class; None where nothing was learned of it."""
        return self.table.number(CLASS + name)

    def loudness(self, text: str) -> float:
        """What speaks loudly for the first label in ``text`` (normalised), for its length.

        The sum of the weights of loud keywords, divided by the root of the characters, as a text's length grows with
        it: a look at few keywords that tells most texts without any from those worth reading.
        """
        found = self._find_loud(f"{BEGIN}{text}{END}", overlapping=True)
        return sum(map(self._loud_weight, set(map(_number_of, found)))) / sqrt(len(text) + 2) if found else 0.0

    def read(self, text: str, classes: Iterable[int] = ()) -> LearnedReading:
        """``text`` (normalised) read once; ``classes`` are the numbers of the word classes that it has words of."""
        numbers = set(map(_number_of, self._find(f"{BEGIN}{text}{END}", overlapping=True)))
        numbers.update(classes)
        return LearnedReading(self, text, numbers)

    def scores(self, keywords: Iterable[str]) -> dict[str, float]:
        """The score of every label for a text with these keywords (see ``keywords_of``)."""
        numbers = {number for spelling in keywords if (number := self.table.number(spelling)) is not None}
        reading = LearnedReading(self, "", numbers)
        return {label: reading.score(label) for label in self.labels}

    def first_and_norm(self, numbers: Iterable[int]) -> tuple[float, float]:
        """The score for the first label, and the length of a text that has these keywords."""
        total = sum(map(self._sum_of, numbers))
        weight = ((total + HALF) & _LOW) - HALF
        norm = sqrt(((total - weight) >> BITS) / _SQUARES) or 1.0
        return weight * STEP / norm + self._first_bias, norm

    def fields(self, numbers: Iterable[int]) -> tuple[int, ...]:
        """The sum of the weights of these keywords for every label, in steps of ``STEP`` and ``HALF`` too large."""
        return self.table.fields(sum(map(self._row_of, numbers)))


def _search_for(spellings: Iterable[str]) -> Callable[..., list[tuple[int, int, int]]]:
    """A search for keywords by their numbers."""
    # Word classes are told by the written lexicon, so their names must not be searched for in the text.
    automaton = AhoCorasick(
        ["\0" + one if one.startswith(CLASS) else one for one in spellings],
        matchkind=MatchKind.Standard,
        implementation=Implementation.ContiguousNFA,
        store_patterns=False,
    )
    search: Callable[..., list[tuple[int, int, int]]] = automaton.find_matches_as_indexes
    return search


class LearnedReading:
    """The keywords of one text; scores are summed when they are asked for."""

    __slots__ = ("_fields", "_first", "_judge", "_norm", "_numbers", "_text")

    def __init__(self, judge: Judge, text: str, numbers: Iterable[int]) -> None:
        self._judge = judge
        self._text = text
        self._numbers = numbers
        self._first, self._norm = judge.first_and_norm(numbers)
        self._fields: tuple[int, ...] | None = None

    @property
    def labels(self) -> tuple[str, ...]:
        """The labels that can be scored."""
        return self._judge.labels

    def score(self, label: str, unknown: float = NEVER) -> float:
        """What the keywords of the text say about ``label``; ``unknown`` where nothing was learned of it."""
        judge = self._judge
        if label == judge.first:
            return self._first
        place = judge.table.place(label)
        if place is None:
            return unknown
        if self._fields is None:
            self._fields = judge.fields(self._numbers)
        return (self._fields[place] - HALF) * STEP / self._norm + judge.bias[label]

    def best_under(self, prefix: str, most: int, at_least: float) -> dict[str, float]:
        """The highest scores of labels that begin with ``prefix``, by what follows it; at most ``most``, best first."""
        if self._fields is None:
            self._fields = self._judge.fields(self._numbers)
        fields, unit = self._fields, STEP / self._norm
        # What the fields are too large by is taken off in the end, from the few scores that count.
        excess = HALF * unit
        enough = at_least + excess
        found = [
            (excess - score, name)
            for name, place, bias in self._judge.family(prefix)
            if (score := fields[place] * unit + bias) >= enough
        ]
        return {name: -score for score, name in sorted(found)[:most]}

    def contributions(self, label: str, most: int) -> tuple[Contribution, ...]:
        """The keywords that weigh most for ``label``, heaviest first; those inside a heavier one are left out."""
        table = self._judge.table
        place = table.place(label)
        if place is None:
            return ()
        spellings, norm = self._judge.spellings, self._norm
        weighed = [
            (-abs(weight), spellings[number], weight)
            for number in self._numbers
            if (weight := table.weight(number, place))
        ]
        taken: list[Contribution] = []
        for _, keyword, weight in sorted(weighed):
            if len(taken) == most:
                break
            placed = self._placed(keyword)
            if placed and not any(one.start < placed[1] and placed[0] < one.end for one in taken):
                taken.append(Contribution(keyword, *placed, weight / norm))
        return tuple(taken)

    def _placed(self, keyword: str) -> tuple[int, int] | None:
        if keyword.startswith(CLASS):
            return None
        at = f"{BEGIN}{self._text}{END}".find(keyword)
        start, end = max(0, at - 1), min(len(self._text), at - 1 + len(keyword))
        return (start, end) if start < end else None
