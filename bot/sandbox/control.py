"""Levers for tests and demonstrations: faults, limits, the record of calls, people, rooms, the bot's standing."""

import json
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.sandbox.failures import PeopleError
from bot.sandbox.faults import KINDS, Fault
from bot.sandbox.membership import migrate, open_topic, set_bot_status, set_member
from bot.sandbox.platform import Platform

Json = dict[str, Any]


class Control:
    """Routes under ``/sandbox/control``, all JSON."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform

    def routes(self) -> list[Route]:
        return [
            Route("/sandbox/control/faults", self.faults, methods=["GET", "POST", "DELETE"]),
            Route("/sandbox/control/limits", self.limits, methods=["POST"]),
            Route("/sandbox/control/calls", self.calls),
            Route("/sandbox/control/history", self.history),
            Route("/sandbox/control/updates", self.updates),
            Route("/sandbox/control/users", self.add_user, methods=["POST"]),
            Route("/sandbox/control/chats", self.add_chat, methods=["POST"]),
            Route("/sandbox/control/members", self.set_member, methods=["POST"]),
            Route("/sandbox/control/bot", self.set_bot, methods=["POST"]),
            Route("/sandbox/control/migrate", self.migrate, methods=["POST"]),
            Route("/sandbox/control/topics", self.open_topic, methods=["POST"]),
            Route("/sandbox/control/delete", self.delete, methods=["POST"]),
        ]

    async def faults(self, request: Request) -> Response:
        """POST plans a fault (see ``Fault``), DELETE forgets all, GET lists what is still to come."""
        planned = self._platform.faults.planned
        if request.method == "DELETE":
            planned.clear()
        elif request.method == "POST":
            given = await _body(request)
            if given.get("kind") not in KINDS:
                raise PeopleError(422, "bad_value")
            planned.append(
                Fault(
                    kind=given["kind"],
                    count=int(given.get("count", 1)),
                    method=given.get("method"),
                    chat_id=given.get("chat_id"),
                    seconds=float(given.get("seconds", 1)),
                )
            )
        return JSONResponse([{"kind": one.kind, "count": one.count, "method": one.method} for one in planned])

    async def limits(self, request: Request) -> Response:
        self._platform.limits.enforced = bool((await _body(request)).get("enforced"))
        return JSONResponse({"enforced": self._platform.limits.enforced})

    async def calls(self, request: Request) -> Response:
        query = request.query_params
        return JSONResponse(self._platform.calls.since(int(query.get("since", 0)), query.get("method")))

    async def history(self, request: Request) -> Response:
        """The newest messages of any chat, whoever is in it."""
        chat_id, after = int(request.query_params.get("chat_id", 0)), int(request.query_params.get("after", 0))
        return JSONResponse(self._platform.messages.history(chat_id, after=after, limit=200))

    async def updates(self, _: Request) -> Response:
        """How many updates the bot has not confirmed yet."""
        return JSONResponse({"pending": self._platform.updates.pending()})

    async def add_user(self, request: Request) -> Response:
        given = await _body(request)
        self._platform.directory.add_user(
            int(given["user_id"]),
            str(given["name"]),
            str(given.get("title", "")),
            str(given.get("kind", "resident")),
            username=given.get("username"),
            started=bool(given.get("started", False)),
            position=int(given.get("position", 1000)),
        )
        return JSONResponse({})

    async def add_chat(self, request: Request) -> Response:
        """A new group without the bot; the bot is added with ``/sandbox/control/bot``."""
        given = await _body(request)
        directory, chat_id = self._platform.directory, int(given["chat_id"])
        with self._platform.store.transaction():
            directory.add_chat(
                chat_id,
                str(given["title"]),
                str(given.get("kind", "residents")),
                is_forum=bool(given.get("is_forum", False)),
                position=1000,
            )
            for rank, member in enumerate(given.get("members", ())):
                directory.set_status(chat_id, int(member), "member" if rank else "creator")
        self._platform.rooms_changed(self._platform.audience(chat_id))
        return JSONResponse({})

    async def set_member(self, request: Request) -> Response:
        given = await _body(request)
        set_member(self._platform, int(given["chat_id"]), int(given["user_id"]), str(given["status"]))
        return JSONResponse({})

    async def set_bot(self, request: Request) -> Response:
        """``status`` member, administrator, restricted, left or kicked; ``rights`` where unusual."""
        given = await _body(request)
        set_bot_status(
            self._platform, int(given["chat_id"]), int(given["by"]), str(given["status"]), given.get("rights")
        )
        return JSONResponse({})

    async def migrate(self, request: Request) -> Response:
        given = await _body(request)
        return JSONResponse({"chat_id": migrate(self._platform, int(given["chat_id"]), int(given["by"]))})

    async def open_topic(self, request: Request) -> Response:
        given = await _body(request)
        thread_id = open_topic(self._platform, int(given["chat_id"]), int(given["by"]), str(given["name"]))
        return JSONResponse({"thread_id": thread_id})

    async def delete(self, request: Request) -> Response:
        """Deletes a message as its writer would; the bot is not told, as on Telegram."""
        given = await _body(request)
        self._platform.delete(int(given["chat_id"]), int(given["message_id"]))
        return JSONResponse({})


async def _body(request: Request) -> Json:
    try:
        given = json.loads(await request.body())
    except ValueError:
        raise PeopleError(422, "bad_value") from None
    if not isinstance(given, dict):
        raise PeopleError(422, "bad_value")
    return given
