"""Several matters in one message: numbered lists, and clauses that go on to something else."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing.triage.decision import Ask, Decision, OpenTicket
from routing.triage.matters import matters_of
from tests.unit.triage_fixture import packaged_triage


def _parts(text: str) -> list[tuple[str, str]]:
    return [(one.service_code, one.part) for one in matters_of(packaged_triage(), text) if isinstance(one, OpenTicket)]


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("1、电梯坏了；2、楼道灯不亮", [("property.elevator", "电梯坏了"), ("property.facility", "楼道灯不亮")]),
        ("①二单元门禁坏了②地库漏水", [("property.facility", "二单元门禁坏了"), ("housing.leak", "地库漏水")]),
        (
            "请解决：\n1）下水道堵了\n2）外墙掉瓷砖",
            [("housing.drainage", "请解决：\n1）下水道堵了"), ("safety.falling", "外墙掉瓷砖")],
        ),
        (
            "一是物业费乱涨，二是保安睡觉，三是绿化没人管",
            [
                ("property.fee", "物业费乱涨"),
                ("property.security", "保安睡觉"),
                ("environment.greening", "绿化没人管"),
            ],
        ),
        ("电梯坏了，旁边路灯也不亮", [("property.elevator", "电梯坏了"), ("traffic.streetlight", "旁边路灯也不亮")]),
    ],
)
def test_each_item_is_a_matter_of_its_own(text: str, parts: list[tuple[str, str]]) -> None:
    assert _parts(text) == parts


def test_what_stands_before_the_list_is_where_all_of_it_is() -> None:
    matters = matters_of(packaged_triage(), "3号楼反映：1.电梯停了三天 2.垃圾没人清 3.路灯不亮")
    assert [one.place and one.place.building for one in matters] == ["3", "3", "3"]


def test_an_item_with_a_place_of_its_own_keeps_it() -> None:
    matters = matters_of(packaged_triage(), "1. 5栋电梯异响 2. 6栋单元门关不上")
    assert [one.place and one.place.building for one in matters] == ["5", "6"]


@pytest.mark.parametrize(
    "text",
    [
        "3.5元一吨的水费太贵了，凭什么涨到4.5元",
        "1、3号楼电梯坏了",
        "电梯坏了两天，第二天才有人来看，没修好",
        "电梯里困着人，1、快打电话；2、别扒门",
    ],
)
def test_numbers_alone_make_no_list(text: str) -> None:
    assert len(matters_of(packaged_triage(), text)) == 1


@given(
    st.lists(
        st.sampled_from(["电梯坏了", "路灯不亮", "垃圾没人清", "下水道堵了", "今天天气好"]), min_size=1, max_size=6
    ),
    st.sampled_from(["、", ".", "）"]),
)
def test_never_more_matters_than_items_and_nothing_made_up(items: list[str], sign: str) -> None:
    text = "；".join(f"{number}{sign}{item}" for number, item in enumerate(items, start=1))
    matters: tuple[Decision, ...] = matters_of(packaged_triage(), text)
    assert 1 <= len(matters) <= max(1, len(set(items)))
    if len(matters) > 1:
        assert all(isinstance(one, OpenTicket) and set(one.part) <= set(text) | {"，"} for one in matters)


@pytest.mark.parametrize("text", ["这电梯真是…", "唉，这物业", "这路啊……", "我们小区的电梯，啧啧"])
def test_a_sigh_opens_nothing(text: str) -> None:
    matters = matters_of(packaged_triage(), text)
    assert all(isinstance(one, Ask) or not isinstance(one, OpenTicket) for one in matters)
