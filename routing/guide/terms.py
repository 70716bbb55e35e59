"""The terms by which items are named, and the form of questions.

A term is written without blanks: ``身份证+丢|掉`` wants both parts anywhere in the message, in any order;
``怎么>办|开`` wants the second soon after the first. ``|`` offers a choice, ``@old`` the words of a class.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

SOON = 5
"""Characters between two parts of which one has to follow soon ("怎么给我妈办")."""

_PART = re.compile(r"([+>]?)([^+>]+)")


class BadTerm(ValueError):
    """A term that cannot be read; loaders turn it into an error with file, line and field."""


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a term: any of these words."""

    words: frozenset[str]
    follows: bool
    """Whether it must stand soon after the part before it."""


@dataclass(frozen=True, slots=True)
class Term:
    """A combination of parts that have to be in the message together."""

    written: str
    parts: tuple[Part, ...]


def parse_term(written: str, classes: Mapping[str, frozenset[str]]) -> Term:
    """The term that is written so; raises ``BadTerm`` for an empty part or an unknown class."""
    parts: list[Part] = []
    position = 0
    for found in _PART.finditer(written):
        if found.start() != position:
            break
        position = found.end()
        if bool(found[1]) is not bool(parts):
            raise BadTerm(f"{written!r} begins with {found[1]!r}")
        parts.append(Part(_words(found[2], written, classes), follows=found[1] == ">"))
    if not parts or position != len(written):
        raise BadTerm(f"{written!r} has an empty part")
    return Term(written, tuple(parts))


def _words(choice: str, written: str, classes: Mapping[str, frozenset[str]]) -> frozenset[str]:
    words: set[str] = set()
    for word in choice.split("|"):
        if not word:
            raise BadTerm(f"{written!r} offers an empty choice")
        if not word.startswith("@"):
            words.add(word.lower())
        elif word[1:] in classes:
            words |= classes[word[1:]]
        else:
            raise BadTerm(f"{written!r}: word class {word[1:]!r} is nowhere given")
    return frozenset(words)
