"""Staff put right what triage got wrong, and neighbours' reports are merged and split again."""

from __future__ import annotations

from routing.ticket import Status
from routing.ticket_events import EventKind
from tests.town import CHEN, GAO, GARDEN, HE, LI, LIN, LUO, RIVERSIDE, TENANT, ZHANG, Town, labels_of


async def test_another_service_brings_its_own_owner_and_limits(town: Town) -> None:
    await town.say(ZHANG, GARDEN, "3栋楼下的路灯坏了不亮")
    before = await town.ticket()
    assert before.owner == "street"
    holder = (await _accounts(town))[before.assignee_id or 0]
    await town.press_label(holder, holder, "改类")
    await town.press_label(holder, holder, "其他类别…")
    await town.press_label(holder, holder, "物业服务")
    await town.press_label(holder, holder, "公共设施维修")
    after = await town.ticket()
    assert (after.service_code, after.owner, after.owner_reason) == ("property.facility", "property", "managed")
    assert after.dispatched_at == before.dispatched_at
    assert (await _accounts(town))[after.assignee_id or 0] == HE
    assert "认领" in labels_of(await town.with_button(HE, HE, "认领"))
    (event,) = [one for one in await town.events(after) if one.kind is EventKind.RECLASSIFIED]
    assert (event.data["before"], event.data["after"]) == (before.service_code, "property.facility")
    assert any("公共设施维修" in text and after.number in text for text in await town.texts(ZHANG, GARDEN))


async def test_a_claimed_ticket_stays_with_its_holder(town: Town) -> None:
    await town.say(ZHANG, GARDEN, "3栋单元门锁坏了，关不上")
    await town.press_label(HE, HE, "认领")
    await town.press_label(HE, HE, "改类")
    question = await town.with_button(HE, HE, "其他类别…")
    data = question["reply_markup"]["inline_keyboard"][-1][0]["callback_data"]
    forged = data.replace("class_group", "class_set") + "no.such"
    assert "no.such" in (await town.press(HE, HE, question, forged, forged=True))["text"]
    await town.press_label(HE, HE, "其他类别…")
    await town.press_label(HE, HE, "环境卫生")
    await town.press_label(HE, HE, "绿化树木")
    ticket = await town.ticket()
    assert (ticket.service_code, ticket.status) == ("environment.greening", Status.IN_PROGRESS)


async def test_merged_reports_are_said_in_the_group_told_to_all_and_split_again(town: Town) -> None:
    await town.say(ZHANG, GARDEN, "3栋2单元电梯坏了，按了没反应")
    await town.say(LI, GARDEN, "我家也是")
    await town.say(TENANT, GARDEN, "+1")
    ticket = await town.ticket()
    texts = await town.texts(ZHANG, GARDEN)
    assert any("共 3 户反映" in text and ticket.number in text for text in texts)
    await town.press_label(HE, HE, "拆分")
    await town.press_label(HE, HE, "李大爷：我家也是")
    first, second = await town.tickets()
    assert (first.id, second.reporter_id, second.service_code) == (ticket.id, LI, "property.elevator")
    async with town.database.unit_of_work() as work:
        assert [one.account for one in await work.tickets.reporters(first.id)] == [ZHANG, TENANT]
        assert [one.account for one in await work.tickets.reporters(second.id)] == [LI]
    assert any(second.number in text and "单独登记" in text for text in await town.texts(ZHANG, GARDEN))
    assert any("共 2 户反映" in text and first.number in text for text in await town.texts(ZHANG, GARDEN))


async def test_each_reporter_may_confirm_and_one_not_solved_reopens(town: Town) -> None:
    await town.say(ZHANG, GARDEN, "3栋2单元电梯坏了，按了没反应")
    await town.say(LI, GARDEN, "我家也是")
    await town.press_label(HE, HE, "认领")
    await town.press_label(HE, HE, "办结")
    await town.say(HE, HE, "换了按键板")
    question = await town.with_button(ZHANG, GARDEN, "已解决")
    data = [one["callback_data"] for one in question["reply_markup"]["inline_keyboard"][0]]
    await town.press(ZHANG, GARDEN, question, data[0])
    assert (await town.ticket()).status is Status.ARCHIVED
    await town.press(LI, GARDEN, question, data[1], forged=True)
    assert (await town.ticket()).status is Status.IN_PROGRESS


async def test_five_households_make_it_urgent_and_the_lead_hears_of_it(town: Town) -> None:
    await town.say(ZHANG, GARDEN, "3栋单元门锁坏了，关不上")
    before = await town.ticket()
    for number in range(4):
        neighbour = 3000 + number
        await town.people.add_user(neighbour, f"邻居{number}")
        await town.people.set_member(GARDEN, neighbour, "member")
        await town.say(neighbour, GARDEN, "我家也是")
    ticket = await town.ticket()
    assert ticket.urgency == "urgent"
    assert ticket.resolve_due_at < before.resolve_due_at
    assert any("5 户反映" in text for text in await town.texts(LUO))
    assert not any("户反映" in text for text in await town.texts(LIN))


async def test_the_reporter_closes_by_saying_that_it_works_again(town: Town) -> None:
    await town.say(ZHANG, GARDEN, "我们3栋停水了，一滴水都没有")
    await town.say(LI, GARDEN, "来水了")
    assert (await town.ticket()).status is Status.DISPATCHED
    await town.say(ZHANG, GARDEN, "来水了，谢谢")
    await town.press_label(ZHANG, GARDEN, "还没好")
    assert (await town.ticket()).status is Status.DISPATCHED
    await town.say(ZHANG, GARDEN, "好了好了，来水了")
    await town.press_label(ZHANG, GARDEN, "已解决")
    ticket = await town.ticket()
    assert (ticket.status, ticket.solved) == (Status.ARCHIVED, True)
    assert ticket.resolved_at == ticket.archived_at == town.clock.now


async def test_urging_reaches_the_holder_but_not_every_minute(town: Town) -> None:
    await town.say(ZHANG, GARDEN, "3栋单元门锁坏了，关不上")
    for text in ("怎么还没人来", "催一下", "人呢"):
        town.clock.advance(minutes=1)
        await town.say(ZHANG, GARDEN, text)
    urged = [text for text in await town.texts(HE) if "催办" in text]
    assert len(urged) == 1
    town.clock.advance(minutes=40)
    await town.say(ZHANG, GARDEN, "还没好")
    assert len([text for text in await town.texts(HE) if "催办" in text]) == 2
    answers = [text for text in await town.texts(ZHANG, GARDEN) if "已催" in text]
    assert len(answers) == 4


async def test_a_missing_place_is_asked_for_on_the_card_until_it_is_told(town: Town) -> None:
    await town.say(ZHANG, GARDEN, "楼道灯坏了没人修")
    (card,) = [text for text in await town.texts(ZHANG, GARDEN) if "单号" in text]
    assert "请补充位置" in card
    await town.say(ZHANG, GARDEN, "3栋2单元")
    (card,) = [text for text in await town.texts(ZHANG, GARDEN) if "单号" in text]
    assert "请补充位置" not in card
    assert "3栋2单元" in card


async def test_an_outage_has_no_place_to_ask_for(town: Town) -> None:
    await town.say(ZHANG, GARDEN, "/report 停水了，一滴水都没有")
    (card,) = [text for text in await town.texts(ZHANG, GARDEN) if "单号" in text]
    assert "请补充位置" not in card


async def test_a_question_has_no_place_to_ask_for_but_a_ramp_has(town: Town) -> None:
    await town.say(ZHANG, GARDEN, "残疾人补贴还没到账，社区管不管")
    await town.say(LI, GARDEN, "/report 轮椅坡道被车挡住了，上不去")
    question, ramp = [text for text in await town.texts(ZHANG, GARDEN) if "单号" in text]
    assert "请补充位置" not in question
    assert "请补充位置" in ramp


async def test_find_knows_both_scripts_and_the_names_of_services(town: Town) -> None:
    await town.say(CHEN, RIVERSIDE, "/report 1棟樓下的井蓋鬆了")
    await town.say(ZHANG, GARDEN, "/report 3栋楼道灯不亮")
    for word in ("井盖", "井蓋", "鬆了", "松了"):
        await town.say(GAO, GAO, f"/find {word}")
        assert "找到 1 件" in (await town.texts(GAO))[-1], word
    await town.say(GAO, GAO, "/find 公共设施")
    assert "楼道" not in (await town.texts(GAO))[-1]
    assert "公共设施维修" in (await town.texts(GAO))[-1]


async def _accounts(town: Town) -> dict[int, int]:
    async with town.database.unit_of_work() as work:
        return {post.id: post.account or 0 for post in await work.staff.all()}
