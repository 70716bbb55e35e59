"""Spellings that sound the same: what voice input and hurried thumbs make of a word (电题 for 电梯)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Final

LONGEST: Final = 6
"""Longer words are left alone: they are phrases, and their parts are varied already."""


def sound_table(groups: Iterable[str]) -> dict[str, str]:
    """For each character, the others that sound like it."""
    table: dict[str, str] = {}
    for group in groups:
        for character in group:
            others = "".join(other for other in group if other != character)
            table[character] = table.get(character, "") + others
    return table


def variants(word: str, table: Mapping[str, str], is_word: Callable[[str], bool]) -> Iterator[str]:
    """Spellings of ``word`` with one character exchanged for one that sounds alike.

    A spelling that is itself a word of the language is not offered: 露水 is dew, not a misspelt 漏水.
    """
    if not 2 <= len(word) <= LONGEST:
        return
    for position, character in enumerate(word):
        for other in table.get(character, ""):
            spelling = word[:position] + other + word[position + 1 :]
            if not is_word(spelling):
                yield spelling
