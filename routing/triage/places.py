"""The place grammar: what a message says of building, unit, floor, room and spot.

Works on normalised text (half-width, lower case, Simplified). Numbers are taken for a place only with a word that makes
them one, or in a shape that nothing else has (3-2-502); times, prices, phone and plate numbers have neither.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from routing.place import Place
from routing.triage.numerals import CHINESE, digits
from routing.triage.spots import spot_of

_N = rf"(?:\d{{1,3}}|[{CHINESE}]{{1,4}})"
_ROOM = rf"(?:\d{{3,4}}|[{CHINESE}]{{3,5}})"
_EDGE = r"(?<![\d.:/a-z$¥￥-])"
_NO_MEASURE = r"(?![\d-]|\.\d|:\d| ?(?:元|块|米|人|名|个|度|年|月|日|点|分|斤|平|万|w|km|kw))"

_NO_DIGIT = r"(?![\d-]|\.\d|:\d)"
_DASHED_UNIT = re.compile(rf"{_EDGE}(\d{{1,2}})\s?[-—–]\s?(\d{{1,2}})\s?[-—–]\s?(\d{{3,4}}){_NO_DIGIT}")
_DASHED_PAIR = re.compile(rf"{_EDGE}(\d{{1,2}})[-—–](\d{{1,2}})(?=(?:单元|[一二三四五六七八九十]{{1,3}}[楼层]))")
_PICK_UP = re.compile(r"取件|取货|驿站取|快递码|提货")
_DASHED_ROOM = re.compile(rf"{_EDGE}(\d{{1,2}})\s?[-—–#]\s?(\d{{3,4}}){_NO_MEASURE}")
# 动 and 洞 are what voice input makes of 栋; they follow a number there and nowhere else in these texts.
_BUILDING = re.compile(
    rf"(?=[\da-z{CHINESE}])(?<!\d)(?<!\d[.:])(?:(?P<number>{_N})(?:\s?[、,和跟与到至~-]\s?{_N}){{0,4}}\s?(?:号楼|号栋|#楼|#|栋楼?|幢楼?|座(?!别克|商务|车|轿|面包|的车|suv)|号院|号(?=[一二三四五六七八九十]{{1,2}}[楼层]|\d{{1,2}}[楼层]|\d{{3,4}}(?!\d|[元块]|公里)))"
    r"|(?P<typo>\d{1,2})\s?(?:动|洞|冻|懂|东|棟)(?=[\d一二三四五六七八九十\s,，。那楼的有这门下]|$)"
    r"|(?<![a-z])(?P<letter>[a-z])\s?(?:座|栋|幢|号楼|楼))"
)
_UNIT = re.compile(rf"(?=[\d甲乙丙丁{CHINESE}])(?<!\d)(?<!\d[.:])(?P<unit>{_N}|[甲乙丙丁])\s?(?:单元|单员|单园|门洞)")
_FLOOR = re.compile(
    rf"(?=[\d{CHINESE}])(?<!\d)(?<!\d[.:])(?P<floor>{_N})(?:\s?[、,和跟与到至~-]\s?{_N})?\s?"
    r"(?:楼(?!栋|号|长|盘)|层(?!层|楼|皮|灰|土|油|水|膜|雪|霜|板|浮|厚|关系|意思|次|级|报)|f(?![a-z]))"
)
_ROOM_AFTER = re.compile(
    rf"\s?-?\s?(?:[东西南北中左右][户手边门])?\s?(?P<room>\d{{3,4}}|[零〇幺一二三四五六七八九]{{3,4}})(?:室|号|房|户)?{_NO_MEASURE}"
)
_ROOM_ALONE = re.compile(
    rf"(?<![\d.:@-])(?P<marked>{_ROOM})(?:室|房(?![租贷价子间])|号房|住户|(?<![有共近约了和]\d{{3}})户(?![口籍型外签同人居参报])|那家|这家|家(?![具电])|业主|的邻居)"
    rf"|(?:^@|楼上|楼下|隔壁|对门|对面|住)\s?(?P<called>\d{{3,4}}){_NO_MEASURE}"
)
# "三层楼高", "爬了20层", "加盖一层" count floors; "整栋", "几栋", "两栋楼" count buildings.
_COUNTED_BEFORE = re.compile(
    r"(?:爬|走|上|下|跑|盖|搭|加|建|隔|共|总|装|刷|贴|再|多|高|有|第[一二三]|垫|铺|蒙|落)(?:了|到)?$"
)
_COUNTED_AFTER = re.compile(
    r"\s?(?:高|多高|那么高|的楼|户人|一户|两户|十|梯|(?:的|住户)?(?:死活)?不(?:同意|干|肯签|签字))"
)
# A number of three or four digits that stands alone is a room only where a person would say one: at either end of the
# message or after a word of being somewhere, with a storey before and a door up to 20 behind ("1203隔成了九间").
_BARE = r"(?!(?:110|114|119|120|211|315|404|618|911|20[012]\d)(?!\d))(?:[1-9]|[1-4]\d)(?:0[1-9]|1\d|20)(?!\d)"
_ROOM_BARE = re.compile(
    rf"(?:^(?:@|【急】)?(?={_BARE}[!\s\u4e00-\u9fff])|(?<=[我在住来到砸敲约找去给])(?={_BARE}(?:的|家|这|拿|取|敲|门|住|约|[,，。!\s]|$))"
    rf"|(?<=[,，。;!\s])(?={_BARE}(?:(?:室|的|敬上)?[啊呀。!\s]*$|[,，。!\s]|是|约|的|家)))(?P<bare>{_BARE})"
    r"(?!\s?(?:元|块|米|名|个|度|年|月|日|点|分|斤|平|万|次|张|本|天|公里|多|余|路|号线|班|级|期|届|集|秒|毫升|克|瓦|步|字|页|股|胶|位|件|套|条|只|台|辆|户|毛|公交|国道|厂|医院|所|人))"
)
_OWN_ROOM = re.compile(rf"我(?:们)?家?(?:是|住|在)?\s?(?P<own>{_BARE})(?=[的这家,，。!\s]|$)")
_LIVES_ON = re.compile(r"(?<=住)(?P<floor>[1-9]|[1-4]\d)(?=[\s,，。]|$)")
_CORRECTION = re.compile(
    r"(?:说错了|打错了|写错了|发错了|搞错了|更正|不对|不是[^,，。\s]{1,8}?)[,，。!\s]*(?:应该)?(?:是|在)"
)


# What each part cannot be without: one quick search for it spares most messages the patterns above.
_NUMBER = re.compile(rf"[\da-z甲乙丙丁{CHINESE}]")
_DASH = re.compile(r"\d\s?[-—–#]")
_BUILDING_MARK = re.compile(r"[号#栋幢座动洞冻懂东棟楼]")
_UNIT_MARK = re.compile(r"单[元员园]|门洞")
_FLOOR_MARK = re.compile(r"[楼层f]")
_ROOM_NUMBER = re.compile(rf"\d{{3}}|[{CHINESE}]{{3}}")

_PART_OF_PLACE = re.compile(r"[0-9栋幢楼层座室元]")
_MAY_NAME = re.compile(
    r"\d ?[-–—#] ?\d|@\d{3}|[栋幢楼层室]|单元|\d座|[a-z]座|\d{3,4}[家户房的]"
    r"|^\d{3,4}|[我在住来到砸敲约找去给,。;! ]\d{3,4}"
)


def may_name_place(text: str) -> bool:
    """Whether ``text`` may name a building, unit, floor or room: a quick look that sorts out most talk."""
    return _PART_OF_PLACE.search(text) is not None and _MAY_NAME.search(text) is not None


def place_in(text: str, aliases: Mapping[str, Place] | None = None) -> Place | None:
    """What ``text`` says about where; None where it says nothing.

    Args:
        text: normalised text.
        aliases: names of places known in this complex ("老楼" → building 3); they fill what the text leaves open.

    Of several values the first counts; after a correction ("说错了，是5栋") only what follows it.
    """
    corrections = list(_CORRECTION.finditer(text))
    if corrections:
        correction = corrections[-1]
        corrected = _place_in(text[correction.end() :])
        if corrected is not None and not corrected.is_empty:
            before = _place_in(text[: correction.start()]) or Place()
            return _with_aliases(corrected.merged_with(before), text, aliases)
    found = _place_in(text)
    if not aliases:
        return found
    complete = _with_aliases(found or Place(), text, aliases)
    return None if complete.is_empty else complete


def _with_aliases(place: Place, text: str, aliases: Mapping[str, Place] | None) -> Place:
    for name, meant in (aliases or {}).items():
        if name in text:
            place = place.merged_with(meant)
    return place


def _place_in(text: str) -> Place | None:
    spot = spot_of(text)
    if not _NUMBER.search(text):
        return Place(spot=spot) if spot else None
    if _DASH.search(text) and not _PICK_UP.search(text):
        if dashed := _DASHED_UNIT.search(text):
            building, unit, room = (digits(part) for part in dashed.groups())
            return Place(building=building, unit=unit, room=room, spot=spot)
        if dashed := _DASHED_ROOM.search(text):
            building, room = (digits(part) for part in dashed.groups())
            return Place(building=building, room=room, spot=spot)
    nowhere = None, None
    building, after_building = _building(text) if _BUILDING_MARK.search(text) else nowhere
    unit, after_unit = _unit(text) if _UNIT_MARK.search(text) else nowhere
    if building is None and (paired := _DASHED_PAIR.search(text)):
        building, unit = digits(paired[1]), digits(paired[2])
    floor, after_floor = _floor(text) if _FLOOR_MARK.search(text) else nowhere
    if floor is None and (lives := _LIVES_ON.search(text)):
        floor = lives["floor"]
    room = None
    if _ROOM_NUMBER.search(text):
        room = _room(text, [end for end in (after_building, after_unit, after_floor) if end is not None])
    place = Place(building=building, unit=unit, floor=floor, room=room, spot=spot)
    return None if place.is_empty else place


def _building(text: str) -> tuple[str | None, int | None]:
    for match in _BUILDING.finditer(text):
        if match["letter"]:
            return match["letter"].upper(), match.end()
        if match[0].endswith("号院") and "号楼" in text[match.end() :]:
            # "3号院2号楼": the building is what stands in the court.
            continue
        written = match["number"] or match["typo"]
        if written in {"两", "一"} and text[match.end() : match.end() + 1] in {"楼", "的"}:
            continue
        if match[0].endswith("座") and not written.isdigit():
            continue
        if match[0].endswith("楼") and not match[0].endswith("号楼") and written == "一":
            # "一栋楼" is any building, "1栋楼" the first.
            continue
        if written == "两" or _is_counted(text, match.start()):
            continue
        if match[0].endswith("#") and re.match(r"[a-z]", text[match.end() :]):
            continue
        number = digits(written)
        if number and 0 < int(number) < 1000:
            return number, match.end()
    return None, None


def _unit(text: str) -> tuple[str | None, int | None]:
    for match in _UNIT.finditer(text):
        if match["unit"] in "甲乙丙丁":
            return match["unit"], match.end()
        number = digits(match["unit"])
        if (
            number
            and 0 < int(number) < 100
            and not (match["unit"] == "两" and text[match.end() : match.end() + 1] == "的")
        ):
            return number, match.end()
    return None, None


def _floor(text: str) -> tuple[str | None, int | None]:
    for match in _FLOOR.finditer(text):
        before = text[: match.start()]
        if before.endswith(("负", "号", "地下", "b", "-", "第", "每", "几")) and not re.search(
            r"\d号$|\d[-—–]\d{0,2}$", before
        ):
            continue
        if match["floor"] == "两" or _is_counted(text, match.start()) or _COUNTED_AFTER.match(text, match.end()):
            continue
        if (
            match["floor"] == "一"
            and match[0].endswith("层")
            and not re.search(r"(?:家|住|在|们|元|栋|楼|^|\s)$", before)
        ):
            continue
        if match[0][-2:-1].isspace() and text[match.end() : match.end() + 1] in {"道", "梯", "上", "下", "里"}:
            # "三十八 楼道灯坏了": the number belongs to what stands before the gap.
            continue
        number = digits(match["floor"])
        if number and 0 < int(number) < 100:
            return number, match.end()
    return None, None


def _is_counted(text: str, start: int) -> bool:
    before = text[max(0, start - 4) : start]
    return not before.endswith(("楼上", "楼下")) and _COUNTED_BEFORE.search(before) is not None


def _room(text: str, ends: list[int]) -> str | None:
    for end in sorted(ends, reverse=True):
        if after := _ROOM_AFTER.match(text, end):
            return digits(after["room"])
    if own := _OWN_ROOM.search(text):
        # "楼上702漏水，我602的": the room of the one who writes.
        return own["own"]
    if alone := _ROOM_ALONE.search(text):
        number = digits(alone["marked"] or alone["called"])
        if number and len(number) in {3, 4}:
            return number
    if not _PICK_UP.search(text) and (bare := _ROOM_BARE.search(text)):
        return bare["bare"]
    return None
