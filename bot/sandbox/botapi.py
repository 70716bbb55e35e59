"""The Bot API over HTTP: one route for all methods, one for downloads."""

import asyncio
import hmac
import re
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.sandbox.failures import BotApiError
from bot.sandbox.faults import AFTER_THE_WORK, GARBLED, Fault, garbled, too_many_requests
from bot.sandbox.methods import METHODS
from bot.sandbox.methods.identity import read_allowed_updates
from bot.sandbox.params import Params, read_params
from bot.sandbox.platform import Platform

Json = dict[str, Any]

GATEWAY_STATUSES = {"hang": 504}
"""Where it is another than 502."""


class BotApi:
    """Answers the bot as Telegram's server would."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform
        self._closing = asyncio.Event()

    def routes(self) -> list[Route]:
        return [
            Route("/bot{token}/{method}", self.call, methods=["GET", "POST"]),
            Route("/file/bot{token}/{path:path}", self.download, methods=["GET"]),
        ]

    def close(self) -> None:
        """Ends calls that hang on demand."""
        self._closing.set()

    async def call(self, request: Request) -> Response:
        method = request.path_params["method"]
        try:
            self._check_token(request.path_params["token"])
            params = await read_params(request)
        except BotApiError as refusal:
            return JSONResponse(refusal.as_json(), refusal.error_code)
        self._platform.webhook.ensure_running()
        name = method.lower()
        fault = self._platform.faults.next(name, _target(params))
        status, answer = await self._answer(name, params, fault)
        if name != "getupdates":
            self._platform.calls.note(method, params.for_log(), status, answer)
        if fault is not None and fault.kind in GARBLED:
            return Response(garbled(fault.kind, answer), media_type="application/json")
        return JSONResponse(answer, status)

    async def download(self, request: Request) -> Response:
        try:
            self._check_token(request.path_params["token"])
        except BotApiError as refusal:
            return JSONResponse(refusal.as_json(), refusal.error_code)
        file = self._platform.files.by_path(request.path_params["path"])
        if file is None:
            return JSONResponse({"ok": False, "error_code": 404, "description": "Not Found"}, 404)
        return Response(file.content, media_type="application/octet-stream")

    async def _answer(self, name: str, params: Params, fault: Fault | None) -> tuple[int, Json]:
        try:
            if fault is not None and fault.kind not in AFTER_THE_WORK:
                await self._meet(fault)
            self._platform.limits.check(name, _target(params))
            result = await self._result(name, params)
        except BotApiError as refusal:
            return refusal.error_code, refusal.as_json()
        if fault is not None and fault.kind == "lost_answer":
            return _gateway_failure(fault)
        return 200, {"ok": True, "result": result}

    async def _meet(self, fault: Fault) -> None:
        if fault.kind == "too_many_requests":
            raise too_many_requests(fault.seconds)
        if fault.kind == "hang":
            closing = asyncio.ensure_future(self._closing.wait())
            await asyncio.wait({closing}, timeout=fault.seconds)
            closing.cancel()
        status, answer = _gateway_failure(fault)
        raise BotApiError(status, answer["description"])

    async def _result(self, name: str, params: Params) -> Any:
        if name == "getupdates":
            return await self._get_updates(params)
        method = METHODS.get(name)
        if method is None:
            raise BotApiError(404, "Not Found: method not found")
        with self._platform.store.transaction():
            return method(self._platform, params)

    async def _get_updates(self, params: Params) -> list[Json]:
        if self._platform.webhook.url:
            raise BotApiError(
                409,
                "Conflict: can't use getUpdates method while webhook is active;"
                " use deleteWebhook to delete the webhook first",
            )
        self._platform.updates.allow(read_allowed_updates(params))
        limit = params.integer("limit")
        return await self._platform.updates.poll(
            params.integer("offset") or 0, 100 if limit is None else limit, params.integer("timeout") or 0
        )

    def _check_token(self, token: str) -> None:
        if not re.fullmatch(r"\d+:[A-Za-z0-9_-]+", token):
            raise BotApiError(404, "Not Found")
        if not hmac.compare_digest(token.encode(), self._platform.token.encode()):
            raise BotApiError(401, "Unauthorized")


def _gateway_failure(fault: Fault) -> tuple[int, Json]:
    status = GATEWAY_STATUSES.get(fault.kind, 502)
    words = {502: "Bad Gateway", 504: "Gateway Timeout"}[status]
    return status, {"ok": False, "error_code": status, "description": words}


def _target(params: Params) -> int | None:
    """The number of the chat that a call is about."""
    chat_id = str(params.values.get("chat_id"))
    return int(chat_id) if re.fullmatch(r"-?\d+", chat_id) else None
