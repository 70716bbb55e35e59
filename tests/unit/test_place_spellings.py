"""Addresses in the spellings of many hands: whatever the signs, numerals and corrections, the same place is read."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing.place import Place
from routing.triage.normalise import normalise
from routing.triage.places import may_name_place, place_in


def read(text: str) -> str:
    place = place_in(normalise(text).text) or Place()
    return " ".join(part or "·" for part in (place.building, place.unit, place.floor, place.room))


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        # The correction wins, whatever word makes it.
        ("3栋漏水，口误，是5栋", "5 · · ·"),
        ("3栋漏水 更正 5栋", "5 · · ·"),
        ("3栋漏水，更正：5栋", "5 · · ·"),
        ("3栋漏水，我记错了，是5栋", "5 · · ·"),
        ("3栋漏水，纠正一下，5栋", "5 · · ·"),
        ("3栋漏水，手误，5栋", "5 · · ·"),
        ("3栋，不对不对，5栋", "5 · · ·"),
        ("3栋漏水，啊不，5栋", "5 · · ·"),
        ("3栋漏水，哦是5栋", "5 · · ·"),
        ("3栋漏水，应该是5栋", "5 · · ·"),
        ("3栋漏水 *5栋", "5 · · ·"),
        ("3栋，是5栋，打错了", "5 · · ·"),
        ("3栋5楼漏水，是6楼，说错了，谢谢", "3 · 6 ·"),
        ("3栋5楼漏水，不对6楼", "3 · 6 ·"),
        ("3栋2单元漏水，单元错了，1单元", "3 1 · ·"),
        ("3栋2单元502漏水，房号错了是503", "3 2 · 503"),
        ("3栋2单元502漏水，是503不是502", "3 2 · 503"),
        ("你好 是3幢不是13幢 1单元", "3 1 · ·"),
        ("我家不是3栋，我家5栋", "5 · · ·"),
        # What only looks like one.
        ("3栋快递送错了，我去5栋拿", "3 · · ·"),
        ("5栋漏水，应该是楼上602的水管", "5 · · 602"),
        ("味道不对，换一家", "· · · ·"),
    ],
)
def test_the_correction_wins(text: str, numbers: str) -> None:
    assert read(text) == numbers


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        # Read out, or typed in Pinyin.
        ("三杠二杠五零二漏水", "3 2 · 502"),
        ("3杠502没电", "3 · · 502"),
        ("3-2-五零二漏水", "3 2 · 502"),
        ("5号三零二没水", "5 · · 302"),
        ("我是五零二的", "· · · 502"),
        ("楼下一五零五装修", "· · · 1505"),
        ("@七零一 你家水没关", "· · · 701"),
        ("五号楼二单元三0二停气", "5 2 · 302"),
        ("5号楼2单元3o2停气", "5 2 · 302"),
        ("九栋一零二一直响", "9 · · 102"),
        ("九栋一零二10点停的水", "9 · · 102"),
        ("2dong3danyuan501漏水", "2 3 · 501"),
        ("3#2dy502", "3 2 · 502"),
        # As voice input hears it.
        ("八东二单元漏水", "8 2 · ·"),
        ("三洞五零一水压低", "3 · · 501"),
        ("五洞四楼漏水", "5 · 4 ·"),
        ("12动漏水", "12 · · ·"),
        ("二号漏三单元没电", "2 3 · ·"),
        ("6栋2但愿501没暖气", "6 2 · 501"),
        ("6号喽的电梯坏了", "6 · · ·"),
        # Chains.
        ("9_1_203门锁坏了", "9 1 · 203"),
        ("4-3-12楼停水", "4 3 12 ·"),
        ("3栋--502漏水", "3 · · 502"),
        ("3栋【502】漏水", "3 · · 502"),
        ("三栋2-502漏水", "3 2 · 502"),
        ("3-1-502楼上漏水", "3 1 · 502"),
        ("7-2楼道全是烟", "7 2 · ·"),
        ("5-1的2楼楼梯口", "5 1 2 ·"),
        ("19-1 4楼有胶皮味", "19 1 4 ·"),
        ("楼号12 单元1 房号1102", "12 1 · 1102"),
        ("9-3楼下有狗", "9 3 · ·"),
        ("9-3漏水", "9 3 · ·"),
        ("我是9-3的", "9 3 · ·"),
        ("9-3，没电了", "9 3 · ·"),
        ("九楼三单元602没水", "9 3 · 602"),
        ("顶楼七楼二单元的", "· 2 7 ·"),
        ("一到六栋", "1 · · ·"),
        # Units that are doors.
        ("3号门栋的大铁门", "· 3 · ·"),
        ("8号楼3门前面积水", "8 3 · ·"),
        ("3门从一楼到6楼", "· 3 1 ·"),
        ("三门二十三楼", "· 3 23 ·"),
        ("西单元502没水", "· · · 502"),
        ("3栋1-2单元没灯", "3 1 · ·"),
        # Houses by 座, as in the south; but not what one counts with it.
        ("四座天天吵", "4 · · ·"),
        ("十二座的，急用", "12 · · ·"),
        ("一座35樓C室", "1 · 35 C"),
        ("五座楼下有西瓜，推婴儿车的当心", "5 · · ·"),
        ("对面三座大山", "· · · ·"),
        ("六座的商务车挡路", "· · · ·"),
        # Storeys.
        ("二幢一层大厅", "2 · 1 ·"),
        ("七号楼1层水管崩了", "7 · 1 ·"),
        ("11号二十三楼扩院子", "11 · 23 ·"),
        ("3号楼2单元负一楼进水", "3 2 -1 ·"),
        ("一到7楼准哼一嗓子", "· · 7 ·"),
        ("一到三层漏水", "· · 1 ·"),
        ("卡喺12同13樓中間", "· · 12 ·"),
        ("麻烦看下16楼的消防门", "· · 16 ·"),
        ("昨天晚上六楼的门响", "· · 6 ·"),
        ("有没有6楼的邻居", "· · 6 ·"),
        ("我妈是我一级一级背上九楼的", "· · 9 ·"),
        ("我家一楼 五号楼", "5 · 1 ·"),
        ("憋气上15楼，D座的", "D · 15 ·"),
        ("往墙上12层那个位置看", "· · 12 ·"),
        ("井盖旁12层的窗户掉了", "· · 12 ·"),
        ("红包12层的邻居发的", "· · 12 ·"),
        ("12层水泵响", "· · 12 ·"),
        ("12层报修", "· · 12 ·"),
        ("6楼高空抛物", "· · 6 ·"),
        ("6楼长期漏水", "· · 6 ·"),
        ("信号6楼没有", "· · 6 ·"),
        # Which house, and how many.
        ("井盖9栋门口没了", "9 · · ·"),
        ("公共9栋的路灯", "9 · · ·"),
        ("通知:1-4号外墙修缮", "1 · · ·"),
        ("油费一块五，9栋的", "9 · · ·"),
        ("门票48，9号楼2单元", "9 2 · ·"),
        ("六座电动车棚着了", "6 · · ·"),
        ("6座车库进水", "6 · · ·"),
        ("只有3栋没水吗", "3 · · ·"),
        ("还有5栋的电梯", "5 · · ·"),
        ("我们小区只有3栋", "· · · ·"),
        ("全小区12栋楼只有一个门", "· · · ·"),
        ("9栋33层的高楼就一部电梯", "9 · · ·"),
        ("3月5号六楼漏水", "· · 6 ·"),
        ("押一付一，8幢1203看房", "8 · · 1203"),
        ("我排第七，19栋3单元", "19 3 · ·"),
        ("三排2号院卸货", "3 · · 2"),
        ("9号院4排12号", "4 · · 12"),
        ("12弄6号窗户漏风", "6 · · ·"),
        ("一零一栋停水", "101 · · ·"),
        # Rooms, and words that begin like a measure.
        ("3栋302人没在家", "3 · · 302"),
        ("3-302点火没反应", "3 · · 302"),
        ("3-1-302万一漏水", "3 1 · 302"),
        ("3栋302年前就漏", "3 · · 302"),
        ("1304 人行道砖翘了", "· · · 1304"),
        ("9-1304 人大代表好", "9 · · 1304"),
        ("我家1304天花板漏水", "· · · 1304"),
        ("我家1304天然气没了", "· · · 1304"),
        ("楼上1304路由器烧了", "· · · 1304"),
        ("9号楼3门卫生间返水", "9 3 · ·"),
        ("是不是9号楼，停水了", "9 · · ·"),
        ("走廊尽头1108", "· · · 1108"),
        ("听见1108有人喊救命", "· · · 1108"),
        ("请1208管好孩子", "· · · 1208"),
        ("住顶楼601", "· · · 601"),
        ("娃的快递取件码6-2-3018，谁捎一下 1304", "· · · 1304"),
        ("9-2-1304，取件都得从车缝里过", "9 2 · 1304"),
        # Of several rooms, the first; items of a list are none.
        ("602反映，楼上702半夜蹦迪", "· · · 602"),
        ("我住501、502", "· · · 501"),
        ("接龙 1.张姐两板 2.12-301一箱", "12 · · 301"),
        ("接龙 1、4幢1梯503十个 2、阿芬五个", "4 1 · 503"),
        ("①七栋203 冻梨", "7 · · 203"),
    ],
)
def test_reads_what_is_meant(text: str, numbers: str) -> None:
    assert read(text) == numbers


@pytest.mark.parametrize(
    "text",
    [
        "520快乐",
        "我的车位是218",
        "车位B302被占了",
        "菜鸟驿站 8-2-6013 帮忙拿一下",
        "一层一层找",
        "双杠旁边",
        "等302路公交",
        "捐了1203本书",
        "3-2，好险赢了",
        "2-3杯水",
        "3楼说得对",
        "里三层外三层",
        "302车位",
        "101中学",
        "有302人报名",
        "车门口停三层",
        "落了三层灰",
        "两层皮",
        "二零二五年的事",
        "放学4点20 东门",
        "3月5号开业",
        "打3个洞",
    ],
)
def test_reads_no_place_into_other_numbers(text: str) -> None:
    assert read(text) == "· · · ·"


@pytest.mark.parametrize(
    "text",
    [
        "18#漏水",
        "四丹元",
        "7号门洞",
        "12动",
        "A-1203",
        "a1203",
        "12f",
        "甲座",
        "廿座",
        "七座",
        "三门洞",
        "6号院",
        "12号大堂",
        "19号南面",
        "对门302",
        "隔壁303",
        "谢谢601",
        "放201了",
        "我说1503",
        "紧1502",
        "走廊尽头1108",
        "3杠2杠502",
        "3dong",
    ],
)
def test_every_shape_of_a_place_is_seen_by_the_first_look(text: str) -> None:
    assert may_name_place(normalise(text).text)


_DIGITS = "零一二三四五六七八九"


def _counted(number: int) -> str:
    """``number`` below 100 as it is said."""
    tens, ones = divmod(number, 10)
    head = "" if tens == 0 else "十" if tens == 1 else f"{_DIGITS[tens]}十"
    return head + (_DIGITS[ones] if ones else "")


def _read_out(number: str) -> str:
    return "".join(_DIGITS[int(digit)] for digit in number)


@given(
    building=st.integers(1, 49),
    unit=st.integers(1, 9),
    storey=st.integers(1, 33),
    door=st.integers(1, 9),
    behind=st.sampled_from(["漏水", " 没电", "，漏水了", "的灯坏了", "家", "。", "停水3天", "(急)"]),
)
def test_every_spelling_of_an_address_is_the_same_place(
    building: int, unit: int, storey: int, door: int, behind: str
) -> None:
    room = f"{storey}0{door}"
    said, heard = _counted(building), _counted(unit)
    spellings = [
        f"{building}号楼{unit}单元{room}",
        f"{building}栋 {unit}单元 {room}",
        f"{building}-{unit}-{room}",
        f"{building}#{unit}#{room}",
        f"{building}_{unit}_{room}",
        f"{building}幢{unit}-{room}",
        f"{said}栋{heard}单元{room}",
        f"{said}号楼{heard}单元{_read_out(room)}",
        f"{building}号楼{unit}门{room}",
        f"{building}號樓{unit}單元{room}室",
        f"{said}动{heard}单元{room}",
        f"{building}dong{unit}danyuan{room}",
    ]
    expected = f"{building} {unit} · {room}"
    assert {spelling: read(spelling + behind) for spelling in spellings} == dict.fromkeys(spellings, expected)


@given(
    said=st.integers(1, 49),
    meant=st.integers(1, 49),
    marker=st.sampled_from(
        ["，说错了，是", "，不对，", "，更正：", " 打错了 应该是", "，口误，", "，手误，是", "，哦不是，"]
    ),
)
def test_of_two_houses_the_corrected_one_counts(said: int, meant: int, marker: str) -> None:
    assert read(f"{said}栋漏水{marker}{meant}栋") == f"{meant} · · ·"
