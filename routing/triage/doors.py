"""Addresses of another make: houses on a lane, rows of bungalows, doors with one digit or a letter."""

from __future__ import annotations

import re
from typing import Final

from routing.triage.numerals import CHINESE, digits
from routing.triage.place_signs import DOOR_BEHIND, NUMBER_BEHIND, behind

_N: Final = rf"(?:\d{{1,3}}|[{CHINESE}]{{1,4}})"

# The number that a house bears on its lane, as in Shanghai: "28弄6号", "6号102", "12号南面", "住19号". A bare 号 is
# a day, a bus line or a window at a counter far more often. A lane with a number of its own (三巷9号) lies within a
# complex; on one with a name, and on a street (万福巷12号), the number is an address in the town and no house.
_LANE: Final = re.compile(
    rf"(?:弄堂?|(?<=[\d{CHINESE}])巷|里|坊|胡同|组)\s?(?P<number>{_N})号(?!院|线|楼|口|柜|窗口|公路|店|铺|桌|车|球|[{CHINESE}\d]{{1,2}}[楼层])"
)
# What it begins with is asked for first, which most characters are not; so it is of rows below.
_NUMBERED: Final = re.compile(
    rf"(?=[\d{CHINESE}])(?:(?<![\d.月几第街路{CHINESE}])(?<![^\d{CHINESE}]巷)(?<!\d[:~至到、-])(?P<number>{_N})(?:[-~至到、]{_N})?号"
    rf"(?=老楼|[东南西北]面|山墙|地下室|门口|门前|大堂|架空层|底楼|楼上|楼下|楼道|里(?!程)|那部|[1-9一二三四五六七八九]门|那台|的?(?:住户|业主|居民)|管理[室处]|外墙|脚手架|[前后]门|-\d{{3}}|门\d|[{CHINESE}]{{3}}室)"
    rf"|(?<=住)(?P<own>{_N})号(?=[,，。\s嘛的呀啊]|$)|(?:^|(?<=[,，。!?])|(?<=[^楼层]\s))(?P<last>\d{{1,2}})号$)"
)
_DAY: Final = re.compile(r"月|日期|几号|截止|星期|周[一二三四五六日末]|放假|开学|工资|之前|以前")
_ROW: Final = re.compile(
    rf"(?=[\d{CHINESE}])(?:(?<!第)|(?<=平房第))(?P<row>{_N})排\s?(?:(?P<door>{_N})[号户]|(?<=平房第.排)|(?=[把最]?[头东西南北]|那|(?<!一排)平房))"
)
"""三排五号: a row of bungalows and a door in it."""
_STOREY_DOOR: Final = re.compile(r"\s?(?P<floor>[1-9]|[1-4]\d)[-—–](?P<door>\d{1,2})(?![\d-]|[楼层f栋])")
_NUMBER_OF_DOOR: Final = re.compile(
    r"(?<=门)(?P<door>\d{1,2}|[一二三四五六七八九十]{1,2})号(?=[,，。!?的\s]|[家户室]|$)"
)
"""3号楼4门7号 is a house, a staircase and a door, as in Beijing."""
_DOOR: Final = re.compile(
    r"\s?(?:(?P<door>\d{1,2}|[一二三四五六七八九十]{1,2})(?:[号室](?![楼栋院幢门口车梯线机桩柜窗])|(?<=0\d)户)|之(?P<after>[1-9一二三四五六七八九])|(?P<letter>[a-h])(?:室|座|(?!座))(?![a-z\d]))"
)
_LETTERED: Final = re.compile(r"\s?(?:顶楼|顶层)?(\d{0,2}[a-eg-h])(?:室|(?![a-z\d区座栋幢梯口门单号]))")


_BEFORE_STOREY: Final = re.compile(r"(?=[a-h])(?<![a-z\d])([a-h])室[,，、 ]")
"""Turned round: B室，12樓，1座."""


def house_on_lane(text: str) -> tuple[str | None, int | None]:
    """The number of a house on a lane in ``text`` (normalised) and where it ends, where it is told for one."""
    if lane := _LANE.search(text):
        return digits(lane["number"]), lane.end()
    numbered = _NUMBERED.search(text)
    if numbered is not None and (numbered["last"] is None or not _DAY.search(text)):
        return digits(numbered["number"] or numbered["own"] or numbered["last"]), numbered.end()
    return None, None


def row_and_door(text: str) -> tuple[str | None, str | None]:
    """The row of bungalows that ``text`` names, and the door in it."""
    row = _ROW.search(text)
    return (digits(row["row"]), digits(row["door"]) if row["door"] else None) if row else (None, None)


def storey_and_door(text: str, end: int | None, after_floor: int | None) -> tuple[str | None, str | None]:
    """The storey and the door where the door has a number or a letter of its own: 22-3, 2楼1号, 7楼C室.

    ``end`` is where the building and the unit end, ``after_floor`` where a storey does; None where none is named.
    """
    may_follow = 0 if end is None else behind(text, end)
    if end is not None and may_follow & NUMBER_BEHIND and (chained := _STOREY_DOOR.match(text, end)):
        return digits(chained["floor"]), digits(chained["door"])
    if end is not None and may_follow & NUMBER_BEHIND and (numbered := _NUMBER_OF_DOOR.match(text, end)):
        return None, digits(numbered["door"])
    if after_floor is not None and (door := _DOOR.match(text, after_floor)) and door.end() != end:
        number = door["door"] or door["after"]
        return None, _as_written(number) if number else door["letter"].upper()
    if end is not None and may_follow & DOOR_BEHIND and (lettered := _LETTERED.match(text, end)):
        return None, lettered[1].upper()
    if "室" in text and (before := _BEFORE_STOREY.search(text)):
        return None, before[1].upper()
    return None, None


def _as_written(number: str) -> str | None:
    """A number in digits, with the zero that doors bear (08室)."""
    return number if number.isdigit() and number[0] == "0" else digits(number)
