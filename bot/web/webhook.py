"""The route that the platform delivers updates to."""

from __future__ import annotations

import hmac
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from typing import Any

from starlette.requests import ClientDisconnect
from starlette.types import Receive, Scope, Send

from bot.telegram.decode import MalformedUpdate
from bot.telegram.feed import UpdateFailed

PATH = "/telegram/webhook"
SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 - The name of a header, not a secret.
BODY_LIMIT = 1024 * 1024
"""In bytes. An update holds two messages of at most 4,096 characters each, so a thousandth of this is usual."""
RETRY_SECONDS = b"5"
_SECRET = SECRET_HEADER.lower().encode()


Take = Callable[[bytes], Awaitable[None] | None]
"""Takes an update: ends at once, or else tells what to wait for. Raises ``MalformedUpdate`` and ``UpdateFailed``."""

_EMPTY = ((b"content-length", b"0"),)
_AGAIN = (*_EMPTY, (b"retry-after", RETRY_SECONDS))


class _TooBig(Exception):
    """The body is longer than anything that the platform delivers."""


class Webhook:
    """``POST /telegram/webhook``: 200 once an update needs no second delivery, 503 where it has to come again.

    401 without the right secret, 413 for more than ``BODY_LIMIT``, 400 for what is no update.

    It is a plain ASGI application. Nine requests in ten are talk that ends in memory within microseconds; what a
    framework does to find a route and the arguments of a function would cost several times as much. The server hands it
    usual requests without even that, see ``bot.web.protocol``.
    """

    def __init__(self, take: Take, secret: str) -> None:
        """Raises ``ValueError`` for an empty secret, since then anybody could speak as anybody."""
        if not secret:
            raise ValueError("the webhook needs a secret")
        self._take = take
        self._secret = secret.encode()

    def knows(self, headers: Mapping[bytes, bytes]) -> bool:
        """Whether a request comes with the secret; comparing takes the same time for any guess."""
        return hmac.compare_digest(headers.get(_SECRET, b""), self._secret)

    def take(self, raw: bytes) -> int | Coroutine[Any, Any, int]:
        """The status of the answer to a body, now or once it is known."""
        try:
            coming = self._take(raw)
        except MalformedUpdate:
            return 400
        except UpdateFailed:
            return 503
        return 200 if coming is None else _status_of(coming)

    @staticmethod
    def headers(status: int) -> tuple[tuple[bytes, bytes], ...]:
        """The headers of an answer of this status; it has no body."""
        return _AGAIN if status == 503 else _EMPTY

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers: dict[bytes, bytes] = dict(scope["headers"])
        status = await self._answer(headers, receive)
        await send({"type": "http.response.start", "status": status, "headers": list(self.headers(status))})
        await send({"type": "http.response.body", "body": b""})

    async def _answer(self, headers: Mapping[bytes, bytes], receive: Receive) -> int:
        # The body is not read before the secret is known to be right.
        if not self.knows(headers):
            return 401
        try:
            raw = await _body(headers, receive)
        except ClientDisconnect:
            return 400
        except _TooBig:
            return 413
        status = self.take(raw)
        return status if isinstance(status, int) else await status


async def _status_of(coming: Awaitable[None]) -> int:
    try:
        await coming
    except MalformedUpdate:
        return 400
    except UpdateFailed:
        return 503
    return 200


async def _body(headers: Mapping[bytes, bytes], receive: Receive) -> bytes:
    """The body; a length that is announced too big is not even read."""
    announced = headers.get(b"content-length", b"")
    if announced.isdigit() and int(announced) > BODY_LIMIT:
        raise _TooBig
    body = bytearray()
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        body += message.get("body", b"")
        if len(body) > BODY_LIMIT:
            raise _TooBig
        if not message.get("more_body", False):
            return bytes(body)
