"""What workers find on their rounds: with photo and place, solved on the spot or handed on, counted apart."""

from __future__ import annotations

import pytest

from routing.message import GeoPoint
from routing.ticket import PATROL, PATROL_SOLVED, Status
from routing.ticket_events import EventKind
from tests.sandbox_server import png
from tests.town import GAO, GARDEN, HE, LI, LIN, ZHANG, ZHOU, Town, labels_of

LIAISON = 1000000021
SPOT = (29.58, 105.06)
FINDING = "/patrol 3栋单元门锁坏了，关不上"


async def test_what_is_put_right_on_the_spot_is_closed_and_nobody_is_asked(town: Town) -> None:
    await town.say(LIN, LIN, FINDING, photo=png())
    question = await town.with_button(LIN, LIN, "现场已解决")
    assert labels_of(question) == ["现场已解决", "转办理"]
    assert (await town.ticket()).via == PATROL
    forged = await town.press(ZHOU, ZHOU, await town.say(ZHOU, ZHOU, "/help"), _data(question), forged=True)
    assert "没有这项操作的权限" in forged["text"]

    await town.press(LIN, LIN, question, "现场已解决")
    ticket = await town.ticket()
    assert (ticket.status, ticket.via, ticket.solved, ticket.next_check_at) == (
        Status.ARCHIVED,
        PATROL_SOLVED,
        None,
        None,
    )
    assert (await town.events(ticket))[-1].kind is EventKind.SOLVED_ON_SPOT
    assert (await town.texts(LIN))[-1] == f"巡查问题 {ticket.number} 已记为现场解决。"
    assert not any("已解决吗" in text or "问题解决了吗" in text for text in await town.texts(LIN))
    assert labels_of((await town.people.history(HE, HE))[-1]) == []

    town.clock.advance(minutes=1)
    await town.say(GAO, GAO, "/digest")
    digest = (await town.texts(GAO))[-1]
    assert "新增 0 件，办结 0 件，归档 0 件" in digest
    assert "巡查发现 1 件，其中现场解决 1 件" in digest


async def test_what_is_handed_on_is_a_ticket_like_any_other(town: Town) -> None:
    await town.say(LIAISON, LIAISON, FINDING)
    ticket = await town.ticket()
    await town.press_label(LIAISON, LIAISON, "转办理")
    assert (await town.texts(LIAISON))[-1] == f"巡查问题 {ticket.number} 已转 何志强 办理。"
    await town.press_label(HE, HE, "认领")
    await town.press_label(HE, HE, "办结")
    await town.say(HE, HE, "换了锁芯")
    await town.press_label(LIAISON, LIAISON, "已解决")
    done = await town.ticket()
    assert (done.status, done.via, done.solved) == (Status.ARCHIVED, PATROL, True)
    town.clock.advance(minutes=1)
    await town.say(GAO, GAO, "/digest")
    digest = (await town.texts(GAO))[-1]
    assert "新增 1 件，办结 1 件，归档 1 件" in digest
    assert "巡查发现 1 件，其中现场解决 0 件" in digest


async def test_a_finding_that_somebody_has_claimed_is_not_solved_on_the_spot(town: Town) -> None:
    await town.say(LIN, LIN, FINDING)
    await town.press_label(HE, HE, "认领")
    assert "状态已变化" in (await town.press_label(LIN, LIN, "现场已解决"))["text"]
    assert (await town.ticket()).via == PATROL


async def test_photos_and_a_place_may_follow(town: Town) -> None:
    await town.say(LIN, LIN, FINDING)
    await town.say(LIN, LIN, location=SPOT)
    await town.say(LIN, LIN, photo=png())
    ticket = await town.ticket()
    assert (ticket.point, len(ticket.attachments)) == (GeoPoint(*SPOT), 1)
    assert "定位 北纬 29.58000，东经 105.06000" in (await town.with_button(HE, HE, "认领"))["text"]
    assert (await town.texts(LIN))[-1] == f"已补充到巡查问题 {ticket.number}。"
    town.clock.advance(minutes=11)
    await town.say(LIN, LIN, photo=png())
    assert len((await town.ticket()).attachments) == 1


async def test_a_place_may_come_first(town: Town) -> None:
    await town.say(LIN, LIN, location=SPOT)
    assert (await town.texts(LIN))[-1] == "位置已收到，请再发 /patrol 内容，一并登记。"
    await town.say(LIN, LIN, FINDING)
    assert (await town.ticket()).point == GeoPoint(*SPOT)
    town.clock.advance(minutes=20)
    await town.say(LIN, LIN, location=SPOT)
    town.clock.advance(minutes=11)
    await town.say(LIN, LIN, "/patrol 5栋楼道灯不亮")
    assert [ticket.point for ticket in await town.tickets()] == [GeoPoint(*SPOT), None]


@pytest.mark.parametrize("person", [ZHANG, LI])
async def test_residents_go_on_no_rounds(town: Town, person: int) -> None:
    await town.say(person, GARDEN, FINDING)
    assert await town.tickets() == []


def _data(message: dict[str, object]) -> str:
    markup = message["reply_markup"]
    assert isinstance(markup, dict)
    return str(markup["inline_keyboard"][0][0]["callback_data"])
