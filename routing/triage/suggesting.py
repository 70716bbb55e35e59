"""What corrections by staff teach: weights for keywords, each with what it would change, for a person to accept."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from routing.triage.decision import Decision, Matter
from routing.triage.evaluation import Report
from routing.triage.keywords import Keyword
from routing.triage.learned import LearnedLexicon
from routing.triage.teaching import REQUEST, SERVICE

STEP = 4.0
"""Weight for each text that agrees: one keyword of a text of 15 characters then moves its score by about 0.15."""
MOST = 12.0
"""Largest weight suggested: no keyword should decide alone."""
IDF = 6.0
"""Given to keywords that were never learned from: that of a word in one text of a hundred and fifty."""
SHORTEST = 2
"""Characters of a keyword worth suggesting: single ones occur in everything."""

FIGURES = ("found", "service", "emergencies", "false_tickets", "false_prompts")
"""The figures of an evaluation that a suggestion is judged by."""
_BETTER_LOW = frozenset({"false_tickets", "false_prompts", "false_emergencies"})


@dataclass(frozen=True, slots=True)
class Feedback:
    """What a person made of a message: the service it belongs to, or none where it was no request."""

    text: str
    service: str | None


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A weight to add to a keyword for a label; ``texts`` is how many corrections ask for it."""

    keyword: str
    label: str
    weight: float
    texts: int


def suggest(
    feedback: Iterable[Feedback], decide: Callable[[str], Decision], words: Callable[[str], Sequence[str]]
) -> tuple[Suggestion, ...]:
    """Weights that move what triage got wrong towards what people said; most wanted first.

    A word that is asked for and against equally often is left alone. ``words`` cuts a text into words.
    """
    votes: dict[tuple[str, str], int] = defaultdict(int)
    for one in feedback:
        wanted = _wanted(one, decide(one.text))
        for word in sorted(set(words(one.text))):
            if len(word) >= SHORTEST and word.isalnum() and not word.isdigit():
                for label, sign in wanted.items():
                    votes[word, label] += sign
    found = [
        Suggestion(word, label, max(-MOST, min(MOST, STEP * count)), abs(count))
        for (word, label), count in votes.items()
        if count
    ]
    return tuple(sorted(found, key=lambda one: (-one.texts, one.keyword, one.label)))


def layer(suggestions: Iterable[Suggestion], base: LearnedLexicon, version: str = "") -> LearnedLexicon:
    """The suggestions as a layer to lay over ``base``."""
    weights: dict[str, dict[str, float]] = {}
    for one in suggestions:
        of_word = weights.setdefault(one.keyword, {})
        of_word[one.label] = of_word.get(one.label, 0.0) + one.weight
    keywords = {
        word: Keyword(base.keywords[word].idf if word in base.keywords else IDF, of_word)
        for word, of_word in weights.items()
    }
    return LearnedLexicon(keywords, {label: 0.0 for of_word in weights.values() for label in of_word}, version)


def changes(before: Report, after: Report) -> dict[str, int]:
    """By how many messages each figure changes; empty where none does."""
    found = {name: getattr(after, name).hits - getattr(before, name).hits for name in FIGURES}
    return {name: change for name, change in found.items() if change}


def is_worse(change: Mapping[str, int]) -> bool:
    """Whether any figure gets worse."""
    return any((count > 0) == (name in _BETTER_LOW) for name, count in change.items())


def _wanted(feedback: Feedback, decision: Decision) -> dict[str, int]:
    """The labels that should score higher (+1) or lower (-1) for this text; none where triage was right."""
    got = decision.service_code if isinstance(decision, Matter) else None
    if got == feedback.service:
        return {}
    if feedback.service is None:
        return {REQUEST: -1}
    if got is None:
        return {REQUEST: 1, SERVICE + feedback.service: 1}
    return {SERVICE + feedback.service: 1, SERVICE + got: -1}
