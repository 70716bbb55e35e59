"""Puts the sandbox together: the page, the people's interface and the Bot API in one application."""

import asyncio
import contextlib
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import PlainTextResponse
from starlette.types import Receive, Scope, Send

from bot.sandbox.botapi import BotApi
from bot.sandbox.control import Control
from bot.sandbox.failures import BotApiError, PeopleError
from bot.sandbox.guard import LoopbackOnly
from bot.sandbox.membership import announce_bot
from bot.sandbox.page import page_routes
from bot.sandbox.people import People, refused
from bot.sandbox.platform import Platform
from bot.sandbox.store import Store
from bot.sandbox.world import World, check_world

CLOSE_SECONDS = 10.0
"""How long a request under way may take to finish when the sandbox closes."""


def utc_now() -> datetime:
    return datetime.now(UTC)


class Sandbox(Starlette):
    """An application without lifespan: mount it anywhere, call ``aclose`` when the server begins to stop.

    It must be closed before the server waits for its connections, since pages keep streams open and the bot long polls.
    """

    def __init__(self, world: World, state_path: Path | None, clock: Callable[[], datetime]) -> None:
        check_world(world)
        self._closing = False
        self._open_requests = 0
        self._idle = asyncio.Event()
        self._idle.set()
        self.platform = Platform(world, Store(state_path), clock)
        self._bot_api = BotApi(self.platform)
        for chat_id in self.platform.directory.seed(world):
            if world.bot_joins:
                announce_bot(self.platform, chat_id)
        people, control = People(self.platform), Control(self.platform)
        super().__init__(
            routes=[*page_routes(world.timezone), *people.routes(), *control.routes(), *self._bot_api.routes()],
            middleware=[Middleware(LoopbackOnly)],
            exception_handlers=dict.fromkeys((PeopleError, BotApiError, KeyError, ValueError), refused),
        )

    async def aclose(self) -> None:
        """Ends streams, long polls, presses and deliveries at once and closes the state file. May be called twice."""
        if self._closing:
            return
        self._closing = True
        self._bot_api.close()
        await self.platform.end_waiting()
        # Requests that were woken still read the store; it closes after the last of them has answered.
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(CLOSE_SECONDS):
                await self._idle.wait()
        self.platform.store.close()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self._closing and scope["type"] == "http":
            await PlainTextResponse("Closing", 503, {"Connection": "close"})(scope, receive, send)
            return
        self._open_requests += 1
        self._idle.clear()
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._open_requests -= 1
            if not self._open_requests:
                self._idle.set()


def create_sandbox(world: World, state_path: Path | None, *, clock: Callable[[], datetime] = utc_now) -> Sandbox:
    """The sandbox of ``world``, its state in ``state_path`` (None: in memory). ``ValueError``: a bad world."""
    return Sandbox(world, state_path, clock)
