"""Which report or message concerns somebody on the care list."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.care import load_care
from config.catalogue import load_catalogue
from routing.areas import Area, AreaTree
from routing.care_match import AbsenceReader, CareEntry, CareIndex
from routing.place import Place

TREE = AreaTree(
    [
        Area("C1", "社区", "community"),
        Area("G1", "一网格", "grid", "C1"),
        Area("X1", "花园", "complex", "G1"),
        Area("X1-3", "3栋", "building", "X1"),
        Area("X1-5", "5栋", "building", "X1"),
        Area("X2", "别苑", "complex", "C1"),
    ]
)
WANG = CareEntry(1, "王秀珍", "X1", Place("3", "2", None, "302"), 11, 70)
OUYANG = CareEntry(2, "欧阳德", "X1-5", Place(None, "1", None, "101"), None, None)
LI = CareEntry(3, "李国庆", "X2", Place("1", None, None, "1204"), None, 71)
INDEX = CareIndex([WANG, OUYANG, LI])
WORDS = load_care(load_catalogue()).unseen
READER = AbsenceReader(WORDS)


@pytest.mark.parametrize(
    ("text", "is_worry"),
    [
        ("三楼王奶奶两天没出门了", True),
        ("三樓王奶奶兩天沒出門了", True),
        ("王奶奶敲门没人应", True),
        ("王奶奶家敲门 没人应，急", True),
        ("李大爷好几天没看见了，电话也打不通", True),
        ("李大爷电话打不通", True),
        ("对门老王一个星期没下楼了", True),
        ("王奶奶昨天到现在没动静", True),
        ("王奶奶家灯三天没亮过灯了", True),
        ("王奶奶今天没来跳舞", False),
        ("王奶奶没出门，在家包饺子", False),
        ("王奶奶两天没出门，刚看见她去买菜了", False),
        ("王奶奶电话打不通，已经联系上了", False),
        ("王奶奶去女儿家了，两天没见到", False),
        ("王奶奶家的猫两天没吃饭", False),
        ("电梯两天没修好", False),
        ("王奶奶家漏水，物业电话打不通", False),
        ("王奶奶家漏水报了，物业没回应", False),
        ("王奶奶家门铃没声音", False),
        ("王奶奶家两天没声音了", True),
        ("喊她没回应", True),
        ("", False),
    ],
)
def test_what_tells_that_somebody_is_not_seen(text: str, is_worry: bool) -> None:
    assert READER.tells(text) == is_worry


@pytest.mark.parametrize(
    ("path", "place", "found"),
    [
        ("C1/G1/X1/X1-3/", Place("3", "2", None, "302"), [WANG]),
        ("C1/G1/X1/X1-3/", Place("3", None, None, "302"), [WANG]),
        ("C1/G1/X1/X1-3/", Place("3", "1", None, "302"), []),
        ("C1/G1/X1/X1-5/", Place("5", "2", None, "302"), []),
        ("C1/G1/X1/", Place(None, None, None, "302"), []),
        ("C1/G1/X1/X1-3/", Place("3", "2"), []),
        ("C1/X2/", Place("3", "2", None, "302"), []),
        ("C1/G1/X1/X1-5/", Place("5", "1", None, "101"), [OUYANG]),
        ("C1/G1/X1/X1-3/", Place("3", "1", None, "101"), []),
    ],
)
def test_who_lives_at_a_place(path: str, place: Place, found: list[CareEntry]) -> None:
    assert list(INDEX.at(path, place)) == found


@pytest.mark.parametrize(
    ("text", "area", "place", "found"),
    [
        ("三楼王奶奶两天没出门了", "X1", Place(floor="3"), [WANG]),
        ("王奶奶两天没出门了", "G1", Place(), [WANG]),
        ("王秀珍两天没出门了", "X1-3", Place("3"), [WANG]),
        ("秀珍阿姨两天没出门了", "X1", Place(), [WANG]),
        ("老王两天没出门了", "X1", Place(), [WANG]),
        ("欧阳大爷敲门没人应", "X1", Place(), [OUYANG]),
        ("五楼王奶奶两天没出门了", "X1", Place(floor="5"), []),
        ("5栋王奶奶两天没出门了", "X1-5", Place("5"), []),
        ("1单元王奶奶两天没出门了", "X1", Place(unit="1"), []),
        ("王奶奶两天没出门了", "X2", Place(), []),
        ("302敲门没人应", "X1", Place(room="302"), [WANG]),
        ("5栋302敲门没人应", "X1-5", Place("5", room="302"), []),
        ("12楼李大爷没动静", "X2", Place(floor="12"), [LI]),
        ("张奶奶两天没出门了", "X1", Place(), []),
        ("王小明两天没出门了", "X1", Place(), []),
        ("有人两天没出门了", "X1", Place(), []),
    ],
)
def test_whom_a_neighbour_speaks_of(text: str, area: str, place: Place, found: list[CareEntry]) -> None:
    assert list(INDEX.spoken_of(text, area, place, TREE, WORDS)) == found


def test_who_writes_is_known_by_the_account() -> None:
    assert INDEX.of_account(11) == (WANG,)
    assert INDEX.of_account(12) == ()
    assert (len(INDEX), len(CareIndex(()))) == (3, 0)


ROOMS = st.sampled_from(["101", "302", "1204", None])
PLACES = st.builds(Place, st.sampled_from(["1", "3", None]), st.sampled_from(["1", "2", None]), st.none(), ROOMS)


@given(home=PLACES, said=PLACES)
def test_nobody_is_found_at_another_home(home: Place, said: Place) -> None:
    index = CareIndex([CareEntry(1, "王秀珍", "X1", home, None, None)])
    for entry in index.at("C1/G1/X1/", said):
        assert entry.place.room == said.room is not None
        assert entry.place.building in {None, said.building}
        assert None in {entry.place.unit, said.unit} or entry.place.unit == said.unit
    for entry in index.spoken_of("王奶奶两天没出门", "X1", said, TREE, WORDS):
        assert None in {entry.place.room, said.room} or entry.place.room == said.room
