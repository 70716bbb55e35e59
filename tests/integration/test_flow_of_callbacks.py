"""The call-back: contradictions, every household asked, who stays unknown, streets that rate departments."""

from __future__ import annotations

import json

from routing.ticket import Satisfaction, Status
from routing.ticket_events import EventKind
from tests.integration.clock_steps import at
from tests.town import GAO, GARDEN, HE, LI, LIN, LUO, TANG, XIE, ZHANG, Town, labels_of

WATER, QIAN = 1000000016, 1000000046
"""The water company's contact, and the street's second cadre."""
LOCK = "/report 3栋单元门锁坏了，关不上"


async def resolve(town: Town, who: int = HE) -> None:
    await town.press_label(who, who, "认领")
    await town.press_label(who, who, "办结")
    await town.say(who, who, "换了锁芯")


async def test_solved_pressed_and_not_repaired_said_goes_to_the_community_which_upholds(town: Town) -> None:
    await town.say(ZHANG, GARDEN, LOCK)
    await resolve(town)
    await town.press_label(ZHANG, GARDEN, "已解决")
    town.clock.advance(hours=47)
    await town.say(ZHANG, GARDEN, "没修好")
    ticket = await town.ticket()
    assert (ticket.status, ticket.disputed_at) == (Status.ARCHIVED, town.clock.now)
    assert f"收到。工单 {ticket.number} 已交唐丽、孟小菊核定，请稍候。" in await town.texts(ZHANG, GARDEN)
    question = await town.with_button(TANG, TANG, "维持办结")
    assert labels_of(question) == ["维持办结", "重新办理"]
    assert "反映人按了“已解决”，又说：没修好" in question["text"]
    assert "办理结果：换了锁芯" in question["text"]
    data = question["reply_markup"]["inline_keyboard"][0][0]["callback_data"]
    for person in (HE, LIN, LUO, ZHANG):
        message = (await town.people.history(person, person))[-1:] or [await town.say(person, person, "/help")]
        refused = await town.press(person, person, message[0], data, forged=True)
        assert "没有这项操作的权限" in refused["text"], person
    await town.press(TANG, TANG, question, "维持办结")
    upheld = await town.ticket()
    assert (upheld.status, upheld.disputed_at, upheld.solved) == (Status.ARCHIVED, None, True)
    assert f"经唐丽核定，工单 {ticket.number} 维持办结。还有问题请再说一声。" in await town.texts(ZHANG, GARDEN)
    assert "状态已变化" in (await town.press_label(1000000024, 1000000024, "重新办理"))["text"]
    kinds = [event.kind for event in await town.events(upheld)]
    assert kinds[-2:] == [EventKind.DISPUTED, EventKind.UPHELD]


async def test_satisfied_pressed_and_angry_words_go_to_the_community_which_has_it_done_again(town: Town) -> None:
    await town.say(ZHANG, GARDEN, LOCK)
    await resolve(town)
    await town.press_label(ZHANG, GARDEN, "已解决")
    rating = await town.with_button(ZHANG, GARDEN, "满意")
    await town.press(ZHANG, GARDEN, rating, "满意")
    await town.say(ZHANG, GARDEN, "随便糊弄一下就说办结", reply_to=rating["message_id"])
    assert (
        "反映人按了“已解决、满意”，又说：随便糊弄一下就说办结"
        in (await town.with_button(TANG, TANG, "重新办理"))["text"]
    )
    town.clock.advance(hours=2)
    await town.press_label(TANG, TANG, "重新办理")
    again = await town.ticket()
    assert (again.status, again.reopens, again.satisfaction, again.disputed_at) == (Status.IN_PROGRESS, 1, None, None)
    assert (again.archived_at, again.resolve_due_at > town.clock.now) == (None, True)
    assert any("经唐丽核定需重新办理" in text for text in await town.texts(HE))
    assert labels_of(await town.with_button(HE, HE, "办结"))
    assert len(await town.tickets()) == 1


async def test_what_nobody_decides_goes_up_and_is_then_decided_for_the_resident(town: Town) -> None:
    await town.say(ZHANG, GARDEN, LOCK)
    await resolve(town)
    await town.press_label(ZHANG, GARDEN, "已解决")
    await town.say(ZHANG, GARDEN, "没修好")
    question = await town.with_button(TANG, TANG, "维持办结")
    assert "请在 11-24 10:00 前核定，逾期请上一级核定。" in question["text"]
    number = (await town.ticket()).number

    town.clock.now = at("11-24 09:59")
    await town.sweep()
    assert await town.texts(XIE) == []
    town.clock.now = at("11-24 10:00")
    await town.sweep()
    asked = await town.with_button(XIE, XIE, "重新办理")
    assert "下一级没有按时核定" in asked["text"]
    assert "反映人按了“已解决”，又说：没修好" in asked["text"]
    assert "请在 11-25 10:00 前核定，逾期按反映人意见重新办理。" in asked["text"]
    await town.say(TANG, TANG, "/digest")
    assert f"⚖️ 回访矛盾待核定 1 件\n{number} " in (await town.texts(TANG))[-1]
    await town.sweep()
    assert len([text for text in await town.texts(XIE) if "回访有矛盾" in text]) == 1

    town.clock.now = at("11-25 10:00")
    await town.sweep()
    again = await town.ticket()
    assert (again.status, again.reopens, again.disputed_at, again.solved) == (Status.IN_PROGRESS, 1, None, False)
    assert again.resolve_due_at > town.clock.now
    assert [event.kind for event in await town.events(again)][-3:] == [
        EventKind.DISPUTED,
        EventKind.DECISION_WENT_UP,
        EventKind.REOPENED,
    ]
    assert any(f"工单 {number} 没有按时核定，已按您的意见重新办理" in text for text in await town.texts(ZHANG, GARDEN))
    assert any("回访矛盾没有按时核定，按反映人意见重新办理" in text for text in await town.texts(HE))
    await town.say(TANG, TANG, "/digest")
    assert "回访矛盾" not in (await town.texts(TANG))[-1]
    assert "状态已变化" in (await town.press(XIE, XIE, asked, "维持办结"))["text"]


async def test_a_decision_in_time_or_late_ends_the_clock(town: Town) -> None:
    await town.say(ZHANG, GARDEN, LOCK)
    await resolve(town)
    await town.press_label(ZHANG, GARDEN, "已解决")
    await town.say(ZHANG, GARDEN, "没修好")
    town.clock.now = at("11-24 10:00")
    await town.sweep()
    # Whoever was asked first may still decide.
    await town.press_label(TANG, TANG, "维持办结")
    upheld = await town.ticket()
    assert (upheld.status, upheld.next_check_at, upheld.reminded) == (Status.ARCHIVED, None, frozenset())
    town.clock.now = at("11-30 10:00")
    await town.sweep()
    assert (await town.ticket()).status is Status.ARCHIVED


async def test_after_48_hours_or_without_a_button_no_person_is_asked(town: Town) -> None:
    await town.say(ZHANG, GARDEN, LOCK)
    await resolve(town)
    town.clock.advance(hours=48)
    await town.sweep()
    assert (await town.ticket()).status is Status.ARCHIVED
    await town.say(ZHANG, GARDEN, "没修好")
    assert (await town.ticket()).disputed_at is None
    # Silence archived it: the reporter is asked to say so with a button.
    await town.press_label(ZHANG, GARDEN, "没解决")
    assert (await town.ticket()).status is Status.IN_PROGRESS
    await town.press_label(HE, HE, "办结")
    await town.say(HE, HE, "换了锁芯")
    await town.press_label(ZHANG, GARDEN, "已解决")
    town.clock.advance(hours=49)
    await town.say(ZHANG, GARDEN, "没修好")
    assert (await town.ticket()).disputed_at is None
    assert await town.texts(TANG) == []


async def test_every_household_is_asked_and_one_that_is_not_served_reopens(town: Town) -> None:
    await town.say(ZHANG, GARDEN, "3栋2单元电梯停了")
    await town.say(LI, GARDEN, "我家也是")
    await town.press_label(HE, HE, "认领")
    await town.press_label(HE, HE, "办结")
    await town.say(HE, HE, "重启了控制柜")
    question = await town.with_button(LI, GARDEN, "已解决")
    assert "等 2 户确认：问题解决了吗？" in question["text"]
    await town.press(ZHANG, GARDEN, question, "已解决")
    rating = await town.with_button(LI, GARDEN, "没解决")
    assert labels_of(rating) == ["满意", "基本满意", "不满意", "没解决"]
    await town.press(ZHANG, GARDEN, rating, "满意")
    assert (await town.ticket()).satisfaction is Satisfaction.SATISFIED
    await town.press_label(LI, GARDEN, "没解决")
    again = await town.ticket()
    assert (again.status, again.reopens, again.solved, again.satisfaction) == (Status.IN_PROGRESS, 1, False, None)
    # In the new round everybody is asked anew, and once all have answered nobody is left to ask.
    await town.press_label(HE, HE, "办结")
    await town.say(HE, HE, "换了门机")
    question = await town.with_button(LI, GARDEN, "已解决")
    await town.press(LI, GARDEN, question, "已解决")
    assert "没解决" in labels_of((await town.people.history(LI, GARDEN))[-1])


async def test_who_reports_without_a_name_stays_unknown_and_is_asked(town: Town) -> None:
    await town.say(ZHANG, GARDEN, "/report 5栋楼道灯不亮")
    town.clock.advance(hours=1)
    await town.say(ZHANG, ZHANG, "/report 匿名 3栋楼下麻将馆半夜还在吵")
    ticket = (await town.tickets())[-1]
    assert (ticket.anonymous, ticket.reporter_name, ticket.text) == (True, "", "3栋楼下麻将馆半夜还在吵")
    async with town.database.unit_of_work() as work:
        holder = await work.staff.get(ticket.assignee_id or 0)
        reporters = await work.tickets.reporters(ticket.id)
    who = holder.account or 0
    assert [one.name for one in reporters] == [""]
    assert "反映人 匿名" in (await town.with_button(who, who, "认领"))["text"]
    await town.press_label(who, who, "认领")
    await town.press_label(who, who, "办结")
    await town.say(who, who, "已劝导，晚十点后停业")
    assert "请反映人确认" in (await town.with_button(ZHANG, ZHANG, "已解决"))["text"]
    await town.press_label(ZHANG, ZHANG, "没解决")
    assert (await town.tickets())[-1].reopens == 1
    for event in await town.events(ticket):
        assert event.actor != ZHANG
        assert "张" not in event.actor_name
        assert str(ZHANG) not in json.dumps(dict(event.data), ensure_ascii=False)
    name = (await town.tickets())[0].reporter_name
    assert not any(name in text for text in await town.texts(who) if ticket.number in text)
    await town.say(ZHANG, ZHANG, "/mine")
    assert ticket.number in (await town.texts(ZHANG))[-1]


async def test_a_group_shows_no_link_to_who_reports_without_a_name(town: Town) -> None:
    said = await town.say(ZHANG, GARDEN, "/report 匿名：3栋有人高空抛物")
    ticket = await town.ticket()
    assert (ticket.anonymous, ticket.source_message_id) == (True, None)
    (card,) = [one for one in await town.people.history(LI, GARDEN) if ticket.number in str(one.get("text"))]
    assert "reply_to_message" not in card
    async with town.database.unit_of_work() as work:
        assert await work.tickets.of_message("telegram", GARDEN, said["message_id"]) is None


async def test_a_named_report_is_not_joined_to_an_unnamed_one(town: Town) -> None:
    await town.say(ZHANG, GARDEN, LOCK)
    await town.say(ZHANG, GARDEN, "/report 匿名 3栋单元门锁坏了，还有人撬")
    named, unnamed = await town.tickets()
    assert (named.anonymous, unnamed.anonymous) == (False, True)
    assert "撬" not in named.text


async def test_the_street_rates_a_department_once_its_ticket_is_archived(town: Town) -> None:
    await town.say(ZHANG, GARDEN, "/report 3栋停水了，一滴水都没有")
    ticket = await town.ticket()
    async with town.database.unit_of_work() as work:
        holder = await work.staff.get(ticket.assignee_id or 0)
    assert holder.account == WATER
    await resolve(town, WATER)
    await town.press_label(ZHANG, GARDEN, "已解决")
    question = await town.with_button(XIE, XIE, "基本满意")
    assert f"工单 {ticket.number}（" in question["text"]
    assert labels_of(await town.with_button(QIAN, QIAN, "满意")) == ["满意", "基本满意", "不满意"]
    data = question["reply_markup"]["inline_keyboard"][0][0]["callback_data"]
    for person in (TANG, GAO, WATER):
        message = await town.say(person, person, "/help")
        assert "没有这项操作的权限" in (await town.press(person, person, message, data, forged=True))["text"]
    await town.press(XIE, XIE, question, "基本满意")
    assert (await town.ticket()).street_rating is Satisfaction.FAIR
    assert "状态已变化" in (await town.press_label(QIAN, QIAN, "不满意"))["text"]
    town.clock.advance(minutes=1)
    await town.say(XIE, XIE, "/digest")
    assert "街道评议部门 满意 0，基本满意 1，不满意 0" in (await town.texts(XIE))[-1]


async def test_the_street_is_asked_after_silence_too_and_not_about_others(town: Town) -> None:
    await town.say(ZHANG, GARDEN, "/report 3栋停水了，一滴水都没有")
    await resolve(town, WATER)
    await town.say(ZHANG, GARDEN, LOCK)
    await resolve(town)
    town.clock.advance(hours=48)
    await town.sweep()
    assert {one.status for one in await town.tickets()} == {Status.ARCHIVED}
    assert len([text for text in await town.texts(XIE) if "街道评议部门" in text]) == 1
