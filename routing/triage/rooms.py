"""Rooms: numbers of three or four digits that are a door, not a price, a year or a bus.

A room is told by the place before it (3单元502), by a word beside it (502室, 楼上702), or by standing alone where one
says who or where one is. Alone it must have a storey before and a door up to 20 behind, which most other numbers have
not.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from routing.triage.chains import MEASURES, NO_MEASURE
from routing.triage.numerals import CHINESE, digits

_ONE: Final = "[一二三四五六七八九]"
_ANY: Final = rf"(?:\d{{3,4}}|(?:{_ONE}千)?[{CHINESE}]{{3,5}})"
_BY_VALUE: Final = rf"(?:{_ONE}千)?{_ONE}百[{CHINESE}]{{1,4}}|{_ONE}?[十廿卅]{_ONE}?[零〇]{_ONE}"
"""三百零二 and 十五零二, as voice input writes rooms."""
_THREE_AND_ONE: Final = rf"[幺一二三四五六七八九][零〇]{_ONE}(?=一[直样晚到个家点停开天夜股片打下进])"
"""五零一一直 is room 501 and 一直: the 一 belongs to the word behind it."""
_BREAK: Final = r"[“,，。;；!！?？:：、\s(（]"
_MEASURE: Final = (
    r"(?!\s(?:元|块|米|斤|平|万(?!一)|次|张|公里|路公交|号线|号楼|栋|幢|座|弄|公交|国道)"
    rf"|(?:{MEASURES}|次|张|本(?![人来周月])|天(?![天花气台然黑亮桥])|公里|多(?![少久谢])|余|路(?![灯口面边由过上])|号线|班(?!主)"
    r"|级|期|届|集|秒|毫升|克|瓦|步|字|页|股|胶|位(?!置)|号楼|栋|幢|座|弄(?![堂个得坏])|件|套(?!房)|条|只(?![有能是要好])|台(?![阶风上])|辆"
    r"|户(?!口|主)|毛(?!巾)|公交|国道|厂(?!里)|医院|所|宿舍|包厢|包间|教室|航班|项|种|篇|回(?![来家去头收])|圈|快乐|表白|车位|中学|小学"
    r"|分贝|角|环|寝))"
)
_DOOR: Final = (
    r"(?!(?:110|114|119|120|211|315|404(?!$)|618|911|20[012]\d)(?!\d))(?:[1-9]|[1-4]\d)(?:0[1-9]|1\d|20)(?!\d)"
)

_NO_MEASURE_NOR_LONGER: Final = NO_MEASURE.replace(r"[\d-]", r"\d|-\d{5}|-\d+元", 1)
"""Of two rooms (1702-1703) and of the halves of one (702-2) the first number is the room; a telephone is none."""
_NO_MEASURE_OF_SPOKEN: Final = NO_MEASURE.replace(r"[\d-]|", "", 1)
"""Digits behind a room in characters are another number (五零二10点停的水)."""
_AFTER: Final = re.compile(
    rf"(?:的)?\s?[-—/)·•.]{{0,2}}\s?(?:[东西南北中左右](?:[户手边门]|单元))?\s?"
    rf"[#\"“【\[]?(?!\d{{2,3}}0户|1(?:10|19|20)(?:报警|来了|急救|消防|宣传))(?P<room>\d{{3,4}}(?=(?:室|号|房|户)?{_NO_MEASURE_NOR_LONGER})|(?:{_THREE_AND_ONE}|[零〇幺一二三四五六七八九]{{3,4}}|{_BY_VALUE}(?!户))(?=(?:室|号|房|户)?{_NO_MEASURE_OF_SPOKEN}))"
)
# The first look at a character spares most places the long choices: every alternative begins with one of these.
_MARKED: Final = re.compile(
    rf"(?=[\d@楼隔对上下东南西北中公宿住业{CHINESE}])(?:(?<![\d.:@-])(?P<marked>{_ANY})(?:室|房(?![租贷价子间])|房间|号房|住户|(?<![有共近约了和]\d{{3}})户(?![口籍型外签同人居参报])|那家|这家|家(?![具电])|业主|的邻居|[的嘅](?:门|锁|窗|阳台|厕所|厨房))"
    rf"|(?:^@|(?:楼[上下]|隔壁(?:单元)?|[对上下]面|对门|[东南西北]楼|公寓楼?|宿舍楼?)(?:的|那[户家]|家|住)?|住|住户|业主|[东西南北中]单元)\s?(?P<called>\d{{3,4}}){NO_MEASURE}(?!路(?![灯口面边由过上])|号线|公交|医院|国道|弄(?![堂个得坏])|巷(?![口子])))"
)
_OWN: Final = re.compile(
    rf"(?:[我俺咱]们?(?:家|屋头?)?(?:是|住|在|是?租的?)?)\s?(?P<own>{_DOOR})(?=[的这家,，。!~(\s\u4e00-\u9fff]|$){_MEASURE}"
)
_ALONE: Final = re.compile(
    rf"(?=[1-9@【])(?:(?:^(?:@|【急】)?|(?<={_BREAK}))(?={_DOOR}(?:[!！,，。;；?？、\s()（）~\u4e00-\u9fff]|:(?!\d)|-\d{{3,4}}(?![\d-])|$))(?P<first>{_DOOR}){_MEASURE}"
    rf"|(?:(?<=[我在住来到砸敲约找去给是谢放说问跟让劝从修这能头见识址间请看])|(?<=那个)|(?<=顶[楼层]))(?={_DOOR}(?:的|家|在|有|管|把|漏|没|停|堵|吵|装|砸|说|看|一趟|这|那[个户家间]|拿|取|敲|查|检|维|处|吗|呢|门|住|约|送|了|窗|昨|今|合租|大[姐哥妈爷]|[,，。!、/和\s]|$))(?P<after>{_DOOR}){_MEASURE})"
)
# 五零二, 幺零二 and 一二零三: only with a 零 in it, which a count hardly has.
_SPOKEN: Final = re.compile(
    rf"(?=[零〇○幺一二三四五六七八九十])(?:^|(?<=[我住家在是后])|(?<=[顶高]层)|(?<={_BREAK})|(?<=楼[上下])|(?<=隔壁)|(?<=对[门面]))"
    rf"(?P<spoken>{_THREE_AND_ONE}|[幺一二三四五六七八九]{{1,2}}[零〇○]{{1,2}}[幺一二三四五六七八九]|[一二三四五六七八九]?十[一二三四五六七八九]?[零〇][一二三四五六七八九]|{_ONE}百[零〇]{_ONE})(?![零〇○幺一二三四五六七八九十百千万点元块个年月日号线路平斤多户人])"
)
_YEAR: Final = re.compile(r"20[012]\d(?=年|[-/.届级版款])")
_CALLED_YEAR: Final = re.compile(
    rf"(?:^|(?<={_BREAK}))(?P<room>20(?:0[1-9]|1\d|2[0-6]))(?=室|房|号房|家|漏|没|打成|隔成|的|住|租)(?!的(?:事|时|夏|冬|春|秋))"
)
_NO_ROOMS: Final = re.compile(
    r"车位(?:号|编号)?(?:是|在|为|:)?\s?(?:[a-z]\d?-?)?\d{2,4}"
    r"|[水电气]表(?:的|上|里)?(?:读数|底数|数字?|显示|字|度数)?(?:是|为|从|走到|到|:)?\d{2,5}(?:走?到\d+)?"
)
"""The number of a parking place, and what a meter shows."""
_TRADE: Final = re.compile(r"自提|自取|包邮|成新|转让|(?:^|[,，。\s])出[一个台]")
"""Where a bare number is what somebody asks for their things."""
_CODE: Final = re.compile(
    r"(?:取件|取货|提货|快递码)[^,，。\d]{0,4}[\d-]{4,}|(?:菜鸟|驿站|丰巢)[^,，。\d]{0,4}\d{1,2}-(?:\d{1,2}-)?\d{4}"
    r"|(?:取件|取货|提货)码\D{0,14}(?:\d{1,2}-){1,2}\d{3,5}|\d{1,2}-\d{1,2}-\d{4}(?=\s?的?(?:取件|取货))"
)


def _blank(match: re.Match[str]) -> str:
    return "□" * len(match[0])


def without_codes(text: str) -> str:
    """``text`` without the codes of parcels, which look like addresses ("取件码8-2-1203")."""
    return _CODE.sub(_blank, text)


def room_of(text: str, ends: Iterable[int]) -> str | None:
    """The room that ``text`` (normalised) names; ``ends`` are where its building, unit and storey end."""
    if "车位" in text or "表" in text:
        text = _NO_ROOMS.sub(_blank, text)
    for end in sorted(ends, reverse=True):
        if after := _AFTER.match(text, end):
            return digits(after["room"])
    if own := _OWN.search(text):
        # "楼上702漏水，我602的": the room of the one who writes.
        return own["own"]
    alone = _ALONE.search(text)
    marked = _MARKED.search(text)
    if marked and (alone is None or alone.end() > marked.start() or alone["first"] is None):
        number = digits(marked["marked"] or marked["called"])
        if number and len(number) in {3, 4}:
            return number
    if alone:
        number = alone["first"] or alone["after"]
        # Prices of second-hand things have three digits, rooms there mostly four.
        return None if len(number) == 3 and _TRADE.search(text) else number
    if ("零" in text or "〇" in text or "○" in text) and (spoken := _SPOKEN.search(text)):
        return digits(spoken["spoken"])
    if "20" in text and not _YEAR.search(text) and (called := _CALLED_YEAR.search(text)):
        return called["room"]
    return None
