"""Numbers as people write them in addresses: 5, 五, 十二, 廿三, 一百零二, 五零二, 幺零二, 十五零二."""

from __future__ import annotations

from typing import Final

_DIGITS: Final = {character: str(value) for value, character in enumerate("零一二三四五六七八九")} | {
    "〇": "0",
    "幺": "1",
    "两": "2",
    "○": "0",
}
_UNITS: Final = {"十": 10, "百": 100, "千": 1000}
_TENS: Final = (("廿", "二十"), ("卅", "三十"))
"""Single characters for tens, usual in the addresses of the south."""
_DOOR_SIGNS: Final = "零〇○"

CHINESE: Final = "零〇○一二三四五六七八九十百两幺廿卅"
"""Every character that such a number can hold."""


def digits(written: str) -> str | None:
    """``written`` as a digit string, without leading zeros; None where it is no number.

    A row of digits is read one by one (五零二 is "502"), anything with 十 or 百 by value (一百零二 is "102"). A storey
    before its door is joined to it: 十五零二 is "1502", for nobody says zero behind a ten when counting.
    """
    if written.isascii():
        return str(int(written)) if written.isdigit() else None
    for one, two in _TENS:
        written = written.replace(one, two)
    if "十" in written and written[-2:-1] and written[-2] in _DOOR_SIGNS and "百" not in written:
        storey, door = digits(written[:-2]), _DIGITS.get(written[-1])
        return f"{storey}0{door}" if storey and door else None
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
    """The first of neighbouring numbers that are said in one breath (七八, 五六七, 十一二); else all of it."""
    values = "一二三四五六七八九"
    if len(written) >= 2 and written[-1] in values and written[-2] in values:
        first, second = values.index(written[-2]), values.index(written[-1])
        if second - first == 1 and (len(written) == 2 or written[-3] in "十廿卅"):
            return written[:-1]
        if second - first == 1 and values.find(written[:-1]) >= 0:
            return written[0]
    return written
