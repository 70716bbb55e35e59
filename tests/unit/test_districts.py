"""The three ways to organise a district: they load as configuration, and every matter finds somebody everywhere."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.services.opening import path_of
from config.areas_csv import areas_to_csv, parse_areas
from config.bundle import inspect_configuration
from config.csv_table import CsvRefused
from routing.areas import COMPLEX, AreaKind, AreaTree
from routing.assign import assign, chain
from routing.catalogue import OwnerKind, Urgency
from routing.duty import owner_of
from routing.place import Place
from routing.placement import locate
from routing.staff import Role
from tests.three_districts import DISTRICTS, loaded


@pytest.mark.parametrize("name", DISTRICTS)
def test_the_configuration_has_no_problem(name: str) -> None:
    assert inspect_configuration(DISTRICTS[name]).problems == ()


@pytest.mark.parametrize("name", DISTRICTS)
def test_every_matter_of_every_complex_finds_somebody(name: str) -> None:
    configuration, sample, tree = loaded(name)
    posts = tuple(replace(post, id=number) for number, post in enumerate(sample.staff, start=1))
    complexes = [area for area in tree if area.level == COMPLEX]
    assert len(complexes) >= 3
    for area in complexes:
        location = locate(tree, area.code, Place())
        assert location.certain or tree.children(area.code)[0].level == "grid"
        assert location.complex_code == area.code
        for service in configuration.catalogue.services.values():
            for urgency in Urgency:
                own = owner_of(service, urgency, location, tree, configuration.duties)
                given = assign(own, location, tree, configuration.duties, posts, {}, service.code)
                assert given.assignee is not None, (area.code, service.code)
                steps = chain(own, location, tree, configuration.duties)
                assert steps[-1].roles == (Role.SUPERVISOR,), (area.code, service.code)


@pytest.mark.parametrize("name", DISTRICTS)
def test_codes_follow_the_pattern_and_are_unique(name: str) -> None:
    configuration, sample, tree = loaded(name)
    assert len({area.code for area in sample.areas}) == len(sample.areas) == len(tree)
    register = areas_to_csv(sample.areas).encode()
    assert parse_areas(register, "areas.csv", configuration.organisation, AreaTree(())) == sample.areas
    wrong = register.replace(sample.areas[-1].code.encode(), b"no_code")
    with pytest.raises(CsvRefused) as caught:
        parse_areas(wrong, "areas.csv", configuration.organisation, AreaTree(()))
    assert {problem.code for problem in caught.value.problems} == {"bad_code"}


def test_two_levels_have_their_complexes_as_grids() -> None:
    configuration, _, tree = loaded("two_level")
    location = locate(tree, "HQ1-01", Place(building="2"))
    assert (location.grid_code, location.complex_code, location.building_code) == ("HQ1-01", "HQ1-01", "HQ1-01-2")
    assert location.certain
    own = owner_of(
        configuration.catalogue.get("environment.noise"), Urgency.NORMAL, location, tree, configuration.duties
    )
    steps = [(step.key, step.area_code) for step in chain(own, location, tree, configuration.duties)]
    assert steps == [
        ("grid", "HQ1-01"),
        ("grid_lead", "HQ1-01"),
        ("secretary", "HQ1"),
        ("banner", "HQ"),
        ("supervisor", "HQ"),
    ]
    water = owner_of(configuration.catalogue.get("utility.water"), Urgency.NORMAL, location, tree, configuration.duties)
    assert (water.kind, water.followers) == (OwnerKind.UTILITY, ((Role.GRID_WORKER, "HQ1-01"),))
    past = owner_of(configuration.catalogue.get("order.vendor"), Urgency.NORMAL, location, tree, configuration.duties)
    assert (past.kind, past.area_code, past.reason) == (OwnerKind.STREET, "HQ", "negative_list")


def test_a_city_is_supervised_on_three_levels() -> None:
    configuration, _, tree = loaded("city")
    location = locate(tree, "HN1101-X1", Place(building="1"))
    own = owner_of(
        configuration.catalogue.get("environment.noise"), Urgency.NORMAL, location, tree, configuration.duties
    )
    steps = [step.area_code for step in chain(own, location, tree, configuration.duties)]
    assert steps == ["HN1101-01", "HN1101", "HN1101", "HN11", "HN11", "HN1", "HN"]


def test_a_dedicated_grid_answers_inside_another_grids_territory() -> None:
    configuration, sample, tree = loaded("city")
    market = tree.get("HN1101-Z1")
    assert (market.kind, market.parent_code) == (AreaKind.DEDICATED, "HN1101-02")
    location = locate(tree, "HN1101-X1", Place(spot="泉东农贸市场门口"), "泉东农贸市场门口污水横流")
    assert location.grid_code == "HN1101-Z1"
    assert path_of(tree, market.code) == "HN/HN1/HN11/HN1101/HN1101-02/HN1101-Z1/"
    posts = tuple(replace(post, id=number) for number, post in enumerate(sample.staff, start=1))
    own = owner_of(
        configuration.catalogue.get("environment.garbage"), Urgency.NORMAL, location, tree, configuration.duties
    )
    given = assign(own, location, tree, configuration.duties, posts, {}, "environment.garbage")
    assert given.assignee is not None
    assert (given.assignee.role, given.assignee.area_code) == (Role.GRID_WORKER, "HN1101-Z1")
    # By its house number too, inside the range of the grid around it.
    assert locate(tree, "HN1101", Place(spot="泉山路"), "泉山路52号门口污水").grid_code == "HN1101-Z1"
    assert locate(tree, "HN1101", Place(spot="泉山路"), "泉山路53号门口污水").grid_code == "HN1101-02"
