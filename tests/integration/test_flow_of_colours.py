"""What is overdue colours an area in the ranking of its digest."""

from __future__ import annotations

from tests.integration.test_flow_of_overdue import at, said
from tests.town import GAO, GARDEN, TANG, ZHANG, Town


async def test_an_area_whose_tickets_are_overdue_is_red_in_the_ranking(town: Town) -> None:
    await town.say(ZHANG, GARDEN, "/report 楼下烧烤摊半夜还在吵，睡不着")
    town.clock.advance(minutes=1)
    await town.say(TANG, TANG, "/digest")
    assert await said(town, TANG, "桂花园第一网格：新增 1，办结 0，在办 1，超期 0\n　🟢 绿色，按期") == 1
    town.clock.now = at("11-24 09:59")
    await town.say(GAO, GAO, "/digest")
    assert await said(town, GAO, "在办 1，超期 1\n　🔴 红色，按期") == 1
