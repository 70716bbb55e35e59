"""House numbers of streets: how ranges are written, what messages name, and which area answers."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.areas_csv import areas_to_csv, parse_areas
from config.csv_table import CsvRefused
from routing.areas import Area, AreaKind, AreaTree
from routing.house_numbers import HouseNumber, NumberRange, Side, house_in, parse_range
from routing.place import Place
from routing.placement import locate
from tests.unit.district import ORGANISATION

STREETS = """code,name,level,parent_code,kind,numbers
S,某街道,street,,,
C,老街社区,community,S,,
G1,第一网格,grid,C,,人民路1-99号单|建设巷1-20号
G2,第二网格,grid,C,,人民路2-98号双
G3,第三网格,grid,C,,人民路100-150
Z1,市场专属网格,grid,G3,dedicated,人民路120-128号
C2,新街社区,community,S,,
G9,第九网格,grid,C2,,人民路1-50号
"""


def parsed(text: str) -> tuple[Area, ...]:
    return parse_areas(text.encode(), "areas.csv", ORGANISATION, AreaTree(()))


TREE = AreaTree(parsed(STREETS))


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("12-18号", NumberRange("", 12, 18)),
        ("12—18", NumberRange("", 12, 18)),
        ("12号至18号", NumberRange("", 12, 18)),
        ("7", NumberRange("", 7, 7)),
        ("人民路１-99号单", NumberRange("人民路", 1, 99, Side.ODD)),
        ("人民路2-98號", NumberRange("人民路", 2, 98)),
        ("人民路2-98双", NumberRange("人民路", 2, 98, Side.EVEN)),
        ("18-12号", None),
        ("0-5", None),
        ("4号单", None),
        ("号", None),
        ("人民路", None),
        ("12-18栋", None),
        ("12345", None),
    ],
)
def test_ranges(written: str, expected: NumberRange | None) -> None:
    assert parse_range(written) == expected


@given(st.sampled_from(["", "人民路"]), st.integers(1, 9999), st.integers(0, 50), st.sampled_from(Side))
def test_a_range_reads_back_as_it_is_written(street: str, first: int, more: int, side: Side) -> None:
    made = NumberRange(street, first, min(first + more, 9999), side)
    if made.holds(first) or made.holds(first + 1):
        assert parse_range(made.written()) == made


@given(st.integers(1, 30), st.integers(0, 9), st.integers(1, 30), st.integers(0, 9), st.data())
def test_ranges_overlap_exactly_where_a_house_lies_in_both(
    first: int, more: int, second: int, much: int, data: st.DataObject
) -> None:
    sides = st.sampled_from(Side)
    one = NumberRange("", first, first + more, data.draw(sides))
    other = NumberRange("甲路", second, second + much, data.draw(sides))
    assert one.overlaps(other) == any(one.holds(number) and other.holds(number) for number in range(1, 41))
    assert one.overlaps(other) == other.overlaps(one)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("人民路15号门口路灯不亮", HouseNumber("人民路", 15)),
        ("人民路二十三號門前積水", HouseNumber("人民路", 23)),
        ("我家15号，水管漏了", HouseNumber("", 15)),
        ("15号门口垃圾没人收", HouseNumber("", 15)),
        ("42号附1号漏水", HouseNumber("", 42)),
        ("明天15号停水吗", None),
        ("11月15号门口停水", None),
        ("5号线怎么走", None),
        ("3栋502漏水", None),
        ("电话13912345678号码", None),
    ],
)
def test_house_numbers_of_messages(text: str, expected: HouseNumber | None) -> None:
    found = house_in(text)
    assert (found and (found.street[-3:], found.number)) == (expected and (expected.street, expected.number))


@pytest.mark.parametrize(
    ("bound", "place", "text", "area"),
    [
        ("C", Place(spot="人民路"), "人民路15号门口路灯不亮", "G1"),
        ("C", Place(spot="人民路"), "人民路16号门口路灯不亮", "G2"),
        ("G1", Place(spot="人民路"), "人民路110号下水道堵了", "G3"),
        ("G2", Place(spot="建设巷"), "建设巷7号没人打扫", "G1"),
        ("C", Place(), "我家110号，漏水", "G3"),
        ("C", Place(building="15"), "15号院漏水", "G1"),
        # Inside another grid's territory the dedicated grid answers.
        ("C", Place(spot="人民路"), "人民路124号门面油烟大", "Z1"),
        # Another street, another community, no number, two streets with the same number: where the group is.
        ("G2", Place(spot="中山路"), "中山路15号的井盖坏了", "G2"),
        ("G9", Place(spot="人民路"), "人民路110号下水道堵了", "G9"),
        ("G2", Place(), "明天15号停水吗", "G2"),
        ("G2", Place(), "15号楼漏水", "G2"),
    ],
)
def test_the_grid_of_a_house(bound: str, place: Place, text: str, area: str) -> None:
    assert locate(TREE, bound, place, text).area_code == area


def test_a_building_of_the_register_comes_before_a_house_number() -> None:
    tree = AreaTree([*TREE, Area("B15", "15栋", "building", "G2")])
    assert locate(tree, "C", Place(building="15"), "15栋漏水").building_code == "B15"


def test_numbers_are_written_and_read_back() -> None:
    assert AreaTree(parsed(areas_to_csv(TREE))).by_code() == TREE.by_code()
    assert TREE.get("Z1").kind is AreaKind.DEDICATED


@pytest.mark.parametrize(
    ("line", "problems"),
    [
        ("G4,第四网格,grid,C,,人民路15号", [(10, "numbers", "overlapping_numbers")]),
        ("G4,第四网格,grid,C,,3-4号", [(10, "numbers", "overlapping_numbers")]),
        ("G4,第四网格,grid,C,,中山路15号", []),
        ("G4,第四网格,grid,C2,,人民路51-60号", []),
        ("G4,第四网格,grid,C,,某栋", [(10, "numbers", "bad_numbers")]),
        ("Z2,另一专属网格,grid,G3,dedicated,人民路130号", []),
        ("Z2,另一专属网格,grid,G3,dedicated,人民路128号", [(10, "numbers", "overlapping_numbers")]),
    ],
)
def test_a_house_belongs_to_one_grid(line: str, problems: list[tuple[int, str, str]]) -> None:
    text = f"{STREETS}{line}\n"
    if not problems:
        assert len(parsed(text)) == len(TREE) + 1
        return
    with pytest.raises(CsvRefused) as caught:
        parsed(text)
    named = [(one.line, one.field, one.code) for one in caught.value.problems]
    assert [one for one in named if one[0] == 10] == problems
