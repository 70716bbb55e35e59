"""What spares the place grammar its patterns never hides what they would find."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing.triage.normalise import for_gate, narrowed, respelt_for_gate
from routing.triage.numerals import CHINESE
from routing.triage.place_signs import (
    BASEMENT_BEHIND,
    DOOR_BEHIND,
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
from routing.triage.spots import spot_of

PATTERNS = {
    STOREYED: re.compile(rf"[\d{CHINESE}]\s?(?:[楼层]|/?f)"),
    DOORED: re.compile(r"[\d一二三四五六七八九][门梯]"),
    FORMED: re.compile(r"楼栋|[楼栋幢房室间]号|单元号?\s?:|门牌"),
    IN_ROW: re.compile("排"),
}
ROOM = re.compile(rf"\d{{3}}|[{CHINESE}]{{3}}")
BEHIND = {
    NUMBER_BEHIND: re.compile(rf"\s?[\d{CHINESE}]"),
    DOOR_BEHIND: re.compile(r"\s?(?:顶[楼层])?\d{0,2}[a-h]"),
    BASEMENT_BEHIND: re.compile(r"的?\s?(?:负|地下|b)"),
}
# The last are a digit, and a sign that is none, beyond the basic plane, and a digit of another script.
CHARACTERS = [*"120二三零楼层f门梯单元号栋牌房室:排的负地下顶ab /水", "\U000104a1", "😀", "٣"]
WRITTEN = st.text(st.sampled_from(CHARACTERS), max_size=12)


@given(WRITTEN)
def test_signs_are_told_wherever_a_pattern_would_match(text: str) -> None:
    signs = signs_in(text)
    for sign, pattern in PATTERNS.items():
        if pattern.search(text):
            assert signs & sign
    assert bool(signs & ROOMED) == (ROOM.search(text) is not None)


@given(WRITTEN, st.data())
def test_a_room_is_looked_for_in_a_part_of_the_text_alone(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    assert has_room_number(text, start, end) == (ROOM.search(text, start, end) is not None)


@given(WRITTEN, st.data())
def test_what_may_begin_behind_a_house_is_told(text: str, data: st.DataObject) -> None:
    end = data.draw(st.integers(0, len(text)))
    for sign, pattern in BEHIND.items():
        if pattern.match(text, end):
            assert behind(text, end) & sign


@pytest.mark.parametrize("text", ["电梯又停了", "楼道灯不亮", "12栋的路灯", "", "一二", "门口"])
def test_other_texts_have_no_sign(text: str) -> None:
    assert not signs_in(text) & (STOREYED | DOORED | ROOMED | FORMED | IN_ROW)


SPOTS = """
东门 北门外 大门口 小区东南门 负一层 负2层车库 负三车库 地下室 地下二层停车场 b1 地库 地库a区 车库入口 停车场
c区 顶楼 顶层 楼顶 天台 屋顶 大厅 大堂 门卫室 保安亭 岗亭 凉亭 亭子 中心花园 花园 广场 充电棚 车棚 健身器材
健身区 游乐场 滑梯 儿童乐园 沙坑 喷泉 池塘 人工湖 步道 连廊 篮球场 羽毛球场 球场 垃圾站 垃圾房 垃圾亭 小区门口
小区外 河边 水泵房 配电房 活动室 活动中心 快递柜 驿站 人民大道 柳树胡同 实验小学 第三中学 第二高中 阳光幼儿园
城东卫生院 人民医院 建设银行 新华书店 永辉超市 朝阳菜市场 城北农贸市场 旧货市场 万达商场 滨江公园 市体育馆
市图书馆 市博物馆 大众药店 同仁药房 老王饭店 川味餐馆 蜀香火锅店 夜色烧烤店 小李理发店 三里公交站 文化地铁站
中石化加油站 城关派出所 春熙步行街 中华街 解放路 二马巷 卢沟桥
"""


@pytest.mark.parametrize("spot", SPOTS.split())
def test_every_spot_is_seen_by_the_first_look(spot: str) -> None:
    for said in (spot, f"昨天,{spot}那边有人", f"水漏了 {spot}"):
        assert (spot_of(said) or "").startswith(spot)


WIDTHS = st.text(st.sampled_from([*"停电aÄ9栋,:", *"，：？！～（）ＡａΣ３　", *"樓電著", "😀", "𐐀", "İ"]), max_size=12)


@given(WIDTHS)
def test_the_short_ways_to_one_spelling_lead_where_the_long_one_does(text: str) -> None:
    gate = for_gate(text)
    assert gate == (respelt_for_gate(text) if re.search("[A-Z０-ｚ樓電]", text) else text)
    assert narrowed(gate) == "".join(map(_narrow, gate))


def _narrow(character: str) -> str:
    if character == "\u3000":
        return " "
    return chr(ord(character) - 0xFEE0) if "\uff01" <= character <= "\uff5e" else character
