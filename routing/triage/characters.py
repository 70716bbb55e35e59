"""What one look at every character tells of a text: which of the closer looks, each a search of its own, are spared."""

from __future__ import annotations

import string
from functools import lru_cache
from typing import Final

from routing.script import traditional_characters

UNUSUAL: Final = 1
"""The gate must change it: a Traditional character, a capital, a full-width letter or digit, or a sign among those, or
half of a surrogate pair."""
SPELT: Final = 2
"""A Traditional character, a letter with a small form, or something beyond the basic plane: without one of these the
gate changes the width of characters at most."""
PLACED: Final = 4
"""A digit, or a word of the parts of a building."""
SELDOM_WIDE: Final = 8
"""Something ``WIDE`` that is none of the four signs below, or half of a surrogate pair, which is replaced as well."""
COMMA: Final = 16
EXCLAMATION: Final = 32
QUESTION: Final = 64
COLON: Final = 128
"""Full-width ones: most full-width characters are one of these four, and replacing them costs a fifth of looking every
character up."""
WIDE: Final = SELDOM_WIDE | COMMA | EXCLAMATION | QUESTION | COLON
"""A full-width sign, letter or digit, or the space of that width."""
BEYOND: Final = 1 << 16
"""The first code beyond the basic plane, and in a table the place of what all those have."""
DECIMALS: Final = "".join(filter(str.isdecimal, map(chr, range(BEYOND))))
"""What patterns call a digit, in the basic plane."""
SPACES: Final = "".join(filter(str.isspace, map(chr, range(BEYOND))))
"""What patterns call a space."""
SURROGATES: Final = "".join(map(chr, range(0xD800, 0xE000)))
"""Halves of pairs, which only broken input holds: nothing but Python takes them for characters."""


@lru_cache(maxsize=1)
def traits() -> bytes:
    """What each character has of these, as ``table`` has it."""
    traditional = "".join(traditional_characters())
    signs = {"\uff0c": COMMA, "\uff01": EXCLAMATION, "\uff1f": QUESTION, "\uff1a": COLON}
    wide = _between(0xFF01, 0xFF5E) + "\u3000"
    return table(
        (UNUSUAL, traditional + string.ascii_uppercase + _between(0xFF10, 0xFF5A) + SURROGATES),
        (SPELT, traditional + "".join([one for one in _between(0, BEYOND - 1) if one != one.lower()])),
        (PLACED, "0123456789栋幢楼层座室元零〇号排洞冻"),
        (SELDOM_WIDE, "".join([character for character in wide if character not in signs]) + SURROGATES),
        *((bit, sign) for sign, bit in signs.items()),
        beyond=SPELT,
    )


def table(*marks: tuple[int, str], beyond: int = 0) -> bytes:
    """For each character of the basic plane the bits of all ``marks`` whose characters it is one of, by its code.

    Last come those of every character ``beyond`` that plane.
    """
    found = bytearray(BEYOND + 1)
    found[BEYOND] = beyond
    for bit, characters in marks:
        for code in map(ord, characters):
            found[code] |= bit
    return bytes(found)


def traits_in(text: str, of_characters: bytes) -> int:
    """What the characters of ``text`` have together; ``of_characters`` are a ``table``."""
    found = 0
    for index in range(len(text)):
        code = ord(text[index])
        found |= of_characters[code] if code < BEYOND else of_characters[BEYOND]
    return found


def _between(first: int, last: int) -> str:
    return "".join(map(chr, range(first, last + 1)))
