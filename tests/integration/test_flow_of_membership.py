"""The bot in groups: it joins, is bound, restricted, removed; groups move to supergroups and have topics."""

from __future__ import annotations

import pytest

from routing.groups import GroupState
from routing.ticket import Status
from tests.town import ADMIN, GARDEN, HE, LI, LIN, STAFF_ROOM, TANG, ZHANG, Town, labels_of

NEW, FORUM, BASIC = -1001000000555, -1001000000666, -777
LOCK = "3栋单元门锁坏了，关不上"


async def state_of(town: Town, chat: int) -> GroupState | None:
    async with town.database.unit_of_work() as work:
        group = await work.groups.get("telegram", chat)
    return group.state if group is not None else None


async def join(town: Town, chat: int, *, area: str = "", is_forum: bool = False) -> None:
    """A new group with two residents and an administrator of the district; ``area`` binds it."""
    await town.people.add_chat(chat, "新建的邻里群", [ADMIN, ZHANG, LI], is_forum=is_forum)
    await town.people.set_bot(chat, ADMIN, "member")
    await town.settle()
    if area:
        await town.say(ADMIN, chat, f"/bind {area}")


async def test_on_joining_it_says_who_it_is_what_it_keeps_and_how_to_use_it(town: Town) -> None:
    await join(town, NEW)
    (welcome,) = [text for text in await town.texts(ZHANG, NEW) if text]
    for part in ("我是群办小助手", "闲聊我不记录", "不在群里显示房号和电话", "/report", "/mine", "/bind 网格编码"):
        assert part in welcome
    assert await state_of(town, NEW) is GroupState.ACTIVE
    # More rights later are no reason to introduce itself again.
    await town.people.set_bot(NEW, ADMIN, "administrator")
    await town.settle()
    assert len([text for text in await town.texts(ZHANG, NEW) if text]) == 1


@pytest.mark.parametrize("is_bound", [True, False])
async def test_a_group_of_staff_is_not_greeted_like_residents(town: Town, is_bound: bool) -> None:
    chat = STAFF_ROOM
    if is_bound:
        await town.people.set_bot(STAFF_ROOM, ADMIN, "kicked")
        await town.settle()
        await town.people.set_bot(STAFF_ROOM, ADMIN, "member")
        await town.settle()
    else:
        chat = NEW
        await town.people.add_chat(NEW, "江湾社区网格工作群", [ADMIN, LIN])
        await town.people.set_bot(NEW, ADMIN, "member")
        await town.settle()
    welcome = (await town.texts(LIN, chat))[-1]
    assert "本群是工作群" in welcome
    assert "闲聊" not in welcome
    assert ("/bind 网格编码 工作群" in welcome) is not is_bound


async def test_an_unbound_group_registers_nothing_and_says_why_only_when_asked(town: Town) -> None:
    await join(town, NEW)
    heard = len(await town.texts(ZHANG, NEW))
    await town.say(ZHANG, NEW, LOCK)
    await town.say(ZHANG, NEW, "3栋楼道好大的燃气味，快来人")
    assert len(await town.texts(ZHANG, NEW)) == heard + 2
    for asked in (f"@qunban_bot {LOCK}", f"/report {LOCK}"):
        await town.say(ZHANG, NEW, asked)
        assert "本群还没有绑定网格" in (await town.texts(ZHANG, NEW))[-1]
    assert await town.tickets() == []


async def test_a_bound_group_that_it_joins_again_keeps_its_area(town: Town) -> None:
    await town.people.set_bot(GARDEN, ADMIN, "kicked")
    await town.settle()
    assert await state_of(town, GARDEN) is GroupState.LEFT
    await town.people.set_bot(GARDEN, ADMIN, "member")
    await town.settle()
    assert await state_of(town, GARDEN) is GroupState.ACTIVE
    welcome = (await town.texts(ZHANG, GARDEN))[-1]
    assert "我是群办小助手" in welcome
    assert "/bind" not in welcome
    await town.say(ZHANG, GARDEN, LOCK)
    assert (await town.ticket()).area_code == "TD101-X1-3"


async def test_removed_from_a_group_it_still_carries_its_tickets_on(town: Town) -> None:
    await town.say(ZHANG, GARDEN, LOCK)
    await town.people.set_bot(GARDEN, ADMIN, "kicked")
    await town.settle()
    seen = await town.texts(ZHANG, GARDEN)
    await town.press_label(HE, HE, "认领")
    await town.press_label(HE, HE, "办结")
    await town.say(HE, HE, "换了锁芯")
    assert (await town.ticket()).status is Status.RESOLVED
    assert await town.texts(ZHANG, GARDEN) == seen
    async with town.database.unit_of_work() as work:
        assert await work.outbox.pending() == 0
    await town.say(ADMIN, ADMIN, "/groups")
    assert "锦绣花园业主群｜锦绣花园｜已移出" in (await town.texts(ADMIN))[-1]


async def test_restricted_it_tells_the_administrators_and_works_on_once_it_may_write(town: Town) -> None:
    await town.people.set_bot(GARDEN, ADMIN, "restricted", {"can_send_messages": False})
    await town.settle()
    assert await state_of(town, GARDEN) is GroupState.RESTRICTED
    assert (await town.texts(ADMIN))[-1] == "群“锦绣花园业主群”里我没有发言权限，请群管理员允许我发言。"
    assert await town.texts(TANG) == []
    # What residents report is taken in all the same, and reaches who deals with it.
    await town.say(ZHANG, GARDEN, LOCK)
    ticket = await town.ticket()
    await town.with_button(HE, HE, "认领")
    await town.people.set_bot(GARDEN, ADMIN, "member")
    await town.settle()
    assert await state_of(town, GARDEN) is GroupState.ACTIVE
    await town.press_label(HE, HE, "认领")
    assert any(ticket.number in text and "何志强 已认领" in text for text in await town.texts(ZHANG, GARDEN))


@pytest.mark.parametrize("when", ["told", "found out"])
async def test_tickets_follow_a_group_that_becomes_a_supergroup(town: Town, when: str) -> None:
    await join(town, BASIC, area="TD101-X1")
    await town.say(ZHANG, BASIC, LOCK)
    number = (await town.ticket()).number
    card = await town.with_button(HE, HE, "认领")
    supergroup = await town.people.migrate(BASIC, ADMIN)
    if when == "found out":
        # A message on its way meets the move before its update has been read.
        pressing = await town.people.press(HE, HE, card["message_id"], "认领", wait=0)
        assert pressing["answered"] is False
        batch = await town.fetch()
        await town.feed.feed(batch[-1])
        await town.outbox.run_once()
        town.clock.advance(seconds=5)
        await town.settle()
    else:
        await town.settle()
        await town.press(HE, HE, card, "认领")
    assert await state_of(town, BASIC) is None
    assert await state_of(town, supergroup) is GroupState.ACTIVE
    (moved,) = [text for text in await town.texts(ZHANG, supergroup) if f"单号 {number}" in text]
    assert "何志强 已认领" in moved
    await town.press_label(HE, HE, "办结")
    await town.say(HE, HE, "换了锁芯")
    await town.press_label(ZHANG, supergroup, "已解决")
    assert (await town.ticket()).status is Status.ARCHIVED
    await town.say(LI, supergroup, "/report 5栋楼道灯不亮")
    assert [ticket.group_chat_id for ticket in await town.tickets()] == [supergroup, supergroup]


async def test_in_a_forum_every_answer_stays_in_its_topic(town: Town) -> None:
    await join(town, FORUM, area="TD101-X1", is_forum=True)
    repairs = await town.people.open_topic(FORUM, ADMIN, "报修")
    await town.people.open_topic(FORUM, ADMIN, "闲聊")
    await town.settle()
    start = (await town.people.history(ZHANG, FORUM))[-1]["message_id"]
    await town.say(ZHANG, FORUM, LOCK, thread_id=repairs)
    await town.say(ZHANG, FORUM, "/mine", thread_id=repairs)
    await town.press_label(HE, HE, "认领")
    await town.press_label(HE, HE, "办结")
    await town.say(HE, HE, "换了锁芯")
    await town.press_label(ZHANG, FORUM, "已解决")
    await town.press_label(ZHANG, FORUM, "满意")
    messages = [one for one in await town.people.history(ZHANG, FORUM) if one["message_id"] > start]
    assert len(messages) == 5
    assert {one.get("message_thread_id") for one in messages} == {repairs}
    assert (await town.ticket()).status is Status.ARCHIVED


async def test_who_blocks_the_bot_gets_no_more_work_until_they_come_back(town: Town) -> None:
    await town.people.block(HE)
    await town.settle()
    await town.say(ZHANG, GARDEN, LOCK)
    assert (await town.ticket()).owner_reason == "nobody_on_duty"
    await town.people.block(HE, blocked=False)
    await town.settle()
    town.clock.advance(hours=1)
    await town.say(ZHANG, GARDEN, "/report 5栋楼道灯不亮")
    assert (await town.tickets())[-1].owner_reason == "managed"
    assert labels_of(await town.with_button(HE, HE, "认领"))[0] == "认领"
    assert not any("楼道灯" in text for text in await town.texts(LIN))
