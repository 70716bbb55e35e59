"""The register as CSV: what is read, every refusal with its line, and the way there and back."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.areas_csv import areas_to_csv, parse_areas
from config.csv_table import CsvRefused, RowProblem, escaped, unescaped
from config.groups_csv import parse_groups
from config.staff_csv import parse_staff, staff_to_csv
from routing.areas import Area, AreaKind, AreaTree, Management
from routing.groups import GroupKind
from routing.staff import Role, Staff
from tests.unit.district import CATALOGUE, ORGANISATION, SAMPLE, TREE

EMPTY = AreaTree(())
AREAS = """code,name,level,parent_code,kind,management,aliases,households
D,某区,district,,,,,
S,某街道,street,D,,,,
C,某社区,community,S,ordinary,,桂花园|桂花园小区,
G1,第一网格,grid,C,,,,312
X1,锦绣花园,complex,G1,,managed,,312
"""


def areas(text: str, existing: AreaTree = EMPTY) -> tuple[Area, ...]:
    return parse_areas(text.encode(), "areas.csv", ORGANISATION, existing)


def problems_of_areas(text: str, existing: AreaTree = EMPTY) -> list[tuple[int, str, str]]:
    with pytest.raises(CsvRefused) as caught:
        areas(text, existing)
    return [(problem.line, problem.field, problem.code) for problem in caught.value.problems]


def staff(text: str) -> tuple[Staff, ...]:
    return parse_staff(text.encode(), "staff.csv", TREE, CATALOGUE)


def problems_of_staff(text: str) -> list[tuple[int, str, str]]:
    with pytest.raises(CsvRefused) as caught:
        staff("name,role,area_code,telegram_id,phone,skills,on_duty\n" + text)
    return [(problem.line, problem.field, problem.code) for problem in caught.value.problems]


def test_areas_are_read() -> None:
    found = {area.code: area for area in areas(AREAS)}
    assert found["C"] == Area("C", "某社区", "community", "S", aliases=("桂花园", "桂花园小区"))
    assert found["G1"].households == 312
    assert found["X1"].management is Management.MANAGED
    assert found["D"].parent_code is None


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_files_are_read_as_spreadsheets_in_china_save_them(encoding: str, newline: str) -> None:
    content = AREAS.replace("\n", newline).encode(encoding)
    assert parse_areas(content, "areas.csv", ORGANISATION, EMPTY) == areas(AREAS)


def test_the_order_of_columns_is_free_and_optional_ones_may_be_missing() -> None:
    assert areas("level,parent_code,code,name\ndistrict,,D,某区\n") == (Area("D", "某区", "district"),)


def test_parents_come_before_children_whatever_the_order_of_lines() -> None:
    header, *lines = AREAS.splitlines()
    codes = [area.code for area in areas("\n".join([header, *reversed(lines)]))]
    assert codes == ["D", "S", "C", "G1", "X1"]


def test_blank_lines_blanks_around_values_and_short_lines_do_no_harm() -> None:
    text = "code,name,level,parent_code,kind\n\n D , 某区　,district\n,,,,\nS,某街道,street,D,,,\n"
    assert areas(text) == (Area("D", "某区", "district"), Area("S", "某街道", "street", "D"))


def test_a_file_may_add_to_the_tree_and_change_it() -> None:
    found = areas("code,name,level,parent_code\nTD101-09,第九网格,grid,TD101\nTD102,新名社区,community,TD1\n", TREE)
    assert [area.code for area in found] == ["TD101-09", "TD102"]


@pytest.mark.parametrize(
    ("lines", "problems"),
    [
        ("D,某区,district,,,,,", []),
        (",某区,district,,,,,", [(2, "code", "missing")]),
        ("D,,district,,,,,", [(2, "name", "missing")]),
        ("D,某区,,,,,,", [(2, "level", "missing")]),
        ("d 1,某区,district,,,,,", [(2, "code", "bad_code")]),
        ("区,某区,district,,,,,", [(2, "code", "bad_code")]),
        ("D,某区,county,,,,,", [(2, "level", "unknown_level")]),
        ("G,某网格,grid,,,,,", [(2, "parent_code", "missing")]),
        ("D,某区,district,,,,,\nE,另一区,district,,,,,", [(3, "parent_code", "second_root")]),
        ("D,某区,district,,,,,\nC,某社区,community,,,,,", [(3, "parent_code", "second_root")]),
        ("S,某街道,street,NONE,,,,", [(2, "parent_code", "unknown_parent")]),
        ("D,某区,district,,,,,\nG,某网格,grid,D,,,,", [(3, "parent_code", "wrong_parent_level")]),
        ("D,某区,district,,,,,\nD,某区,district,,,,,", [(3, "code", "duplicate_code")]),
        ("G,某网格,grid,G,,,,", [(2, "parent_code", "cycle")]),
        ("G,甲,grid,H,,,,\nH,乙,grid,G,,,,", [(2, "parent_code", "cycle"), (3, "parent_code", "cycle")]),
        ("D,某区,district,,special,,,", [(2, "kind", "unknown_kind")]),
        ("D,某区,district,,,managed,,", [(2, "management", "management_elsewhere")]),
        ("D,某区,district,,,,,many", [(2, "households", "no_number")]),
        ("D,某区,district,,,,,1.5", [(2, "households", "no_number")]),
        ("D,某区,district,,,,,-1", [(2, "households", "too_small")]),
        ("D,某区,district,,,,,三百", [(2, "households", "no_number")]),
        ("D,某区,district,,,,," + "9" * 5000, [(2, "households", "no_number")]),
        ("D," + "长" * 65 + ",district,,,,,", [(2, "name", "too_long")]),
        ("D,某区,district,,,," + "长" * 65 + ",", [(2, "aliases", "too_long")]),
        ("D,某\x07区,district,,,,,", [(2, "name", "control_character")]),
        ("D,某区,district,,,,,,还有", [(2, "", "too_many_cells")]),
    ],
)
def test_refused_areas(lines: str, problems: list[tuple[int, str, str]]) -> None:
    text = f"code,name,level,parent_code,kind,management,aliases,households\n{lines}\n"
    if problems:
        assert problems_of_areas(text) == problems
    else:
        assert len(areas(text)) == 1


def test_a_complex_needs_its_management() -> None:
    assert problems_of_areas(AREAS.replace("managed", "")) == [(6, "management", "management_missing")]
    assert problems_of_areas(AREAS.replace("managed", "managd")) == [(6, "management", "unknown_management")]


def test_every_problem_is_told_at_once_with_the_line_it_stands_on() -> None:
    text = 'code,name,level,parent_code\nD,"某\n区",district,\nS,某街道,stret,D\nG,某网格,grid,S\nG,,grid,NONE\n'
    assert problems_of_areas(text) == [
        (2, "name", "control_character"),
        (4, "level", "unknown_level"),
        (5, "parent_code", "wrong_parent_level"),
        (6, "name", "missing"),
        (6, "code", "duplicate_code"),
        (6, "parent_code", "unknown_parent"),
    ]


def test_a_tree_has_one_root() -> None:
    assert problems_of_areas("code,name,level,parent_code\nXX,外区,district,\n", TREE) == [
        (2, "parent_code", "second_root")
    ]


def test_a_level_may_not_change_under_what_lies_below_it() -> None:
    line = "code,name,level,parent_code\nTD101,桂花园社区,street,TD\n"
    assert problems_of_areas(line, TREE) == [(2, "level", "wrong_for_children")]


def test_moving_an_area_below_itself_is_a_cycle() -> None:
    line = "code,name,level,parent_code\nTD102-01,老码头第一网格,grid,TD102-Z1\n"
    assert problems_of_areas(line, TREE) == [(2, "parent_code", "cycle")]


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", RowProblem(1, "", "empty_file")),
        (b"\n\n", RowProblem(1, "", "empty_file")),
        (b"code,name,level,parent_code,colour\n", RowProblem(1, "colour", "unknown_column", "colour")),
        (b"code,name,level\n", RowProblem(1, "parent_code", "missing_column")),
        (b"code,name,level,parent_code,name\n", RowProblem(1, "name", "duplicate_column", "name")),
        (b"\xff\xff\xff\xff", RowProblem(1, "", "unknown_encoding")),
    ],
)
def test_files_that_are_no_register(content: bytes, problem: RowProblem) -> None:
    with pytest.raises(CsvRefused) as caught:
        parse_areas(content, "areas.csv", ORGANISATION, EMPTY)
    assert caught.value.problems == (problem,)
    assert caught.value.path == "areas.csv"


def test_a_quote_that_never_closes_is_named() -> None:
    assert problems_of_areas('code,name,level,parent_code\nD,"某区,district,\n')[0][2] == "no_csv"


def test_staff_is_read() -> None:
    text = (
        "name,role,area_code,telegram_id,phone,skills,on_duty\n"
        "林晓燕,grid_worker,TD101-01,1000000006,'+86 000-0000101,environment|order.pet,是\n"
        "某人,department,TD,,,,no\n"
    )
    first, second = staff(text)
    skills = frozenset({"environment", "order.pet"})
    assert first == Staff(0, "林晓燕", Role.GRID_WORKER, "TD101-01", 1000000006, "+86 000-0000101", skills)
    assert second == Staff(0, "某人", Role.DEPARTMENT, "TD", on_duty=False)


@pytest.mark.parametrize(
    ("written", "on_duty"),
    [("yes", True), ("1", True), ("是", True), ("", True), ("NO", False), ("0", False), ("否", False)],
)
def test_who_is_on_duty(written: str, on_duty: bool) -> None:
    (post,) = staff(f"name,role,area_code,on_duty\n某人,grid_worker,TD101-01,{written}\n")
    assert post.on_duty is on_duty


@pytest.mark.parametrize(
    ("lines", "problems"),
    [
        (",grid_worker,TD101-01,,,,", [(2, "name", "missing")]),
        ("某人,,TD101-01,,,,", [(2, "role", "missing")]),
        ("某人,boss,TD101-01,,,,", [(2, "role", "unknown_role")]),
        ("某人,grid_worker,,,,,", [(2, "area_code", "missing")]),
        ("某人,grid_worker,TD999,,,,", [(2, "area_code", "unknown_area")]),
        ("某人,grid_worker,TD101-01,0,,,", [(2, "telegram_id", "too_small")]),
        ("某人,grid_worker,TD101-01,@linxy,,,", [(2, "telegram_id", "no_number")]),
        ("某人,grid_worker,TD101-01,99999999999999999999,,,", [(2, "telegram_id", "no_number")]),
        ("某人,grid_worker,TD101-01,,打给我,,", [(2, "phone", "bad_phone")]),
        ("某人,grid_worker,TD101-01,,12,,", [(2, "phone", "bad_phone")]),
        ("某人,grid_worker,TD101-01,,,plumbing,", [(2, "skills", "unknown_skill")]),
        ("某人,grid_worker,TD101-01,,,,maybe", [(2, "on_duty", "neither_yes_nor_no")]),
        (
            "甲,grid_worker,TD101-01,5,,,\n乙,grid_worker,TD101-01,5,,,\n乙,grid_lead,TD101,5,,,",
            [(3, "telegram_id", "duplicate_post")],
        ),
        ("甲,grid_worker,TD101-01,,,,\n甲,grid_worker,TD101-01,,,,", [(3, "name", "duplicate_post")]),
    ],
)
def test_refused_staff(lines: str, problems: list[tuple[int, str, str]]) -> None:
    assert problems_of_staff(lines + "\n") == problems


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("1000,群,residents,TD101-X1", (2, "chat_id", "no_group")),
        (",群,residents,TD101-X1", (2, "chat_id", "no_group")),
        ("-100,群,friends,TD101-X1", (2, "kind", "unknown_kind")),
        ("-100,群,,TD101-X1", (2, "kind", "missing")),
        ("-100,群,residents,", (2, "area_code", "missing")),
        ("-100,群,residents,NONE", (2, "area_code", "unknown_area")),
        ("-100,,residents,TD101-X1", (2, "title", "missing")),
        ("-100,甲,residents,TD101-X1\n-100,乙,staff,TD101", (3, "chat_id", "duplicate_code")),
    ],
)
def test_refused_groups(line: str, problem: tuple[int, str, str]) -> None:
    with pytest.raises(CsvRefused) as caught:
        parse_groups(f"chat_id,title,kind,area_code\n{line}\n".encode(), "groups.csv", "telegram", TREE)
    assert [(found.line, found.field, found.code) for found in caught.value.problems] == [problem]


def test_groups_are_read() -> None:
    content = "chat_id,title,kind,area_code\n-1001000000001,锦绣花园业主群,residents,TD101-X1\n".encode()
    (group,) = parse_groups(content, "groups.csv", "telegram", TREE)
    assert (group.chat_id, group.kind, group.area_code) == (-1001000000001, GroupKind.RESIDENTS, "TD101-X1")


def test_the_sample_goes_there_and_back() -> None:
    assert areas(areas_to_csv(SAMPLE.areas)) == SAMPLE.areas
    assert staff(staff_to_csv(SAMPLE.staff)) == SAMPLE.staff


printable = st.text(st.characters(exclude_categories=("C", "Z")), min_size=1, max_size=20)
words = printable.filter(lambda word: "|" not in word)


@given(
    names=st.lists(printable, min_size=1, max_size=5),
    aliases=st.lists(words, max_size=3, unique=True),
    households=st.none() | st.integers(0, 10**9),
    kind=st.sampled_from(AreaKind),
)
def test_odd_names_go_there_and_back(
    names: list[str], aliases: list[str], households: int | None, kind: AreaKind
) -> None:
    root = Area("D", "某区", "district")
    streets = (Area(f"S{at}", name, "street", "D", kind, None, tuple(aliases)) for at, name in enumerate(names))
    tree = (root, *(replace(street, households=households) for street in streets))
    assert areas(areas_to_csv(tree)) == tree


@given(name=printable, account=st.none() | st.integers(1, 2**52), on_duty=st.booleans(), role=st.sampled_from(Role))
def test_odd_posts_go_there_and_back(name: str, account: int | None, on_duty: bool, role: Role) -> None:
    post = Staff(0, name, role, "TD101", account, "+86 000-0000101", frozenset({"order", "other"}), on_duty)
    assert staff(staff_to_csv([post])) == (post,)
    assert staff(staff_to_csv([replace(post, id=9, reachable=False)])) == (post,)


@pytest.mark.parametrize("cell", ["=1+1", "+86", "-1", "@name", "\tx", "'x", "''", "'=1", "普通", ""])
def test_no_spreadsheet_takes_a_cell_for_a_formula(cell: str) -> None:
    assert not escaped(cell).startswith(("=", "+", "-", "@", "\t"))
    assert unescaped(escaped(cell)) == cell


def test_the_error_itself_names_nobody() -> None:
    with pytest.raises(CsvRefused) as caught:
        staff("name,role,area_code,phone\n某人,grid_worker,TD101-01,打给李四\n")
    assert "李四" not in str(caught.value)
    assert caught.value.problems == (RowProblem(2, "phone", "bad_phone", "打给李四"),)


def test_an_apostrophe_of_a_name_stays() -> None:
    assert unescaped("'t Hooft") == "'t Hooft"
