"""Any ASGI application on a free port of loopback, for the time of a block."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.types import ASGIApp

from bot.web.server import WebServer, listen, url_of


@asynccontextmanager
async def running_app(app: ASGIApp) -> AsyncIterator[str]:
    """Serves ``app``; gives its address."""
    listening = listen("127.0.0.1", 0)
    server = WebServer(app, listening)
    serving = asyncio.create_task(server.run())
    try:
        await server.wait_until_ready()
        yield url_of(listening)
    finally:
        server.stop()
        await serving
