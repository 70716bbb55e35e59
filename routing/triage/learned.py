"""A learned lexicon: keywords with weights for labels, made from labelled texts and read keyword by keyword.

A keyword is one to three characters as they stand in the normalised text (``^`` before its beginning, ``$`` behind
its end), or ``@`` and a word class of the written lexicon, so that a word somebody adds to a class is understood at
once. A text's score for a label is the sum of the weights of its keywords, divided by the text's length (the
Euclidean norm of its keywords' idf), plus the label's bias; above zero speaks for the label, one is a clear case.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from math import sqrt
from operator import itemgetter

from ahocorasick_rs import AhoCorasick, Implementation, MatchKind

BEGIN, END, CLASS = "^", "$", "@"
LONGEST = 3
"""Characters of the longest keyword: longer ones are too rare to learn from."""
NEVER = -1.0
"""The score of a clear no."""


@dataclass(frozen=True, slots=True)
class Keyword:
    """What one keyword says: ``idf`` is how telling it is (rare ones more), a weight is its share of a score."""

    idf: float
    weights: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class LearnedLexicon:
    """Keywords by their spelling, and the bias of each label."""

    keywords: Mapping[str, Keyword] = field(default_factory=dict)
    bias: Mapping[str, float] = field(default_factory=dict)
    version: str = ""

    @property
    def labels(self) -> tuple[str, ...]:
        """The labels that are scored, in order."""
        return tuple(sorted(self.bias))

    def under(self, layer: LearnedLexicon) -> LearnedLexicon:
        """This lexicon with a layer of a district over it: the weights and biases of the layer are added."""
        keywords = dict(self.keywords)
        for spelling, added in layer.keywords.items():
            known = keywords.get(spelling, Keyword(added.idf, {}))
            weights = dict(known.weights)
            for label, weight in added.weights.items():
                weights[label] = weights.get(label, 0.0) + weight
            keywords[spelling] = Keyword(known.idf, weights)
        bias = {label: self.bias.get(label, 0.0) + layer.bias.get(label, 0.0) for label in {*self.bias, *layer.bias}}
        return LearnedLexicon(keywords, bias, " ".join(filter(None, (self.version, layer.version))))


@dataclass(frozen=True, slots=True)
class Contribution:
    """What one keyword adds to a score; ``start`` and ``end`` are where it first stands in the normalised text."""

    keyword: str
    start: int
    end: int
    weight: float


def keywords_of(text: str, classes: Iterable[str] = ()) -> frozenset[str]:
    """Every possible keyword of a normalised text that holds words of ``classes``."""
    framed = f"{BEGIN}{text}{END}"
    found = {CLASS + name for name in classes}
    for length in range(1, LONGEST + 1):
        found.update(
            part for start in range(len(framed) - length + 1) if _is_keyword(part := framed[start : start + length])
        )
    return frozenset(found)


def _is_keyword(part: str) -> bool:
    # Spaces separate the columns of a lexicon file, and say little.
    return part not in (BEGIN, END) and not any(
        character.isspace() or not character.isprintable() for character in part
    )


class Judge:
    """A learned lexicon made ready for reading texts. Immutable; safe to share between threads."""

    def __init__(self, lexicon: LearnedLexicon) -> None:
        self.lexicon = lexicon
        self.labels = lexicon.labels
        self.spellings = list(lexicon.keywords)
        """The keywords by their numbers."""
        self._squares = [keyword.idf**2 for keyword in lexicon.keywords.values()]
        self._columns = {label: array("d", bytes(8 * len(self.spellings))) for label in self.labels}
        # The same by keyword, so that a text's sums for all labels are made of few tuples.
        self._rows: list[tuple[float, ...]] = []
        places = {label: place for place, label in enumerate(self.labels)}
        for number, keyword in enumerate(lexicon.keywords.values()):
            row = [0.0] * len(places)
            for label, weight in keyword.weights.items():
                self._columns[label][number] = row[places[label]] = weight
            self._rows.append(tuple(row))
        self._numbers = {spelling: number for number, spelling in enumerate(self.spellings)}
        # Word classes are told by the written lexicon, so their names must not be searched for in the text.
        self._automaton = AhoCorasick(
            ["\0" + one if one.startswith(CLASS) else one for one in self.spellings],
            matchkind=MatchKind.Standard,
            implementation=Implementation.ContiguousNFA,
            store_patterns=False,
        )

    def class_number(self, name: str) -> int | None:
        """The number of the keyword for a word class; None where nothing was learned of it."""
        return self._numbers.get(CLASS + name)

    def read(self, text: str, classes: Iterable[int] = ()) -> LearnedReading:
        """``text`` (normalised) read once; ``classes`` are the numbers of the word classes that it has words of."""
        found = self._automaton.find_matches_as_indexes(f"{BEGIN}{text}{END}", overlapping=True)
        numbers = list({number for number, _, _ in found}.union(classes))
        return LearnedReading(self, text, numbers)

    def scores(self, keywords: Iterable[str]) -> dict[str, float]:
        """The score of every label for a text with these keywords (see ``keywords_of``)."""
        numbers = [self._numbers[spelling] for spelling in keywords if spelling in self._numbers]
        reading = LearnedReading(self, "", numbers)
        return {label: reading.score(label) for label in self.labels}

    def column(self, label: str) -> Sequence[float] | None:
        """The weight of every keyword for ``label``; None where it is unknown."""
        return self._columns.get(label)

    def sums(self, numbers: Sequence[int]) -> dict[str, float]:
        """The sum of the weights of these keywords for every label."""
        by_label = zip(*map(self._rows.__getitem__, numbers), strict=True)
        return (
            dict(zip(self._columns, map(sum, by_label), strict=True)) if numbers else dict.fromkeys(self._columns, 0.0)
        )

    def norm(self, numbers: Sequence[int]) -> float:
        """The length of a text that has these keywords."""
        return sqrt(sum(map(self._squares.__getitem__, numbers))) or 1.0


class LearnedReading:
    """The keywords of one text; scores are summed when they are asked for."""

    __slots__ = ("_first", "_judge", "_norm", "_numbers", "_sums", "_text")

    def __init__(self, judge: Judge, text: str, numbers: Sequence[int]) -> None:
        self._judge = judge
        self._text = text
        self._numbers = numbers
        self._norm = judge.norm(numbers)
        self._first: tuple[str, float] | None = None
        self._sums: Mapping[str, float] | None = None

    @property
    def labels(self) -> tuple[str, ...]:
        """The labels that can be scored."""
        return self._judge.labels

    def score(self, label: str) -> float:
        """What the keywords of the text say about ``label``; a clear no where nothing was learned of it."""
        weights = self._judge.column(label)
        if weights is None:
            return NEVER
        if self._first is None:
            # Of chatter one label is asked, and nothing more; who asks for a second one asks for nearly all.
            self._first = label, sum(map(weights.__getitem__, self._numbers))
        if self._first[0] == label:
            total = self._first[1]
        else:
            if self._sums is None:
                self._sums = self._judge.sums(self._numbers)
            total = self._sums[label]
        return total / self._norm + self._judge.lexicon.bias[label]

    def scores_under(self, prefix: str) -> dict[str, float]:
        """The scores of all labels that begin with ``prefix``, by what follows it."""
        if self._sums is None:
            self._sums = self._judge.sums(self._numbers)
        bias, norm = self._judge.lexicon.bias, self._norm
        return {
            label.removeprefix(prefix): total / norm + bias[label]
            for label, total in self._sums.items()
            if label.startswith(prefix)
        }

    def contributions(self, label: str, most: int) -> tuple[Contribution, ...]:
        """The keywords that weigh most for ``label``, heaviest first; those inside a heavier one are left out."""
        weights = self._judge.column(label)
        if weights is None:
            return ()
        spellings, norm = self._judge.spellings, self._norm
        weighed = [(-abs(weight), spellings[number], weight) for number in self._numbers if (weight := weights[number])]
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


def strongest(lexicon: LearnedLexicon, label: str, most: int) -> tuple[str, ...]:
    """The keywords of at least two characters that speak loudest for ``label``, none of them a word class."""
    weighed: Iterator[tuple[float, str]] = (
        (keyword.weights.get(label, 0.0), spelling)
        for spelling, keyword in lexicon.keywords.items()
        if len(spelling) > 1 and not spelling.startswith((CLASS, BEGIN)) and not spelling.endswith(END)
    )
    ranked = sorted(((weight, spelling) for weight, spelling in weighed if weight > 0), key=itemgetter(1))
    ranked.sort(key=itemgetter(0), reverse=True)
    return tuple(spelling for _, spelling in ranked[:most])
