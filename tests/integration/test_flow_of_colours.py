"""What is overdue colours an area in the ranking of its digest."""

from __future__ import annotations

from tests.integration.clock_steps import at, said
from tests.town import GAO, GARDEN, LIN, TANG, ZHANG, Town


async def test_an_area_whose_tickets_are_overdue_is_red_in_the_ranking(town: Town) -> None:
    await town.say(ZHANG, GARDEN, "/report 楼下烧烤摊半夜还在吵，睡不着")
    town.clock.advance(minutes=1)
    await town.say(TANG, TANG, "/digest")
    assert await said(town, TANG, "桂花园第一网格：新增 1，办结 0，在办 1，超期 0\n　🟢 绿色，按期") == 1
    town.clock.now = at("11-24 09:59")
    await town.say(GAO, GAO, "/digest")
    assert await said(town, GAO, "在办 1，超期 1\n　🔴 红色，按期") == 1


async def test_digests_announce_changes_of_colour_with_their_reason(town: Town) -> None:
    town.clock.now = at("11-23 08:30")
    await town.send_digests()
    town.clock.now = at("11-23 16:45")
    await town.say(ZHANG, GARDEN, "/report 楼下烧烤摊半夜还在吵，睡不着")
    town.clock.now = at("11-23 17:30")
    await town.send_digests()
    assert await said(town, TANG, "颜色变化") == 0, "overdue in time, and green before"

    town.clock.now = at("11-24 17:30")
    await town.sweep()
    await town.send_digests()
    community, grid = "桂花园社区由🟢 绿色转为🔴 红色：在办 1 件，超期 1 件", "第一网格由🟢 绿色转为🔴 红色"
    assert await said(town, TANG, community) == 1
    assert await said(town, TANG, grid) == 1
    assert await said(town, GAO, "棠花街道由🟢 绿色转为🔴 红色") == 1
    assert await said(town, TANG, "经办人") == 0, "it lies in the pool"

    # Asked for in between, the same change is told until the next digest has told it.
    town.clock.now = at("11-24 18:00")
    await town.say(TANG, TANG, "/digest")
    assert await said(town, TANG, "颜色变化") == 1
    await town.press_label(LIN, LIN, "认领")
    await town.press_label(LIN, LIN, "办结")
    await town.say(LIN, LIN, "已劝导，晚十点后停业")
    town.clock.now = at("11-25 08:30")
    await town.send_digests()
    assert await said(town, TANG, "桂花园社区由🔴 红色转为🟢 绿色：在办 0 件，超期 0 件") == 1
    town.clock.now = at("11-25 17:30")
    await town.send_digests()
    assert await said(town, TANG, "颜色变化") == 2
