"""The HTTP server as a part of a process that has other parts."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import Awaitable, Callable, Iterator

import uvicorn
from starlette.types import ASGIApp

from bot.web.app import Application
from bot.web.protocol import protocol_of

REQUESTS_SECONDS = 5
"""How long requests at work may take once the server is told to stop."""
IDLE_SECONDS = 75
"""How long an idle connection stays open; Telegram delivers again and again over the same few."""


class WebServer:
    """Serves ``app`` on a socket that listens already; usual updates go to its webhook the short way, if it has one.

    ``before_stop`` is awaited before the server waits for its requests: what holds streams open ends them there.
    """

    def __init__(
        self, app: ASGIApp, listening: socket.socket, before_stop: Callable[[], Awaitable[None]] | None = None
    ) -> None:
        self._listening = listening
        webhook = app.webhook if isinstance(app, Application) else None
        self._server = _Server(
            uvicorn.Config(
                app,
                http="auto" if webhook is None else protocol_of(webhook),
                lifespan="off",
                log_config=None,
                access_log=False,
                server_header=False,
                proxy_headers=False,
                timeout_keep_alive=IDLE_SECONDS,
                timeout_graceful_shutdown=REQUESTS_SECONDS,
            ),
            before_stop,
        )

    async def wait_until_ready(self) -> None:
        """Returns once requests are answered."""
        await self._server.ready.wait()

    def stop(self) -> None:
        """Lets ``run`` end once the requests at work are answered."""
        self._server.should_exit = True

    async def run(self) -> None:
        """Serves until ``stop``."""
        await self._server.serve(sockets=[self._listening])


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config, before_stop: Callable[[], Awaitable[None]] | None) -> None:
        super().__init__(config)
        self.ready = asyncio.Event()
        self._before_stop = before_stop

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leaves the signals alone: the process has other parts that stop in an order of their own."""
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.ready.set()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        if self._before_stop is not None:
            await self._before_stop()
        await super().shutdown(sockets)


def listen(host: str, port: int) -> socket.socket:
    """A socket that listens, so that a port that is taken is found before anything else is done; raises ``OSError``."""
    family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    listening = socket.socket(family, kind, protocol)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(address)
        listening.listen(1024)
    except OSError:
        listening.close()
        raise
    listening.setblocking(False)
    return listening


def url_of(listening: socket.socket) -> str:
    """Where a browser on this machine finds the server."""
    host, port = listening.getsockname()[:2]
    if host in {"0.0.0.0", "::"}:  # noqa: S104 - It is compared, not bound.
        host = "127.0.0.1"
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
