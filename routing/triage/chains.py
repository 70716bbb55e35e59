"""Addresses written as a chain of numbers: 3-2-502, 3#2-502, 12-1501, 3号楼1-502, and the rows of a form.

Nothing else has these shapes: dates, scores, times and prices have other lengths, signs before them or measures behind.
"""

from __future__ import annotations

import re
from typing import Final

from routing.triage.numerals import digits

EDGE: Final = r"(?<![\d./a-z$¥￥~-])(?<!\d:)"
"""What no chain follows: digits, dates, times, prices, latin names."""
MEASURES: Final = (
    "元|块|米|人(?![没不在呢都家又住来行员们民生脸影走去])|名(?![字单额])|个(?![子头])|度(?!假)|年(?![前初底轻检会])|月(?![初底亮饼租付薪工])"
    "|日(?![夜子本])|点(?![火着赞名])|分(?![户类手家水不])|斤|平(?![台时安房])|万(?!一)"
)
"""What is counted or measured; but 人行道 and 年前 are words of their own, which may stand behind any number."""
NO_MEASURE: Final = rf"(?![\d-]|\.\d|:\d|(?:{MEASURES}|w|km|kw)| (?:元|块|米|斤|平|万(?!一)|w|km|kw))"

_DOOR: Final = r"(?!20[012]\d)(?:[1-9]|[1-4]\d)(?:0[1-9]|1\d|20)(?!\d)"
_DASH: Final = r"\s?(?:[-—–~/、#_·•\\]|——|--)\s?"
_NO_DIGIT: Final = r"(?![\d-]|\.\d|:\d)"
_OF_HOUSE: Final = r"(?:号楼|号搂|#楼|#|栋|幢|座)"
_SIGN: Final = re.compile(r"\d\s?[-—–#~/.、_·•\\]|[楼栋幢座元]\s?[-—–]?\s?\d|号[:：]?\d")

# Each asks first for a character that it begins with: what may not stand before that is looked up at few places then.
_THREE: Final = re.compile(
    rf"(?=[\da-h]){EDGE}(\d{{1,2}}|[a-h]\d{{0,2}}){_OF_HOUSE}?{_DASH}(\d{{1,2}})(?:单元)?{_DASH}(\d{{3,4}}){_NO_DIGIT}"
)
_DOORED: Final = re.compile(
    rf"(?=[\da-h]){EDGE}(\d{{1,2}}|[a-h]){_OF_HOUSE}\s?(\d{{1,2}})[-—–](\d{{1,2}})[-—–](\d{{1,2}})(?![\d-]|[楼层月日])"
)
"""3栋2-12-1: house, unit, storey and door, as in Chongqing."""
_STOREYED: Final = re.compile(
    rf"(?=[\da-h]){EDGE}(\d{{1,2}}|[a-h])[-—–](\d{{1,2}})[-—–](\d{{1,2}})(?=\s?[楼层](?![道梯]))"
)
_DOTTED: Final = re.compile(rf"(?=\d){EDGE}(\d{{1,2}})\.(\d{{1,2}})\.((?!19|20\d\d)\d{{3,4}}){_NO_DIGIT}")
_HOUSE_FIRST: Final = re.compile(
    rf"(?=[\d一二三四五六七八九十]){EDGE}(\d{{1,3}}|[一二三四五六七八九十]{{1,3}}){_OF_HOUSE}\s?(\d{{1,2}})(?:单元)?{_DASH}(\d{{3,4}}){NO_MEASURE}"
)
_TWO: Final = re.compile(rf"(?=\d){EDGE}(\d{{1,2}})\s?[-—–#/]\s?(\d{{3,4}}){NO_MEASURE}")
_LETTERED: Final = re.compile(rf"(?=[a-h]){EDGE}([a-h]\d??)\s?[-—–#/]?\s?({_DOOR}){NO_MEASURE}(?![a-z次号])")
_PARKED: Final = re.compile(r"[车机]|晚点|检票|站台|[高动]铁|航班|教室|会议室")
"""Where a letter and a number are a parking place, a plate, a train, a flight or a hall."""
_SPACED: Final = re.compile(
    rf"(?=\d)(?:^|(?<=[,，。!?;:(\s住在是]))(\d{{1,2}}){_OF_HOUSE}?\s(\d{{1,2}})(?:单元)?\s(\d{{3,4}}){NO_MEASURE}"
)
_PAIR: Final = re.compile(
    rf"(?=\d){EDGE}(\d{{1,2}})[-—–](\d{{1,2}})(?=单元(?![都全各])|\s?[一二三四五六七八九十]{{1,3}}[楼层]|的\d{{1,2}}[楼层]|\s\d{{1,2}}[楼层]|\s?(?:漏水|渗水|滴水|冒烟|着火|水管|下水道|顶[楼层]|那[边家里]|这边|门坏|灯坏)|的(?:灯|门|窗|墙)|的?(?:可视|门铃|对讲|电梯|货梯|客梯|楼道|门禁|单元门|大门|门口|楼下|过道|没[水电气网]|停[水电气]|楼梯|有人|的(?:宝|业主|邻居|住户|二楼|三楼|楼梯)))"
)
_LAST_PAIR: Final = re.compile(
    r"(?=\d)(?:(?:(?<=[,，。!?\s])|(?<=单元))(\d{1,2})[-—–]([1-6])\s?(?:$|(?=[,，。!]))|^(\d{1,2})[-—–]([1-6])(?=[,，])"
    r"|(?<=[我俺咱家住][是家住在])(\d{1,2})[-—–]([1-6])(?=[的,，。!\s]|$))"
)
_SCORE: Final = re.compile(r"比分|[赢输局胜负]|平了|[足篮排网乒羽毛]球|球[赛队员门星迷场]|进球")
_FORM: Final = re.compile(
    r"(?:楼栋号?|楼号|栋号|幢号)\s?:?\s?(?P<building>\d{1,3})|单元号?\s?(?P<told>:?)\s?(?P<unit>\d{1,2})(?![\d-])|(?:房号|室号|门牌号?|房间号?|室(?=\s?:))\s?:?\s?(?P<room>\d{3,4})"
)

# What these cannot be without, told faster.
LINKS: Final = "-—–~/、#._·•\\"
"""No chain is without one of these signs."""
_DASHED: Final = re.compile(r"\d[-—–]\d")
_ROW: Final = re.compile(r"楼栋|[楼栋幢房室间]号|单元号?\s?:|门牌")

Chain = tuple[str | None, str | None, str | None]
"""Building, unit and room, or storey."""


def chain_of(text: str) -> Chain | None:
    """The chain of numbers that ``text`` (normalised, with one of ``LINKS``) gives as an address; None for none."""
    if not _SIGN.search(text):
        return None
    if three := _THREE.search(text) or _DOTTED.search(text) or _HOUSE_FIRST.search(text):
        building, unit, room = three.groups()
        return _house(building), digits(unit), digits(room)
    if two := _TWO.search(text):
        return digits(two[1]), None, digits(two[2])
    return None


def _house(written: str) -> str | None:
    """A house as a number, or a letter with or without one."""
    return written.upper() if written[0].isascii() and not written.isdigit() else digits(written)


def lettered_of(text: str) -> tuple[str, str] | None:
    """A lettered house and a room of it that are written as one ("A1203", "B2-1203"); three digits are too few."""
    lettered = _LETTERED.search(text)
    if lettered is None or len(lettered[2]) < 4 or _PARKED.search(text):
        return None
    return lettered[1].upper(), lettered[2]


def doored_of(text: str) -> tuple[str | None, str | None, str | None, str | None] | None:
    """House, unit, storey and door where a house by its word leads a chain of short numbers ("3栋2-12-1")."""
    doored = _DOORED.search(text)
    return (_house(doored[1]), digits(doored[2]), digits(doored[3]), digits(doored[4])) if doored else None


def storeyed_of(text: str) -> Chain | None:
    """Building, unit and storey where the last of a chain is told to be one ("4-3-12楼")."""
    storeyed = _STOREYED.search(text)
    return (_house(storeyed[1]), digits(storeyed[2]), digits(storeyed[3])) if storeyed else None


def spaced_of(text: str) -> Chain | None:
    """Building, unit and room with nothing but spaces between them ("3 2 502", "3栋 2 502")."""
    spaced = _SPACED.search(text)
    return (digits(spaced[1]), digits(spaced[2]), digits(spaced[3])) if spaced else None


def pair_of(text: str) -> tuple[str | None, str | None]:
    """Building and unit where only these two are chained ("3-1的电梯", "2-1三楼")."""
    pair = _PAIR.search(text) if _DASHED.search(text) else None
    if pair is None and _DASHED.search(text) and not _SCORE.search(text):
        pair = _LAST_PAIR.search(text)
    if pair is None:
        return None, None
    building, unit = filter(None, pair.groups())
    return digits(building), digits(unit)


def form_of(text: str) -> Chain:
    """What the rows of a form say ("楼栋号12，房号1501")."""
    building = unit = room = None
    for row in _FORM.finditer(text) if _ROW.search(text) else ():
        building = building or (row["building"] and digits(row["building"]))
        if row["told"] or building:
            unit = unit or (row["unit"] and digits(row["unit"]))
        room = room or (row["room"] and digits(row["room"]))
    return building, unit, room
