"""Learns keyword weights from labelled texts: a linear support vector machine for each label.

The method is dual coordinate descent for the L2-regularised squared hinge loss (Hsieh, Chang, Lin, Keerthi and
Sundararajan, ICML 2008), the one that LIBLINEAR and scikit-learn's ``LinearSVC`` use, on keywords weighed by idf and
scaled to length one. It needs nothing but the standard library, and the same texts and seed give the same lexicon.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import inf, log, sqrt
from operator import mul
from random import Random

from routing.triage.keywords import CLASS, LONGEST, Keyword
from routing.triage.learned import LearnedLexicon

SEED = 20261122
SEEN_AT_LEAST = 2
"""Texts a keyword must occur in: what occurs once says something of that text only."""
LONG_SEEN_MORE = 2
"""How many texts more the longest keywords must occur in: they are most of all keywords, and half as many of them
find a request in three hundred less."""
PENALTY = 1.0
"""LIBLINEAR's C. Between 0.7 and 1.5 the figures on other authors' texts hardly differ."""
ROUNDS = 60
CLOSE_ENOUGH = 0.05
"""Largest violation of the optimality conditions at which a label is done."""
NOISE = 0.0165
"""Weights that move the score of a text of usual length by less than this are left out of a lexicon; leaving all of
them out changes the figures by less than half a percent, and the file to a fifth."""
DIGITS = 2


@dataclass(frozen=True, slots=True)
class Example:
    """A text's keywords and what is known of it. A label in neither set is not learned from this text."""

    keywords: frozenset[str]
    yes: frozenset[str]
    no: frozenset[str] = frozenset()


class Corpus:
    """Labelled texts counted once, from which each label can be learned."""

    def __init__(
        self, examples: Sequence[Example], *, seed: int = SEED, penalty: float = PENALTY, seen: int = SEEN_AT_LEAST
    ) -> None:
        self._examples = examples
        self._seed = seed
        self._penalty = penalty
        counts = Counter(keyword for example in examples for keyword in example.keywords)
        self._spellings = sorted(keyword for keyword, count in counts.items() if count >= seen + _more(keyword))
        numbers = {spelling: number for number, spelling in enumerate(self._spellings)}
        # Smoothed as if one more text held every keyword, so that none has an idf of zero.
        self._idf = [log((1 + len(examples)) / (1 + counts[spelling])) + 1.0 for spelling in self._spellings]
        self._rows: list[tuple[list[int], list[float]]] = []
        norms = 0.0
        for example in examples:
            row = sorted(numbers[keyword] for keyword in example.keywords if keyword in numbers)
            norm = sqrt(sum(self._idf[number] ** 2 for number in row)) or 1.0
            norms += norm
            # The last place is the bias, which every text has.
            self._rows.append(([*row, len(numbers)], [*(self._idf[number] / norm for number in row), 1.0]))

        self._noise = NOISE * norms / max(1, len(examples))

    @property
    def labels(self) -> tuple[str, ...]:
        """Labels that some text has and some other has not."""
        yes = {label for example in self._examples for label in example.yes}
        no = {label for example in self._examples for label in example.no}
        return tuple(sorted(yes & no))

    def learn(
        self,
        labels: Iterable[str] | None = None,
        *,
        emphasis: Mapping[str, float] | None = None,
        version: str = "",
    ) -> LearnedLexicon:
        """The lexicon of ``labels`` (all by default).

        Args:
            labels: what to learn; iterated once, so that a caller can show how far it is.
            emphasis: how many times more a missed text of a label counts than a false one; 1 where nothing is said.
            version: goes into the lexicon.
        """
        weights: dict[str, dict[str, float]] = {spelling: {} for spelling in self._spellings}
        bias: dict[str, float] = {}
        for label in self.labels if labels is None else labels:
            *column, last = self._weights(label, (emphasis or {}).get(label, 1.0))
            bias[label] = round(last, DIGITS)
            for spelling, idf, weight in zip(self._spellings, self._idf, column, strict=True):
                if abs(weight * idf) >= self._noise:
                    weights[spelling][label] = round(weight * idf, DIGITS)
        # A keyword without any weight still belongs to a text's length.
        keywords = {
            spelling: Keyword(round(idf, DIGITS), weights[spelling])
            for spelling, idf in zip(self._spellings, self._idf, strict=True)
        }
        return LearnedLexicon(keywords, bias, version)

    def _weights(self, label: str, emphasis: float) -> list[float]:
        rows: list[tuple[list[int], list[float], float, float]] = []
        for example, (numbers, values) in zip(self._examples, self._rows, strict=True):
            if label in example.yes:
                rows.append((numbers, values, 1.0, emphasis * self._penalty))
            elif label in example.no:
                rows.append((numbers, values, -1.0, self._penalty))
        shuffler = Random(self._seed)  # noqa: S311 - It shuffles texts and keeps no secret.
        return _separate(rows, len(self._spellings) + 1, shuffler)


def _more(keyword: str) -> int:
    return LONG_SEEN_MORE if len(keyword) == LONGEST and not keyword.startswith(CLASS) else 0


def _separate(
    rows: Sequence[tuple[Sequence[int], Sequence[float], float, float]], width: int, random: Random
) -> list[float]:
    """The weights that best tell rows of sign +1 from those of -1; a row is places, values, sign and penalty."""
    weights = [0.0] * width
    alphas = [0.0] * len(rows)
    softness = [0.5 / penalty for _, _, _, penalty in rows]
    curvature = [sum(map(mul, values, values)) + soft for (_, values, _, _), soft in zip(rows, softness, strict=True)]
    active = list(range(len(rows)))
    for _ in range(ROUNDS):
        random.shuffle(active)
        largest, smallest = -inf, inf
        kept = []
        for index in active:
            places, values, sign, _ = rows[index]
            alpha = alphas[index]
            gradient = sign * sum(map(mul, map(weights.__getitem__, places), values)) - 1.0 + softness[index] * alpha
            # A row far on its side stays there in most cases: it rests until the others have settled.
            if alpha == 0.0 and gradient > CLOSE_ENOUGH:
                continue
            kept.append(index)
            violation = min(gradient, 0.0) if alpha == 0.0 else gradient
            largest, smallest = max(largest, violation), min(smallest, violation)
            if abs(violation) > 1e-12:
                alphas[index] = max(alpha - gradient / curvature[index], 0.0)
                step = (alphas[index] - alpha) * sign
                for place, value in zip(places, values, strict=True):
                    weights[place] += step * value
        if largest - smallest <= CLOSE_ENOUGH or not kept:
            if len(active) == len(rows):
                break
            active = list(range(len(rows)))
        else:
            active = kept
    return weights
