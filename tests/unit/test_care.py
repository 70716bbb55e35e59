"""Who sees and does what with the care list: every role, every field, every command."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing.areas import Area, AreaTree
from routing.care import CareCommand, CareField, CarePerson, fields_seen, may_do, posts_that_may
from routing.place import Place
from routing.staff import Actor, Role, Staff

TREE = AreaTree(
    [
        Area("D", "区", "district"),
        Area("S1", "一街道", "street", "D"),
        Area("C1", "一社区", "community", "S1"),
        Area("C2", "二社区", "community", "S1"),
        Area("G1", "一网格", "grid", "C1"),
        Area("X1", "花园", "complex", "G1"),
        Area("S2", "二街道", "street", "D"),
    ]
)
WANG = CarePerson(7, "王秀珍", ("elder_alone",), "X1", Place("3", "2", None, "302"), cadre_id=70)

F, R = CareField, Role
SEEN_IN_OWN_AREA = {
    R.COMMUNITY: {*F},
    R.STREET: {F.AREA, F.KINDS, F.NAME, F.ADDRESS, F.CADRE, F.VISITS},
    R.SUPERVISOR: {F.AREA, F.KINDS, F.CADRE, F.VISITS},
    R.GRID_WORKER: set(),
    R.LIAISON: set(),
    R.GRID_LEAD: set(),
    R.DEPARTMENT: set(),
    R.PROPERTY: set(),
    R.ADMIN: set(),
}
_C = CareCommand
DONE_IN_OWN_AREA = {
    R.COMMUNITY: {*_C},
    R.STREET: {_C.LIST, _C.SHOW, _C.VISITS, _C.CALL, _C.LOOKS},
    R.SUPERVISOR: {_C.LIST, _C.SHOW, _C.VISITS, _C.LOOKS},
    R.ADMIN: {_C.IMPORT},
    R.GRID_WORKER: set(),
    R.LIAISON: set(),
    R.GRID_LEAD: set(),
    R.DEPARTMENT: set(),
    R.PROPERTY: set(),
}
SEEN_BY_CADRE = {*F} - {F.ACCOUNT}
DONE_BY_CADRE = {_C.LIST, _C.SHOW, _C.VISITS}


def actor(role: Role, area: str, post_id: int = 1) -> Actor:
    return Actor(99, "某人", (Staff(post_id, "某人", role, area, account=99),))


@pytest.mark.parametrize("field", CareField)
@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("area", ["D", "S1", "C1", "G1", "X1", "C2", "S2"])
def test_every_field_for_every_role(role: Role, field: CareField, area: str) -> None:
    is_around = TREE.within("X1", area)
    expected = is_around and field in SEEN_IN_OWN_AREA[role]
    assert (field in fields_seen(actor(role, area), WANG, TREE)) == expected
    paired = fields_seen(actor(role, area, post_id=70), WANG, TREE)
    assert (field in paired) == (expected or field in SEEN_BY_CADRE)


@pytest.mark.parametrize("command", CareCommand)
@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("area", ["D", "S1", "C1", "G1", "X1", "C2", "S2"])
def test_every_command_for_every_role(role: Role, command: CareCommand, area: str) -> None:
    expected = TREE.within("X1", area) and command in DONE_IN_OWN_AREA[role]
    assert may_do(actor(role, area), command, WANG, TREE) == expected
    assert may_do(actor(role, area, post_id=70), command, WANG, TREE) == (expected or command in DONE_BY_CADRE)
    assert bool(posts_that_may(actor(role, area), command)) == (command in DONE_IN_OWN_AREA[role])


def test_a_resident_sees_and_does_nothing() -> None:
    nobody = Actor(5, "居民")
    assert fields_seen(nobody, WANG, TREE) == frozenset()
    assert not any(may_do(nobody, command, WANG, TREE) for command in CareCommand)


@given(
    role=st.sampled_from(Role),
    area=st.sampled_from([area.code for area in TREE]),
    post_id=st.integers(1, 100),
    command=st.sampled_from(CareCommand),
)
def test_who_is_off_the_list_is_seen_by_nobody(role: Role, area: str, post_id: int, command: CareCommand) -> None:
    gone = CarePerson(7, "王秀珍", (), "X1", Place(), cadre_id=70, removed_at=datetime(2026, 1, 1, tzinfo=UTC))
    who = actor(role, area, post_id)
    assert fields_seen(who, gone, TREE) == frozenset()
    assert not may_do(who, command, gone, TREE)


def test_several_posts_add_up() -> None:
    both = Actor(9, "甲", (Staff(1, "甲", Role.SUPERVISOR, "D"), Staff(70, "甲", Role.GRID_WORKER, "G1")))
    assert fields_seen(both, WANG, TREE) == SEEN_BY_CADRE
