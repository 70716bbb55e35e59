"""A running sandbox with aiogram's own client before it, over real HTTP."""

from collections.abc import AsyncIterator

import pytest
from aiogram import Bot
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer

from tests.sandbox_server import RunningSandbox, running_sandbox
from tests.sandbox_world import WORLD


@pytest.fixture
async def server() -> AsyncIterator[RunningSandbox]:
    async with running_sandbox(WORLD) as running:
        yield running


@pytest.fixture
async def bot(server: RunningSandbox) -> AsyncIterator[Bot]:
    session = AiohttpSession(api=TelegramAPIServer.from_base(server.url))
    yield Bot(server.token, session=session)
    await session.close()
