"""A grid goes to another community from a day on: new reports follow it, old ones stay with whom they were."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from routing.area_moves import AreaMove, MoveRefused
from routing.errors import UnknownArea
from routing.groups import Group
from tests.integration.clock_steps import at, said
from tests.town import GARDEN, SHANGHAI, TANG, ZHANG, Town

OLD, NEW, GRID = "TD101", "TD102", "TD101-01"
NOISE = "/report 楼下烧烤摊半夜还在吵，睡不着"


def midnight(day: int) -> datetime:
    """The beginning of a day of the district's November."""
    return datetime(2026, 11, day, tzinfo=SHANGHAI).astimezone(UTC)


async def plan(town: Town, area: str, parent: str, day: int) -> AreaMove:
    """Plans a move for a day of November."""
    async with town.database.unit_of_work() as work:
        planned = await town.cases.moves.plan(work, area, parent, midnight(day))
        await work.commit()
    return planned


async def parent_of(town: Town, code: str) -> str | None:
    """What lies above the area now."""
    async with town.database.unit_of_work() as work:
        return (await work.areas.tree()).get(code).parent_code


async def moves(town: Town) -> list[tuple[str, str, bool, str]]:
    """Every move: area, parent, whether it is settled, and why it was not carried out."""
    async with town.database.unit_of_work() as work:
        return [
            (one.area_code, one.new_parent_code, one.settled_at is not None, one.refusal)
            for one in await work.areas.moves()
        ]


async def test_a_grid_moves_at_midnight_and_leaves_its_old_tickets(town: Town) -> None:
    await town.say(ZHANG, GARDEN, NOISE)
    before = await town.ticket()
    await plan(town, GRID, NEW, 25)

    for moment, parent in (("11-24 23:59", OLD), ("11-25 00:00", NEW), ("11-25 00:15", NEW)):
        town.clock.now = at(moment)
        await town.upkeep()
        assert await parent_of(town, GRID) == parent
    assert await moves(town) == [(GRID, NEW, True, "")]

    town.clock.now = at("11-25 10:00")
    await town.say(ZHANG, GARDEN, "/report 3栋楼道里堆满杂物，过不去人")
    old, new = await town.tickets()
    assert old.area_path == before.area_path
    assert f"/{OLD}/{GRID}/" in old.area_path
    assert f"/{NEW}/{GRID}/" in new.area_path

    # What is overdue still climbs to the community that had it.
    for _ in range(20):
        town.clock.advance(hours=4)
        await town.sweep()
    assert await said(town, TANG, f"{old.number}") > 0
    assert await said(town, TANG, f"{new.number}") == 0


async def test_the_last_plan_for_a_day_counts(town: Town) -> None:
    await plan(town, GRID, NEW, 25)
    await plan(town, GRID, OLD, 25)
    town.clock.now = midnight(25)
    await town.upkeep()
    assert await parent_of(town, GRID) == OLD
    assert await moves(town) == [(GRID, OLD, True, "")]


async def test_a_building_moves_to_another_grid_of_its_complex(town: Town) -> None:
    async with town.database.unit_of_work() as work:
        await work.groups.put(Group("telegram", GARDEN, "书香名邸", area_code="TD302-X1"))
        await work.commit()
    await plan(town, "TD302-X1-3", "TD302-02", 24)
    town.clock.now = midnight(24)
    await town.upkeep()
    town.clock.now = at("11-24 10:00")
    await town.say(ZHANG, GARDEN, "/report 3栋楼道灯不亮，摸黑上楼")
    assert (await town.tickets())[-1].area_path.endswith("/TD302-X1/TD302-02/TD302-X1-3/")


@pytest.mark.parametrize(
    ("area", "parent", "reason"),
    [
        ("TC", "TD", "is_root"),
        (OLD, GRID, "cycle"),
        (GRID, GRID, "cycle"),
        (GRID, "TD1", "wrong_parent_level"),
        (OLD, NEW, "wrong_parent_level"),
    ],
)
async def test_moves_that_no_tree_allows_are_refused(town: Town, area: str, parent: str, reason: str) -> None:
    with pytest.raises(MoveRefused) as caught:
        await plan(town, area, parent, 25)
    assert caught.value.reason == reason
    with pytest.raises(UnknownArea):
        await plan(town, area, "NOWHERE", 25)
    assert await moves(town) == []


async def test_a_plan_that_the_tree_has_overtaken_is_refused_on_its_day(town: Town) -> None:
    # A dedicated grid inside another grid; by the second day the outer one lies inside the first.
    await plan(town, "TD101-02", GRID, 24)
    await plan(town, GRID, "TD101-02", 25)
    town.clock.now = midnight(26)
    assert await parent_of(town, GRID) == OLD
    await town.upkeep()
    assert await moves(town) == [("TD101-02", GRID, True, ""), (GRID, "TD101-02", True, "cycle")]
    assert await parent_of(town, GRID) == OLD
