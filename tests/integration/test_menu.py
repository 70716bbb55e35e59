"""The platform is told the commands; each of them is one that the bot answers."""

from __future__ import annotations

from bot.telegram.menu import FOR_ADMINISTRATORS, IN_PRIVATE, publish_menu
from bot.telegram.routers.admins import admins_router
from bot.telegram.routers.care import care_router
from bot.telegram.routers.civic import civic_router
from bot.telegram.routers.commands import Command
from bot.telegram.routers.disputes import disputes_router
from bot.telegram.routers.residents import residents_router
from bot.telegram.routers.staff import staff_router
from bot.telegram.routers.volunteers import volunteers_router
from bot.telegram.sender import open_bot
from tests.sandbox_server import running_sandbox
from tests.town import configuration, sample_world


async def test_the_menu_holds_what_the_bot_answers() -> None:
    async with running_sandbox(sample_world()) as sandbox:
        bot = open_bot(sandbox.token, sandbox.url)
        await publish_menu(bot, configuration().texts)
        await bot.session.close()
        calls = await sandbox.people.calls("setMyCommands")
    assert [call["status"] for call in calls] == [200, 200, 200]
    answered = {
        filter_.callback._name
        for router in (
            residents_router(),
            staff_router(),
            admins_router(),
            care_router(),
            civic_router(),
            disputes_router(),
            volunteers_router(),
        )
        for handler in router.message.handlers
        for filter_ in handler.filters or ()
        if isinstance(filter_.callback, Command)
    }
    assert set(IN_PRIVATE) | set(FOR_ADMINISTRATORS) | {"start"} == answered
