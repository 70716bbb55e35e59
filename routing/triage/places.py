"""The place grammar: what a message says of building, unit, floor, room and spot.

Works on normalised text (half-width, lower case, Simplified). Numbers are taken for a place only with a word that makes
them one, or in a shape that nothing else has (3-2-502); times, prices, phone and plate numbers have neither.
"""

from __future__ import annotations

import re
import string
from collections.abc import Mapping
from typing import Final

from routing.construction import constructor_of_all
from routing.place import Place
from routing.triage.chains import LINKS, chain_of, doored_of, form_of, lettered_of, pair_of, spaced_of, storeyed_of
from routing.triage.characters import DECIMALS, table, traits_in
from routing.triage.corrections import MARKS, corrected, may_correct, without_denied
from routing.triage.doors import house_on_lane, row_and_door, storey_and_door
from routing.triage.houses import NO_HOUSE, house_in
from routing.triage.number_spelling import REWRITTEN, respelt, with_spoken_zeros, without_items
from routing.triage.numerals import CHINESE, digits, first_of
from routing.triage.place_signs import (
    DOORED,
    FORMED,
    IN_ROW,
    NUMBER_BEHIND,
    ROOMED,
    STOREYED,
    behind,
    has_room_number,
    signs_in,
)
from routing.triage.rooms import room_of, without_codes
from routing.triage.spots import spot_of
from routing.triage.storeys import bare_storey, is_pressed, storey_of

_place: Final = constructor_of_all(Place)
"""Building, unit, floor, room and spot as a place; there is one for every report."""

_N: Final = rf"(?:\d{{1,3}}|[{CHINESE}]{{1,4}})"
_UNIT: Final = re.compile(
    rf"(?=[\da-h甲乙丙丁{CHINESE}])(?<![\da-z])(?<!\d[.:])(?P<unit>{_N}|[甲乙丙丁]|[a-h])"
    rf"(?:[、/和跟与到至]\s?{_N}|[-—–~]\s?\d{{1,2}}(?=单元[都全各])|(?<=[栋楼幢座#]\d)[,~—–-]\d{{1,2}})?[#号]?\s?(?:单[元员园圆原缘源](?!号?\s?:)|丹[元园]|但愿|号?门[洞栋])"
)
_UNIT_DOOR: Final = re.compile(
    r"\s?(?P<unit>\d{1,2}|[一二三四五六七八九十])(?:[门们](?!卫(?!生)|岗|禁(?!止)|面(?![包馆试墙条积])|牌)|单位|梯(?!\s?[\d一二两三四五六七八九十]{1,2}户)|单(?=\d{3}|[,，。\s]|$|[一二三四五六七八九十]))"
)
"""In the north a unit is a door (3号楼2门), and hurried people say 单 for 单元: both only right behind a building.
In the south it is a staircase (7栋2梯1503), and 单位 is what voice input makes of 单元."""
_BY_NORTH: Final = re.compile(
    r"(?=楼)(?:(?<=\d)楼\s?\d{1,2}(?:单元|门洞)|(?<=[一二三四五六七八九十])楼[一二三四五六七八九]单元(?=\d{3}))"
)
"""3楼2单元 is building and unit: the word before a unit can only be the house."""
_DOORS: Final = re.compile(
    r"(?=[\d一二三四五六七八九十])(?<![\d号])(?:(?P<building>\d{1,2})楼)?(?P<unit>\d{1,2}|[一二三四五六七八九])门(?P<room>\d{3,4})(?!\d)"
)
"""3楼2门502 is building, unit and room, as in Tianjin."""
_DOOR_STOREY: Final = re.compile(
    r"(?=[1-9一二三四五六七八九])(?<![\d号出进大])(?P<unit>[1-9一二三四五六七八九])[门梯](?=[1-9一二三四五六七八九十]{1,3}[楼层]|从[\d一二三四五六七八九]|楼道|的(?:业主|住户|人家|楼道|电梯|灯))"
)
"""2门七楼 and 3梯2楼: unit and storey."""
_WITNESS: Final = re.compile(
    r"^[我俺咱]们?(?:是|住|在|住在)[^,，。!?]{1,10}[,，。]\s?(?:刚才?|刚刚)?(?:看到|看见|发现|听到|听见|瞧见|对面|隔壁)"
)
"""我是8号楼的，看到对面11号楼…: what is told of happens elsewhere than where the writer lives."""
_WITNESSES: Final = "我俺咱"
"""What that begins with."""

# What each part cannot be without: one look at every character spares most messages the patterns above.
_CORRECTED: Final = 1
_NUMBER: Final = 2
_BUILDING_MARK: Final = 4
_UNIT_MARK: Final = 8
_SELDOM: Final = 16
_LINKED: Final = 32
_PICKED_UP: Final = 64
_REWRITTEN: Final = 128
_TRAITS: Final = table(
    (_CORRECTED, MARKS),
    (_NUMBER, string.ascii_lowercase + "甲乙丙丁" + CHINESE + DECIMALS),
    (_BUILDING_MARK, "号#栋幢座动洞冻懂东董棟楼"),
    (_UNIT_MARK, "单丹愿洞"),
    (_SELDOM, "门底"),
    (_LINKED, LINKS),
    (_PICKED_UP, "取码货鸟驿巢"),
    (_REWRITTEN, REWRITTEN),
)

# Every alternative begins with one of the characters that are looked for first.
_MAY_NAME: Final = re.compile(
    r"(?=[\d@栋幢楼层室单丹担蛋但旦a-z零〇一二三四五六七八九十廿卅甲乙丙丁弄巷里坊街组住])"
    r"(?:\d ?(?:#|[-–—~/.、_杠横·•\\] ?\d|[动洞冻懂]|f(?![a-z])|dong)|@\d{3}|[栋幢楼层室]|[单丹]元|\d座|[a-z]座"
    r"|[a-h]-?\d{4}(?!\d)|\d{3,4}[家户房的]|[\d一二三四五六七八九](?:号?门|[号好][搂喽里院])|[担蛋但旦]元|但[愿员园圆]|单[员园圆原缘源院]|[一二三四五六七八九十]冻[东西南北]|\du\d{3}|[零〇]|[\d一二三四五六七八九十]排|[弄巷里坊街组]\d{1,3}号"
    r"|\d号(?:\d{3}|大堂|[东南西北]面|$)|住[\d一二三四五六七八九十]{1,3}(?:号|(?=[\s,，。]|$))|[二四五六七八九十廿甲乙丙丁]座"
    r"|^\d{3,4}"
    r"|(?<=[我在住来到砸敲约找去给是谢放说问跟让劝从修门壁面紧这能头见识址间请看个,，。;；!！?？:：、( ])\d{3,4})"
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
    if "0" in text:
        text = with_spoken_zeros(text)
    if seen & _REWRITTEN:
        text = respelt(text)
        seen = traits_in(text, _TRAITS)
    if seen & _LINKED and ("1." in text or "1、" in text):
        text = without_items(text)
    if seen & _CORRECTED and seen & _NUMBER and may_correct(text):
        if said := corrected(text):
            before, after = said
            instead = _place_in(after, traits_in(after, _TRAITS))
            if instead is not None and not instead.is_empty:
                return _with_aliases(instead.merged_with(_place_in(before, seen) or Place()), text, aliases)
        text = without_denied(text)
    found = _place_in(text, seen)
    if found is not None and text[0] in _WITNESSES and found.building and (witness := _WITNESS.match(text)):
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
        return _place(None, None, None, None, spot) if spot else None
    if seen & _PICKED_UP:
        text = without_codes(text)
    signs = signs_in(text)
    floor, after_floor = storey_of(text) if signs & STOREYED else (None, None)
    if seen & _LINKED and after_floor is not None and (chain := storeyed_of(text)):
        return _place(chain[0], chain[1], chain[2], None, spot)
    if seen & _LINKED and "-" in text and (doored := doored_of(text)):
        return _place(*doored, spot)
    if seen & _LINKED and (chain := chain_of(text)):
        return _place(chain[0], chain[1], floor, chain[2], spot)
    if signs & DOORED and (doors := _DOORS.search(text)):
        building = doors["building"] or house_in(text[: doors.start()])[0]
        return _place(building, digits(doors["unit"]), None, digits(doors["room"]), spot)
    building, after_building, house_at = house_in(text) if seen & _BUILDING_MARK else NO_HOUSE
    if after_floor is not None and after_floor == after_building:
        # A3楼1单元 is a house and no storey.
        floor, after_floor = storey_of(text, after_floor)
    row, room = row_and_door(text) if building is None and signs & IN_ROW else (None, None)
    if row is not None:
        building = row
    elif building is None and "号" in text:
        building, after_building = house_on_lane(text)
    unit, after_unit = _unit(text) if seen & _UNIT_MARK or (seen & _SELDOM and "门栋" in text) else (None, None)
    if unit is None and after_building is not None and behind(text, after_building) & NUMBER_BEHIND:
        door = _UNIT_DOOR.match(text, after_building)
        if door is not None:
            unit, after_unit = digits(door["unit"]), door.end()
    if unit is None and signs & DOORED and (door := _DOOR_STOREY.search(text)):
        unit, after_unit = digits(door["unit"]), door.end()
    if building is None and after_unit is not None and behind(text, after_unit) & NUMBER_BEHIND:
        # 3单元10-4 is a storey and a door of it, no house and unit.
        storey, room = storey_and_door(text, after_unit, None)
        floor = floor or storey
    if building is room is None and seen & _LINKED:
        building, chained = pair_of(text)
        unit = unit or chained
    north = _BY_NORTH.search(text) if None not in {floor, unit} and building is None else None
    if north is not None and after_floor == north.start() + 1:
        building = floor
        floor, after_floor = storey_of(text, after_floor)
    if after_floor is not None and building is not None and is_pressed(text, after_floor):
        floor = after_floor = None
    if floor is None:
        floor = bare_storey(text, after_unit if after_unit is not None and building is not None else after_building)
    if room is None and (after_building is not None or after_floor is not None):
        end = None if after_building is None else max(after_building, after_unit or 0)
        storey, room = storey_and_door(text, end, after_floor)
        floor = floor or storey
    if floor is None and building is not None and seen & _SELDOM and "底楼" in text:
        floor = "1"
    if room is None and signs & ROOMED and _may_be_room(text, house_at, after_building):
        if building is None and unit is None and (lettered := lettered_of(text)):
            building, room = lettered
        else:
            room = room_of(text, [end for end in (after_building, after_unit, after_floor) if end is not None])
        if room is not None and unit is None and " " in text and (spaced := spaced_of(text)):
            building, unit, room = spaced
    if signs & FORMED:
        written = form_of(text)
        if written[0] and written[1]:
            building, unit = None, None
        building, unit, room = building or written[0], unit or written[1], room or written[2]
    if building is unit is floor is room is spot is None:
        return None
    return _place(building, unit, floor, room, spot)


def _may_be_room(text: str, house_at: int, after_house: int | None) -> bool:
    """Whether some number has as many digits as a room's, besides that of the house at ``house_at`` (-1 for none).

    Some number has, of the whole ``text``.
    """
    if house_at < 0 or after_house is None:
        return True
    return has_room_number(text, after_house, len(text)) or has_room_number(text, 0, house_at)


def _unit(text: str) -> tuple[str | None, int | None]:
    at = 0
    while (match := _UNIT.search(text, at)) is not None:
        at = match.end()
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
