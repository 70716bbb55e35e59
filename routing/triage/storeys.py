"""Storeys: which one a text (normalised) names, and what only counts them."""

from __future__ import annotations

import re
from typing import Final

from routing.triage.numerals import CHINESE, digits, first_of
from routing.triage.place_signs import BASEMENT_BEHIND, behind

_N: Final = rf"(?:\d{{1,2}}|[{CHINESE}]{{1,4}})"
_NEXT: Final = rf"(?:\d{{1,2}}(?!\d)|[{CHINESE}]{{1,4}})"
_FLOOR: Final = re.compile(
    rf"(?=[\d{CHINESE}])(?:(?<!\d)(?<!\d[.:])|(?=[{CHINESE}]))(?P<floor>{_N})(?:\s?(?:[、和跟与同到至~/—–-]|,(?:(?<=\d,)(?=\s?\d)|(?<=[{CHINESE}楼层],)(?=\s?[{CHINESE}])))\s?{_NEXT}){{0,3}}\s?"
    r"(?:楼(?!栋|号|长(?![期椅草毛得大沙])|盘)|层(?!层|楼(?![道梯上层]))|/?f(?![a-z]|\d(?!\d{2,3}(?!\d))|(?<=[a-z]\df)\d|(?<=[a-z][·.•]\df)\d))"
)
# "三层楼高", "爬了20层" and "加盖一层" count storeys.
_CLIMBED: Final = (
    r"(?:爬|(?<![拖搬拿带偷])走|(?<![晚早背搬抬送扛拎地墙路网马树床身头顶边门车考以])上"
    r"|(?<![看一查问说报理修催管烦底地坐剩留脚手桌车树床以上扔])下|跑|掉|坠)了?"
)
_BUILT: Final = r"(?<![井膝铁擎锅瓶])盖|搭|加|(?<!违)建|(?<!公)共|总|再|(?<![好很许])多|高"
_WRAPPED: Final = (
    r"隔|里三层外|(?<![加精安])装|刷|(?<![补津])贴|(?<![只还没也就])有|第[一二三]|(?<!床)垫|铺|蒙|落"
    r"|(?<![红书钱面背挎])包|裹|穿|(?<!暂)停"
)
"""What is done with layers; the end of 井盖, 红包 or 床垫 is none of these."""
_LAYERS_BEFORE: Final = re.compile(rf"(?:{_CLIMBED}|(?:{_BUILT}|{_WRAPPED})(?:了|到)?)$")
_STOREYS_BEFORE: Final = re.compile(rf"(?:{_CLIMBED}|(?:{_BUILT})(?:了|到)?)$")
_GOING_UP: Final = re.compile(r"(?<![爬走跑口下])上(?:了|到)?$")
"""上七楼 is the seventh floor; 爬上七楼 may be how far one climbed."""
_COUNTED_BY: Final = frozenset("外爬走上下跑掉坠盖搭加建隔共总装刷贴再多高有一二三123垫铺蒙落包裹穿停了到")
"""What these end with."""
_COUNTED_AFTER: Final = re.compile(
    r"(?:说[得的]对|正解|外三层|老楼|老房|阁|(?<=二[楼层])平台|高(?![空龄铁峰价压考兴头速跟血层])|多高|那么高|的(?:楼(?![梯道])|高楼|高层|大楼|房子|[老旧]楼(?![梯道])|[老旧]房)|的?小(?:洋|高)?[楼层]|户人|一户|两户|十|梯(?!子|厅)|(?:的|住户)?(?:死活)?不(?:同意|干|肯签|签字))"
)
_SUBSTANCE: Final = re.compile(
    r"皮|灰|土|油(?![烟漆])|水(?![管表压阀龙箱小大费电泵滴来带流])|膜|雪|霜|板(?!凳)|浮|厚|关系|意思|次|级|报(?![修警名停告备销])"
)
"""一层灰, 两层皮: what lies in layers lies in few of them; 12层水表 is a storey."""
_IN_TRAIN: Final = re.compile(r"\d车$")
_LAYERS: Final = 3
_CHAINED: Final = re.compile(r"\d[-—–]\d")
_STAIRS: Final = re.compile(r"[道梯]|下(?!水)|上(?![下水])")
_COUNTED_OUT: Final = re.compile(r"[123一二三](?!\d|[一二三四五六七八九十])|.{1,3}层(?:意思|含义|关系|境界|楼板)")
_PRESSED: Final = re.compile(r"[按摁](?:了|的|下|亮|个|住)?[\d一二三四五六七八九十]{1,3}[楼层]$")
_SIDE_OF: Final = re.compile(
    r"\s?(?P<floor>[1-9]|[1-4]\d|[一二三四五六七八九十]{1,3})[东西中](?=[户门边头家]|[,，。\s]|$)"
)
"""Behind a unit 5东 is the eastern flat of the fifth storey."""
_LIVES_ON: Final = re.compile(r"(?<=住)(?P<floor>[1-9]|[1-4]\d)(?=[\s,，。](?!\s?(?:\d|号|栋|幢|座|单|#))|$)")
_BASEMENT: Final = re.compile(r"的?\s?(?:(?:负|地下|-)(?P<depth>[1-3一二三])[层楼]|b(?P<level>[1-3])(?![\d-]))")
"""Right behind a building a storey below the ground is one of its own; by itself it is the common garage, a spot."""
_BETWEEN: Final = re.compile(
    rf"(?<=[在到])(?P<floor>[1-9]|[1-4]\d|[{CHINESE}]{{1,3}})\s?[和跟与到至同、-]\s?(?:\d{{1,2}}|[{CHINESE}]{{1,3}})(?=(?:的)?(?:之间|中间))"
)
"""停在7跟8中间: what lies between two bare numbers is a lift."""


def bare_storey(text: str, after_building: int | None) -> str | None:
    """A storey that no 楼 or 层 tells: below the ground behind a building, between two lifts' stops, or lived on."""
    if after_building is not None and behind(text, after_building) & BASEMENT_BEHIND:
        below = _BASEMENT.match(text, after_building)
        if below is not None:
            return "-" + (digits(below["depth"] or below["level"]) or "")
    if (
        after_building is not None
        and text[after_building - 1] == "元"
        and (side := _SIDE_OF.match(text, after_building))
    ):
        return digits(side["floor"])
    if "间" in text and (between := _BETWEEN.search(text)):
        return digits(between["floor"])
    lives = _LIVES_ON.search(text) if "住" in text else None
    return lives["floor"] if lives else None


def is_pressed(text: str, after_storey: int) -> bool:
    """Whether the storey that ends there is a button of the lift: where the house is named, 按了1楼 tells no place."""
    return _PRESSED.search(text, max(0, after_storey - 7), after_storey) is not None


def storey_of(text: str, at: int = 0) -> tuple[str | None, int | None]:
    """The first storey that ``text`` names from ``at`` on, and where its name ends."""
    for match in _FLOOR.finditer(text, at):
        before = text[: match.start()]
        if before.endswith("第") and _COUNTED_OUT.match(text, match.start()):
            continue
        if (before.endswith(("负", "地下", "b", "-", "每", "几")) or _IN_TRAIN.search(before)) and not re.search(
            r"\d号$|\d[-—–]\d{0,2}$", before
        ):
            continue
        if (
            match["floor"] == "两"
            or _is_counted(text, match.start(), match[0])
            or _COUNTED_AFTER.match(text, match.end())
        ):
            continue
        if before.endswith(match[0]) or text.startswith(match[0], match.end()):
            # "一层一层地找".
            continue
        if _CHAINED.search(match[0]) and _STAIRS.match(text, match.end()):
            # "7-2楼道": a building and its unit.
            continue
        if (
            match[0] == "一层"
            and not re.search(r"(?:家|住|在|们|元|栋|幢|座|#|楼|^|\s)$", before)
            and not text.startswith("到", match.end())
        ):
            continue
        if match[0][-2:-1].isspace() and text[match.end() : match.end() + 1] in {"道", "梯", "上", "下", "里"}:
            # "三十八 楼道灯坏了": the number belongs to what stands before the gap.
            continue
        if match[0].startswith("一到") and (match[0][2:3].isdecimal() or text.startswith(("就", "准"), match.end())):
            # "一到九楼就抖": as soon as, no range.
            return digits(match[0][2:-1]), match.end()
        number = digits(first_of(match["floor"]))
        if match[0].endswith("层") and int(number or 0) <= _LAYERS and _SUBSTANCE.match(text, match.end()):
            continue
        if number and 0 < int(number) < 100:
            return number, match.end()
    return None, None


def _is_counted(text: str, start: int, storey: str) -> bool:
    before = text[max(0, start - 4) : start]
    return (
        before[-1:] in _COUNTED_BY
        and not before.endswith(("楼上", "楼下"))
        and not (storey.endswith("楼") and _GOING_UP.search(before))
        and (_STOREYS_BEFORE if storey.endswith("楼") else _LAYERS_BEFORE).search(before) is not None
    )
