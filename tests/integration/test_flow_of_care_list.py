"""The care list in chat: who may see what, and that every look is kept."""

from __future__ import annotations

from datetime import timedelta

import pytest

from routing.care import CareCommand, CareLook
from routing.staff import Role
from tests.care_list import GRANNY, OLD_LI, list_persons
from tests.town import ADMIN, GAO, GARDEN, HE, LI, LIN, LUO, MILL, TANG, XIE, ZHANG, ZHOU, Town

STRANGER = 1000000039
"""Secretary of another community."""
LIAISON = 1000000021
WATER = 1000000016
WHY = "月度走访准备"

NAME, HOME, PHONE, NOTE, ACCOUNT, KIND = GRANNY, "302室", "0000-0000201", "耳背", str(LI), "独居老人"
SEES = {
    TANG: {NAME, HOME, PHONE, NOTE, KIND, ACCOUNT, OLD_LI},
    ZHOU: {NAME, HOME, PHONE, NOTE, KIND},
    XIE: {NAME, HOME, KIND, OLD_LI},
    GAO: {KIND},
    STRANGER: set(),
    LIN: set(),
    LUO: set(),
    HE: set(),
    LIAISON: set(),
    WATER: set(),
    ADMIN: set(),
    ZHANG: set(),
}
SECRETS = (NAME, HOME, PHONE, NOTE, ACCOUNT, KIND, OLD_LI)
COMMANDS = (f"/care {WHY}", f"/care 1 {WHY}", f"/care 2 {WHY}", f"/care 导出 {WHY}", "/care 记录", "/visits")


async def looks(town: Town) -> tuple[CareLook, ...]:
    """All that was kept, oldest first."""
    async with town.database.unit_of_work() as work:
        codes = [area.code for area in await work.areas.tree()]
        return tuple(reversed(await work.care.looks(codes, town.clock() - timedelta(days=999), limit=999)))


@pytest.mark.parametrize("account", SEES)
async def test_every_role_sees_its_fields_and_no_other_by_any_command(town: Town, account: int) -> None:
    await list_persons(town)
    for command in COMMANDS:
        await town.say(account, account, command)
    answers = [text for text in await town.texts(account) if not text.startswith("/")]
    seen = {secret for secret in SECRETS if any(secret in text for text in answers)}
    assert seen == SEES[account]
    exported = any("关爱名单导出" in text for text in answers)
    assert exported == (account in {TANG, STRANGER})
    assert not [text for text in await town.texts(ZHANG, GARDEN) if any(secret in text for secret in SECRETS)]


async def test_in_a_group_the_answer_goes_to_the_private_chat(town: Town) -> None:
    await list_persons(town)
    await town.say(LIN, GARDEN, f"/care {WHY}")
    await town.say(ZHOU, MILL, f"/care {WHY}")
    assert any(GRANNY in text for text in await town.texts(ZHOU))
    for text in (*await town.texts(LIN, GARDEN), *await town.texts(ZHOU, MILL)):
        assert GRANNY not in text


async def test_a_look_needs_a_reason_and_is_kept(town: Town) -> None:
    await list_persons(town)
    await town.say(TANG, TANG, "/care")
    await town.say(TANG, TANG, "/care 1")
    await town.say(TANG, TANG, "/care 导出")
    assert not await looks(town)
    assert all(GRANNY not in text for text in await town.texts(TANG))
    await town.say(TANG, TANG, f"/care {WHY}")
    await town.say(TANG, TANG, f"/care #1 {WHY}")
    await town.say(TANG, TANG, f"/care 导出 {WHY}")
    await town.say(ZHOU, ZHOU, "/care")
    await town.say(ZHOU, ZHOU, "/care 1")
    await town.say(LIN, LIN, f"/care 1 {WHY}")
    kept = [(one.account, one.role, one.command, one.why, one.person_id, one.count) for one in await looks(town)]
    assert kept == [
        (TANG, Role.COMMUNITY, CareCommand.LIST, WHY, None, 2),
        (TANG, Role.COMMUNITY, CareCommand.SHOW, WHY, 1, 1),
        (TANG, Role.COMMUNITY, CareCommand.EXPORT, WHY, None, 2),
        (ZHOU, Role.GRID_WORKER, CareCommand.LIST, "paired", None, 1),
        (ZHOU, Role.GRID_WORKER, CareCommand.SHOW, "paired", 1, 1),
    ]
    assert "名单里没有编号 1" in (await town.texts(LIN))[-1], "as for a number that nobody has"
    await town.say(XIE, XIE, "/care 记录")
    shown = (await town.texts(XIE))[-1]
    assert "名单查看记录（5 条）" in shown
    assert "社区 唐丽｜导出名单 2 人｜聊天｜月度走访准备" in shown
    assert GRANNY not in shown


async def test_a_stand_in_sees_what_the_cadre_sees(town: Town) -> None:
    await list_persons(town)
    await town.say(ZHOU, ZHOU, "/leave 今天 明天 吴倩")
    await town.say(1000000008, 1000000008, "/care")
    assert any(GRANNY in text for text in await town.texts(1000000008))


async def test_a_removal_without_a_number_is_told_how_to_write_it(town: Town) -> None:
    await town.say(TANG, TANG, "/care 移出")
    assert "/care 移出 编号 理由" in (await town.texts(TANG))[-1]


async def test_removal_is_for_the_community_and_hides_at_once(town: Town) -> None:
    await list_persons(town)
    for account in (XIE, GAO, ZHOU, LIN, STRANGER, ADMIN):
        await town.say(account, account, f"/care 移出 1 {WHY}")
        assert "名单里没有编号 1" in (await town.texts(account))[-1]
    await town.say(TANG, TANG, f"/care 移出 1 {WHY}")
    await town.say(ZHOU, ZHOU, "/care")
    assert "没有这项操作的权限" in (await town.texts(ZHOU))[-1]
    assert [one.command for one in await looks(town)] == [CareCommand.REMOVE]


async def test_what_names_who_was_removed_is_erased_by_upkeep(town: Town) -> None:
    await list_persons(town)
    await town.say(TANG, TANG, f"/care 移出 1 {WHY}")
    town.clock.advance(days=29)
    await town.upkeep()
    async with town.database.unit_of_work() as work:
        assert (await work.care.get(1)).name == GRANNY
    town.clock.advance(days=2)
    await town.upkeep()
    async with town.database.unit_of_work() as work:
        assert (await work.care.get(1)).name == ""
    town.clock.advance(days=1100)
    await town.upkeep()
    assert not await looks(town)
