"""What people do: the JSON interface behind the page, and behind tests that play residents and workers."""

import re
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from bot.sandbox.directory import PRESENT
from bot.sandbox.failures import BotApiError, PeopleError
from bot.sandbox.formatting import utf16_length, with_found
from bot.sandbox.membership import set_blocked
from bot.sandbox.params import Params, Upload, read_params
from bot.sandbox.platform import Platform

Json = dict[str, Any]

TEXT_LIMIT = 4096
CAPTION_LIMIT = 1024
ALBUM_LIMIT = 10
PRESS_SECONDS = 10.0
"""How long a press waits for the bot before the page is told that nothing came."""
SHOWN_AS_THEY_ARE = frozenset({"image/jpeg", "image/png", "image/gif", "image/webp", "video/mp4"})


class People:
    """Routes under ``/sandbox``. Who acts is said in ``as``: here everybody may be anybody."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform

    def routes(self) -> list[Route]:
        return [
            Route("/sandbox/personas", self.personas),
            Route("/sandbox/rooms", self.rooms),
            Route("/sandbox/history", self.history),
            Route("/sandbox/commands", self.commands),
            Route("/sandbox/stream", self.stream),
            Route("/sandbox/files/{file_id}", self.file),
            Route("/sandbox/messages", self.say, methods=["POST"]),
            Route("/sandbox/edit", self.edit, methods=["POST"]),
            Route("/sandbox/press", self.press, methods=["POST"]),
            Route("/sandbox/read", self.read, methods=["POST"]),
            Route("/sandbox/block", self.block, methods=["POST"]),
        ]

    async def personas(self, _: Request) -> Response:
        people = [
            {
                "user_id": row["user_id"],
                "name": row["name"],
                "title": row["title"],
                "kind": row["kind"],
                "unread": self._platform.messages.unread(row["user_id"], row["user_id"]),
            }
            for row in self._platform.directory.people()
        ]
        return JSONResponse(people)

    async def rooms(self, request: Request) -> Response:
        user_id = self._person(request.query_params.get("as"))
        directory = self._platform.directory
        rooms = [
            self._room(user_id, row["chat_id"], row["title"], row["kind"], len(directory.members(row["chat_id"])))
            for row in directory.groups_of(user_id)
        ]
        bot = directory.user(self._platform.bot_id)
        rooms.append(self._room(user_id, user_id, bot["first_name"], "private", 2))
        return JSONResponse(rooms)

    def _room(self, user_id: int, chat_id: int, title: str, kind: str, members: int) -> Json:
        directory = self._platform.directory
        person = directory.person(user_id)
        return {
            "chat_id": chat_id,
            "title": title,
            "kind": kind,
            "type": directory.type_of(chat_id),
            "members": members,
            "unread": self._platform.messages.unread(chat_id, user_id),
            "last": self._platform.messages.last(chat_id),
            "bot_present": self._platform.bot_listens(chat_id) if chat_id < 0 else True,
            "blocked": bool(person and person["blocked"]) if chat_id > 0 else False,
        }

    async def history(self, request: Request) -> Response:
        user_id = self._person(request.query_params.get("as"))
        chat_id = self._chat(user_id, request.query_params.get("chat_id"))
        before = request.query_params.get("before")
        limit = min(int(request.query_params.get("limit") or 60), 200)
        messages = self._platform.messages.history(chat_id, before=int(before) if before else None, limit=limit)
        return JSONResponse({"messages": messages, "more": len(messages) == limit})

    async def commands(self, request: Request) -> Response:
        """The commands the bot has set for this chat, the narrowest scope first, as apps choose them."""
        user_id = self._person(request.query_params.get("as"))
        chat_id = self._chat(user_id, request.query_params.get("chat_id"))
        wide = "all_private_chats" if chat_id > 0 else "all_group_chats"
        for scope in (f"chat_member {chat_id} {user_id}", f"chat {chat_id} ", f"{wide}  ", "default  "):
            for language in ("zh", ""):
                found = self._platform.store.fact(f"commands {scope} {language}")
                if found:
                    return JSONResponse(found)
        return JSONResponse([])

    async def stream(self, request: Request) -> Response:
        user_id = self._person(request.query_params.get("as"))
        headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
        return StreamingResponse(self._platform.live.stream(user_id), media_type="text/event-stream", headers=headers)

    async def file(self, request: Request) -> Response:
        file = self._platform.files.by_id(request.path_params["file_id"])
        if file is None:
            raise PeopleError(404, "file_unknown")
        shown = file.content_type in SHOWN_AS_THEY_ARE
        headers = {"Cache-Control": "private, max-age=86400, immutable", "Content-Security-Policy": "sandbox"}
        if not shown:
            headers["Content-Disposition"] = "attachment"
        return Response(
            file.content, media_type=file.content_type if shown else "application/octet-stream", headers=headers
        )

    async def say(self, request: Request) -> Response:
        """Sends what a person wrote: text, a place, a document, or up to ten photos with the text as caption."""
        params = await read_params(request)
        user_id, chat_id = self._actor(params)
        reply_to = params.integer("reply_to")
        if reply_to is not None and self._platform.messages.row(chat_id, reply_to) is None:
            raise PeopleError(409, "quoted_message_gone")
        self._open_private_chat(chat_id)
        bodies = self._bodies(params)
        numbers = [
            self._platform.post(chat_id, user_id, body, reply_to=reply_to, thread_id=params.integer("thread_id"))
            for body in bodies
        ]
        return JSONResponse(self._platform.messages.compose(chat_id, numbers[0], for_people=True))

    async def edit(self, request: Request) -> Response:
        params = await read_params(request)
        user_id, chat_id = self._actor(params)
        message_id = params.integer("message_id") or 0
        row, body = self._platform.messages.row(chat_id, message_id), self._platform.messages.body(chat_id, message_id)
        if row is None or body is None:
            raise PeopleError(404, "message_gone")
        if row["sender_id"] != user_id or ("text" not in body and "caption" not in body and "photo" not in body):
            raise PeopleError(403, "not_your_message")
        field = "text" if "text" in body else "caption"
        kept = {key: value for key, value in body.items() if key not in {field, _entities_of(field)}}
        self._platform.change(chat_id, message_id, kept | _written(params, field), by_person=True)
        return JSONResponse(self._platform.messages.compose(chat_id, message_id, for_people=True))

    async def press(self, request: Request) -> Response:
        """Presses the button with this ``data`` or ``label``; ``force`` sends data the message no longer offers."""
        params = await read_params(request)
        user_id, chat_id = self._actor(params)
        message_id = params.integer("message_id") or 0
        body = self._platform.messages.body(chat_id, message_id)
        if body is None:
            raise PeopleError(404, "message_gone")
        rows = body.get("reply_markup", {}).get("inline_keyboard", [])
        wanted_data, wanted_label = params.text("data"), params.text("label")
        data = next(
            (
                button["callback_data"]
                for row in rows
                for button in row
                if "callback_data" in button
                and (button["callback_data"] == wanted_data if wanted_data else button["text"] == wanted_label)
            ),
            wanted_data if params.flag("force") else None,
        )
        if data is None:
            raise PeopleError(409, "button_gone")
        query_id = self._platform.callbacks.ask(user_id)
        query = {
            "id": query_id,
            "from": self._platform.directory.user(user_id),
            "message": self._platform.messages.compose(chat_id, message_id),
            "chat_instance": str(abs(chat_id) * 7919),
            "data": data,
        }
        self._platform.updates.push("callback_query", query)
        seconds = params.number("wait")
        answer = await self._platform.callbacks.wait(query_id, PRESS_SECONDS if seconds is None else seconds)
        return JSONResponse({"answered": answer is not None, **(answer or {})})

    async def read(self, request: Request) -> Response:
        params = await read_params(request)
        user_id, chat_id = self._actor(params)
        self._platform.messages.mark_read(chat_id, user_id)
        self._platform.live.tell_all("personas", {})
        return JSONResponse({})

    async def block(self, request: Request) -> Response:
        """Stops the bot in the own private chat, or starts it again."""
        params = await read_params(request)
        set_blocked(self._platform, self._person(params.text("as")), blocked=params.flag("blocked"))
        return JSONResponse({})

    def _person(self, value: str | None) -> int:
        row = self._platform.directory.person(int(value)) if value and value.isdigit() else None
        if row is None or row["is_bot"]:
            raise PeopleError(404, "person_unknown")
        return int(row["user_id"])

    def _chat(self, user_id: int, value: str | None) -> int:
        chat_id = int(value) if value and re.fullmatch(r"-?\d+", value) else 0
        if chat_id == user_id:
            return chat_id
        row = self._platform.directory.row(chat_id)
        if row is None or self._platform.directory.status(chat_id, user_id) not in PRESENT:
            raise PeopleError(404, "room_unknown")
        return chat_id

    def _actor(self, params: Params) -> tuple[int, int]:
        self._platform.webhook.ensure_running()
        user_id = self._person(params.text("as"))
        return user_id, self._chat(user_id, params.text("chat_id"))

    def _open_private_chat(self, chat_id: int) -> None:
        """Writing to the bot starts it; who stopped it must let it speak again first."""
        person = self._platform.directory.person(chat_id) if chat_id > 0 else None
        if person is None:
            row = self._platform.directory.row(chat_id)
            if row is not None and row["migrated_to"] is not None:
                raise PeopleError(409, "room_moved")
            return
        if person["blocked"]:
            raise PeopleError(409, "bot_blocked")
        self._platform.directory.set_person(chat_id, started=True)

    def _bodies(self, params: Params) -> list[Json]:
        photos = [upload for name, upload in sorted(params.uploads.items()) if name.startswith("photo")]
        if photos:
            return self._photos(photos, _written(params, "caption"))
        if document := params.uploads.get("document"):
            return [{"document": self._platform.files.add_document(document)} | _written(params, "caption")]
        if video := params.uploads.get("video"):
            return [{"video": self._platform.files.add_document(video)} | _written(params, "caption")]
        latitude, longitude = params.number("latitude"), params.number("longitude")
        if latitude is not None and longitude is not None:
            return [{"location": {"latitude": latitude, "longitude": longitude}}]
        return [_written(params, "text")]

    def _photos(self, photos: list[Upload], caption: Json) -> list[Json]:
        if len(photos) > ALBUM_LIMIT:
            raise PeopleError(413, "too_many_photos")
        try:
            bodies: list[Json] = [{"photo": self._platform.files.add_photo(upload)} for upload in photos]
        except BotApiError as refusal:
            raise PeopleError(415, "not_a_picture") from refusal
        if len(bodies) > 1:
            album = str(int(self._platform.store.fact("next_album", 13_000_000_000_000_001)))
            self._platform.store.remember("next_album", int(album) + 1)
            bodies = [body | {"media_group_id": album} for body in bodies]
        bodies[0] |= caption
        return bodies


def _entities_of(field: str) -> str:
    return "entities" if field == "text" else "caption_entities"


def _written(params: Params, field: str) -> Json:
    """A person's own words; apps send no markup, but commands and mentions are found in them."""
    text = (params.text("text") or "").strip()
    if not text:
        if field == "text":
            raise PeopleError(422, "nothing_written")
        return {}
    if utf16_length(text) > (TEXT_LIMIT if field == "text" else CAPTION_LIMIT):
        raise PeopleError(422, "text_too_long")
    entities = with_found(text, [])
    return {field: text, _entities_of(field): entities} if entities else {field: text}


async def refused(request: Request, error: Exception) -> Response:
    """Turns a refusal, or a value that cannot be read, on the people's side into JSON with a code."""
    if isinstance(error, PeopleError):
        return JSONResponse({"code": error.code}, error.status)
    if request.url.path.startswith("/sandbox/"):
        return JSONResponse({"code": "bad_value"}, 422)
    raise error
