"""Delivery of updates to the bot's own address, in order, again and again until it says yes."""

import asyncio
import contextlib
from collections.abc import Callable
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from bot.sandbox.store import Store
from bot.sandbox.updates import Updates

Json = dict[str, Any]

ANSWER_SECONDS = 60.0
"""How long the bot may take to answer a delivery."""
FIRST_PAUSE_SECONDS = 0.1
LONGEST_PAUSE_SECONDS = 10.0
"""Failed deliveries are repeated after a pause that doubles between these two."""


class Webhook:
    """One update is under way at a time; the next follows only after a 2xx answer."""

    def __init__(self, store: Store, updates: Updates, clock: Callable[[], datetime]) -> None:
        self._store = store
        self._updates = updates
        self._clock = clock
        self._task: asyncio.Task[None] | None = None

    @property
    def url(self) -> str:
        return str(self._store.fact("webhook", {}).get("url", ""))

    def set(self, url: str, secret: str, max_connections: int) -> None:
        self.stop()
        self._store.remember("webhook", {"url": url, "secret": secret, "max_connections": max_connections})
        self._store.remember("webhook_error", None)
        self.ensure_running()

    def remove(self) -> None:
        self.stop()
        self._store.remember("webhook", {})

    def describe(self) -> Json:
        """The ``WebhookInfo`` object."""
        settings, error = self._store.fact("webhook", {}), self._store.fact("webhook_error")
        info: Json = {"url": settings.get("url", ""), "has_custom_certificate": False}
        info["pending_update_count"] = self._updates.pending()
        if settings.get("url"):
            info["max_connections"] = settings["max_connections"]
        if error:
            info |= {"last_error_date": error["at"], "last_error_message": error["message"]}
        allowed = self._store.fact("allowed_updates", [])
        if allowed:
            info["allowed_updates"] = allowed
        return info

    def ensure_running(self) -> None:
        """Starts delivering where an address is set; called on every request, so a restart resumes by itself."""
        if self.url and (self._task is None or self._task.done()):
            self._task = asyncio.get_running_loop().create_task(self._deliver())

    def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            self._task = None

    async def aclose(self) -> None:
        task = self._task
        self.stop()
        if task is not None:
            with contextlib.suppress(asyncio.CancelledError):
                await task

    async def _deliver(self) -> None:
        settings = self._store.fact("webhook", {})
        pause = FIRST_PAUSE_SECONDS
        while True:
            await self._updates.wait_for_arrival()
            waiting = self._updates.first()
            if waiting is None:
                return  # The sandbox closes.
            update_id, body = waiting
            problem = await post_json(settings["url"], body, settings["secret"])
            if problem is None:
                self._updates.confirm_below(update_id + 1)
                pause = FIRST_PAUSE_SECONDS
                continue
            self._store.remember("webhook_error", {"at": int(self._clock().timestamp()), "message": problem})
            await asyncio.sleep(pause)
            pause = min(pause * 2, LONGEST_PAUSE_SECONDS)


async def post_json(url: str, body: str, secret: str) -> str | None:
    """Posts one update; returns None on a 2xx answer, else the reason as Telegram words it.

    Written on plain streams: the sandbox delivers on loopback only, and a delivery under way can be dropped at once.
    """
    address = urlsplit(url)
    content = body.encode()
    target = (address.path or "/") + (f"?{address.query}" if address.query else "")
    lines = [f"POST {target} HTTP/1.1", f"Host: {address.netloc}", "Content-Type: application/json"]
    lines += [f"Content-Length: {len(content)}", "Connection: close"]
    if secret:
        lines.append(f"X-Telegram-Bot-Api-Secret-Token: {secret}")
    try:
        async with asyncio.timeout(ANSWER_SECONDS):
            reader, writer = await asyncio.open_connection(address.hostname, address.port or 80)
            try:
                writer.write("\r\n".join([*lines, "", ""]).encode() + content)
                await writer.drain()
                status_line = (await reader.readline()).decode("latin-1").split()
            finally:
                writer.close()
    except TimeoutError:
        return "Read timeout expired"
    except OSError:
        return "Connection refused"
    if len(status_line) < 2 or not status_line[1].isdigit():
        return "Connection closed"
    status = int(status_line[1])
    return None if 200 <= status < 300 else f"Wrong response from the webhook: {' '.join(status_line[1:])}"
