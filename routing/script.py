"""Simplified and Traditional characters: which a writer uses, and turning one into the other."""

from __future__ import annotations

import re
import unicodedata
from enum import StrEnum
from functools import lru_cache
from typing import Final

import opencc

_CJK: Final = range(0x3400, 0xA000)
_LATELY: Final = 64
"""Several listeners read a message one after another, a batch in turns: so many are kept in one spelling."""
_SURROGATE: Final = re.compile(rf"[{chr(0xD800)}-{chr(0xDFFF)}]")


class Script(StrEnum):
    """The script of a text, named as in language tags (zh-Hans, zh-Hant)."""

    HANS = "hans"
    HANT = "hant"


@lru_cache(maxsize=1)
def _to_hans() -> opencc.OpenCC:
    return opencc.OpenCC("t2s")


@lru_cache(maxsize=1)
def _to_hant() -> opencc.OpenCC:
    return opencc.OpenCC("s2t")


@lru_cache(maxsize=1)
def traditional_characters() -> frozenset[str]:
    """The characters that exist in Traditional script only, taken from opencc's own table.

    Converting costs 20–40 µs a message and asking this set half a microsecond, so texts without such a
    character never reach the converter.
    """
    return _changed_by(_to_hans())


@lru_cache(maxsize=1)
def simplified_characters() -> frozenset[str]:
    """The characters that have another form in Traditional script, taken from opencc's own table.

    Who serves asks once before anybody waits: it takes a twentieth of a second and, for that time, 26 MB. They are
    for phrases, which only a text that becomes Traditional needs, so this converter is let go.
    """
    return _changed_by(opencc.OpenCC("s2t"))


def _changed_by(converter: opencc.OpenCC) -> frozenset[str]:
    every = "\n".join(map(chr, _CJK))
    return frozenset(old for old, new in zip(every, converter.convert(every), strict=True) if old != new)


def script_of(text: str) -> Script:
    """The script that ``text`` is written in; Simplified where nothing tells.

    Some characters count on both sides (乾, 著), so the side with more of its own wins.
    """
    traditional, simplified = traditional_characters(), simplified_characters()
    if traditional.isdisjoint(text):
        return Script.HANS
    surplus = sum([(one in traditional) - (one in simplified) for one in text])
    return Script.HANT if surplus > 0 else Script.HANS


def tells_script(text: str) -> bool:
    """Whether any character of ``text`` belongs to one script alone; a bare command tells nothing of its writer."""
    return not (traditional_characters().isdisjoint(text) and simplified_characters().isdisjoint(text))


def to_hans(text: str) -> str:
    """``text`` in Simplified characters; returned as it is where it has no Traditional one."""
    if traditional_characters().isdisjoint(text):
        return text
    return _converted(_to_hans(), text)


def in_one_spelling(text: str) -> str:
    """``text`` half-width and in Simplified characters, as words and names are looked for in it."""
    return to_hans(unicodedata.normalize("NFKC", text))


@lru_cache(maxsize=_LATELY)
def message_in_one_spelling(text: str) -> str:
    """The same of a message, kept for a moment."""
    return in_one_spelling(text)


def to_hant(text: str) -> str:
    """``text`` in Traditional characters."""
    return _converted(_to_hant(), text)


def _converted(converter: opencc.OpenCC, text: str) -> str:
    try:
        return str(converter.convert(text))
    except UnicodeEncodeError:
        # Half of a pair, as broken input has it, is no character, and nothing outside Python takes it for one.
        return str(converter.convert(_SURROGATE.sub("\ufffd", text)))
