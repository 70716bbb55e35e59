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


@lru_cache(maxsize=1)
def traits() -> bytes:
    """What each character of the basic plane has of these, by its code; no other character has any."""
    found = bytearray(1 << 16)
    for code in map(ord, traditional_characters()):
        found[code] |= UNUSUAL
    for code in (*map(ord, string.ascii_uppercase), *range(0xFF10, 0xFF5B)):
        found[code] |= UNUSUAL
    for code in (*range(0xFF01, 0xFF5F), 0x3000):
        found[code] |= WIDE
    for code in map(ord, "0123456789栋幢楼层座室元零〇"):
        found[code] |= PLACED
    return bytes(found)


def traits_in(text: str, of_characters: bytes) -> int:
    """What the characters of ``text`` have together; ``of_characters`` are ``traits()``."""
    found = 0
    for index in range(len(text)):
        code = ord(text[index])
        if code < len(of_characters):
            found |= of_characters[code]
    return found
