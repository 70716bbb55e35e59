"""Several matters in one message: numbered lists, and clauses that go on to something else."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing.place import Place
from routing.triage.decision import Ask, Decision, OpenTicket
from routing.triage.engine import Triage
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


def _where(text: str) -> list[tuple[str | None, str | None]]:
    matters = matters_of(packaged_triage(), text, outages={"utility.water"})
    return [(one.place.building, one.place.unit) for one in matters if one.place is not None]


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("7栋电梯停了，9栋电梯也停了", [("7", None), ("9", None)]),
        ("2栋1单元门禁坏了，3单元的门禁也坏了", [("2", "1"), ("2", "3")]),
        ("4栋的下水道堵了，8栋的下水道也堵了，物业派个人", [("4", None), ("8", None)]),
        ("1、2栋电梯坏；2、4栋电梯坏；3、6栋电梯坏", [("2", None), ("4", None), ("6", None)]),
        ("7栋电梯停了，9栋的也停了", [("7", None), ("9", None)]),
        ("7栋2单元电梯停了，9栋也是，10栋也一样", [("7", "2"), ("9", None), ("10", None)]),
    ],
)
def test_the_same_trouble_elsewhere_is_a_matter_of_its_own(text: str, places: list[tuple[str, str]]) -> None:
    assert _where(text) == places


def test_what_is_said_of_another_building_is_read_together_with_what_it_means() -> None:
    assert _parts("7栋电梯停了，9栋的也停了") == [
        ("property.elevator", "7栋电梯停了"),
        ("property.elevator", "7栋电梯停了，9栋的也停了"),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "7栋停水了，9栋也停水了",
        "7栋电梯停了，9栋的没停",
        "7栋电梯停了，9栋也没事",
        "7栋电梯停了，我住9栋，下班路过看见的",
        "7栋501漏水，601也漏水",
        "7栋和9栋的电梯都停了",
    ],
)
def test_an_outage_one_house_or_talk_of_another_is_one_matter(text: str) -> None:
    assert len(_where(text)) == 1


def test_a_part_of_a_building_is_in_the_building_named_before() -> None:
    assert _where("7栋2单元电梯停了，另外3单元的楼道灯不亮") == [("7", "2"), ("7", "3")]


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


class Counted(Triage):
    """Triage that counts the characters about which it was asked."""

    def __init__(self) -> None:
        self.characters = 0

    def decide(
        self,
        text: str,
        *,
        addressed: bool = False,
        has_media: bool = False,
        aliases: Mapping[str, Place] | None = None,
    ) -> Decision:
        self.characters += len(text)
        return packaged_triage().decide(text, addressed=addressed, has_media=has_media, aliases=aliases)


@pytest.mark.parametrize(
    "clause", ["今天天气好，", "7栋天气好，9栋也是，", "电梯坏了，", "7栋电梯坏了，9栋电梯也坏了，灯不亮，"]
)
def test_a_message_of_hundreds_of_clauses_is_read_a_few_times_at_most(clause: str) -> None:
    counted = Counted()
    text = clause * (4096 // len(clause)) + "另外电梯坏了，修一下"
    matters_of(counted, text, whole=packaged_triage().decide("电梯坏了，修一下"))
    assert counted.characters <= 6 * len(text)
