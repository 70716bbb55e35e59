"""What labelled messages teach triage: which labels there are, and which messages are an example of each.

``request`` is learned from what must be opened or may be asked about, beside what must be ignored. The others tell
requests from one another, but for ``emergency``, which must not be read into talk.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Final

from routing.catalogue import AppealType, Urgency
from routing.triage.evaluation import Labelled, Share
from routing.triage.judge import Judge
from routing.triage.learning import Example

REQUEST: Final = "request"
EMERGENCY: Final = "emergency"
URGENT: Final = "urgent"
SERVICE: Final = "service:"
APPEAL: Final = "appeal:"

EMPHASIS: Final = {EMERGENCY: 3.0}
"""A missed emergency is worse than a false one."""


def lessons(
    rows: Iterable[Labelled], keywords: Callable[[str], frozenset[str]], services: Iterable[str]
) -> Iterator[Example]:
    """The examples that ``rows`` are; ``keywords`` reads a text, ``services`` are the codes that can be right."""
    every_service = frozenset(SERVICE + code for code in services)
    every_appeal = frozenset(APPEAL + one.value for one in AppealType)
    for row in rows:
        yes: set[str] = set()
        no: set[str] = set()
        (no if row.expect == "ignore" else yes).add(REQUEST)
        (yes if row.urgency is Urgency.EMERGENCY else no).add(EMERGENCY)
        if row.expect != "ignore" and row.services:
            (no if row.urgency is Urgency.NORMAL else yes).add(URGENT)
            yes.add(SERVICE + row.services[0])
            # What would also be right is no example of the contrary.
            no |= every_service - {SERVICE + code for code in row.services}
            yes.update(APPEAL + one for one in row.appeal_types[:1])
            no |= every_appeal - {APPEAL + one for one in row.appeal_types}
        yield Example(keywords(row.text), frozenset(yes), frozenset(no))


def families(labels: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """The labels that answer one question: those with the same word before a colon, one of which is best."""
    found: dict[str, tuple[str, ...]] = {}
    for label in labels:
        name = label.partition(":")[0]
        found[name] = (*found.get(name, ()), label)
    return found


def answered_right(
    judge: Judge, examples: Sequence[Example], questions: Mapping[str, Sequence[str]]
) -> dict[str, Share]:
    """Of the examples that know the answer to a question: how many are answered right.

    A question with one label asks yes or no; of several labels the best one must not be wrong.
    """
    right, total = dict.fromkeys(questions, 0), dict.fromkeys(questions, 0)
    for example in examples:
        scores = judge.scores(example.keywords)
        for name, labels in questions.items():
            known = [label for label in labels if label in example.yes]
            if len(labels) == 1:
                is_known = bool(known) or labels[0] in example.no
                is_right = (scores[labels[0]] > 0) == bool(known)
            else:
                is_known = bool(known)
                is_right = max(labels, key=scores.__getitem__) not in example.no
            total[name] += is_known
            right[name] += is_known and is_right
    return {name: Share(right[name], total[name]) for name in questions}
