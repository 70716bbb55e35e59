"""HTTP as uvicorn speaks it, but with a short way for updates.

The platform delivers one update after another over connections that stay open, each a small request of the same form.
Such a request is read by the same parser as any other and then handed to the webhook at once. Most end in memory, so
that the answer is written before the parser returns; a task, an application and its messages are made for none of them.
Every request of another form, a wrong secret among them, goes the long way through the application.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from http import HTTPStatus
from typing import Any, ClassVar

import structlog
from uvicorn.config import Config
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle
from uvicorn.server import ServerState

from bot.web.webhook import BODY_LIMIT, PATH, Webhook

log = structlog.get_logger(__name__)

_PATH = PATH.encode()
Headers = list[tuple[bytes, bytes]]
_STATUS = {one.value: f"HTTP/1.1 {one.value} {one.phrase}\r\n".encode() for one in HTTPStatus}


def protocol_of(webhook: Webhook) -> type[HttpToolsProtocol]:
    """The protocol of a server that hands updates to this webhook."""

    class Protocol(_Protocol):
        _webhook = webhook
        _written: ClassVar[dict[tuple[int, bool], tuple[Headers, bytes]]] = {}

    return Protocol


class _Protocol(HttpToolsProtocol):
    _webhook: Webhook
    _written: ClassVar[dict[tuple[int, bool], tuple[Headers, bytes]]]
    """The answer of a status, whether or not the connection stays open, with the server's headers that it has."""

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        self._is_update = False
        self._body = b""

    def on_headers_complete(self) -> None:
        self._is_update = self.url == _PATH and self._is_usual()
        if not self._is_update:
            super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        if self._is_update:
            self._body += body
        else:
            super().on_body(body)

    def on_message_complete(self) -> None:
        if not self._is_update:
            super().on_message_complete()
            return
        raw, self._body, self._is_update = self._body, b"", False
        try:
            status = self._webhook.take(raw)
        except Exception:  # The parser would take it for a fault of the request.
            log.exception("update_not_answered")
            status = 500
        if isinstance(status, int):
            self._answer(status)
        else:
            self._answer_later(status)

    def _is_usual(self) -> bool:
        """Whether it is a request as the platform makes them, on a connection on which nothing else is at work."""
        if self.cycle is not None and not self.cycle.response_complete:
            return False
        if self.expect_100_continue or self.flow.write_paused or self.parser.should_upgrade():
            return False
        if self.parser.get_method() != b"POST" or self.parser.get_http_version() != "1.1":
            return False
        headers = dict(self.headers)
        length = headers.get(b"content-length", b"")
        is_short = length.isdigit() and int(length) <= BODY_LIMIT
        return is_short and self.parser.should_keep_alive() and self._webhook.knows(headers)

    def _answer_later(self, coming: Coroutine[Any, Any, int]) -> None:
        # While it is at work, the connection has it for what it looks at: further requests wait for its end, and a
        # server that stops lets it end.
        cycle = self.cycle = RequestResponseCycle(
            scope=self.scope,
            transport=self.transport,
            flow=self.flow,
            logger=self.logger,
            access_logger=self.access_logger,
            access_log=False,
            default_headers=[],
            message_event=asyncio.Event(),
            expect_100_continue=False,
            keep_alive=True,
            on_response=self.on_response_complete,
        )
        task = self.loop.create_task(self._answer_with(cycle, coming))
        task.add_done_callback(self.tasks.discard)
        self.tasks.add(task)

    async def _answer_with(self, cycle: RequestResponseCycle, coming: Coroutine[Any, Any, int]) -> None:
        try:
            status = await coming
        except asyncio.CancelledError:
            # Nobody answers it any more, so it has to be delivered again.
            self.transport.close()
            raise
        except Exception:  # Whatever it was, the platform must not take it for done.
            log.exception("update_not_answered")
            status = 500
        cycle.response_complete = True
        if not (cycle.disconnected or self.transport.is_closing()):
            self._answer(status, keep_alive=cycle.keep_alive)

    def _answer(self, status: int, *, keep_alive: bool = True) -> None:
        # The server gives new headers once a second, since they say the time; until then an answer stays as it is.
        headers = self.server_state.default_headers
        written = self._written.get((status, keep_alive))
        if written is None or written[0] is not headers:
            written = self._written[status, keep_alive] = headers, self._lines(status, headers, keep_alive=keep_alive)
        self.transport.write(written[1])
        if not keep_alive:
            self.transport.close()
        self.on_response_complete()

    def _lines(self, status: int, headers: Headers, *, keep_alive: bool) -> bytes:
        lines = [_STATUS[status]]
        for name, value in (*headers, *self._webhook.headers(status)):
            lines += (name, b": ", value, b"\r\n")
        if not keep_alive:
            lines.append(b"connection: close\r\n")
        lines.append(b"\r\n")
        return b"".join(lines)
