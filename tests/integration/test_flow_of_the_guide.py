"""Questions in the group: answered at once, asked back, ordered, booked, passed on; and reports that stay reports."""

from __future__ import annotations

from dataclasses import replace

from routing.catalogue import AppealType
from routing.guide.items import ServiceItem
from routing.ticket import Ticket
from routing.ticket_events import EventKind
from tests.sandbox_server import Json
from tests.town import CHEN, GARDEN, LI, LIN, RIVERSIDE, TANG, WANG, ZHANG, Town, labels_of

PERMIT = "居住证怎么办，要带什么材料"
LIFT = "3栋2单元电梯坏了，老人下不了楼"


async def answer(town: Town, user: int = ZHANG, chat: int = GARDEN) -> Json:
    """The newest message of the bot in the chat."""
    return (await town.people.history(user, chat))[-1]


async def ordered(town: Town, label: str = "帮我办") -> Ticket:
    """张敏 asks and orders; 林晓燕 does not have it yet."""
    await town.say(ZHANG, GARDEN, PERMIT)
    await town.press_label(ZHANG, GARDEN, label)
    return await town.ticket()


async def test_a_question_is_answered_and_opens_nothing(town: Town) -> None:
    asked = await town.say(ZHANG, GARDEN, PERMIT)
    said = await answer(town)
    assert said["reply_to_message"]["message_id"] == asked["message_id"]
    assert said["text"].splitlines() == [
        "📋 居住证办理",
        "材料 身份证原件、一寸白底照片、租房合同或房产证、居住满半年的登记记录",
        "地点 桂花园社区便民服务站2号窗口",
        "时间 工作日 9:00-12:00、14:00-18:00",
        "时限 受理后15个工作日发证｜费用 首次免费",
    ]
    assert labels_of(said) == ["材料清单", "帮我办", "预约", "没答上"]
    assert await town.tickets() == []


async def test_it_answers_in_the_script_of_the_question(town: Town) -> None:
    await town.say(ZHANG, GARDEN, "居住證怎麼辦，要帶什麼材料")
    said = await answer(town)
    assert "📋 居住證辦理" in said["text"]
    assert "材料清單" in labels_of(said)


async def test_the_whole_list_opens_in_private_for_everybody(town: Town) -> None:
    await town.say(ZHANG, GARDEN, PERMIT)
    # A neighbour with the same question may look as well; nobody needs to have written to the bot before.
    pressed = await town.press(LI, GARDEN, await answer(town), "材料清单")
    assert pressed["url"] == "https://t.me/qunban_bot?start=item-residence_permit"
    await town.say(LI, LI, "/start item-residence_permit")
    whole = (await town.texts(LI))[-1]
    assert whole.startswith("📋 居住证办理 材料清单\n1. 身份证原件\n2. 一寸白底照片\n")
    for part in ("对象 非本地户籍", "方式 帮代办、线上办", "联系 ", "8 分钟内办", "核对日期 2026-10-12", "示例内容"):
        assert part in whole


async def test_an_unknown_item_is_told_so(town: Town) -> None:
    await town.say(LI, LI, "/start item-nothing")
    assert "已经撤下" in (await town.texts(LI))[-1]


async def test_a_certificate_that_nobody_issues_is_explained_without_a_ticket(town: Town) -> None:
    await town.say(ZHANG, GARDEN, "单位要无犯罪记录证明，社区给开吗")
    said = await answer(town)
    assert "“无犯罪记录证明”社区不出具" in said["text"]
    assert "请找 户籍地或居住地派出所" in said["text"]
    assert labels_of(said) == ["没答上"]
    await town.say(LI, GARDEN, "我爸领退休金要健在证明，找谁开")
    assert "不需要证明" in (await answer(town))["text"]
    assert await town.tickets() == []


async def test_chatter_reports_and_complaints_are_not_answered(town: Town) -> None:
    for text in ("居住证终于办好了，跑了两趟", "刚刚去打了流感针，不疼", "专业代办公租房，包过，加微信"):
        before = await town.texts(ZHANG, GARDEN)
        await town.say(ZHANG, GARDEN, text)
        assert await town.texts(ZHANG, GARDEN) == [*before, text]
    assert await town.tickets() == []
    await town.say(LI, GARDEN, LIFT)
    (lift,) = await town.tickets()
    assert lift.service_code == "property.elevator"
    await town.say(ZHANG, GARDEN, "残疾人补贴三个月没到账了，社区管不管")
    assert [one.service_code for one in await town.tickets()] == ["property.elevator", "service.disability"]


async def test_ordering_it_opens_a_ticket_with_the_papers(town: Town) -> None:
    ticket = await ordered(town)
    assert (ticket.service_code, ticket.appeal_type, ticket.via) == ("service.residence", AppealType.HELP, "guide")
    assert ticket.text == PERMIT
    assert ticket.checklist is not None
    assert [paper.name for paper in ticket.checklist.papers][:2] == ["身份证原件", "一寸白底照片"]
    shown = await town.texts(ZHANG, GARDEN)
    assert any(f"已登记代办，单号 {ticket.number}。" in text and "📋 居住证办理" in text for text in shown)
    assert any("📋 居住证办理｜材料 0/4" in text for text in shown)
    assert EventKind.LISTED in [event.kind for event in await town.events(ticket)]


async def test_only_the_asker_orders_and_only_once(town: Town) -> None:
    await town.say(ZHANG, GARDEN, PERMIT)
    message = await answer(town)
    assert "请由发消息的邻居自己选择" in (await town.press(LI, GARDEN, message, "帮我办"))["text"]
    rows = message["reply_markup"]["inline_keyboard"]
    (data,) = [one["callback_data"] for row in rows for one in row if one["text"] == "帮我办"]
    await town.press(ZHANG, GARDEN, message, data, forged=True)
    await town.press(ZHANG, GARDEN, message, data, forged=True)
    assert len(await town.tickets()) == 1
    town.clock.advance(hours=25)
    await town.say(LI, GARDEN, "失业金怎么领")
    late = await answer(town)
    town.clock.advance(hours=25)
    await town.press(LI, GARDEN, late, "帮我办")
    assert len(await town.tickets()) == 1


async def test_an_appointment_is_made_for_a_half_day_of_the_next_working_days(town: Town) -> None:
    await town.say(ZHANG, GARDEN, PERMIT)
    await town.press_label(ZHANG, GARDEN, "预约")
    offer = await answer(town)
    assert labels_of(offer) == ["11-24 上午", "11-24 下午", "11-25 上午", "11-25 下午", "11-26 上午", "11-26 下午"]
    told = await town.press(ZHANG, GARDEN, offer, "11-25 下午")
    ticket = await town.ticket()
    assert told["text"] == f"已预约 11-25 下午，单号 {ticket.number}。"
    assert ticket.checklist is not None
    assert ticket.checklist.appointment is not None
    assert any("预约 11-25 下午" in text for text in await town.texts(ZHANG, GARDEN))


async def test_what_was_no_answer_becomes_a_ticket_and_a_question_for_the_community(town: Town) -> None:
    await town.say(ZHANG, GARDEN, "我是3栋502的王秀英阿姨，居住证怎么办，能加急吗")
    await town.press_label(ZHANG, GARDEN, "没答上")
    ticket = await town.ticket()
    assert (ticket.appeal_type, ticket.via) == (AppealType.CONSULT, "guide")
    assert ticket.checklist is not None
    await town.say(TANG, TANG, "/questions")
    listed = (await town.texts(TANG))[-1]
    assert "没有答上的问题 1 个" in listed
    assert "我是×栋×的×阿姨，居住证怎么办，能加急吗（答了“居住证办理”，没答上）" in listed
    assert "锦绣花园" in listed


async def test_a_question_that_no_item_answers_is_listed_and_settled(town: Town) -> None:
    await town.say(ZHANG, GARDEN, "请问老年活动中心的卡在哪里办，要带什么材料")
    (ticket,) = await town.tickets()
    assert ticket.service_code == "service.elderly"
    await town.say(TANG, TANG, "/questions")
    listed = (await town.texts(TANG))[-1]
    assert "请问老年活动中心的卡在哪里办，要带什么材料" in listed
    number = listed.split("#")[1].split()[0]
    await town.say(TANG, TANG, f"/questions #{number}")
    assert "已销号" in (await town.texts(TANG))[-1]
    await town.say(TANG, TANG, "/questions")
    assert (await town.texts(TANG))[-1] == "没有没答上的问题。"
    await town.say(TANG, TANG, f"/questions {number}")
    assert "没有待处理的问题" in (await town.texts(TANG))[-1]
    await town.say(LIN, LIN, "/questions")
    assert "没有这项操作的权限" in (await town.texts(LIN))[-1]


async def test_whoever_is_vague_is_asked_back(town: Town) -> None:
    await town.say(ZHANG, GARDEN, "失业金和失业证怎么办")
    asked = await answer(town)
    assert asked["text"] == "您想问的是哪一项？"
    assert labels_of(asked) == ["失业登记、就业登记", "失业保险金申领", "都不是"]
    await town.press(ZHANG, GARDEN, asked, "失业保险金申领")
    assert "📋 失业保险金申领" in (await answer(town))["text"]
    assert await town.tickets() == []
    await town.say(LI, GARDEN, "失业金和失业证怎么办")
    await town.press_label(LI, GARDEN, "都不是")
    assert (await town.ticket()).service_code == "service.employment"


async def test_what_is_said_to_the_bot_is_registered_and_answered_besides(town: Town) -> None:
    await town.say(ZHANG, GARDEN, f"@qunban_bot {PERMIT}")
    assert len(await town.tickets()) == 1
    (said,) = [one for one in await town.people.history(ZHANG, GARDEN) if "📋 居住证办理" in str(one.get("text"))]
    assert labels_of(said) == ["材料清单"]


async def test_a_private_question_is_answered_in_private(town: Town) -> None:
    await town.say(ZHANG, GARDEN, LIFT)
    await town.say(ZHANG, ZHANG, PERMIT)
    assert "📋 居住证办理" in (await town.texts(ZHANG))[-1]
    assert len(await town.tickets()) == 1
    await town.press_label(ZHANG, ZHANG, "帮我办")
    newest = next(one for one in await town.tickets() if one.service_code == "service.residence")
    assert newest.group_chat_id is None
    assert any("已登记：" in text and f"单号 {newest.number}" in text for text in await town.texts(ZHANG))


async def test_a_private_question_without_an_answer_is_listed_too(town: Town) -> None:
    await town.say(ZHANG, GARDEN, LIFT)
    await town.say(ZHANG, ZHANG, "请问老年活动中心的卡在哪里办，要带什么材料")
    assert len(await town.tickets()) == 2
    await town.say(TANG, TANG, "/questions")
    assert "锦绣花园｜请问老年活动中心的卡在哪里办，要带什么材料" in (await town.texts(TANG))[-1]


async def test_who_has_no_area_is_asked_where_they_live_first(town: Town) -> None:
    await town.say(WANG, WANG, PERMIT)
    pressed = await town.press_label(WANG, WANG, "帮我办")
    assert pressed["text"] == "请先告诉我您住哪个小区。"
    assert await town.tickets() == []
    await town.press_label(WANG, WANG, "棉纺厂宿舍")
    ticket = await town.ticket()
    assert (ticket.service_code, ticket.area_code, ticket.text) == ("service.residence", "TD101-X2", PERMIT)


async def test_a_change_of_the_register_holds_without_a_restart(town: Town) -> None:
    calligraphy = ServiceItem("calligraphy", "书法班报名", "service.elderly", ("书法班",), where="文化站")
    await town.say(ZHANG, GARDEN, "书法班怎么报名")
    assert "文化站" not in (await town.texts(ZHANG, GARDEN))[-1]
    async with town.database.unit_of_work() as work:
        await work.items.upsert([calligraphy])
        await work.commit()
    town.clock.advance(minutes=2)
    await town.say(LI, GARDEN, "书法班怎么报名")
    assert "地点 文化站" in (await answer(town, LI))["text"]
    async with town.database.unit_of_work() as work:
        await work.items.remove(["calligraphy"])
        await work.commit()
    assert "没有这一项" in (await town.press(LI, GARDEN, await answer(town, LI), "材料清单"))["text"]


async def test_digests_name_what_nobody_checked_and_what_was_not_answered(town: Town) -> None:
    await town.say(ZHANG, GARDEN, "请问老年活动中心的卡在哪里办，要带什么材料")
    await town.say(TANG, TANG, "/digest")
    digest = (await town.texts(TANG))[-1]
    assert "📋 办事指南 4 项超过 180 天没有核对\n独生子女父母奖励｜2026-03-10\n特困人员供养申请｜2026-04-16" in digest
    assert (
        "❓ 居民问了没答上的问题 1 个（/questions 查看）\n11-23 锦绣花园｜请问老年活动中心的卡在哪里办，要带什么材料"
        in digest
    )


async def test_a_community_has_its_own_item_and_another_district_none(town: Town) -> None:
    async with town.database.unit_of_work() as work:
        items = {item.code: item for item in await work.items.all()}
        own = replace(items["elder_meal"], code="meal_own", where="滨河新居架空层", area_code="TD101-X3")
        away = ServiceItem("calligraphy", "书法班报名", "service.elderly", ("书法班",), where="文化站", area_code="TD2")
        await work.items.upsert([own, away])
        await work.commit()
    await town.say(CHEN, RIVERSIDE, "長者食堂幾點開飯")
    assert "地點 濱河新居架空層" in (await answer(town, CHEN, RIVERSIDE))["text"]
    await town.say(ZHANG, GARDEN, "长者食堂几点开饭")
    assert "地点 桂花园社区长者食堂" in (await answer(town))["text"]
    await town.say(ZHANG, GARDEN, "书法班怎么报名")
    assert "文化站" not in (await answer(town))["text"]
