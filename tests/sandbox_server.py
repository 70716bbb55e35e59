"""A running sandbox for tests, and the people in it.

async with running_sandbox(world) as server:
    await server.people.say(101, GARDEN, "3号楼电梯坏了")
    card = await server.people.wait_for(GARDEN, lambda message: "工单" in message.get("text", ""))
    await server.people.press(201, GARDEN, card["message_id"], "认领")
"""

import asyncio
import struct
import zlib
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Self

import httpx

from bot.sandbox.app import Sandbox, create_sandbox, utc_now
from bot.sandbox.server import SandboxServer, build_server
from bot.sandbox.world import World

Json = dict[str, Any]
Predicate = Callable[[Json], bool]

WAIT_SECONDS = 60.0
"""How long ``wait_for`` and its kin are patient; they return as soon as the thing is there."""
PAUSE_SECONDS = 0.04


def png(width: int = 8, height: int = 6, colour: tuple[int, int, int] = (40, 120, 200)) -> bytes:
    """A picture of one colour."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = (b"\x00" + bytes(colour) * width) * height
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


class RefusedError(AssertionError):
    """The sandbox refused what a person tried; ``code`` says why."""

    def __init__(self, status: int, code: str) -> None:
        super().__init__(f"{status} {code}")
        self.status = status
        self.code = code


class People:
    """Plays the people of a sandbox over HTTP, wherever it runs."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._http = httpx.AsyncClient(base_url=url, timeout=60, trust_env=False, verify=False)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._http.aclose()

    async def personas(self) -> list[Json]:
        found: list[Json] = await self._get("/sandbox/personas")
        return found

    async def rooms(self, user_id: int) -> list[Json]:
        """The person's rooms with ``chat_id``, ``title``, ``unread`` and ``last``; the private chat comes last."""
        found: list[Json] = await self._get("/sandbox/rooms", {"as": user_id})
        return found

    async def say(
        self,
        user_id: int,
        chat_id: int,
        text: str = "",
        *,
        reply_to: int | None = None,
        photo: bytes | Sequence[bytes] | None = None,
        document: tuple[str, bytes] | None = None,
        video: bytes | None = None,
        location: tuple[float, float] | None = None,
        thread_id: int | None = None,
    ) -> Json:
        """Sends a message as ``user_id`` and returns it; several photos become an album, whose first is returned.

        In the private chat with the bot, ``chat_id`` is the person's own number. ``text`` is the caption of media.
        """
        fields: dict[str, str] = {"as": str(user_id), "chat_id": str(chat_id), "text": text}
        if reply_to is not None:
            fields["reply_to"] = str(reply_to)
        if thread_id is not None:
            fields["thread_id"] = str(thread_id)
        if location is not None:
            fields |= {"latitude": str(location[0]), "longitude": str(location[1])}
        files: list[tuple[str, tuple[str, bytes, str]]] = []
        photos = [photo] if isinstance(photo, bytes) else list(photo or ())
        files += [(f"photo{number}", (f"photo{number}.png", one, "image/png")) for number, one in enumerate(photos)]
        if document is not None:
            files.append(("document", (document[0], document[1], "application/octet-stream")))
        if video is not None:
            files.append(("video", ("video.mp4", video, "video/mp4")))
        message: Json = _unwrapped(await self._http.post("/sandbox/messages", data=fields, files=files or None))
        return message

    async def edit(self, user_id: int, chat_id: int, message_id: int, text: str) -> Json:
        """Changes the person's own message."""
        message: Json = await self._post(
            "/sandbox/edit", {"as": user_id, "chat_id": chat_id, "message_id": message_id, "text": text}
        )
        return message

    async def press(
        self, user_id: int, chat_id: int, message_id: int, label_or_data: str, *, force: bool = False, wait: float = 10
    ) -> Json:
        """Presses an inline button; returns ``{"answered": bool, "text": …, "show_alert": …}``.

        ``label_or_data`` is tried as callback data first, then as the label. ``force`` sends it as data even where the
        message offers no such button any more, as an app with an old picture of the message does.
        """
        press = {"as": user_id, "chat_id": chat_id, "message_id": message_id, "wait": wait}
        try:
            answer: Json = await self._post("/sandbox/press", {**press, "data": label_or_data, "force": force})
        except RefusedError as refusal:
            if refusal.code != "button_gone":
                raise
            answer = await self._post("/sandbox/press", {**press, "label": label_or_data})
        return answer

    async def history(self, user_id: int, chat_id: int) -> list[Json]:
        """What the person sees in the chat, oldest first; Telegram's ``Message`` shape."""
        page: Json = await self._get("/sandbox/history", {"as": user_id, "chat_id": chat_id, "limit": 200})
        messages: list[Json] = page["messages"]
        return messages

    async def chat(self, chat_id: int, *, after: int = 0) -> list[Json]:
        """The newest 200 messages of any chat with a number above ``after``, oldest first."""
        messages: list[Json] = await self._get("/sandbox/control/history", {"chat_id": chat_id, "after": after})
        return messages

    async def wait_for(
        self, chat_id: int, predicate: Predicate, *, after: int = 0, seconds: float = WAIT_SECONDS
    ) -> Json:
        """The newest message of the chat with a number above ``after`` that fulfils ``predicate``, once there is."""

        async def newest() -> Json | None:
            messages = [one for one in await self.chat(chat_id, after=after) if predicate(one)]
            return messages[-1] if messages else None

        return await self._until(newest, seconds, f"a message in {chat_id}")

    async def wait_for_text(self, chat_id: int, part: str, *, after: int = 0, seconds: float = WAIT_SECONDS) -> Json:
        """The newest message whose text or caption contains ``part``, once there is one."""
        return await self.wait_for(
            chat_id, lambda one: part in str(one.get("text", one.get("caption", ""))), after=after, seconds=seconds
        )

    async def settle(self, seconds: float = WAIT_SECONDS) -> None:
        """Waits until the bot has confirmed every update."""

        async def confirmed() -> Json | None:
            waiting: Json = await self._get("/sandbox/control/updates")
            return waiting if waiting["pending"] == 0 else None

        await self._until(confirmed, seconds, "the bot to confirm every update")

    async def calls(self, method: str | None = None, *, since: int = 0) -> list[Json]:
        """Calls of the Bot API so far: ``number``, ``at``, ``method``, ``params``, ``status``, ``answer``."""
        query: Json = {"since": since} | ({"method": method} if method else {})
        found: list[Json] = await self._get("/sandbox/control/calls", query)
        return found

    async def wait_for_call(
        self, method: str, predicate: Predicate = lambda _: True, *, since: int = 0, seconds: float = WAIT_SECONDS
    ) -> Json:
        """The first call of ``method`` after number ``since`` that fulfils ``predicate``, once it was made."""

        async def first() -> Json | None:
            return next((call for call in await self.calls(method, since=since) if predicate(call)), None)

        return await self._until(first, seconds, f"a call of {method}")

    async def plan_fault(
        self, kind: str, *, count: int = 1, method: str | None = None, chat_id: int | None = None, seconds: float = 1
    ) -> None:
        """Trouble for the next calls; ``bot.sandbox.faults.Fault`` says what kinds there are."""
        fault = {"kind": kind, "count": count, "method": method, "chat_id": chat_id, "seconds": seconds}
        await self._post("/sandbox/control/faults", fault)

    async def until_faults_are_met(self, seconds: float = WAIT_SECONDS) -> None:
        """Waits until every planned fault has met its call."""

        async def met() -> Json | None:
            return None if await self._get("/sandbox/control/faults") else {}

        await self._until(met, seconds, "the planned faults to be met")

    async def clear_faults(self) -> None:
        _unwrapped(await self._http.delete("/sandbox/control/faults"))

    async def enforce_limits(self, *, enforced: bool = True) -> None:
        await self._post("/sandbox/control/limits", {"enforced": enforced})

    async def add_user(self, user_id: int, name: str, *, started: bool = False, title: str = "") -> None:
        await self._post(
            "/sandbox/control/users", {"user_id": user_id, "name": name, "started": started, "title": title}
        )

    async def add_chat(
        self, chat_id: int, title: str, members: Sequence[int], *, is_forum: bool = False, kind: str = "residents"
    ) -> None:
        """A new group whose creator is the first member; the bot is not in it yet."""
        group = {"chat_id": chat_id, "title": title, "members": list(members), "is_forum": is_forum, "kind": kind}
        await self._post("/sandbox/control/chats", group)

    async def set_bot(self, chat_id: int, by: int, status: str, rights: dict[str, bool] | None = None) -> None:
        """Makes the bot ``member``, ``administrator``, ``restricted``, ``left`` or ``kicked`` in a group."""
        await self._post("/sandbox/control/bot", {"chat_id": chat_id, "by": by, "status": status, "rights": rights})

    async def set_member(self, chat_id: int, user_id: int, status: str) -> None:
        await self._post("/sandbox/control/members", {"chat_id": chat_id, "user_id": user_id, "status": status})

    async def migrate(self, chat_id: int, by: int) -> int:
        """Turns a basic group into a supergroup; returns its new number."""
        moved: Json = await self._post("/sandbox/control/migrate", {"chat_id": chat_id, "by": by})
        return int(moved["chat_id"])

    async def open_topic(self, chat_id: int, by: int, name: str) -> int:
        """Opens a topic in a forum; returns its thread number."""
        topic: Json = await self._post("/sandbox/control/topics", {"chat_id": chat_id, "by": by, "name": name})
        return int(topic["thread_id"])

    async def delete(self, chat_id: int, message_id: int) -> None:
        await self._post("/sandbox/control/delete", {"chat_id": chat_id, "message_id": message_id})

    async def block(self, user_id: int, *, blocked: bool = True) -> None:
        """The person stops the bot in the private chat, or starts it again."""
        await self._post("/sandbox/block", {"as": user_id, "blocked": blocked})

    async def mark_read(self, user_id: int, chat_id: int) -> None:
        await self._post("/sandbox/read", {"as": user_id, "chat_id": chat_id})

    async def _get(self, path: str, query: Json | None = None) -> Any:
        return _unwrapped(await self._http.get(path, params=query))

    async def _post(self, path: str, body: Json) -> Any:
        return _unwrapped(await self._http.post(path, json=body))

    @staticmethod
    async def _until(look: Callable[[], Any], seconds: float, what: str) -> Json:
        deadline = asyncio.get_running_loop().time() + seconds
        while True:
            found: Json | None = await look()
            if found is not None:
                return found
            if asyncio.get_running_loop().time() > deadline:
                raise AssertionError(f"waited {seconds} s in vain for {what}")
            await asyncio.sleep(PAUSE_SECONDS)


async def until(predicate: Callable[[], bool]) -> None:
    """Returns as soon as ``predicate`` holds; fails where that does not happen in time."""
    async with asyncio.timeout(WAIT_SECONDS):
        while True:
            if predicate():
                return
            await asyncio.sleep(PAUSE_SECONDS / 4)


def _unwrapped(response: httpx.Response) -> Any:
    if response.is_error:
        is_json = response.headers.get("content-type", "").startswith("application/json")
        raise RefusedError(response.status_code, response.json()["code"] if is_json else response.text)
    return response.json()


@dataclass(slots=True)
class RunningSandbox:
    """A sandbox that serves on loopback: ``url`` for the bot, ``people`` for everybody else."""

    url: str
    token: str
    sandbox: Sandbox
    people: People
    server: SandboxServer


@asynccontextmanager
async def running_sandbox(
    world: World, state_path: Path | None = None, clock: Callable[[], datetime] = utc_now, port: int = 0
) -> AsyncIterator[RunningSandbox]:
    """Serves ``world`` on a free port (or on ``port``) in this process until the block ends."""
    sandbox = create_sandbox(world, state_path, clock=clock)
    server = build_server(sandbox, port)
    serving = asyncio.create_task(server.serve_without_signals())
    try:
        await until(lambda: server.started or serving.done())
        if serving.done():
            await serving
        url = f"http://127.0.0.1:{server.bound_port}"
        async with People(url) as people:
            yield RunningSandbox(url, world.token, sandbox, people, server)
    finally:
        server.should_exit = True
        await serving
