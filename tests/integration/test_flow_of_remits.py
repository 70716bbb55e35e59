"""Whose duty it is: the superior decides once, and the unit may not ask a second time."""

from __future__ import annotations

from routing.ticket import Status
from routing.ticket_events import EventKind
from tests.integration.clock_steps import said
from tests.town import GARDEN, LIN, LUO, ZHANG, Town, labels_of

NOISE = "/report 楼下烧烤摊半夜还在吵，睡不着"


async def dispute(town: Town) -> None:
    """The grid worker says that the matter is none of hers."""
    await town.press_label(LIN, LIN, "退回")
    await town.press_label(LIN, LIN, "不属于我的职责")


async def test_a_remit_is_decided_once(town: Town) -> None:
    await town.say(ZHANG, GARDEN, NOISE)
    number = (await town.ticket()).number
    await town.press_label(LIN, LIN, "认领")
    await dispute(town)
    await town.press_label(LUO, LUO, "不同意")
    assert (await town.ticket()).status is Status.IN_PROGRESS
    (decision,) = [event for event in await town.events(await town.ticket()) if event.kind is EventKind.REFUSED]
    assert decision.data["unit"] == "grid_worker@TD101-01"

    town.clock.advance(hours=1)
    await dispute(town)
    earlier = f"工单 {number} 的职责归属，罗勇 已于 11-23 10:00 裁定：属于你单位，不同意退回"
    assert await said(town, LIN, earlier) == 1
    ticket = await town.ticket()
    assert (ticket.status, ticket.request, ticket.returns) == (Status.IN_PROGRESS, None, 0)
    asked = [event for event in await town.events(ticket) if event.kind is EventKind.RETURN_ASKED]
    assert len(asked) == 1

    # Another reason is another matter.
    await town.press_label(LIN, LIN, "退回")
    await town.press_label(LIN, LIN, "与其他工单重复")
    await town.press_label(LUO, LUO, "同意")
    assert (await town.ticket()).returns == 1


async def test_the_grid_worker_follows_what_a_utility_handles(town: Town) -> None:
    await town.say(ZHANG, GARDEN, "/report 3栋停水了，一滴水都没有")
    ticket = await town.ticket()
    assert ticket.owner_reason == "utility_contact"
    async with town.database.unit_of_work() as work:
        assert ticket.assignee_id is not None
        holder = await work.staff.get(ticket.assignee_id)
    assert holder.name == "向波"
    followed = await town.with_button(LIN, LIN, "认领")
    assert ticket.number in followed["text"]
    assert labels_of(followed) == ["认领"]
