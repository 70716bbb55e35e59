"""Lexicons with many more keywords than the packaged one, for measuring what keywords cost."""

from __future__ import annotations

from dataclasses import replace
from random import Random

from routing.triage.lexicon import CUE, Lexicon, Part, Rule

SEED = 20261123
FEWER, MORE = 1_000, 20_000
"""Invented keywords beside the packaged ones, in the two lexicons that are compared."""

_CHARACTERS = "".join(map(chr, range(0x4E00, 0x4E00 + 2_000)))
_WEIGHT = 0.6
_RULE_EVERY = 10
"""One keyword in so many is a rule of its own, the others join the word classes."""


def widened(lexicon: Lexicon, count: int) -> Lexicon:
    """``lexicon`` with ``count`` invented keywords of two to four characters."""
    random = Random(SEED)
    keywords: set[str] = set()
    while len(keywords) < count:
        keywords.add("".join(random.choices(_CHARACTERS, k=random.randint(2, 4))))
    classes = {name: set(words) for name, words in lexicon.classes.items()}
    names = sorted(classes)
    services = sorted({rule.target for rule in lexicon.rules if not rule.target.startswith(CUE)})
    rules = list(lexicon.rules)
    for number, keyword in enumerate(sorted(keywords)):
        if number % _RULE_EVERY:
            classes[names[number % len(names)]].add(keyword)
        else:
            part = Part(words=frozenset({keyword}), classes=frozenset())
            rules.append(Rule(services[number % len(services)], keyword, (part,), (), _WEIGHT))
    return replace(lexicon, classes={name: frozenset(words) for name, words in classes.items()}, rules=tuple(rules))
