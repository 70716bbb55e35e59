"""The place grammar: what a message says of building, unit, floor, room and spot.

Works on normalised text (half-width, lower case, Simplified). Numbers are taken for a place only with a word that makes
them one, or in a shape that nothing else has (3-2-502); times, prices, phone and plate numbers have neither.
"""

from __future__ import annotations

import re
import string
from collections.abc import Mapping
from typing import Final

from routing.place import Place
from routing.triage.chains import LINKS, chain_of, form_of, lettered_of, pair_of, spaced_of
from routing.triage.characters import table, traits_in
from routing.triage.doors import house_on_lane, row_and_door, storey_and_door
from routing.triage.numerals import CHINESE, digits, first_of
from routing.triage.rooms import is_picked_up, room_of
from routing.triage.spots import spot_of
from routing.triage.storeys import bare_storey, storey_of

_N: Final = rf"(?:\d{{1,3}}|[{CHINESE}]{{1,4}})"
_HOUSE: Final = (
    r"(?:[号好][楼搂娄篓]|号栋|#楼|#|栋楼?|幢楼?|座(?!别克|商务|车|轿|面包|的车|suv)|号院(?!墙)"
    r"|号(?=[一二三四五六七八九十]{1,2}[楼层]|\d{1,2}[楼层]|\d{3,4}(?!\d|[元块]|公里)|(?:\d{1,2}|[一二三四五六七八九])单元))"
)
# Of a list or a range ("3、5号楼", "3号、5号楼", "3-5号楼") the first counts; what has three digits in it is a room.
_LIST: Final = rf"(?:(?:号|栋|幢)?\s?[、,和跟与到至~/—–-]\s?{_N})"
# 动 and 洞 are what voice input makes of 栋; they follow a number there and nowhere else in these texts.
_BUILDING: Final = re.compile(
    rf"(?=[\da-z甲乙丙丁{CHINESE}])(?<!\d)(?<!\d[.:])(?:(?P<number>(?:(?!\d{{3}}){_N}(?={_LIST})|{_N}(?!{_LIST}))){_LIST}{{0,4}}\s?{_HOUSE}"
    r"|(?P<typo>\d{1,2})\s?[动洞冻懂东棟](?=[\d一二三四五六七八九十\s,，。那楼的有这门下]|$)"
    r"|(?P<slip>[一二三四五六七八九十]{1,3})[动洞冻懂](?=(?:\d|[一二三四五六七八九])单元|楼[上下道])"
    r"|(?<![a-z])(?P<letter>[a-z]\d{0,2})\s?(?:座|栋|幢|号楼|楼)|(?P<stem>[甲乙丙丁])(?:座|栋|幢|号楼))"
)
_UNIT: Final = re.compile(
    rf"(?=[\da-h甲乙丙丁{CHINESE}])(?<![\da-z])(?<!\d[.:])(?P<unit>{_N}|[甲乙丙丁]|[a-h])"
    rf"(?:[、/和跟与到至]\s?{_N}|(?<=[栋楼幢座#]\d),\d{{1,2}})?\s?(?:单[元员园圆原](?!号?\s?:)|丹元|号?门洞)"
)
_UNIT_DOOR: Final = re.compile(
    r"\s?(?P<unit>\d{1,2}|[一二三四五六七八九十])(?:[门们](?![卫岗禁外面前牌])|单位|梯(?!\s?[\d一二两三四五六七八九十]{1,2}户)|单(?=\d{3}|[,，。\s]|$|[一二三四五六七八九十]))"
)
"""In the north a unit is a door (3号楼2门), and hurried people say 单 for 单元: both only right behind a building.
In the south it is a staircase (7栋2梯1503), and 单位 is what voice input makes of 单元."""
_BY_NORTH: Final = re.compile(r"(?<=\d)楼\s?\d{1,2}(?:单元|门洞)")
"""3楼2单元 is building and unit: the word before a unit can only be the house."""
_DOORS: Final = re.compile(
    r"(?<![\d号])(?:(?P<building>\d{1,2})楼)?(?P<unit>\d{1,2}|[一二三四五六七八九])门(?P<room>\d{3,4})(?!\d)"
)
"""3楼2门502 is building, unit and room, as in Tianjin."""
_DOOR_STOREY: Final = re.compile(
    r"(?<![\d号出进大])(?P<unit>[1-9一二三四五六七八九])[门梯](?=[1-9一二三四五六七八九十]{1,2}[楼层]|从\d|楼道|的(?:业主|住户|人家|楼道|电梯|灯))"
)
"""2门七楼 and 3梯2楼: unit and storey."""
# "整栋", "几栋" and "两栋楼" count buildings.
_HOUSES_COUNTED_BEFORE: Final = re.compile(r"(?:剩|差|缺|订|盖|建|共|总|多|有|垫|隔|装)(?:了|到)?$")
_COUNTED_BY: Final = frozenset("剩差缺订盖建共总多有垫隔装了到\n")
"""What these end with."""
_HOUSE_WORDS: Final = frozenset({"号楼", "栋", "栋楼", "幢", "幢楼", "座"})
"""Behind these no number is a room's."""
_CALLS_ROOM: Final = frozenset("上下壁元面门的户家住主@")
"""Words that call a room by its number end with these."""
_NO_HOUSE: Final = (None, None, -1)
_PART_BEHIND: Final = re.compile(rf"\s?(?:\d|[{CHINESE}]{{1,3}}(?:单元|[楼层])|[东西南北]户)")
_SOME_HOUSE: Final = re.compile(r"别墅|危|行走|洋房|老房|商铺|写字楼|房子|新房|$")
_IN_COURT: Final = re.compile(r"[\d一二三四五六七八九十](?:号楼|栋|幢)")
_OTHER: Final = frozenset("前后上下另同每")
"""Before 一栋 they tell a house by another one."""
_ABOUT: Final = re.compile(r"[下上道梯顶门里]")
# 六座 and 十四座 are houses where one of these follows; 三座桥 are three of them.
_SEAT: Final = re.compile(
    r"大堂|高层|电梯|楼上|楼下|门口|天台|靠|有个|[a-z][室座]|[\d一二三四五六七八九]门|[\d一二三四五六七八九十]{1,2}[楼层]|\d{3,4}|[,，。!！\s]|$"
)
_BEGINS: Final = re.compile(r"(?:^|[,，。;!?\s住在是我家们])$")
_WITNESS: Final = re.compile(
    r"^[我俺咱]们?(?:是|住|在|住在)[^,，。!?]{1,10}[,，。]\s?(?:刚才?|刚刚)?(?:看到|看见|发现|听到|听见|瞧见|对面|隔壁)"
)
"""我是8号楼的，看到对面11号楼…: what is told of happens elsewhere than where the writer lives."""
_CORRECTION: Final = re.compile(
    r"(?:(?:说错了|打错了|写错了|发错了|搞错了|更正|不对|不是[^,，。\s]{1,8}?)[,，。!\s]*(?:应该)?(?:是|在)"
    r"|(?<=[,，。!\s(（])(?:哦|噢|啊|呃|额|哎)?(?:不是|不对|错了|[说打写发]错了?)[,，。!\s]+"
    r"|(?<=[,，。!\s(（])(?:不好意思|抱歉)[,，]?(?:应该)?是)"
)


# What each part cannot be without: one look at every character spares most messages the patterns above.
_CORRECTED: Final = 1
_NUMBER: Final = 2
_BUILDING_MARK: Final = 4
_UNIT_MARK: Final = 8
_FLOOR_MARK: Final = 16
_LINKED: Final = 32
_PICKED_UP: Final = 64
_REWRITTEN: Final = 128
_TRAITS: Final = table(
    (_CORRECTED, "错更不抱"),
    (_NUMBER, string.ascii_lowercase + "甲乙丙丁" + CHINESE + "".join(filter(str.isdecimal, map(chr, range(1 << 16))))),
    (_BUILDING_MARK, "号#栋幢座动洞冻懂东棟楼"),
    (_UNIT_MARK, "单丹洞"),
    (_FLOOR_MARK, "楼层f"),
    (_LINKED, LINKS),
    (_PICKED_UP, "取码货"),
    (_REWRITTEN, "壹贰叁肆伍陆柒捌玖拾零《\u20e3"),
)
_MAY_CORRECT: Final = re.compile(r"错|更正|抱歉|不(?:[对是]|好意思)")
_STOREY: Final = re.compile(rf"[\d{CHINESE}]\s?(?:[楼层]|/?f)")
_NUMBERED_DOOR: Final = re.compile(r"[\d一二三四五六七八九][门梯]")
_ROOM_NUMBER: Final = re.compile(rf"\d{{3}}|[百{CHINESE}]{{3}}")

_CAPITAL: Final = re.compile(r"[壹贰叁肆伍陆柒捌玖拾][栋幢号单楼层拾]")
"""Numerals as on a cheque, by which some write a house."""
_SMALL: Final = str.maketrans("壹贰叁肆伍陆柒捌玖拾", "一二三四五六七八九十")
_MIXED: Final = re.compile(r"(?<=\d)零(?=\d)")
_KEYCAP: Final = "\u20e3"
"""What makes a key of a digit (3️⃣)."""
_TITLE: Final = re.compile(r"《[^》]*》")

# Every alternative begins with one of the characters that are looked for first.
_MAY_NAME: Final = re.compile(
    r"(?=[\d@栋幢楼层室单a-z零〇一二三四五六七八九十弄巷里坊街组住])"
    r"(?:\d ?[-–—#~/.、] ?\d|@\d{3}|[栋幢楼层室]|单元|\d座|[a-z]座|\d{3,4}[家户房的]|[\d一二三四五六七八九]门|[零〇]"
    r"|[\d一二三四五六七八九十]排|[弄巷里坊街组]\d{1,3}号|\d号(?:\d{3}|$)|住[\d一二三四五六七八九十]{1,3}号|[二四五六八九十]座"
    r"|^\d{3,4}|(?<=[我在住来到砸敲约找去给是,，。;；!！?？:：、( ])\d{3,4})"
)


def may_name_place(text: str) -> bool:
    """Whether ``text`` may name a building, unit, floor or room: a quick look that sorts out most talk.

    Where no character of it is ``PLACED`` it may not.
    """
    return _MAY_NAME.search(text) is not None


def place_in(text: str, aliases: Mapping[str, Place] | None = None) -> Place | None:
    """What ``text`` says about where; None where it says nothing.

    Args:
        text: normalised text.
        aliases: names of places known in this complex ("老楼" → building 3); they fill what the text leaves open.

    Of several values the first counts; after a correction ("说错了，是5栋") only what follows it.
    """
    seen = traits_in(text, _TRAITS)
    if seen & _REWRITTEN:
        if _KEYCAP in text:
            text = text.replace("\ufe0f", "").replace(_KEYCAP, "")
        if seen & _BUILDING_MARK and _CAPITAL.search(text):
            text = text.translate(_SMALL)
            seen |= _NUMBER
        if "零" in text or "《" in text:
            text = _TITLE.sub("", _MIXED.sub("0", text))
    corrections = list(_CORRECTION.finditer(text)) if seen & _CORRECTED and _MAY_CORRECT.search(text) else []
    if corrections:
        correction = corrections[-1]
        after = text[correction.end() :]
        corrected = _place_in(after, traits_in(after, _TRAITS))
        if corrected is not None and not corrected.is_empty:
            before = _place_in(text[: correction.start()], seen) or Place()
            return _with_aliases(corrected.merged_with(before), text, aliases)
    found = _place_in(text, seen)
    if found is not None and found.building and (witness := _WITNESS.match(text)):
        told = _place_in(text[witness.end() :], seen)
        found = told if told is not None and told.building else found
    if not aliases:
        return found
    complete = _with_aliases(found or Place(), text, aliases)
    return None if complete.is_empty else complete


def _with_aliases(place: Place, text: str, aliases: Mapping[str, Place] | None) -> Place:
    for name, meant in (aliases or {}).items():
        if name in text:
            place = place.merged_with(meant)
    return place


def _place_in(text: str, seen: int) -> Place | None:
    """What ``text`` without corrections says; ``seen`` are the traits of its characters, or of a text around it."""
    spot = spot_of(text)
    if not seen & _NUMBER:
        return Place(spot=spot) if spot else None
    floor, after_floor = storey_of(text) if seen & _FLOOR_MARK and _STOREY.search(text) else (None, None)
    may_be_door = ("门" in text or "梯" in text) and _NUMBERED_DOOR.search(text) is not None
    if not (seen & _PICKED_UP and is_picked_up(text)):
        if seen & _LINKED and (chain := chain_of(text)):
            return Place(building=chain[0], unit=chain[1], floor=floor, room=chain[2], spot=spot)
        if may_be_door and (doors := _DOORS.search(text)):
            building = doors["building"] or _building(text[: doors.start()])[0]
            return Place(building=building, unit=digits(doors["unit"]), room=digits(doors["room"]), spot=spot)
    building, after_building, house_at = _building(text) if seen & _BUILDING_MARK else _NO_HOUSE
    row, room = row_and_door(text) if building is None and "排" in text else (None, None)
    if row is not None:
        building = row
    elif building is None and "号" in text:
        building, after_building = house_on_lane(text)
    unit, after_unit = _unit(text) if seen & _UNIT_MARK else (None, None)
    if unit is None and after_building is not None and (door := _UNIT_DOOR.match(text, after_building)):
        unit, after_unit = digits(door["unit"]), door.end()
    if unit is None and may_be_door and (door := _DOOR_STOREY.search(text)):
        unit, after_unit = digits(door["unit"]), door.end()
    if building is None and seen & _LINKED:
        building, chained = pair_of(text)
        unit = unit or chained
    if None not in {floor, unit} and building is None and (house := _BY_NORTH.search(text)):
        is_house = after_floor == house.start() + 1
        building, floor, after_floor = (floor, None, None) if is_house else (None, floor, after_floor)
    if floor is None:
        floor = bare_storey(text, after_building)
    if room is None and (after_building is not None or after_floor is not None):
        end = None if after_building is None else max(after_building, after_unit or 0)
        storey, room = storey_and_door(text, end, after_floor)
        floor = floor or storey
    if floor is None and building is not None and "底楼" in text:
        floor = "1"
    if room is None and _may_be_room(text, house_at, after_building):
        if building is None and unit is None and (lettered := lettered_of(text)):
            building, room = lettered
        else:
            room = room_of(text, [end for end in (after_building, after_unit, after_floor) if end is not None])
        if room is not None and unit is None and " " in text and (spaced := spaced_of(text)):
            building, unit, room = spaced
    if "号" in text or ":" in text:
        written = form_of(text)
        building, unit, room = building or written[0], unit or written[1], room or written[2]
    place = Place(building=building, unit=unit, floor=floor, room=room, spot=spot)
    return None if place.is_empty else place


def _may_be_room(text: str, house_at: int, after_house: int | None) -> bool:
    """Whether some number has as many digits as a room's, besides that of the house at ``house_at`` (-1 for none)."""
    if house_at < 0 or after_house is None:
        return _ROOM_NUMBER.search(text) is not None
    return _ROOM_NUMBER.search(text, after_house) is not None or _ROOM_NUMBER.search(text, 0, house_at) is not None


def _building(text: str) -> tuple[str | None, int | None, int]:
    """The building that ``text`` names, where its name ends, and where its number stands if that can be no room's."""
    for match in _BUILDING.finditer(text):
        number, typo, slip, letter, stem = match.groups()
        start, end = match.span()
        if letter or stem:
            return (letter or stem).upper(), end, -1
        whole = match[0]
        if whole.endswith("号院") and _IN_COURT.search(text, end):
            # "3号院2号楼": the building is what stands in the court.
            continue
        written = number or typo or slip
        if whole.endswith("座") and not written.isdigit():
            if written in "一两几" or text[start - 1 : start] in {
                "有",
                "共",
                "这",
                "那",
                "出",
                "色",
                "台",
                "辆",
            }:
                continue
            if not _SEAT.match(text, end):
                continue
        if (
            written == "两"
            or _are_counted(text, whole, start, end)
            or _counts_buildings(text, whole, start, end, written)
        ):
            continue
        if whole.endswith("#") and re.match(r"[a-z]", text[end:]):
            continue
        number = digits(first_of(written))
        if number and 0 < int(number) < 1000:
            return number, end, start if _is_no_room(text, whole, written, start) else -1
    return _NO_HOUSE


def _is_no_room(text: str, whole: str, written: str, start: int) -> bool:
    """Whether a number of a house can be taken for no room's: it is in digits and alone, and nothing calls a room."""
    return (
        whole.removeprefix(written) in _HOUSE_WORDS
        and written.isascii()
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
    )


def _counts_buildings(text: str, whole: str, start: int, end: int, written: str) -> bool:
    """Whether it is said how many buildings, not which: 一栋楼, 三栋楼都; but 1栋楼 and "一栋的" are the first one."""
    all_of = whole.endswith(("栋楼", "幢楼"))
    if written != "一":
        return all_of and text[end : end + 1] in {"都", "全"}
    if all_of and _BEGINS.search(text[:start]) and _ABOUT.match(text, end):
        return False
    if all_of or _SOME_HOUSE.match(text, end) or text[start - 1 : start] in _OTHER:
        return True
    if whole.endswith("楼"):
        return False
    return text[end : end + 1] in {"楼", "的"} and not _BEGINS.search(text[:start])


def _unit(text: str) -> tuple[str | None, int | None]:
    for match in _UNIT.finditer(text):
        if match["unit"] in "甲乙丙丁abcdefgh":
            return match["unit"].upper(), match.end()
        number = digits(first_of(match["unit"]))
        if (
            number
            and 0 < int(number) < 100
            and not (match["unit"] == "两" and text[match.end() : match.end() + 1] == "的")
        ):
            return number, match.end()
    return None, None
