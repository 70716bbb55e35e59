"""What one look at every character tells of a text: which of the closer looks, each a search of its own, are spared."""

from __future__ import annotations

import string
from functools import lru_cache
from typing import Final

from routing.script import traditional_characters

UNUSUAL: Final = 1
"""The gate must change it: a Traditional character, a capital, a full-width letter or digit."""
WIDE: Final = 2
"""A full-width sign, letter or digit, or the space of that width."""
PLACED: Final = 4
"""A digit, or a word of the parts of a building."""
SELDOM_WIDE: Final = 8
"""Something ``WIDE`` that is none of the ``COMMON_SIGNS``."""
COMMON_SIGNS: Final = (("\uff0c", ","), ("\uff01", "!"), ("\uff1f", "?"))
"""Comma, exclamation and question mark: most full-width characters are one of these, and replacing three costs a
fifth of looking every character up."""


@lru_cache(maxsize=1)
def traits() -> bytes:
    """What each character has of these, as ``table`` has it; those beyond the basic plane have nothing."""
    wide = _between(0xFF01, 0xFF5E) + "\u3000"
    return table(
        (UNUSUAL, "".join(traditional_characters()) + string.ascii_uppercase + _between(0xFF10, 0xFF5A)),
        (WIDE, wide),
        (SELDOM_WIDE, "".join(character for character in wide if character not in dict(COMMON_SIGNS))),
        (PLACED, "0123456789栋幢楼层座室元零〇号排洞"),
    )


def table(*marks: tuple[int, str]) -> bytes:
    """For each character of the basic plane the bits of all ``marks`` whose characters it is one of, by its code."""
    found = bytearray(1 << 16)
    for bit, characters in marks:
        for code in map(ord, characters):
            found[code] |= bit
    return bytes(found)


def traits_in(text: str, of_characters: bytes) -> int:
    """What the characters of ``text`` have together; ``of_characters`` are a ``table``."""
    found = 0
    for index in range(len(text)):
        code = ord(text[index])
        if code < len(of_characters):
            found |= of_characters[code]
    return found


def _between(first: int, last: int) -> str:
    return "".join(map(chr, range(first, last + 1)))
