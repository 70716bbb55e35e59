"""The route that the platform delivers updates to."""

from __future__ import annotations

import hmac
from collections.abc import Awaitable, Callable

from fastapi import APIRouter, Request, Response
from starlette.requests import ClientDisconnect

from bot.telegram.decode import MalformedUpdate
from bot.telegram.feed import UpdateFailed

PATH = "/telegram/webhook"
SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 - The name of a header, not a secret.
BODY_LIMIT = 1024 * 1024
"""In bytes. An update holds two messages of at most 4,096 characters each, so a thousandth of this is usual."""
RETRY_SECONDS = "5"


def webhook_router(feed: Callable[[bytes], Awaitable[None]], secret: str) -> APIRouter:
    """``POST /telegram/webhook``: 200 once an update needs no second delivery, 503 where it has to come again.

    401 without the right secret, 413 for more than ``BODY_LIMIT``, 400 for what is no update. Raises ``ValueError`` for
    an empty secret, since then anybody could speak as anybody.
    """
    if not secret:
        raise ValueError("the webhook needs a secret")
    expected = secret.encode()
    router = APIRouter()

    @router.post(PATH, include_in_schema=False)
    async def take(request: Request) -> Response:
        # The body is not read before the secret is known to be right, and comparing takes the same time for any guess.
        given = request.headers.get(SECRET_HEADER, "").encode("latin-1", errors="replace")
        if not hmac.compare_digest(given, expected):
            return Response(status_code=401)
        try:
            raw = await _body(request)
        except ClientDisconnect:
            return Response(status_code=400)
        if raw is None:
            return Response(status_code=413)
        try:
            await feed(raw)
        except MalformedUpdate:
            return Response(status_code=400)
        except UpdateFailed:
            return Response(status_code=503, headers={"Retry-After": RETRY_SECONDS})
        return Response(status_code=200)

    return router


async def _body(request: Request) -> bytes | None:
    """The body, or none where it is too big; a length that is announced too big is not even read."""
    announced = request.headers.get("content-length", "")
    if announced.isdecimal() and int(announced) > BODY_LIMIT:
        return None
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > BODY_LIMIT:
            return None
    return bytes(body)
