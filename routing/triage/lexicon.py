"""The lexicon as values: word classes, and rules that combine them.

A rule is written as one line, ``lift + stopped``: every part is a word class or a word, ``|`` offers a choice.
``+`` wants the parts near each other in any order, ``>`` wants them close and in this order, ``!`` forbids a part
anywhere in the message, ``~30`` sets how far the parts may lie apart. A word in Latin letters is marked with ``=``
(``=hpv``), as bare ones name classes. So a handful of things and a handful of faults cover the many sentences
people build of them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from routing.catalogue import AppealType, Urgency

NEAR: Final = 14
"""Characters that the parts of a ``+`` rule may span: about a clause and a half."""
CLOSE: Final = 5
"""Characters between the parts of a ``>`` rule."""

_CLASS_NAME: Final = re.compile(r"[a-z][a-z0-9_]*\Z")


class BadRule(ValueError):
    """A rule that cannot be read; the loader turns it into a configuration error with file and line."""


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a rule: any of these words, or of the words of these classes."""

    words: frozenset[str]
    classes: frozenset[str]
    ordered: bool = False
    """Whether it must closely follow the part before it."""


@dataclass(frozen=True, slots=True)
class Rule:
    """A combination that speaks for ``target``, a service code or the name of a cue."""

    target: str
    text: str
    parts: tuple[Part, ...]
    absent: tuple[Part, ...]
    weight: float
    near: int = NEAR
    urgency: Urgency = Urgency.NORMAL
    danger: str | None = None
    appeal: AppealType | None = None


class Effect(StrEnum):
    """What a cue does to every service that a message seems to be about."""

    PUSH = "push"
    """Somebody is asked to act: adds its strength."""
    SILENCE = "silence"
    """This is no request: takes away its share (1 leaves nothing)."""
    DOUBT = "doubt"
    """It may be only talk: asking is the most that is done."""
    CALM = "calm"
    """Nobody is in danger now (over, staged, only told or feared): rules of danger to life do not count."""
    MARK = "mark"
    """No effect on the score; tells the kind of appeal."""


@dataclass(frozen=True, slots=True)
class Cue:
    """A cue about the whole message, and the services or groups it does not touch."""

    name: str
    effect: Effect
    strength: float = 1.0
    spares: frozenset[str] = frozenset()
    yields_to: frozenset[str] = frozenset()
    """Cues in whose company this one does not count (an advertisement's words inside a complaint)."""

    def touches(self, service_code: str) -> bool:
        """Whether the cue says anything about this service."""
        return service_code not in self.spares and service_code.partition(".")[0] not in self.spares


CUE: Final = "cue:"
"""Prefix of a rule's target that is a cue, not a service."""


@dataclass(frozen=True, slots=True)
class Lexicon:
    """Everything that triage knows about words. ``version`` names the layers it was made of."""

    classes: Mapping[str, frozenset[str]]
    rules: tuple[Rule, ...]
    cues: Mapping[str, Cue] = field(default_factory=dict)
    things: frozenset[str] = frozenset()
    """The classes whose words are also recognised when spelled with a same-sounding character."""
    homophones: tuple[str, ...] = ()
    """Groups of characters that sound alike."""
    aliases: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Other spellings of a word: initials (dt for 电梯), voice-input slips."""
    appeals: Mapping[str, AppealType] = field(default_factory=dict)
    """What a message about a service usually is, where nothing in it tells."""
    ambient: frozenset[str] = frozenset()
    """Services whose matter happens anywhere, not only in a neighbourhood (停电, 打麻将)."""
    ranks: Mapping[str, float] = field(default_factory=dict)
    """Factors below 1 for services that step back where a message also names something concrete."""
    version: str = ""

    def nouns(self) -> frozenset[str]:
        """The names of things: words of the domain's dictionary, which the general one may not know."""
        return frozenset(word for name in self.things for word in self.classes.get(name, ()))

    def words(self) -> frozenset[str]:
        """Every word that occurs in a class or a rule."""
        found: set[str] = set()
        for members in self.classes.values():
            found |= members
        for rule in self.rules:
            for part in (*rule.parts, *rule.absent):
                found |= part.words
        return frozenset(found)


def parse_rule(text: str) -> tuple[tuple[Part, ...], tuple[Part, ...], int]:
    """The wanted parts, the forbidden parts and the span of a rule's line.

    Raises:
        BadRule: the line has no wanted part, an empty choice, or an unreadable span.
    """
    parts: list[Part] = []
    absent: list[Part] = []
    near = NEAR
    sign = "+"
    for token in text.split():
        if token in {"+", ">", "!"}:
            sign = token
            continue
        if token.startswith("~"):
            if not token[1:].isdigit():
                raise BadRule(f"span {token!r} is no number")
            near = int(token[1:])
            continue
        part = _part(token, ordered=sign == ">" and bool(parts))
        (absent if sign == "!" else parts).append(part)
    if not parts:
        raise BadRule("a rule needs at least one part")
    return tuple(parts), tuple(absent), near


def _part(token: str, *, ordered: bool) -> Part:
    choices = token.split("|")
    if not all(choices):
        raise BadRule(f"empty choice in {token!r}")
    classes = frozenset(choice for choice in choices if _CLASS_NAME.match(choice))
    words = frozenset(choice.removeprefix("=") for choice in choices if choice not in classes)
    return Part(words=words, classes=classes, ordered=ordered)
