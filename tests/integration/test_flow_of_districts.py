"""One matter in each of the three ways to organise a district: reported, claimed, overdue, up to the top."""

from __future__ import annotations

from datetime import timedelta

import pytest

from routing.ticket import Status, Ticket
from routing.ticket_events import EventKind
from tests.integration.clock_steps import escalations
from tests.three_districts import loaded
from tests.town import MONDAY, Town, running_town

NOISE = "/report 楼下烧烤摊半夜还在吵，睡不着"

CASES = {
    "two_level": (
        2000000001,
        -1002000000001,
        "草原人家网格员",
        [["草原人家包联干部"], ["锡尼社区书记"], ["旗综治办"], ["旗督查员"]],
    ),
    "four_level": (
        1000000001,
        -1001000000001,
        "林晓燕",
        [["罗勇"], ["唐丽", "孟小菊"], ["谢明", "钱进"], ["高岚", "丁督查"], ["市级督查员"]],
    ),
    "city": (
        2000000001,
        -1002000000001,
        "泉东社区一网格员",
        [["泉东社区网格长"], ["泉东社区书记"], ["泉山街道干部"], ["泉山街道督查员"], ["龙湖区督查员"], ["市督查员"]],
    ),
}


async def until(town: Town, level: int) -> Ticket:
    """Lets hour after hour pass until the ticket has gone up so far."""
    for _ in range(24 * 60):
        ticket = await town.ticket()
        if ticket.escalation_level >= level:
            return ticket
        town.clock.advance(hours=1)
        await town.sweep()
    raise AssertionError(f"the ticket never came to level {level}")


@pytest.mark.parametrize("name", CASES)
async def test_from_the_report_to_the_top_of_the_chain(database_url: str, name: str) -> None:
    resident, group, worker, chain = CASES[name]
    configuration, sample, _ = loaded(name)
    accounts = {post.name: post.account or 0 for post in sample.staff}
    async with running_town(database_url, district=configuration) as town:
        await town.say(resident, group, NOISE)
        assert (await town.ticket()).status is Status.DISPATCHED
        await town.press_label(accounts[worker], accounts[worker], "认领")
        claimed = await town.ticket()
        assert claimed.status is Status.IN_PROGRESS

        top = await until(town, len(chain))
        climbed = await escalations(town, top)
        assert [names for _, _, names in climbed] == chain
        assert town.clock.now - MONDAY > timedelta(days=2)
        for names in chain:
            for superior in names:
                texts = await town.texts(accounts[superior])
                assert any(top.number in text and "超期工单上报" in text for text in texts), superior

        # Nothing happened after the claim, so it has lapsed long ago.
        await town.press_label(accounts[worker], accounts[worker], "认领")
        await town.press_label(accounts[worker], accounts[worker], "办结")
        await town.say(accounts[worker], accounts[worker], "烧烤摊已搬离，夜里不再营业")
        await town.press_label(resident, group, "已解决")
        done = await town.ticket()
        assert (done.status, done.solved) == (Status.ARCHIVED, True)
        kinds = [event.kind for event in await town.events(done)]
        assert kinds[:3] == [EventKind.OPENED, EventKind.DISPATCHED, EventKind.CLAIMED]
