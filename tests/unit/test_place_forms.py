"""Addresses as voice input hears them, as other signs join them, and in the order in which people name their parts."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing.place import Place
from routing.triage.characters import PLACED, traits, traits_in
from routing.triage.normalise import normalise
from routing.triage.places import may_name_place, place_in


def read(text: str) -> str:
    place = place_in(normalise(text).text) or Place()
    return " ".join(part or "·" for part in (place.building, place.unit, place.floor, place.room))


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        # 单元 and 栋 as voice input hears them, each with the other.
        ("三蛋元五零二楼上漏水", "· 3 · 502"),
        ("灯不亮，二担元三楼到五楼", "· 2 3 ·"),
        ("2旦元漏水", "· 2 · ·"),
        ("二但元停电", "· 2 · ·"),
        ("2单院602漏水", "· 2 · 602"),
        ("六洞一单圆灯不亮", "6 1 · ·"),
        ("三动一但元", "3 1 · ·"),
        ("七冻西头下水堵了", "7 · · ·"),
        ("5董三单元没电", "5 3 · ·"),
        ("三好楼二担元501", "3 2 · 501"),
        # Joined by other signs.
        ("3号楼·2单元·502", "3 2 · 502"),
        ("3号楼．2单元．502", "3 2 · 502"),
        ("3·2·502漏水", "3 2 · 502"),
        ("3•2•502漏水", "3 2 · 502"),
        ("12\\1\\2203没电", "12 1 · 2203"),
        ("3横2横502没水", "3 2 · 502"),
        ("三横二横五零二没水", "3 2 · 502"),
        ("3#楼2#单元502", "3 2 · 502"),
        ("3号楼2号单元502", "3 2 · 502"),
        ("3#2u502没气", "3 2 · 502"),
        ("5&6栋没水", "5 · · ·"),
        # The parts in another order, or more of them.
        ("12楼B座1203，隔壁装修", "B · 12 1203"),
        ("B座12楼1203", "B · 12 1203"),
        ("南区A3楼1单元", "A3 1 · ·"),
        ("22楼1单元12楼", "22 1 12 ·"),
        ("3栋5F502", "3 · 5 502"),
        ("3号楼2单元5东", "3 2 5 ·"),
        # A storey and its door, as in the hill cities, and a door behind a staircase, as in Beijing.
        ("3单元10-4漏水", "· 3 10 4"),
        ("3栋2单元4—1", "3 2 4 1"),
        ("3幢2-12-1没电", "3 2 12 1"),
        ("3号楼4门7号", "3 4 · 7"),
        ("3号楼4门7号停的电", "3 4 · ·"),
        # Below the ground, right behind a house.
        ("2栋-1楼电梯厅", "2 · -1 ·"),
        ("2号楼-2层", "2 · -2 ·"),
        # Ranges and pairs.
        ("1-3单元都没暖气", "· 1 · ·"),
        ("1-3单元门坏了", "1 3 · ·"),
        # Rooms by value, and beside a word for the house.
        ("一千二百零三室漏水", "· · · 1203"),
        ("我家七百零一", "· · · 701"),
        ("南楼201没水", "· · · 201"),
        ("公寓楼1208有人吵", "· · · 1208"),
        ("请到1402查看", "· · · 1402"),
        ("18楼高层玻璃掉了", "· · 18 ·"),
        # Corrections.
        ("3栋（应为5栋）漏水", "5 · · ·"),
        ("前面说的3栋有误，应是5栋", "5 · · ·"),
        ("6号楼，诶不是，是9号楼", "9 · · ·"),
        # A button of a lift, beside the house that it is in.
        ("29栋左边那台，按了1楼它给我拉到顶", "29 · · ·"),
        ("进电梯按十六楼没反应", "· · 16 ·"),
    ],
)
def test_is_read(text: str, numbers: str) -> None:
    assert read(text) == numbers
    normalised = normalise(text).text
    assert traits_in(normalised, traits()) & PLACED
    assert may_name_place(normalised)


@pytest.mark.parametrize(
    "text",
    [
        "一旦元旦停电就惨了",
        "买三担元宵",
        "但愿别停电",
        "一但原来的住户走了",
        "水表从1203走到1305",
        "电表读数显示1203",
        "G1203晚点了",
        "我家一百零二平",
        "三栋楼共用一台变压器",
        "6层的老楼没电梯",
        "横竖3横4竖",
    ],
)
def test_nothing_is_read_into_it(text: str) -> None:
    assert read(text) == "· · · ·"


def test_a_window_is_no_door() -> None:
    assert read("交到一楼三号窗口") == read("交到一楼三号窗") == "· · 1 ·"


@given(
    building=st.integers(1, 49),
    unit=st.integers(1, 9),
    room=st.builds("{}0{}".format, st.integers(1, 33), st.integers(1, 9)),
    house=st.sampled_from(["号楼", "栋", "幢", "动", "#"]),
    stairs=st.sampled_from(["单元", "单圆", "丹元", "担元", "蛋元", "但元", "号单元"]),
    joint=st.sampled_from(["", " ", "·", "-", "."]),
    behind=st.sampled_from(["漏水", "，没电了", "。", "的灯坏了"]),
)
def test_every_hearing_of_a_unit_is_the_same_place(
    building: int, unit: int, room: str, house: str, stairs: str, joint: str, behind: str
) -> None:
    assert read(f"{building}{house}{unit}{stairs}{joint}{room}{behind}") == f"{building} {unit} · {room}"
