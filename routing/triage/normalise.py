"""One spelling for matching: half-width, lower case, Simplified; with the way back to the original positions.

Evidence points into what the person wrote, so every character of the normalised text remembers where it came from.
"""

from __future__ import annotations

import unicodedata
from typing import Final

from routing.script import to_hans, traditional_characters
from routing.triage.characters import (
    COLON,
    COMMA,
    EXCLAMATION,
    QUESTION,
    SELDOM_WIDE,
    SPELT,
    SURROGATES,
    UNUSUAL,
    WIDE,
    traits,
    traits_in,
)

_ONE_WAY: Final = (
    {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
    | {0x3000: 0x20}
    | dict.fromkeys(map(ord, SURROGATES), 0xFFFD)
)
"""Half-width for full-width, and no half of a surrogate pair, which no search would take."""
_ITEMS: Final = frozenset(map(chr, range(0x2460, 0x2474)))
"""Numbers in a circle, ① to ⑳."""
# Traditional texts write the particle 着 as 著, which the character tables leave alone because of 著名.
_PARTICLE: Final = str.maketrans({"著": "着", "妳": "你", "佢": "他"})


class Normalised:
    """A text ready for matching. ``origin`` is None while positions are the same as in the original."""

    __slots__ = ("origin", "original", "text")

    def __init__(self, original: str, text: str, origin: list[int] | None = None) -> None:
        self.original = original
        self.text = text
        self.origin = origin

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The positions in the original text of ``text[start:end]``."""
        if self.origin is None or start >= end:
            return start, end
        return self.origin[start], self.origin[end - 1] + 1


def for_gate(text: str) -> str:
    """The cheap form in which raw text is searched for lexicon words: Simplified, half-width, lower case letters."""
    seen = traits_in(text, traits())
    if not seen & UNUSUAL:
        return text
    return respelt_for_gate(text) if seen & SPELT else narrowed_by(text, seen)


def respelt_for_gate(text: str) -> str:
    """The same for a text that is known to hold something unusual and something ``SPELT``."""
    if not traditional_characters().isdisjoint(text):
        text = _simplify(text)
    return _lower(narrowed(text))


def narrowed(gate: str) -> str:
    """``gate`` (see ``for_gate``) with half-width signs too: most often the normalised text, character by character."""
    seen = traits_in(gate, traits())
    return narrowed_by(gate, seen) if seen & WIDE else gate


def narrowed_by(gate: str, seen: int) -> str:
    """The same for a gate with these traits."""
    if seen & COMMA:
        gate = gate.replace("\uff0c", ",")
    if seen & EXCLAMATION:
        gate = gate.replace("\uff01", "!")
    if seen & QUESTION:
        gate = gate.replace("\uff1f", "?")
    if seen & COLON:
        gate = gate.replace("\uff1a", ":")
    return gate.translate(_ONE_WAY) if seen & SELDOM_WIDE else gate


def normalise(text: str, narrow: str | None = None) -> Normalised:
    """``text`` in NFKC, lower case and Simplified characters, position for position.

    ``narrow`` is the ``narrowed`` form of its gate, where somebody has that already.
    """
    if narrow is None:
        narrow = narrowed(for_gate(text))
    if unicodedata.is_normalized("NFKC", narrow):
        return Normalised(text, narrow)
    origin: list[int] = []
    characters: list[str] = []
    for position, character in enumerate(narrow):
        for part in unicodedata.normalize("NFKC", character):
            characters.append(part)
            origin.append(position)
        if character in _ITEMS and narrow[position + 1 : position + 2].isnumeric():
            # ①7号楼 is the first item of a list and building 7, not 17.
            characters.append(" ")
            origin.append(position)
    return Normalised(text, for_gate("".join(characters)), origin)


def _lower(text: str) -> str:
    lowered = text.lower()
    # A few letters grow when lowered (İ); they are no part of any lexicon word.
    return lowered if len(lowered) == len(text) else text


def _simplify(text: str) -> str:
    simple = to_hans(text)
    if len(simple) != len(text):
        simple = "".join(one if len(one := to_hans(character)) == 1 else character for character in text)
    return simple.translate(_PARTICLE)
