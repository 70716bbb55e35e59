"""Houses: which one a text (normalised) names by a number or a letter, and what only counts them."""

from __future__ import annotations

import re
from typing import Final

from routing.triage.numerals import CHINESE, digits, first_of

_N: Final = rf"(?:\d{{1,3}}|[{CHINESE}]{{1,4}})"
_HOUSE: Final = (
    r"(?:[号好][楼搂娄篓]|号喽(?=的|[\d一二三四五六七八九])|号漏(?=[\d一二三四五六七八九]单元)|号栋|(?<!\s)#(?!单元)楼?|栋楼?|幢楼?|座(?!别克|商务|车(?![位库棚道站厢])|轿(?!厢)|面包|的车|suv)|号院(?!墙)"
    r"|号(?=[一二三四五六七八九十]{1,3}[楼层]|[幺一二三四五六七八九]{1,2}零[一二三四五六七八九]|\d{1,2}[楼层]|\d{3,4}(?!\d|[元块]|公里)|(?:\d{1,2}|[一二三四五六七八九])单元))"
)
# Of a list or a range ("3、5号楼", "3号、5号楼", "3-5号楼") the first counts; what has three digits in it is a room.
_LIST: Final = (
    rf"(?:(?:号|栋|幢)?\s?(?:[、和跟与到至~/&—–-]|,(?:(?<=[\d号栋幢],)(?=\s?\d)|(?<=[{CHINESE}号栋幢],)(?=\s?[{CHINESE}])))"
    rf"\s?{_N})"
)
# 动 and 洞 are what voice input makes of 栋; they follow a number there and nowhere else in these texts.
_BUILDING: Final = re.compile(
    rf"(?=[\da-z甲乙丙丁{CHINESE}])(?<!\d)(?<!\d[.:])(?:(?P<number>(?:(?!\d{{3}}){_N}(?={_LIST})|{_N}(?!{_LIST}))){_LIST}{{0,4}}\s?{_HOUSE}"
    r"|(?P<typo>\d{1,2})\s?(?:[动洞冻懂棟董]|东(?!门))(?=[\d一二三四五六七八九十\s,，。那楼的有这门下漏没坏停]|$)"
    r"|(?P<slip>[一二三四五六七八九十]{1,3})[动洞冻懂东董](?=(?:\d|[一二三四五六七八九])(?:单[元圆员园原]|丹元)|[东西南北](?:头|侧|面|边)|楼[上下道]|\d{3,4}(?!\d)|[一二三四五六七八九]零[一二三四五六七八九]|[一二三四五六七八九十]{1,2}[楼层])"
    r"|(?<![a-z])(?P<letter>[a-z]\d{0,2})\s?(?:座|栋|幢|号楼|楼)|(?P<stem>[甲乙丙丁])(?:座|栋|幢|号楼))"
)
# "整栋", "几栋" and "两栋楼" count buildings.
_HOUSES_COUNTED_BEFORE: Final = re.compile(
    r"(?:剩|(?<!出)差|缺|订|(?<![井膝铁擎锅瓶])盖|(?<!违)建|(?<!公)共|总|(?<![好很许喝])多|有|(?<!床)垫|隔|(?<![加精安])装)(?:了|到)?$"
)
_ONE_OF_MANY: Final = re.compile(r"(?:只|还|没|也|就|是不是)有$")
"""只有3栋没水 and 有没有3栋的 tell a house by its number, unless the clause ends with it (我们只有3栋)."""
_HOW_MANY: Final = re.compile(r"\s?(?:[楼高,，。;!！?？未]|没(?![水电网气灯人有])|$)")
_COUNTED_BY: Final = frozenset("剩差缺订盖建共总多有垫隔装了到\n")
"""What these end with."""
_HOUSE_WORDS: Final = frozenset({"号楼", "栋", "栋楼", "幢", "幢楼", "座"})
"""Behind these no number is a room's."""
_CALLS_ROOM: Final = frozenset("上下壁元面门的户家住主@")
"""Words that call a room by its number end with these."""
_ON_STREET: Final = re.compile(rf"(?:[街路]|(?<![\d{CHINESE}])巷)$")
_ONLY_STOREY: Final = re.compile(rf"(?:\d{{1,2}}|[{CHINESE}]{{1,3}})[楼层]")
"""万福巷12号一楼 is the number of a house in the town; with a unit or a room behind it people mean their own house."""
NO_HOUSE: Final = (None, None, -1)
_PART_BEHIND: Final = re.compile(rf"\s?(?:\d|[{CHINESE}]{{1,3}}(?:单元|[楼层])|[东西南北]户)")
_SOME_HOUSE: Final = re.compile(r"别墅|危|行走|洋房|老房|商铺|写字楼|房子|新房|$")
_IN_COURT: Final = re.compile(r"[\d一二三四五六七八九十](?:号楼|栋|幢|排)")
_OTHER: Final = frozenset("前后上下另同每")
"""Before 一栋 they tell a house by another one."""
_ABOUT: Final = re.compile(r"[下上道梯顶门里]")
# 四座的电梯 is a house; 三座桥 are three of them, and 七座车 is a car.
_COUNTED_SEATS: Final = re.compile(
    r"\s?(?:大|小|新|老|古|旧|高|石|假|人行|铁|木)?(?:桥(?![头下])|山|城(?!管)|塔|庙|岛|坟|墓|碑|亭|雕|[铜石]像|楼(?![上下道梯顶里])"
    r"|房(?![东产本租顶间])|厂(?![子里])|院(?![子里])|宅|别墅|大厦|商场|公园|花园|水库|建筑|立交|车(?![位库棚道站厢])|电站|基站|公厕|小区|学校|医院|教堂"
    r"|宫|寺|喷泉|高架|天桥|以[下上内]|的?(?:商务|面包|越野|轿(?!厢)|suv|mpv|别克)|位(?!置))"
)
_CAR: Final = re.compile(r"(?:的|大|小|新|旧|二手|商务|面包|越野|家用){0,3}车(?![位库棚道站厢])")
_OF_NO_LIST: Final = frozenset("块扣缺之分付第余剩前+-abcdefgh")
_FALLING: Final = re.compile(rf"(\d+|[{CHINESE}]+)(?:号(?!.*号)|栋|幢)?\s?,\s?(\d+|[{CHINESE}]+)")
_HIGH_IN: Final = re.compile(r"\d{1,2}[楼层]|\d{4}(?!\d)")
_ALL_OF_COMPLEX: Final = re.compile(r"(?:全小?区|整个小区|小区(?:一共|总共|里)|一共|总共)$")
_BEGINS: Final = re.compile(r"(?:^|[,，。;!?\s住在是我家们])$")


def house_in(text: str) -> tuple[str | None, int | None, int]:
    """The building that ``text`` names, where its name ends, and where its number stands if that can be no room's."""
    # Most often the first is the one: an iterator would cost as much again.
    at = 0
    while (match := _BUILDING.search(text, at)) is not None:
        at = match.end()
        number, typo, slip, letter, stem = match.groups()
        start, end = match.span()
        if letter or stem:
            return (letter or stem).upper(), end, -1
        whole = match[0]
        if whole.endswith("号院") and (_IN_COURT.search(text, end) or text[start - 1 : start] == "排"):
            # "3号院2号楼": the building is what stands in the court; "三排2号院": the court stands in a row.
            continue
        if whole.endswith("号") and text[start - 1 : start] == "月":
            # "3月5号六楼" tells a day.
            continue
        written = number or typo or slip
        if (
            "," in whole
            and (falling := _FALLING.match(whole))
            and (text[start - 1 : start] in _OF_NO_LIST or not _rises(falling[1], falling[2]))
        ):
            # "一块五，9栋" and "一贴48，9号楼" are no lists: lists of houses rise.
            start, whole, written = start + falling.start(2), whole[falling.start(2) :], falling[2]
        if whole.endswith("座") and not written.isdigit():
            if (written in "一两几" and not _HIGH_IN.match(text, end)) or text[start - 1 : start] in {
                "共",
                "这",
                "那",
                "色",
                "辆",
            }:
                continue
            if _COUNTED_SEATS.match(text, end) or (written in "五六七九" and _CAR.match(text, end)):
                continue
        if (
            written == "两"
            or _are_counted(text, whole, start, end)
            or _counts_buildings(text, whole, start, end, written)
        ):
            continue
        if whole.endswith("#") and re.match(r"[a-z]", text[end:]):
            continue
        if whole.endswith("号") and _ON_STREET.search(text, max(0, start - 2), start) and _ONLY_STOREY.match(text, end):
            continue
        number = digits(first_of(written))
        if number and 0 < int(number) < 1000:
            return number, end, start if _is_no_room(text, whole, written, start) else -1
    return NO_HOUSE


def _rises(first: str, second: str) -> bool:
    return int(digits(first) or 0) < int(digits(second) or 0)


def _is_no_room(text: str, whole: str, written: str, start: int) -> bool:
    """Whether a number of a house can be taken for no room's: it is in digits and alone, and nothing calls a room."""
    return (
        whole.removeprefix(written) in _HOUSE_WORDS
        and (written.isascii() or len(written) == len(digits(written) or ""))
        and (start == 0 or not (text[start - 1] in _CALLS_ROOM or text[start - 1].isspace()))
    )


def _are_counted(text: str, whole: str, start: int, end: int) -> bool:
    """Whether it is said how many houses there are ("盖了8栋"); a 号楼, or a house with a unit or a storey, is one."""
    return (
        start > 0
        and text[start - 1] in _COUNTED_BY
        and "号" not in whole
        and _HOUSES_COUNTED_BEFORE.search(text[max(0, start - 4) : start]) is not None
        and not _PART_BEHIND.match(text, end)
        and (_HOW_MANY.match(text, end) is not None or _ONE_OF_MANY.search(text[max(0, start - 4) : start]) is None)
    )


def _counts_buildings(text: str, whole: str, start: int, end: int, written: str) -> bool:
    """Whether it is said how many buildings, not which: 一栋楼, 三栋楼都; but 1栋楼 and "一栋的" are the first one."""
    if whole[len(written)] in "、和跟与到至~/&—–-":
        return False
    all_of = whole.endswith(("栋楼", "幢楼"))
    if written != "一":
        return all_of and (
            text[end : end + 1] in {"都", "全", "共"} or _ALL_OF_COMPLEX.search(text[:start]) is not None
        )
    if all_of and _BEGINS.search(text[:start]) and _ABOUT.match(text, end):
        return False
    if all_of or _SOME_HOUSE.match(text, end) or text[start - 1 : start] in _OTHER:
        return True
    if whole.endswith("楼"):
        return False
    return text[end : end + 1] in {"楼", "的"} and not _BEGINS.search(text[:start])
