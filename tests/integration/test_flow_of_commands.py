"""Every command, by everybody: who may, who is refused politely, and what each says to wrong words."""

from __future__ import annotations

import pytest

from routing.catalogue import OwnerKind
from routing.staff import Role, Staff
from routing.ticket import Status
from routing.ticket_events import EventKind
from tests.sandbox_server import png
from tests.town import (
    ADMIN,
    GAO,
    GARDEN,
    HE,
    LIN,
    LUO,
    MILL,
    RIVERSIDE,
    STAFF_ROOM,
    TANG,
    TENANT,
    WANG,
    WU,
    XIE,
    ZHANG,
    ZHOU,
    Town,
    labels_of,
)

LIAISON, WATER = 1000000021, 1000000016
"""A household liaison of the garden's third building, and the water company's contact."""
NEWCOMER, SECOND = 2_000_000_001, 2_000_000_002
REFUSED = "您没有这项操作的权限。"
LOCK = "/report 3栋2单元502单元门锁坏了，关不上"

STAFF = {LIAISON, LIN, HE, WATER, LUO, TANG, XIE, GAO, ADMIN}
SUPERVISING = {LUO, TANG, XIE, GAO}

COMMANDS = [
    ("/todo", "目前没有待办工单", STAFF),
    ("/patrol", "用法：/patrol", STAFF | {ZHANG}),
    ("/overdue", "没有超期工单", SUPERVISING | {ADMIN}),
    ("/find 门锁", "没有找到相关工单", SUPERVISING | {ADMIN}),
    ("/find", "用法：/find", STAFF | {ZHANG}),
    ("/urge", "用法：/urge", STAFF | {ZHANG}),
    ("/urge TD101-01-990101-001", "没有找到工单 TD101-01-990101-001", STAFF | {ZHANG}),
    ("/digest", "日报", SUPERVISING | {ADMIN}),
    ("/digest 周", "周报", SUPERVISING | {ADMIN}),
    ("/digest 月", "月报", SUPERVISING | {ADMIN}),
    ("/digest 去年", "用法：/digest", STAFF | {ZHANG}),
    ("/groups", "已加入 4 个群", {TANG, XIE, GAO, ADMIN}),
    ("/bind", "用法：在群里发送", STAFF | {ZHANG}),
    ("/invite", "用法：/invite 角色 网格编码", STAFF | {ZHANG}),
    ("/mine", "您还没有登记过事项", STAFF | {ZHANG}),
    ("/help", "/todo 待办", STAFF),
    ("/help", "/overdue 超期", SUPERVISING | {ADMIN}),
    ("/help", "/bind 网格编码", {TANG, XIE, GAO, ADMIN}),
    ("/start", "您的岗位：", STAFF),
    ("/start no-such-link", "邀请链接已经用过或过期", STAFF | {ZHANG}),
    # What changes the district comes last.
    ("/patrol 3栋东侧井盖破损", "巡查问题已登记", {LIAISON, LIN, HE, LUO, TANG}),
    ("/duty", "您已下岗", STAFF),
]


async def test_who_may_use_a_command_and_who_is_refused(town: Town) -> None:
    people = sorted(STAFF | {ZHANG})
    read = dict.fromkeys(people, 0)
    for command, answer, entitled in COMMANDS:
        for person in people:
            await town.people.say(person, person, command)
        await town.settle()
        for person in people:
            said = await town.texts(person)
            heard, read[person] = said[read[person] :], len(said)
            assert any(answer in text for text in heard) == (person in entitled), (command, person, heard)
            if person not in entitled and command not in {"/help", "/start"}:
                assert heard.count(REFUSED) == 1, (command, person, heard)


async def test_residents_are_answered_where_they_ask(town: Town) -> None:
    for command in ("/todo", "/digest", "/overdue", "/find 锁", "/groups", "/duty", "/patrol 井盖破损"):
        asked = await town.say(ZHANG, GARDEN, command)
        answer = (await town.people.history(ZHANG, GARDEN))[-1]
        assert answer["text"] == REFUSED
        assert answer["reply_to_message"]["message_id"] == asked["message_id"]
    await town.say(ZHANG, GARDEN, "/help")
    assert "@我 加内容或 /report 内容 一定登记" in (await town.texts(ZHANG, GARDEN))[-1]
    assert await town.tickets() == []


async def test_commands_in_a_group_answer_in_private_what_a_group_must_not_read(town: Town) -> None:
    for person in (LIN, ADMIN):
        await town.say(person, person, "/start")
    await town.say(ZHANG, GARDEN, LOCK)
    before = len(await town.texts(ZHANG, GARDEN))
    for command in ("/todo", "/find 502"):
        await town.say(LIN, GARDEN, command)
    await town.say(ADMIN, GARDEN, "/invite 网格员 TD101-01")
    assert len(await town.texts(ZHANG, GARDEN)) == before + 4
    assert (await town.texts(ZHANG, GARDEN))[-2] == REFUSED
    assert "https://t.me/qunban_bot?start=invitation-token" in (await town.texts(ADMIN))[-1]


async def test_who_never_started_the_bot_is_told_so_in_the_group(town: Town) -> None:
    await town.people.add_user(NEWCOMER, "新来的网格员", started=False)
    await town.people.set_member(GARDEN, NEWCOMER, "member")
    async with town.database.unit_of_work() as work:
        await work.staff.add(Staff(0, "新来的网格员", Role.GRID_WORKER, "TD101-01", account=NEWCOMER))
        await work.commit()
    asked = await town.say(NEWCOMER, GARDEN, "/todo")
    told = (await town.people.history(ZHANG, GARDEN))[-1]
    assert told["text"] == "已私聊回复您。没收到的话，请先打开 https://t.me/qunban_bot 点“开始”，再发一次。"
    assert told["reply_to_message"]["message_id"] == asked["message_id"]
    await town.say(NEWCOMER, NEWCOMER, "/start")
    await town.say(NEWCOMER, GARDEN, "/todo")
    assert (await town.people.history(ZHANG, GARDEN))[-1]["text"] == "/todo"
    assert (await town.texts(NEWCOMER))[-1] == "目前没有待办工单。"


async def test_mine_lists_the_own_matters_without_rooms(town: Town) -> None:
    await town.say(ZHANG, GARDEN, LOCK)
    await town.say(ZHANG, GARDEN, "/mine")
    number = (await town.ticket()).number
    mine = (await town.texts(ZHANG, GARDEN))[-1]
    assert mine == f"我反映的事 1 件\n🟢 {number}｜公共设施维修｜锦绣花园 3栋2单元｜待认领"
    await town.say(TENANT, GARDEN, "/mine")
    assert (await town.texts(TENANT, GARDEN))[-1] == "您没有在本群登记过事项。私下登记的，请私聊我发 /mine。"
    await town.say(TENANT, TENANT, "/mine")
    assert (await town.texts(TENANT))[-1] == "您还没有登记过事项。"


async def test_todo_lists_what_one_has_and_what_lies_in_the_pool(town: Town) -> None:
    await town.say(ZHANG, GARDEN, LOCK)
    ticket = await town.ticket()
    await town.say(HE, HE, "/todo")
    assert (await town.texts(HE))[-1].startswith(
        f"待办工单 1 件\n🟢 {ticket.number}｜公共设施维修｜锦绣花园 3栋2单元502室"
    )
    await town.say(LIN, LIN, "/todo")
    assert (await town.texts(LIN))[-1] == "目前没有待办工单。"
    town.clock.advance(hours=2)
    await town.sweep()
    for person, sees in ((LIN, True), (HE, True), (LUO, True), (ZHOU, False), (WATER, False)):
        await town.say(person, person, "/todo")
        assert ((ticket.number in (await town.texts(person))[-1]), person) == (sees, person)


async def test_urge_reaches_the_holder_and_is_on_record(town: Town) -> None:
    await town.say(ZHANG, GARDEN, LOCK)
    number = (await town.ticket()).number
    for person in (LIN, HE, WATER, WU):
        await town.say(person, person, f"/urge {number}")
        assert (await town.texts(person))[-1] == REFUSED, person
    await town.say(GAO, GAO, f"/urge {number.lower()}")
    assert (await town.texts(GAO))[-1] == f"已督办工单 {number}，请经办人在 11-24 10:00 前反馈。"
    assert f"📣 高岚 督办工单 {number}，请在 11-24 10:00 前处理并反馈。" in await town.texts(HE)
    assert (await town.events(await town.ticket()))[-1].kind is EventKind.URGED
    assert (await town.ticket()).urges == 1


async def test_find_looks_for_words_and_numbers_in_the_own_areas_only(town: Town) -> None:
    await town.say(ZHANG, GARDEN, LOCK)
    number = (await town.ticket()).number
    other_community = 1000000037
    for person, word, found in (
        (TANG, "门锁", True),
        (TANG, number, True),
        (TANG, number[-3:], True),
        (TANG, "%", False),
        (TANG, "_", False),
        (TANG, "{number}", False),
        (TANG, "热水器", False),
        (GAO, "门锁", True),
        (other_community, "门锁", False),
    ):
        await town.say(person, person, f"/find {word}")
        assert (number in (await town.texts(person))[-1]) == found, (person, word)


async def test_duty_takes_one_out_of_the_turn_and_back(town: Town) -> None:
    await town.say(HE, HE, "/duty")
    assert (await town.texts(HE))[-1] == "您已下岗，新工单不再派给您。"
    await town.say(ZHANG, GARDEN, LOCK)
    ticket = await town.ticket()
    assert (ticket.owner, ticket.owner_reason) == (OwnerKind.COMMUNITY, "nobody_on_duty")
    assert "对口人员不在岗，已交上一级安排" in (await town.texts(ZHANG, GARDEN))[-1]
    await town.say(HE, HE, "/duty")
    assert (await town.texts(HE))[-1] == "您已上岗，新工单会派给您。"
    town.clock.advance(hours=1)
    await town.say(ZHANG, GARDEN, "/report 5栋楼道灯不亮")
    assert (await town.tickets())[-1].owner is OwnerKind.PROPERTY


async def test_patrol_files_a_finding_with_its_photo(town: Town) -> None:
    await town.say(LIN, LIN, "/patrol 3栋单元门锁坏了", photo=png())
    ticket = await town.ticket()
    assert (ticket.group_chat_id, ticket.reporter_name, len(ticket.attachments)) == (None, "林晓燕", 1)
    assert ticket.area_path.startswith("TC/TD/TD1/TD101/TD101-01/")
    (opened, *_) = await town.events(ticket)
    assert opened.data["via"] == "patrol"
    assert f"巡查问题已登记，单号 {ticket.number}。\n还可以接着发照片和位置。" in await town.texts(LIN)


async def test_a_private_message_is_registered_where_one_is_known(town: Town) -> None:
    await town.say(TENANT, TENANT, "5栋楼道灯不亮")
    assert "您说的是哪个小区的事？" in (await town.texts(TENANT))[-1]
    assert await town.tickets() == []
    await town.say(ZHANG, GARDEN, LOCK)
    town.clock.advance(hours=1)
    await town.say(ZHANG, ZHANG, "5栋楼道灯不亮")
    private = (await town.tickets())[-1]
    assert (private.group_chat_id, private.reporter_id) == (None, ZHANG)
    assert private.number in (await town.texts(ZHANG))[-1]
    await town.press_label(HE, HE, "认领")
    await town.press_label(HE, HE, "办结")
    await town.say(HE, HE, "换了灯泡")
    await town.press_label(ZHANG, ZHANG, "已解决")
    assert Status.ARCHIVED in {ticket.status for ticket in await town.tickets()}


async def test_an_invitation_makes_one_person_a_post_once(town: Town) -> None:
    await town.people.add_user(NEWCOMER, "新来的网格员", started=True)
    await town.people.add_user(SECOND, "捡到链接的人", started=True)
    await town.say(TANG, TANG, "/invite 网格员 TD101-03")
    link = (await town.texts(TANG))[-1]
    assert "邀请网格员（桂花园第三网格），一次有效，7 天内打开" in link
    token = link.rsplit("start=")[1]
    await town.say(NEWCOMER, NEWCOMER, f"/start {token}")
    assert (await town.texts(NEWCOMER))[-1] == "欢迎，新来的网格员。您已登记为网格员（桂花园第三网格）。"
    for person in (SECOND, NEWCOMER):
        await town.say(person, person, f"/start {token}")
        assert "邀请链接已经用过或过期" in (await town.texts(person))[-1]
    async with town.database.unit_of_work() as work:
        (post,) = await work.staff.of_account(NEWCOMER)
        assert await work.staff.of_account(SECOND) == ()
    assert (post.role, post.area_code) == (Role.GRID_WORKER, "TD101-03")
    await town.say(NEWCOMER, NEWCOMER, "/todo")
    assert (await town.texts(NEWCOMER))[-1] == "目前没有待办工单。"


async def test_an_invitation_expires(town: Town) -> None:
    await town.people.add_user(NEWCOMER, "来晚的人", started=True)
    await town.say(ADMIN, ADMIN, "/invite grid_worker TD101-03")
    town.clock.advance(days=7)
    await town.say(NEWCOMER, NEWCOMER, "/start invitation-token")
    assert "邀请链接已经用过或过期" in (await town.texts(NEWCOMER))[-1]


@pytest.mark.parametrize(
    ("person", "words", "answer"),
    [
        (LIN, "网格员 TD101-01", REFUSED),
        (ZHANG, "管理员 TD", REFUSED),
        (TANG, "网格员 TD102-01", REFUSED),
        (TANG, "督查 TD101", REFUSED),
        (ADMIN, "村长 TD101", "没有“村长”这个角色。"),
        (ADMIN, "网格员 XX", "没有编码为 XX 的区域，请核对。"),
        (ADMIN, "网格员", "用法：/invite"),
        (ADMIN, "网格员 TD101 TD102", "用法：/invite"),
    ],
)
async def test_wrong_invitations_are_refused(town: Town, person: int, words: str, answer: str) -> None:
    await town.say(person, person, f"/invite {words}")
    assert answer in (await town.texts(person))[-1]


async def test_groups_are_bound_by_those_who_stand_for_the_area(town: Town) -> None:
    chat = -1001000000555
    await town.people.add_chat(chat, "新楼栋群", [ADMIN, ZHANG, TANG, LIN])
    await town.people.set_bot(chat, ADMIN, "member")
    await town.settle()
    for person, command, answer in (
        (ADMIN, "/bind", "用法：在群里发送 /bind 网格编码"),
        (ADMIN, "/bind 不存在", "没有编码为 不存在 的区域，请核对。"),
        (ZHANG, "/bind TD101-X1", REFUSED),
        (LIN, "/bind TD101-X1", REFUSED),
        (TANG, "/bind TD102-X2", REFUSED),
        (TANG, "/bind TD101-X1", "本群已绑定 锦绣花园（TD101-X1）。"),
    ):
        await town.say(person, chat, command)
        assert (await town.texts(ZHANG, chat))[-1] == answer
    await town.say(ZHANG, chat, "3栋单元门锁坏了，关不上")
    assert (await town.ticket()).area_code == "TD101-X1-3"
    await town.say(ADMIN, ADMIN, "/groups")
    assert "新楼栋群｜锦绣花园｜正常" in (await town.texts(ADMIN))[-1]
    await town.say(ADMIN, chat, "/bind TD101-X2 工作群")
    assert (await town.texts(ZHANG, chat))[-1] == "本群已绑定为 棉纺厂宿舍（TD101-X2）的工作群。"
    await town.say(WANG, MILL, "/report 2幢单元门锁坏了")
    card = await town.with_button(TANG, chat, "认领")
    assert labels_of(card) == ["认领", "转派"]
    assert "2幢" in card["text"] or "2栋" in card["text"]
    assert not any("棉纺厂" in text for text in await town.texts(LIN, STAFF_ROOM))
    assert await town.texts(1000000004, RIVERSIDE) == []
