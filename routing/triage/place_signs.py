"""What neighbouring characters tell of places: one look at each of them spares most searches with a pattern.

All of it works on normalised text, and tells which patterns cannot match.
"""

from __future__ import annotations

from typing import Final

from routing.triage.characters import BEYOND, DECIMALS, SPACES, table
from routing.triage.numerals import CHINESE

STOREYED: Final = 1
"""A number stands before 楼, 层 or f, maybe with a gap between them."""
DOORED: Final = 2
"""A number stands before 门 or 梯."""
ROOMED: Final = 4
"""Three digits, or three Chinese numerals, stand in a row: no room has fewer."""
FORMED: Final = 8
"""A row of a form may begin: 楼栋号, 房号, 门牌, 单元: and the like."""
IN_ROW: Final = 16
"""There is a 排, which a row of bungalows cannot be without."""

NUMBER_BEHIND: Final = 1
"""A digit, a Chinese numeral or a gap: a number may begin."""
DOOR_BEHIND: Final = 2
"""What the number or the letter of a door may begin with."""
BASEMENT_BEHIND: Final = 4
"""What a storey below the ground may begin with."""

_ROOM: Final = 3
"""Digits of the shortest room."""
_DIGIT: Final = 1
_NUMERAL: Final = 2
_NUMBER: Final = _DIGIT | _NUMERAL
_GAP: Final = 4
_STOREY: Final = 8
_DOOR: Final = 16
_NAMED: Final = 32
_NAME_END: Final = 64
_ROW: Final = 128
_KINDS: Final = table(
    (_DIGIT, DECIMALS),
    (_NUMERAL, CHINESE),
    (_GAP, "/" + SPACES),
    (_STOREY, "楼层f"),
    (_DOOR, "门梯"),
    (_NAMED, "楼栋幢房室间门元号" + SPACES),
    (_NAME_END, "号栋牌:"),
    (_ROW, "排"),
)
_BEHIND: Final = table(
    (NUMBER_BEHIND, DECIMALS + CHINESE + SPACES),
    (DOOR_BEHIND, DECIMALS + SPACES + "顶abcdefgh"),
    (BASEMENT_BEHIND, SPACES + "的负地b-"),
    beyond=NUMBER_BEHIND | DOOR_BEHIND,
)


def signs_in(text: str) -> int:
    """The signs of places in ``text``."""
    found = before = run = 0
    kinds = _KINDS
    for index in range(len(text)):
        code = ord(text[index])
        here = kinds[code] if code < BEYOND else _kind_beyond(text[index])
        if here & _NUMBER:
            run = run + 1 if here & before & _NUMBER else 1
            if run == _ROOM:
                found |= ROOMED
        elif here:
            if here & _STOREY and before & (_NUMBER | _GAP):
                found |= STOREYED
            if here & _DOOR and before & _NUMBER:
                found |= DOORED
            if here & _NAME_END and before & _NAMED:
                found |= FORMED
            if here & _ROW:
                found |= IN_ROW
        before = here
    return found


def has_room_number(text: str, start: int, end: int) -> bool:
    """Whether three digits, or three Chinese numerals, stand in a row between ``start`` and ``end``."""
    before = run = 0
    for index in range(start, end):
        code = ord(text[index])
        here = _NUMBER & (_KINDS[code] if code < BEYOND else _kind_beyond(text[index]))
        run = run + 1 if here & before else 1
        if here and run == _ROOM:
            return True
        before = here
    return False


def behind(text: str, end: int) -> int:
    """What may begin in ``text`` where something else ends."""
    if end >= len(text):
        return 0
    code = ord(text[end])
    return _BEHIND[code] if code < BEYOND else _BEHIND[BEYOND]


def _kind_beyond(character: str) -> int:
    """What a character beyond the basic plane is."""
    return _DIGIT if character.isdecimal() else 0
