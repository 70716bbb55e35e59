"""Numbers as people write them in addresses: 5, 五, 十二, 一百零二, 五零二, 幺零二."""

from __future__ import annotations

from typing import Final

_DIGITS: Final = {character: str(value) for value, character in enumerate("零一二三四五六七八九")} | {
    "〇": "0",
    "幺": "1",
    "两": "2",
    "○": "0",
}
_UNITS: Final = {"十": 10, "百": 100}

CHINESE: Final = "零〇○一二三四五六七八九十百两幺"
"""Every character that such a number can hold."""


def digits(written: str) -> str | None:
    """``written`` as a digit string, without leading zeros; None where it is no number.

    A row of digits is read one by one (五零二 is "502"), anything with 十 or 百 by value (一百零二 is "102").
    """
    if written.isascii():
        return str(int(written)) if written.isdigit() else None
    if not _UNITS.keys() & set(written):
        if any(character not in _DIGITS for character in written):
            return None
        return "".join(_DIGITS[character] for character in written)
    total, pending = 0, 0
    for character in written:
        if character in _UNITS:
            total += (pending or 1) * _UNITS[character]
            pending = 0
        elif character in _DIGITS:
            pending = int(_DIGITS[character])
        else:
            return None
    return str(total + pending)


def first_of(written: str) -> str:
    """The first of two neighbouring numbers that are said in one breath: 七八 is 七, 十一二 is 十一; else all of it."""
    values = "一二三四五六七八九"
    if len(written) >= 2 and written[-1] in values and written[-2] in values:
        first, second = values.index(written[-2]), values.index(written[-1])
        if second - first == 1 and written[:-2] in {"", "十", "二十", "三十"}:
            return written[:-1]
    return written
