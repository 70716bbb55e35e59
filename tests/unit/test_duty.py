"""Who owes what, on the sample district: management kinds, duty lists, utilities, emergencies, missing handlers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.duties import PACKAGED, load_duties
from config.errors import ConfigError
from routing.areas import COMPLEX, Area, AreaTree, Management
from routing.assign import assign, chain, chain_of, choose, choose_at, posts_at, posts_needed, step_for
from routing.catalogue import AppealType, OwnerKind, Urgency
from routing.duty import Ownership, emergency_recipients, owner_of
from routing.organisation import DutyRules, Step
from routing.place import Place
from routing.placement import Location, locate
from routing.script import Script
from routing.staff import Role, Staff
from routing.ticket import Status, Ticket
from tests.unit.district import CATALOGUE, DUTIES, ORGANISATION, POSTS, TREE, local

MANAGED, SELF_MANAGED, ENTRUSTED = "TD101-X1", "TD101-X2", "TD101-X3"


def owner(
    service: str, bound: str, urgency: Urgency = Urgency.NORMAL, place: Place | None = None
) -> tuple[Ownership, Location]:
    location = locate(TREE, bound, place or Place())
    return owner_of(CATALOGUE.get(service), urgency, location, TREE, DUTIES), location


@pytest.mark.parametrize(
    ("service", "bound", "kind", "area", "reason"),
    [
        # Property matters by the management of the complex.
        ("property.facility", MANAGED, OwnerKind.PROPERTY, MANAGED, "managed"),
        ("property.facility", SELF_MANAGED, OwnerKind.PROPERTY, SELF_MANAGED, "self_managed"),
        ("property.facility", ENTRUSTED, OwnerKind.COMMUNITY, "TD101", "entrusted"),
        ("environment.garbage", "TD302-X1", OwnerKind.PROPERTY, "TD302-X1", "managed"),
        ("housing.leak", "TD101-01", OwnerKind.GRID, "TD101-01", "no_complex"),
        ("environment.garbage", "TD101-Z1", OwnerKind.GRID, "TD101-Z1", "no_complex"),
        ("environment.garbage", "TD101", OwnerKind.GRID, "TD101", "no_area"),  # the lead of its grids
        # The grid's and the community's own.
        ("environment.noise", MANAGED, OwnerKind.GRID, "TD101-01", "grid"),
        ("neighbour.dispute", "TD101-Z1", OwnerKind.GRID, "TD101-Z1", "grid"),
        ("other", ENTRUSTED, OwnerKind.GRID, "TD101-03", "grid"),
        ("service.certificate", MANAGED, OwnerKind.COMMUNITY, "TD101", "statutory"),
        ("property.fee", MANAGED, OwnerKind.COMMUNITY, "TD101", "community"),
        # Past the community to the street.
        ("order.illegal_build", MANAGED, OwnerKind.STREET, "TD1", "negative_list"),
        ("safety.production", ENTRUSTED, OwnerKind.STREET, "TD1", "negative_list"),
        ("traffic.manhole", "TD302-X1", OwnerKind.STREET, "TD3", "negative_list"),
        # Utilities.
        ("utility.water", MANAGED, OwnerKind.UTILITY, "TD", "utility_contact"),
        ("utility.telecom", SELF_MANAGED, OwnerKind.UTILITY, "TD", "utility_contact"),
        # Areas without the owner's level.
        ("environment.noise", "TD1", OwnerKind.STREET, "TD1", "no_area"),
        ("service.certificate", "TD1", OwnerKind.STREET, "TD1", "no_area"),
        ("environment.noise", "TD", OwnerKind.STREET, "TD", "no_area"),
    ],
)
def test_owners(service: str, bound: str, kind: OwnerKind, area: str, reason: str) -> None:
    found, _ = owner(service, bound)
    assert (found.kind, found.area_code, found.reason) == (kind, area, reason)


@pytest.mark.parametrize(
    ("service", "bound", "steps"),
    [
        ("property.facility", MANAGED, [MANAGED, "TD101-01", "TD101", "TD1", "TD", "TC"]),
        ("property.facility", ENTRUSTED, ["TD101", "TD1", "TD", "TC"]),
        ("environment.noise", MANAGED, ["TD101-01", "TD101-01", "TD101", "TD1", "TD", "TC"]),
        ("utility.water", MANAGED, ["TD", "TD101-01", "TD101", "TD1", "TD", "TC"]),
        ("order.rental", MANAGED, ["TD1", "TD", "TC"]),
        ("service.relief", MANAGED, ["TD101", "TD1", "TD", "TC"]),
    ],
)
def test_chains(service: str, bound: str, steps: list[str]) -> None:
    found, location = owner(service, bound)
    assert [step.area_code for step in chain(found, location, TREE, DUTIES)] == steps


def test_a_property_ticket_climbs_from_the_company_to_the_district() -> None:
    found, location = owner("property.elevator", MANAGED, place=Place(building="3"))
    steps = chain(found, location, TREE, DUTIES)
    assert [step.roles for step in steps] == [
        (Role.PROPERTY,),
        (Role.GRID_WORKER, Role.GRID_LEAD),
        (Role.COMMUNITY,),
        (Role.STREET,),
        (Role.SUPERVISOR,),
        (Role.SUPERVISOR,),
    ]
    assert step_for(steps, 0).roles == (Role.PROPERTY,)
    assert step_for(steps, 99).area_code == "TC"


def test_the_grid_worker_follows_up_what_a_utility_handles() -> None:
    found, _ = owner("utility.power", MANAGED)
    assert found.followers == ((Role.GRID_WORKER, "TD101-01"),)
    assert owner("environment.noise", MANAGED)[0].followers == ()


def test_an_emergency_reaches_owner_worker_lead_and_community_together() -> None:
    found, _ = owner("property.elevator", MANAGED, Urgency.EMERGENCY)
    told = emergency_recipients(found)
    assert told[0] == (Role.PROPERTY, MANAGED)
    assert set(told[1:]) >= {
        (Role.GRID_WORKER, "TD101-01"),
        (Role.GRID_LEAD, "TD101"),
        (Role.COMMUNITY, "TD101"),
    }
    found, _ = owner("safety.falling", MANAGED, Urgency.EMERGENCY)
    assert emergency_recipients(found).count((Role.GRID_WORKER, "TD101-01")) == 1


def test_a_district_can_put_a_service_or_a_group_on_a_negative_list() -> None:
    rules = replace(DUTIES, negative={**DUTIES.negative, OwnerKind.GRID: frozenset({"order", "other"})})
    location = locate(TREE, MANAGED, Place())

    def kind(service: str, with_rules: DutyRules) -> tuple[OwnerKind, str]:
        found = owner_of(CATALOGUE.get(service), Urgency.NORMAL, location, TREE, with_rules)
        return found.kind, found.reason

    assert kind("order.pet", DUTIES) == (OwnerKind.GRID, "grid")
    assert kind("order.pet", rules) == (OwnerKind.COMMUNITY, "negative_list")
    assert kind("other", rules) == (OwnerKind.COMMUNITY, "negative_list")
    both = replace(rules, negative={kind: frozenset({"order"}) for kind in (OwnerKind.GRID, OwnerKind.COMMUNITY)})
    assert kind("order.pet", both) == (OwnerKind.STREET, "negative_list")


def test_the_packaged_negative_list_is_the_streets_part_of_the_catalogue() -> None:
    streets = {service.code for service in CATALOGUE.services.values() if service.owner is OwnerKind.STREET}
    assert DUTIES.negative == {OwnerKind.COMMUNITY: streets}


def post(number: int, role: Role = Role.GRID_WORKER, area: str = "TD101-01", *skills: str) -> Staff:
    return Staff(number, f"某人{number}", role, area, account=number, skills=frozenset(skills))


@pytest.mark.parametrize(
    ("posts", "loads", "chosen"),
    [
        ([post(2), post(1)], {}, 1),  # of equals the lowest id
        ([post(1), post(2)], {1: 3, 2: 1}, 2),  # the least open work
        ([post(1), post(2)], {1: 1}, 2),  # no entry means no work
        ([replace(post(1), on_duty=False), post(2)], {2: 9}, 2),
        ([replace(post(1), reachable=False), post(2)], {2: 9}, 2),
        ([replace(post(1), account=None), post(2)], {2: 9}, 2),
        ([post(1, Role.DEPARTMENT, "TD", "utility.gas"), post(2, Role.DEPARTMENT, "TD", "utility")], {2: 9}, 2),
        ([replace(post(1), on_duty=False)], {}, None),
        ([], {}, None),
    ],
)
def test_choosing_a_person(posts: Sequence[Staff], loads: dict[int, int], chosen: int | None) -> None:
    found = choose(posts, loads, "utility.water")
    assert (found.id if found else None) == chosen


def test_a_department_without_skills_is_no_utility_contact() -> None:
    step = Step("department", (Role.DEPARTMENT,), ("TD",))
    unskilled = post(1, Role.DEPARTMENT, "TD")
    water = post(2, Role.DEPARTMENT, "TD", "utility.water")
    assert posts_at(step, [unskilled, water], "utility.water") == (water,)


def test_the_nearest_area_wins_over_a_lighter_load() -> None:
    step = Step("grid", (Role.GRID_WORKER,), ("Z", "G2"))
    inner, outer = post(1, area="Z"), post(2, area="G2")
    assert choose_at(step, [inner, outer], {1: 9}, "other") == inner
    assert choose_at(step, [replace(inner, on_duty=False), outer], {}, "other") == outer


def test_the_least_loaded_of_the_owner_is_assigned() -> None:
    found, location = owner("service.certificate", MANAGED)
    secretaries = [p for p in POSTS if p.role is Role.COMMUNITY and p.area_code == "TD101"]
    result = assign(found, location, TREE, DUTIES, POSTS, {secretaries[0].id: 2}, "service.certificate")
    assert result.assignee == secretaries[1]
    assert result.ownership == found


def without(role: Role, area: str = "") -> list[Staff]:
    return [p for p in POSTS if p.role is not role or (area and p.area_code != area)]


def test_without_a_handler_the_community_takes_it_and_says_so() -> None:
    found, location = owner("property.facility", MANAGED)
    result = assign(found, location, TREE, DUTIES, without(Role.PROPERTY), {}, "property.facility")
    assert result.assignee is not None
    assert (result.assignee.role, result.assignee.area_code) == (Role.COMMUNITY, "TD101")
    assert result.ownership.kind is OwnerKind.COMMUNITY
    assert result.ownership.area_code == "TD101"
    assert result.ownership.reason == "no_handler"


def test_off_duty_is_told_from_not_there() -> None:
    found, location = owner("property.facility", MANAGED)
    resting = [replace(p, on_duty=False) if p.role is Role.PROPERTY else p for p in POSTS]
    result = assign(found, location, TREE, DUTIES, resting, {}, "property.facility")
    assert result.ownership.reason == "nobody_on_duty"
    assert result.assignee is not None
    assert result.assignee.role is Role.COMMUNITY


def test_without_a_community_it_goes_further_up() -> None:
    found, location = owner("service.certificate", MANAGED)
    result = assign(found, location, TREE, DUTIES, without(Role.COMMUNITY), {}, "service.certificate")
    assert result.assignee is not None
    assert (result.assignee.role, result.assignee.area_code) == (Role.STREET, "TD1")
    assert (result.ownership.kind, result.ownership.reason) == (OwnerKind.STREET, "no_handler")


def test_a_streets_matter_goes_up_before_it_comes_to_the_community() -> None:
    found, location = owner("order.vendor", MANAGED)
    result = assign(found, location, TREE, DUTIES, without(Role.STREET), {}, "order.vendor")
    assert result.assignee is not None
    assert result.assignee.role is Role.SUPERVISOR
    only_community = [p for p in POSTS if p.role is Role.COMMUNITY]
    result = assign(found, location, TREE, DUTIES, only_community, {}, "order.vendor")
    assert result.assignee is not None
    assert result.ownership.kind is OwnerKind.COMMUNITY


def test_with_nobody_at_all_the_community_owes_it_and_it_lies_in_the_pool() -> None:
    found, location = owner("order.vendor", MANAGED)
    result = assign(found, location, TREE, DUTIES, [], {}, "order.vendor")
    assert result.assignee is None
    assert (result.ownership.kind, result.ownership.area_code) == (OwnerKind.COMMUNITY, "TD101")
    assert result.ownership.reason == "no_handler"


@pytest.mark.parametrize("service", sorted(CATALOGUE.services))
@pytest.mark.parametrize("bound", [area.code for area in TREE if area.level == COMPLEX])
@pytest.mark.parametrize("urgency", list(Urgency))
def test_every_service_of_every_complex_finds_somebody(service: str, bound: str, urgency: Urgency) -> None:
    found, location = owner(service, bound, urgency)
    result = assign(found, location, TREE, DUTIES, POSTS, {}, service)
    assert result.assignee is not None
    assert result.ownership == found
    assert result.assignee.role in found.roles
    roles, areas = posts_needed(found, location, TREE, DUTIES)
    assert result.assignee.role in roles
    assert result.assignee.area_code in areas


@given(st.sets(st.sampled_from(POSTS)), st.sampled_from(sorted(CATALOGUE.services)), st.sampled_from(list(TREE)))
def test_whoever_is_missing_a_matter_always_has_an_owner(present: set[Staff], service: str, area: Area) -> None:
    found, location = owner(service, area.code)
    posts = sorted(present, key=lambda p: p.id)
    result = assign(found, location, TREE, DUTIES, posts, {}, service)
    assert result.ownership.area_code in TREE
    needed_roles, needed_areas = posts_needed(found, location, TREE, DUTIES)
    fetched = [p for p in posts if p.role in needed_roles and p.area_code in needed_areas]
    assert assign(found, location, TREE, DUTIES, fetched, {}, service) == result


def test_the_chain_of_a_ticket_is_the_chain_it_was_opened_with() -> None:
    for service in CATALOGUE.services.values():
        for bound in (MANAGED, SELF_MANAGED, ENTRUSTED, "TD302-X1", "TD101-Z1", "TD102-Z1"):
            found, location = owner(service.code, bound)
            ticket = Ticket(
                id=1,
                number="TD101-01-20261116-001",
                status=Status.DISPATCHED,
                service_code=service.code,
                appeal_type=AppealType.HELP,
                urgency=Urgency.NORMAL,
                text="",
                place=Place(),
                area_code=location.area_code,
                area_path="".join(f"{area.code}/" for area in reversed(TREE.path(location.area_code))),
                owner=found.kind,
                owner_area_code=found.area_code,
                platform="telegram",
                script=Script.HANS,
                created_at=local("2026-11-16 09:00"),
                dispatched_at=local("2026-11-16 09:00"),
                accept_due_at=local("2026-11-16 11:00"),
                resolve_due_at=local("2026-11-18 18:00"),
            )
            assert chain_of(ticket, TREE, DUTIES) == chain(found, location, TREE, DUTIES)


def test_a_two_level_tree_needs_no_code() -> None:
    """Community and grid only, the community being the root."""
    organisation = replace(
        ORGANISATION,
        levels={
            **ORGANISATION.levels,
            "community": replace(ORGANISATION.levels["community"], parents=("",)),
        },
    )
    rules = replace(DUTIES, organisation=organisation)
    tree = AreaTree([Area("C", "某社区", "community"), Area("G", "某网格", "grid", "C")])
    location = locate(tree, "G", Place())
    found = owner_of(CATALOGUE.get("order.vendor"), Urgency.NORMAL, location, tree, rules)
    assert found.area_code == "C"
    assert found.reason == "no_area"


@pytest.mark.parametrize("management", list(Management))
def test_property_matters_follow_the_configured_owner(management: Management) -> None:
    rules = replace(DUTIES, property_owner={**DUTIES.property_owner, management: OwnerKind.GRID})
    tree = AreaTree([replace(a, management=management) if a.code == MANAGED else a for a in TREE])
    location = locate(tree, MANAGED, Place())
    found = owner_of(CATALOGUE.get("property.cleaning"), Urgency.NORMAL, location, tree, rules)
    assert (found.kind, found.reason) == (OwnerKind.GRID, management.value)


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("- housing.quality", "- housing.qualities", "neither a service nor a group"),
        ("  community:\n", "  village:\n", "unknown key 'village'"),
        ("  managed: property", "  managed: company", "none of property"),
        ("  entrusted: community\n", "", "'entrusted' is missing"),
        ("[grid_worker]", "[grid_boss]", "none of grid_worker"),
    ],
)
def test_wrong_duty_lists_are_refused(tmp_path: Path, old: str, new: str, reason: str) -> None:
    packaged = PACKAGED.read_text(encoding="utf-8")
    assert old in packaged
    path = tmp_path / "duties.yaml"
    path.write_text(packaged.replace(old, new), encoding="utf-8")
    with pytest.raises(ConfigError, match=reason):
        load_duties(ORGANISATION, CATALOGUE, path)


def with_lists(tmp_path: Path, old: str, new: str) -> DutyRules:
    """The packaged duty lists with one change."""
    packaged = PACKAGED.read_text(encoding="utf-8")
    assert packaged.count(old) == 1
    path = tmp_path / "duties.yaml"
    path.write_text(packaged.replace(old, new), encoding="utf-8")
    return load_duties(ORGANISATION, CATALOGUE, path)


def test_what_a_level_only_assists_with_goes_up_and_is_followed_there(tmp_path: Path) -> None:
    rules = with_lists(tmp_path, "  community: []", "  community: [property.fee]\n  grid: [environment.noise]")
    location = locate(TREE, MANAGED, Place())
    fee = owner_of(CATALOGUE.get("property.fee"), Urgency.NORMAL, location, TREE, rules)
    assert (fee.kind, fee.area_code, fee.reason) == (OwnerKind.STREET, "TD1", "assisted")
    assert fee.followers == ((Role.COMMUNITY, "TD101"),)
    noise = owner_of(CATALOGUE.get("environment.noise"), Urgency.NORMAL, location, TREE, rules)
    assert (noise.kind, noise.area_code, noise.reason) == (OwnerKind.COMMUNITY, "TD101", "assisted")
    assert noise.followers == ((Role.GRID_WORKER, "TD101-01"),)


def test_duties_by_law_stay_and_are_named(tmp_path: Path) -> None:
    rules = with_lists(tmp_path, "  community: [service]", "  grid: [environment]")
    location = locate(TREE, MANAGED, Place())
    noise = owner_of(CATALOGUE.get("environment.noise"), Urgency.NORMAL, location, TREE, rules)
    assert (noise.kind, noise.reason) == (OwnerKind.GRID, "statutory")
    certificate = owner_of(CATALOGUE.get("service.certificate"), Urgency.NORMAL, location, TREE, rules)
    assert (certificate.kind, certificate.reason) == (OwnerKind.COMMUNITY, "community")


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("  community: [service]", "  community: [order.vendor]", "order.vendor of community stands in 'negative'"),
        ("  community: [service]", "  community: [order]", "order.vendor.* of community stands in 'negative'"),
        ("  community: []", "  community: [service.relief]", "service.relief of community stands in 'statutory'"),
        ("  community: []", "  community: [nothing]", "neither a service nor a group"),
    ],
)
def test_a_matter_is_on_one_list_of_a_level(tmp_path: Path, old: str, new: str, reason: str) -> None:
    with pytest.raises(ConfigError, match=reason):
        with_lists(tmp_path, old, new)


def test_duty_lists_may_be_left_out(tmp_path: Path) -> None:
    packaged = PACKAGED.read_text(encoding="utf-8")
    start, end = packaged.index("# Duties by law"), packaged.index("# Who owes a property matter")
    path = tmp_path / "duties.yaml"
    path.write_text(packaged[:start] + packaged[end:], encoding="utf-8")
    rules = load_duties(ORGANISATION, CATALOGUE, path)
    assert (rules.statutory, rules.assisted) == ({}, {})
