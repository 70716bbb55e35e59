"""A learned lexicon made ready for reading texts, keyword by keyword."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import sqrt
from typing import Final

from routing.triage.keyword_search import SearchedKeywords
from routing.triage.keyword_sums import NO_TEXT, SQUARE, Keywords, KeywordSums, Sums, norm_of, weight_of
from routing.triage.keyword_totals import NEVER, Family, Totals
from routing.triage.keyword_walk import WalkedKeywords
from routing.triage.keywords import BEGIN, CLASS, END, HALF, STEP, KeywordTable
from routing.triage.learned import LearnedLexicon
from routing.triage.request_bar import RequestBar
from routing.triage.roles import Words
from routing.triage.trie import IS_COMPILED

_PER_UNIT: Final = round(1 / STEP)
LOUD: Final = 2.0
"""Weight for the first label from which a keyword is searched for by ``loudness``: one keyword in ten."""


_NO_FAMILY: Final = Family()


class Contribution:
    """What one keyword adds to a score; ``start`` and ``end`` are where it first stands in the normalised text."""

    __slots__ = ("end", "keyword", "start", "weight")

    def __init__(self, keyword: str, start: int, end: int, weight: float) -> None:
        self.keyword = keyword
        self.start = start
        self.end = end
        self.weight = weight


class Judge:
    """A learned lexicon made ready for reading texts. Immutable; safe to share between threads."""

    def __init__(self, lexicon: LearnedLexicon, first: str = "", second: str = "") -> None:
        """Makes ``lexicon`` ready; ``first`` is the label that is asked of every text, and told fastest.

        ``second`` is asked of most texts that any other label is asked of.
        """
        known = lexicon.keywords.labels if isinstance(lexicon.keywords, KeywordTable) else ()
        labels = known if set(known) == set(lexicon.bias) else lexicon.labels
        self.table = KeywordTable.of(lexicon.keywords, labels)
        self.bias = dict(lexicon.bias)
        self.version = lexicon.version
        self.first = first
        self.second = second
        self.labels = lexicon.labels
        self._place_of = {label: place for place, label in enumerate(labels)}
        self._biases = [self.bias[label] for label in labels]
        self._families: dict[str, Family] = {}
        for place, label in enumerate(labels):
            kind, sign, name = label.partition(":")
            self._families.setdefault(kind + sign, Family()).add(name, place, self.bias[label])
        largest = max(self._families.values(), key=_size, default=Family())
        largest.is_apart = True
        apart = {*largest.places} | ({self.place(second)} - {-1})
        self.spellings = list(self.table)
        """The keywords by their numbers."""
        self.first_bias = self.bias.get(first, NEVER)
        steps_of_first = self.table.steps(first)
        keywords = Keywords(
            # Word classes are told by the written lexicon, so their names must not be searched for in the text.
            [NO_TEXT + one if one.startswith(CLASS) else one for one in self.spellings],
            self.table.rows,
            [round(idf * idf * SQUARE) for idf in self.table.idf],
            steps_of_first,
            round(LOUD / STEP),
            len(labels),
            frozenset(apart),
        )
        walks = IS_COMPILED and WalkedKeywords.can_hold(keywords)
        self.sums: KeywordSums = WalkedKeywords(keywords) if walks else SearchedKeywords(keywords)

    @property
    def lexicon(self) -> LearnedLexicon:
        """What the judge was made of."""
        return LearnedLexicon(self.table, self.bias, self.version)

    def family(self, prefix: str) -> Family:
        """The labels ``prefix`` and a name."""
        return self._families.get(prefix, _NO_FAMILY)

    def place(self, label: str) -> int:
        """Where the sum for ``label`` stands in ``fields``; -1 where nothing was learned of it."""
        return self._place_of.get(label, -1)

    def bias_at(self, place: int) -> float:
        """The bias of the label at ``place``."""
        return self._biases[place]

    def class_number(self, name: str) -> int | None:
        """The number of the keyword for a word class; None where nothing was learned of it."""
        return self.table.number(CLASS + name)

    def loudness(self, text: str) -> float:
        """What speaks loudly for the first label in ``text`` (normalised), for its length.

        The sum of the weights of loud keywords, divided by the root of the characters, as a text's length grows with
        it: a look at few keywords that tells most texts without any from those worth reading.
        """
        return self.sums.loud(text) * STEP / sqrt(len(text) + 2)

    def bar(self, services: str, *, named: bool) -> RequestBar:
        """What texts must reach so that something may be asked about them; ``services`` is the prefix of such labels.

        Rules may have ``named`` a service in them, or surely have not.
        """
        second = self.place(self.second)
        second_bias = NEVER if second < 0 else self.bias_at(second)
        family = self.family(services)
        return RequestBar(self.first_bias, second, second_bias, family, services, named=named)

    def if_request(self, text: str, words: Words, bar: RequestBar) -> LearnedReading | None:
        """``text`` (normalised) and its ``words`` read once; None where they surely do not reach the ``bar``."""
        sums = self.sums.if_request(text, words, bar)
        if sums is None:
            return None
        reading = LearnedReading(self, text, sums)
        if sums.highest is not None:
            reading.knows(bar.prefix, sums.highest)
        return reading

    def read(self, text: str, classes: Sequence[int] = ()) -> LearnedReading:
        """``text`` (normalised) read once; ``classes`` are the numbers of the word classes that it has words of."""
        return LearnedReading(self, text, self.sums.sums(text, classes))

    def scores(self, keywords: Iterable[str]) -> dict[str, float]:
        """The score of every label for a text with these keywords (see ``keywords_of``)."""
        known = {self.table.number(spelling) for spelling in keywords}
        numbers = [number for number in known if number is not None]
        reading = LearnedReading(self, "", self.sums.added(numbers))
        return {label: reading.score(label) for label in self.labels}


def _size(family: Family) -> int:
    return len(family.names)


def _overlaps(taken: list[Contribution], start: int, end: int) -> bool:
    for one in taken:
        if one.start < end and start < one.end:
            return True
    return False


def _framed(text: str) -> str:
    return f"{BEGIN}{text}{END}"


class LearnedReading:
    """The keywords of one text; scores are summed when they are asked for."""

    __slots__ = (
        "_first",
        "_highest",
        "_judge",
        "_norm",
        "_numbers",
        "_prefix",
        "_sums",
        "_text",
        "_totals",
    )

    def __init__(self, judge: Judge, text: str, sums: Sums) -> None:
        self._judge = judge
        self._text = text
        self._sums = sums
        self._numbers: list[int] | None = None
        self._norm = norm_of(sums.squares)
        self._first = sums.first * STEP / self._norm + judge.first_bias
        self._totals: Totals | None = None
        self._prefix: str | None = None
        self._highest = NEVER
        """The highest score under that prefix, the last that was asked for."""

    @property
    def numbers(self) -> list[int]:
        """The keywords of the text by their numbers, each once."""
        known = self._sums.numbers if self._numbers is None else self._numbers
        if known is None:
            known = self._numbers = self._judge.sums.numbers_of(self._text, self._sums)
        return known

    @property
    def labels(self) -> tuple[str, ...]:
        """The labels that can be scored."""
        return self._judge.labels

    def score(self, label: str, unknown: float = NEVER) -> float:
        """What the keywords of the text say about ``label``; ``unknown`` where nothing was learned of it."""
        judge = self._judge
        if label == judge.first:
            return self._first
        place = judge.place(label)
        if place < 0:
            return unknown
        return self._score_at(place)

    def score_under(self, prefix: str, name: str, unknown: float = NEVER) -> float:
        """The score of the label ``prefix`` and ``name``; ``unknown`` where nothing was learned of it."""
        place = self._judge.family(prefix).place_of.get(name, -1)
        return unknown if place < 0 else self._score_at(place)

    def _score_at(self, place: int) -> float:
        return (self._all().at(place) - HALF) * STEP / self._norm + self._judge.bias_at(place)

    def _all(self) -> Totals:
        totals = self._totals
        if totals is None:
            totals = self._totals = self._judge.sums.totals(self._text, self._sums)
        return totals

    @property
    def length(self) -> int:
        """Characters of the text."""
        return len(self._text)

    def knows(self, prefix: str, highest: float) -> None:
        """Spares ``highest_under`` the adding up where that was done before."""
        self._prefix, self._highest = prefix, highest

    def highest_under(self, prefix: str) -> float:
        """The highest score of a label that begins with ``prefix``; ``NEVER`` where there is none."""
        if self._prefix == prefix:
            return self._highest
        family = self._judge.family(prefix)
        self._prefix, self._highest = prefix, self._all().highest(family, STEP / self._norm)
        return self._highest

    def best_under(self, prefix: str, most: int, at_least: float) -> list[str]:
        """The labels that begin with ``prefix`` and score highest, by what follows it; at most ``most``, best first."""
        unit = STEP / self._norm
        # What the sums are too large by is taken off in the end, from the few scores that count.
        excess = HALF * unit
        family = self._judge.family(prefix)
        names = family.names
        reached = self._all().from_on(family, unit, at_least + excess)
        found = [(excess - score, names[index]) for score, index in reached]
        found.sort()
        return [name for _, name in found[:most]]

    def contributions(self, label: str, most: int) -> tuple[Contribution, ...]:
        """The keywords that weigh most for ``label``, heaviest first; those inside a heavier one are left out."""
        place = self._judge.place(label)
        if place < 0:
            return ()
        spellings = self._judge.spellings
        framed = _framed(self._text)
        taken: list[Contribution] = []
        for weighed in self._judge.sums.weighed(self.numbers, place):
            number, step = weight_of(weighed)
            placed = self._placed(spellings[number], framed)
            if placed is None or _overlaps(taken, *placed):
                continue
            taken.append(Contribution(spellings[number], *placed, step / _PER_UNIT / self._norm))
            if len(taken) == most:
                break
        return tuple(taken)

    def _placed(self, keyword: str, framed: str) -> tuple[int, int] | None:
        if keyword.startswith(CLASS):
            return None
        at = framed.find(keyword)
        start, end = max(0, at - 1), min(len(self._text), at - 1 + len(keyword))
        return (start, end) if start < end else None
