"""Places without a house number: gates, garages, streets, shops — anywhere that one can walk to."""

from __future__ import annotations

import re
import string
from typing import Final

from routing.triage.characters import BEYOND, table

_SIDE: Final = (
    r"(?:的?(?:大门口?|正门口?|后门口?|侧门口?|门口|出入口|入口|出口|路口|拐角|转角|旁边|旁|对面|对过|附近|后面|背后|前面|里面|"
    r"[东南西北]侧|边上|那头|那边|这边|那里|那儿|靠[^,，。 ]{1,4}|口|边|外|里))?"
)
_KINDS: Final = (
    r"大道|胡同|小学|中学|高中|幼儿园|卫生院|医院|银行|书店|超市|菜市场|农贸市场|市场|商场|公园|体育馆|图书馆|博物馆|药店|药房|"
    r"饭店|餐馆|火锅店|烧烤店|理发店|公交站|地铁站|加油站|派出所|步行街|街|路|巷|桥"
)
_LONGEST_KIND: Final = max(map(len, _KINDS.split("|")))
_LONGEST_NAME: Final = 6
"""Characters before the kind: no name begins earlier than so many before the first kind."""
_SHORTEST_NAME: Final = 2
"""Characters of the shortest name with its kind."""
_BEGINS_KIND: Final = "".join(sorted({kind[0] for kind in _KINDS.split("|")}))
"""The first characters of the kinds: where none of them stands, none of the kinds is tried."""
# 北门路灯 is a lamp at the north gate, while 天门路 is a street.
_NAMED: Final = re.compile(
    rf"(?P<name>[\u4e00-\u9fff]{{1,{_LONGEST_NAME}}}?(?=[{_BEGINS_KIND}])(?:{_KINDS})(?!(?<=门路)[灯面]))" + _SIDE
)
# The first look at a character is what makes this long choice quick: every alternative begins with one of these.
_COMMON: Final = re.compile(
    r"(?=[a-z小院地库车商东南西北大正后侧负停顶楼天屋门保岗凉亭中花广充健游滑儿沙喷池人步连篮羽球垃河水配活快驿])"
    r"(?:(?:小区|院子|地库|车库|商场)?(?:东南|西南|东北|西北|东|南|西|北|大|正|后|侧|前)门(?:口|外|岗亭)?"
    r"|负[一二三123]层?(?:车库|停车场)?|地下[一二三123]?层?(?:车库|停车场|室)?(?:[a-z]区)?|b[123](?![\d-])|地库(?:[a-z]区)?(?:\d{1,4})?"
    r"|车库(?:入口|出口|口)?|停车场|[a-z]区|顶楼|顶层|楼顶|天台|屋顶|大厅|大堂|门卫室|保安亭|岗亭|凉亭|亭子|中心花园|花园|广场"
    r"|充电棚|车棚|健身器材|健身区|游乐场|滑梯|儿童乐园|沙坑|喷泉|池塘|人工湖|步道|连廊|篮球场|羽毛球场|球场|垃圾站|垃圾房|垃圾亭"
    r"|小区门口|小区外|河边|水泵房|配电房|活动室|活动中心|快递柜|驿站)" + _SIDE
)
# What no kind, and none of the common spots, can be without: one look at every character spares most searches.
_KIND_ENDS: Final = frozenset(kind[-2:] for kind in _KINDS.split("|"))
_HELD: Final = (
    "负一|负二|负三|负1|负2|负3|地下|地库|车库|b1|b2|b3|停车|顶楼|顶层|楼顶|屋顶|天台|大厅|大堂|花园|乐园|广场|电棚|车棚|健身|游乐|滑梯"
    "|沙坑|喷泉|池塘|工湖|步道|连廊|球场|圾站|圾房|区外|河边|泵房|配电|活动|递柜|驿站"
)
_COMMON_HOLD: Final = frozenset(_HELD.split("|")) | {f"{letter}区" for letter in string.ascii_lowercase}
_LONGEST_BEFORE: Final = 4
"""Characters of a common spot before the first of these two, or before a gate (小区东南门)."""
_TO_WALK: Final = 1
_WALKED: Final = 2
_NEAR: Final = 4
_GATE: Final = 8
_TRAITS: Final = table(
    (_TO_WALK, "".join(sorted({kind[-1] for kind in _KIND_ENDS}))),
    (_WALKED, "".join(sorted(kind for kind in _KIND_ENDS if len(kind) == 1))),
    (_NEAR, "负地b库停区顶台厅堂园广棚健游滑坑泉塘湖步廊球圾外河泵配活柜驿"),
    (_GATE, "门亭"),
)
_LEAD: Final = re.compile(
    r"^(?:另外|还有|然后|以及|顺便(?:说一?下|问一?下|反映一?下)?|栋|幢|座|号楼|单元|在|到|从|往|去|是|的|就|把|那条|这条|整条|一条|我们|咱们|你们|小区|出了?|沿着?|过|和|跟|有|每|都|又|个|上|下|了|条|门口|楼下|那个|这个)+"
)
# Ordinary words that end like a street: they are no names.
_NO_NAME: Final = re.compile(
    r"(?:走路|马路|公路|铁路|线路|电路|水路|道路|修路|堵路|让路|问路|半路|网路|同路|路路|赶路|过路|迷路|上路|出路|思路|一路|这路|"
    r"挡路|铺路|带路|逛街|上街|大街|整条街|一条街|这桥|天桥|搭桥|小路|大路|各路|挖路|占路|断路|短路|回路|老路|夜路|那段路|这段路|段路|的路|条路|条街|"
    r"[上下]班路|[上放]学路|回家路|出门路|[接送](?:孩子|娃娃?)路|[今昨明每天雨雪]天路)$"
)


def spot_of(text: str) -> str | None:
    """The first spot that ``text`` names, in its own words; None where there is none."""
    kind_ends, near = _first_look(text)
    found: list[tuple[int, str]] = []
    if kind_ends >= 0:
        found += _named(text, max(0, kind_ends + 1 - _LONGEST_KIND - _LONGEST_NAME))
    if near >= 0 and (common := _COMMON.search(text, max(0, near - _LONGEST_BEFORE))):
        found.append((common.start(), common[0]))
    return min(found)[1] if found else None


def _named(text: str, at: int) -> list[tuple[int, str]]:
    """The first name of some kind in ``text`` from ``at`` on, and where it begins; at most one."""
    while (match := _NAMED.search(text, at)) is not None:
        name: str = match["name"]
        lead = _LEAD.match(name)
        skipped = lead.end() if lead else 0
        if len(name) - skipped >= _SHORTEST_NAME and not _NO_NAME.search(name):
            return [(match.start(), match[0][skipped:])]
        at = match.end()
    return []


def _first_look(text: str) -> tuple[int, int]:
    """Where the first kind may end, and what may first tell a common spot; -1 for nowhere."""
    kind_ends = near = -1
    of_characters = _TRAITS
    for index in range(len(text)):
        code = ord(text[index])
        traits = of_characters[code] if code < BEYOND else 0
        if not traits:
            continue
        if (
            kind_ends < 0
            and traits & _TO_WALK
            and (traits & _WALKED or text[max(0, index - 1) : index + 1] in _KIND_ENDS)
        ):
            kind_ends = index
        if near < 0 and (
            traits & _GATE
            or (
                traits & _NEAR
                and (text[max(0, index - 1) : index + 1] in _COMMON_HOLD or text[index : index + 2] in _COMMON_HOLD)
            )
        ):
            near = index
    return kind_ends, near
