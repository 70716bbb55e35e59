"""Numbers of tickets and 处理好了, written in private or to the bot instead of a command or a press."""

from __future__ import annotations

import pytest

from routing.ticket import Status
from tests.town import GARDEN, HE, LI, LUO, MILL, STAFF_ROOM, TANG, WANG, ZHANG, Town, labels_of

LOCK, LIGHT = "3栋2单元502门口的单元门锁坏了", "8栋楼道灯不亮了"


async def _two_claimed(town: Town) -> None:
    for text in (LOCK, LIGHT):
        await town.say(ZHANG, GARDEN, text)
        await town.press_label(HE, HE, "认领")


@pytest.mark.parametrize("said", ["2号单处理好了", "002 已经修好了", "工单2弄好了", "第2单搞定了，谢谢"])
async def test_a_handler_names_the_ticket_that_is_done(town: Town, said: str) -> None:
    await _two_claimed(town)
    await town.say(HE, HE, said)
    first, second = await town.tickets()
    assert (await town.texts(HE))[-1] == f"请用一句话写明工单 {second.number} 的办理结果，可以附照片。"
    assert second.status is Status.IN_PROGRESS, "nothing is closed without a sentence"
    await town.say(HE, HE, "换了声控灯，已经亮了")
    first, second = await town.tickets()
    assert (first.status, second.status) == (Status.IN_PROGRESS, Status.RESOLVED)
    assert second.resolution == "换了声控灯，已经亮了"


async def test_the_whole_number_or_an_answer_to_the_card_names_it_too(town: Town) -> None:
    await _two_claimed(town)
    first, second = await town.tickets()
    await town.say(HE, HE, f"{first.number} 修好了")
    assert first.number in (await town.texts(HE))[-1]
    card = next(one for one in await town.people.history(HE, HE) if second.number in str(one.get("text")))
    await town.say(HE, HE, "修好了", reply_to=card["message_id"])
    # The sentence was awaited already: it is the result of the first.
    assert (await town.tickets())[0].resolution == "修好了"
    await town.say(HE, HE, "修好了", reply_to=card["message_id"])
    assert second.number in (await town.texts(HE))[-1]


async def test_which_of_several_is_asked(town: Town) -> None:
    await _two_claimed(town)
    await town.say(HE, HE, "处理好了")
    asked = (await town.people.history(HE, HE))[-1]
    assert asked["text"] == "是哪一件办好了？"
    assert sorted(label.split()[0] for label in labels_of(asked)) == ["001", "002"]
    label = next(one for one in labels_of(asked) if one.startswith("001"))
    await town.press(HE, HE, asked, label)
    assert (await town.tickets())[0].number in (await town.texts(HE))[-1]


async def test_what_is_not_claimed_is_to_be_claimed_first(town: Town) -> None:
    await town.say(ZHANG, GARDEN, LOCK)
    ticket = await town.ticket()
    await town.say(HE, HE, "1号单处理好了")
    asked = (await town.people.history(HE, HE))[-1]
    assert asked["text"] == f"工单 {ticket.number} 还没有认领，请先认领，再办结。"
    await town.press(HE, HE, asked, "认领")
    assert (await town.ticket()).status is Status.IN_PROGRESS


@pytest.mark.parametrize("said", ["1号单处理好了吗", "7号单处理好了", "1号单还没修好", "3栋的灯修好了"])
async def test_what_names_none_of_ones_own_or_says_something_else_begins_nothing(town: Town, said: str) -> None:
    await _two_claimed(town)
    await town.say(HE, HE, said)
    assert "办理结果" not in (await town.texts(HE))[-1]
    if said.startswith("7"):
        assert (await town.texts(HE))[-1] == "没有找到工单 7。"
    assert {ticket.status for ticket in await town.tickets()} == {Status.IN_PROGRESS}


async def test_a_number_shows_the_ticket_to_whoever_may_know_it(town: Town) -> None:
    await town.say(ZHANG, GARDEN, LOCK)
    number = (await town.ticket()).number
    await town.say(LI, GARDEN, f"@qunban_bot {number}")
    public = (await town.texts(LI, GARDEN))[-1]
    assert f"单号 {number}" in public
    assert "502" not in public
    await town.say(ZHANG, ZHANG, number.lower())
    assert "502" not in (await town.texts(ZHANG))[-1]
    assert f"单号 {number}" in (await town.texts(ZHANG))[-1]
    for person, label in ((HE, "认领"), (LUO, "督办"), (TANG, "督办")):
        await town.say(person, person, number)
        shown = (await town.people.history(person, person))[-1]
        assert "502" in shown["text"], person
        assert label in labels_of(shown), person
    await town.say(TANG, STAFF_ROOM, f"@qunban_bot {number}")
    assert "502" in (await town.texts(TANG, STAFF_ROOM))[-1]
    async with town.database.unit_of_work() as work:
        looks = await work.audit.looks(town.clock.now.replace(hour=0))
    assert {(look.account, look.what) for look in looks} == {(one, number) for one in (HE, LUO, TANG)}
    for person, chat, said in (
        (LI, LI, number),
        (WANG, MILL, f"@qunban_bot {number}"),
        (LI, LI, "TD101-01-261123-099"),
    ):
        await town.say(person, chat, said)
        assert (await town.texts(person, chat))[-1] == f"没有找到工单 {said.rpartition(' ')[2]}。"
    assert len(await town.tickets()) == 1
