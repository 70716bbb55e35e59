"""The sandbox's Bot API as aiogram's own client meets it: messages."""

from collections.abc import AsyncIterator

import pytest
from aiogram import Bot
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.enums import ParseMode

from tests.sandbox_server import RunningSandbox, running_sandbox
from tests.sandbox_world import GARDEN, RESIDENT, WORLD


@pytest.fixture
async def server() -> AsyncIterator[RunningSandbox]:
    async with running_sandbox(WORLD) as running:
        yield running


@pytest.fixture
async def bot(server: RunningSandbox) -> AsyncIterator[Bot]:
    session = AiohttpSession(api=TelegramAPIServer.from_base(server.url))
    bot = Bot(server.token, session=session)
    yield bot
    await session.close()


async def test_talk_reaches_the_bot_and_its_answer_the_people(server: RunningSandbox, bot: Bot) -> None:
    said = await server.people.say(RESIDENT, GARDEN, "3号楼电梯坏了")
    (update,) = await bot.get_updates(timeout=5)
    assert update.message is not None
    assert update.message.message_id == said["message_id"]
    sent = await bot.send_message(
        GARDEN, "<b>已登记</b>", parse_mode=ParseMode.HTML, reply_to_message_id=said["message_id"]
    )
    assert sent.reply_to_message is not None
    seen = await server.people.wait_for_text(GARDEN, "已登记")
    assert seen["entities"] == [{"offset": 0, "length": 3, "type": "bold"}]
