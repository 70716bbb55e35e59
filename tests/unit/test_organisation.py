"""The organisation as configuration: levels, chains, other depths of tree, and the sample district."""

from __future__ import annotations

from pathlib import Path

import pytest

from config.areas_csv import parse_areas
from config.duties import load_duties
from config.errors import ConfigError
from config.organisation import PACKAGED, load_organisation
from config.sample import OTHER_STAFF, RESIDENT, STAFF, load_sample
from config.sample import PACKAGED as PACKAGED_SAMPLE
from routing.areas import BUILDING, COMMUNITY, COMPLEX, GRID, STREET, AreaKind, AreaTree, Management
from routing.catalogue import OwnerKind, Urgency
from routing.duty import chain_above, owner_of
from routing.groups import GroupKind
from routing.place import Place
from routing.placement import locate
from routing.staff import Role
from tests.unit.district import CATALOGUE, DUTIES, ORGANISATION, SAMPLE, TREE

PACKAGED_TEXT = PACKAGED.read_text(encoding="utf-8")

TREES = {
    "two levels, community and complexes as grids": """code,name,level,parent_code,kind,management
C,某社区,community,,,
G1,一号网格,grid,C,,
X1,某小区,complex,G1,,managed
""",
    "four levels": """code,name,level,parent_code,kind,management
S,某街道,street,,,
C,某社区,community,S,,
G1,一号网格,grid,C,,
X1,某小区,complex,G1,,managed
X1-1,1栋,building,X1,,
""",
    "from the city, with a dedicated grid inside a grid": """code,name,level,parent_code,kind,management
CITY,某市,city,,,
D,某区,district,CITY,,
S,某街道,street,D,,
C,某社区,community,S,,
G0,大网格,grid,C,,
G1,市场网格,grid,G0,dedicated,
X1,某小区,complex,G1,,managed
""",
}


@pytest.mark.parametrize("text", TREES.values(), ids=TREES.keys())
def test_trees_of_other_depths_load_and_route(text: str) -> None:
    tree = AreaTree(parse_areas(text.encode(), "areas.csv", ORGANISATION, AreaTree(())))
    location = locate(tree, "X1", Place())
    assert location.grid_code == "G1"
    for service in CATALOGUE.services.values():
        found = owner_of(service, Urgency.NORMAL, location, tree, DUTIES)
        assert found.area_code in tree
        assert found.roles
    roots = tree.roots()
    assert len(roots) == 1
    highest = chain_above(OwnerKind.GRID, location.anchors, tree, DUTIES)[-1]
    assert tree.within("X1", highest.area_code)


def test_inside_a_dedicated_grid_its_own_worker_comes_before_the_outer_one() -> None:
    tree = AreaTree(
        parse_areas(
            TREES["from the city, with a dedicated grid inside a grid"].encode(), "a", ORGANISATION, AreaTree(())
        )
    )
    first = chain_above(OwnerKind.GRID, locate(tree, "G1", Place()).anchors, tree, DUTIES)[0]
    assert first.area_codes == ("G1", "G0")


def test_a_tree_without_any_station_falls_to_the_administrators_of_the_root(tmp_path: Path) -> None:
    text = PACKAGED_TEXT.replace("levels: [community]}", "levels: [building]}").replace(
        "levels: [street]}", "levels: [building]}"
    )
    rules = load_duties(load_organisation(write(tmp_path, text)), CATALOGUE)
    tree = AreaTree(parse_areas(b"code,name,level,parent_code\nS,s,street,\n", "a", ORGANISATION, AreaTree(())))
    (step,) = chain_above(OwnerKind.COMMUNITY, ("S",), tree, rules)
    assert Role.ADMIN in step.roles
    assert step.area_code == "S"


def write(folder: Path, text: str) -> Path:
    path = folder / "organisation.yaml"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("code: street, ", "code: district, ", "given twice"),
        ("parents: [complex, grid]", "parents: [complex, hamlet]", "'hamlet' is no level"),
        ('code_pattern: "[A-Z0-9]', 'code_pattern: "([A-Z0-9]', "no regular expression"),
        ("roles: [property]", "roles: [landlord]", "none of grid_worker"),
        ("levels: [complex]}", "levels: [yard]}", "'yard' is no level"),
        ("  street:    [street, supervisor, city]", "  street:    [street, mayor]", "none of the stations"),
        ("  street:    [street, supervisor, city]", "  street:    []", "at least one station"),
        ("  street:    [street, supervisor, city]", "", "'street' is missing"),
        ("emergency: [grid, grid_lead, community]", "", "'emergency' is missing"),
    ],
)
def test_a_wrong_organisation_is_refused(tmp_path: Path, old: str, new: str, reason: str) -> None:
    assert old in PACKAGED_TEXT
    with pytest.raises(ConfigError, match=reason):
        load_organisation(write(tmp_path, PACKAGED_TEXT.replace(old, new)))


def test_the_sample_has_the_shape_of_a_district() -> None:
    by_level = {level: [area for area in TREE if area.level == level] for level in ORGANISATION.levels}
    assert len(by_level[STREET]) >= 3
    assert len(by_level[COMMUNITY]) >= 6
    assert len(by_level[GRID]) >= 15
    assert {area.management for area in by_level[COMPLEX]} == set(Management)
    assert len(by_level[COMPLEX]) >= 6
    assert all(TREE.below(area.code)[1:] for area in by_level[COMPLEX])
    dedicated = [area for area in by_level[GRID] if area.kind is AreaKind.DEDICATED]
    assert any("农贸市场" in area.aliases for area in dedicated)
    ordinary = [area.households for area in by_level[GRID] if area.kind is AreaKind.ORDINARY]
    assert all(households and 300 <= households <= 500 for households in ordinary)
    assert len(TREE.roots()) == 1


def test_every_area_of_the_sample_has_its_posts() -> None:
    stands = {(post.role, post.area_code) for post in SAMPLE.staff}
    wanted = {GRID: Role.GRID_WORKER, COMMUNITY: Role.COMMUNITY, STREET: Role.STREET, "district": Role.SUPERVISOR}
    for area in TREE:
        if area.level in wanted:
            assert (wanted[area.level], area.code) in stands, area.name
        if area.level == COMMUNITY:
            assert (Role.GRID_LEAD, area.code) in stands, area.name
        if area.level == COMPLEX and area.management is not Management.ENTRUSTED:
            assert (Role.PROPERTY, area.code) in stands, area.name
    assert {post.role for post in SAMPLE.staff} == set(Role)


def test_the_groups_of_the_sample_show_all_three_kinds_of_management() -> None:
    residents = [TREE.get(group.area_code or "") for group in SAMPLE.groups if group.kind is GroupKind.RESIDENTS]
    assert {area.management for area in residents} == set(Management)
    assert any(group.kind is GroupKind.STAFF for group in SAMPLE.groups)
    assert all(group.chat_id <= -1_000_000_000_000 for group in SAMPLE.groups)


def test_whoever_is_in_charge_of_a_group_can_be_tried_in_the_local_chat() -> None:
    offered = {persona.user_id for persona in SAMPLE.personas if persona.kind == STAFF}
    for group in SAMPLE.groups:
        location = locate(TREE, group.area_code, Place())
        for kind in OwnerKind:
            for step in chain_above(kind, location.anchors, TREE, DUTIES):
                there = [post for post in SAMPLE.staff if post.role in step.roles and post.area_code in step.area_codes]
                assert not there or any(post.account in offered for post in there) or step.area_code == "TC"


def test_the_people_of_the_local_chat_fit_the_register() -> None:
    by_id = {persona.user_id: persona for persona in SAMPLE.personas}
    assert len(by_id) == len(SAMPLE.personas)
    accounts = {post.account: post for post in SAMPLE.staff if post.account is not None}
    assert accounts.keys() == {user_id for user_id, persona in by_id.items() if persona.kind != RESIDENT}
    for account, post in accounts.items():
        assert by_id[account].name == post.name
    assert sum(persona.kind == RESIDENT for persona in SAMPLE.personas) >= 4
    assert any(persona.kind == OTHER_STAFF and "·" in persona.title for persona in SAMPLE.personas)
    assert {room.chat_id for room in SAMPLE.rooms} == {group.chat_id for group in SAMPLE.groups}
    for room in SAMPLE.rooms:
        assert any(accounts.get(member) and accounts[member].role is Role.ADMIN for member in room.members)
        assert room.kind is GroupKind.RESIDENTS or all(by_id[member].kind == STAFF for member in room.members)


def test_no_phone_of_the_sample_can_be_called() -> None:
    assert all(post.phone.startswith("0000-") for post in SAMPLE.staff)


def test_buildings_of_the_sample_are_found_by_what_people_say() -> None:
    for area in TREE:
        if area.level == BUILDING:
            complex_ = TREE.nearest(area.code, COMPLEX)
            assert complex_ is not None
            number = area.code.rsplit("-", 1)[1]
            assert locate(TREE, complex_.code, Place(building=number)).building_code == area.code


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("user_id: 1000000002", "user_id: 1000000001", "no free account"),
        ("user_id: 1000000002", "user_id: two", "no number"),
        ("kind: resident}", "kind: guest}", "none of resident, staff"),
        ("  grid_worker: 网格员\n", "", "'grid_worker' is missing"),
        ("chat_id: -1001000000001", "chat_id: -1001000000009", "not among the groups"),
        ("members: [1000000001,", "members: [1999999999,", "not among the personas"),
        ("admins: [1000000006,", "admins: [1000000020,", "must be members"),
    ],
)
def test_a_wrong_chat_is_refused(tmp_path: Path, old: str, new: str, reason: str) -> None:
    for name in ("areas.csv", "staff.csv", "groups.csv", "chat.yaml"):
        (tmp_path / name).write_bytes((PACKAGED_SAMPLE / name).read_bytes())
    text = (PACKAGED_SAMPLE / "chat.yaml").read_text(encoding="utf-8")
    assert old in text
    (tmp_path / "chat.yaml").write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(ConfigError, match=reason):
        load_sample(ORGANISATION, CATALOGUE, platform="telegram", folder=tmp_path)


def test_a_sample_without_its_files_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be read"):
        load_sample(ORGANISATION, CATALOGUE, platform="telegram", folder=tmp_path)
