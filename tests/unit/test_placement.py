"""From what people say of a place to the grid, on a small tree with every oddity of real ones."""

from __future__ import annotations

import pytest

from routing.areas import Area, AreaKind, AreaTree, Management
from routing.errors import UnknownArea
from routing.place import Place
from routing.placement import Location, building_key, locate, without_own_name

M = Management.MANAGED

TREE = AreaTree(
    [
        Area("D", "某区", "district"),
        Area("S", "某街道", "street", "D"),
        Area("C", "桂花园社区", "community", "S", aliases=("桂花园",)),
        Area("G1", "第一网格", "grid", "C"),
        Area("X1", "锦绣花园", "complex", "G1", management=M, aliases=("锦绣小区",)),
        Area("X1-3", "3栋", "building", "X1", aliases=("三号楼",)),
        Area("X1-5", "第五幢", "building", "X1"),
        Area("G2", "第二网格", "grid", "C"),
        Area("X2", "棉纺厂宿舍", "complex", "G2", management=Management.SELF_MANAGED),
        Area("X2-3", "3号楼", "building", "X2"),
        Area("X2-A", "A座", "building", "X2"),
        Area("Z", "农贸市场网格", "grid", "G2", AreaKind.DEDICATED, aliases=("农贸市场", "菜市场")),
        # A complex so big that grids lie in it.
        Area("X3", "书香名邸", "complex", "C", management=M),
        Area("G3", "书香一期网格", "grid", "X3", aliases=("一期",)),
        Area("G4", "书香二期网格", "grid", "X3", aliases=("二期",)),
        Area("X3-1", "1栋", "building", "G3"),
        Area("X3-8", "8栋", "building", "G4"),
        # A complex without a grid, and one that shares a name with a complex elsewhere.
        Area("X4", "河边院子", "complex", "C", management=Management.ENTRUSTED),
        Area("C2", "河湾社区", "community", "S"),
        Area("G5", "河湾网格", "grid", "C2"),
        Area("X5", "河湾家园", "complex", "G5", management=M, aliases=("河湾市场",)),
    ]
)


def at(area: str, grid: str | None, complex_: str | None = None, building: str | None = None) -> Location:
    return Location(area, grid, complex_, building)


@pytest.mark.parametrize(
    ("bound", "place", "expected"),
    [
        # The group's own area.
        ("X1", Place(), at("G1", "G1", "X1")),
        ("G1", Place(), at("G1", "G1")),
        ("X1-3", Place(), at("G1", "G1", "X1", "X1-3")),
        ("Z", Place(), at("Z", "Z")),
        ("C2", Place(), at("G5", "G5")),  # a community with a single grid
        # Buildings, however the register writes them.
        ("X1", Place(building="3", unit="2", room="502"), at("G1", "G1", "X1", "X1-3")),
        ("X1", Place(building="5"), at("G1", "G1", "X1", "X1-5")),
        ("X2", Place(building="3"), at("G2", "G2", "X2", "X2-3")),
        ("X2", Place(building="A"), at("G2", "G2", "X2", "X2-A")),
        ("G1", Place(building="3"), at("G1", "G1", "X1", "X1-3")),
        ("C", Place(building="8"), at("G4", "G4", "X3", "X3-8")),  # unique in the community
        # Grids inside a complex.
        ("X3", Place(building="1"), at("G3", "G3", "X3", "X3-1")),
        ("X3", Place(building="8"), at("G4", "G4", "X3", "X3-8")),
        ("X3", Place(spot="二期北门"), at("G4", "G4", "X3")),
        # Names win over the group's own area inside the community.
        ("X1", Place(spot="农贸市场门口"), at("Z", "Z")),
        ("X1", Place(spot="菜市場對面"), at("Z", "Z")),  # Traditional
        ("G1", Place(spot="锦绣小区北门"), at("G1", "G1", "X1")),
        ("X1", Place(building="3", spot="棉纺厂宿舍"), at("G2", "G2", "X2", "X2-3")),
        ("C", Place(building="3", spot="锦绣花园"), at("G1", "G1", "X1", "X1-3")),
        # Names of what contains the group's area, of other communities, and ordinary spots change nothing.
        ("X2", Place(spot="第二网格门口"), at("G2", "G2", "X2")),
        ("X1", Place(spot="河湾家园门口"), at("G1", "G1", "X1")),
        ("X1", Place(spot="北门"), at("G1", "G1", "X1")),
        ("X1", Place(spot="桂花园社区门口"), at("G1", "G1", "X1")),
    ],
)
def test_places_with_one_answer(bound: str, place: Place, expected: Location) -> None:
    assert locate(TREE, bound, place) == expected


@pytest.mark.parametrize(
    ("bound", "place", "area"),
    [
        ("X1", Place(building="9"), "G1"),  # no such building: the complex stays
        ("C", Place(building="3"), "C"),  # two complexes have one
        ("C", Place(), "C"),  # several grids
        ("X3", Place(), "X3"),
        ("X3", Place(building="77"), "X3"),
        ("X4", Place(), "X4"),  # no grid at all
        (None, Place(), "D"),
        ("GONE", Place(), "D"),
    ],
)
def test_places_that_somebody_should_look_at(bound: str | None, place: Place, area: str) -> None:
    location = locate(TREE, bound, place)
    assert location.area_code == area
    assert not location.certain
    assert location.building_code is None


def test_a_name_finds_its_place_without_a_binding() -> None:
    assert locate(TREE, None, Place(spot="书香名邸", building="8")) == at("G4", "G4", "X3", "X3-8")


def test_two_areas_of_the_same_name_decide_nothing() -> None:
    twins = AreaTree([*TREE, Area("X6", "锦绣花园", "complex", "G2", management=M)])
    assert locate(twins, "X2", Place(spot="锦绣花园门口")) == at("G2", "G2", "X2")
    assert locate(twins, "X1", Place(spot="锦绣花园门口")) == at("G1", "G1", "X1")


def test_the_complex_stays_known_where_the_grid_lies_in_it_or_above_it() -> None:
    assert locate(TREE, "X3", Place(building="8")).anchors == ("X3-8", "X3", "G4")
    assert locate(TREE, "X1", Place(building="3")).anchors == ("X1-3", "X1", "G1")


def test_an_empty_tree_has_no_place() -> None:
    with pytest.raises(UnknownArea):
        locate(AreaTree([]), "X1", Place())


@pytest.mark.parametrize(
    ("written", "key"),
    [
        ("3栋", "3"),
        ("3号楼", "3"),
        ("03栋", "3"),
        ("三幢", "3"),
        ("三棟", "3"),
        ("第三座", "3"),
        ("十二号楼", "12"),
        ("3#", "3"),
        ("3#楼", "3"),
        ("３栋", "3"),
        ("3", "3"),
        ("锦绣花园3栋", "3"),
        ("A座", "A"),
        ("a栋", "A"),
        ("B2座", "B2"),
        ("A", "A"),
        ("综合楼", "综合楼"),
    ],
)
def test_names_of_buildings(written: str, key: str) -> None:
    assert building_key(written) == key


@pytest.mark.parametrize(
    ("text", "spot", "left"),
    [
        ("锦绣花园单元门坏了", "花园", None),
        ("錦繡花園單元門壞了", "花园", None),
        ("锦绣小区门口", "小区门口", "小区门口"),
        ("锦绣花园的小花园没水", "花园", "花园"),
        ("花园没水", "花园", "花园"),
        ("楼下的水池", "花园", "花园"),
        ("锦绣花园停水", None, None),
    ],
)
def test_a_part_of_the_areas_own_name_is_no_spot(text: str, spot: str | None, left: str | None) -> None:
    place = Place(building="3", spot=spot)
    assert without_own_name(place, TREE, "X1-3", text) == Place(building="3", spot=left)
