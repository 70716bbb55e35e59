"""The queue of updates that wait for the bot, and the long poll over it."""

import asyncio
import json
from typing import Any

from bot.sandbox.failures import BotApiError
from bot.sandbox.store import Store

Json = dict[str, Any]

NOT_UNLESS_ASKED = frozenset({"chat_member", "message_reaction", "message_reaction_count"})
"""Kinds of update the Bot API leaves out unless ``allowed_updates`` names them."""
LONGEST_POLL_SECONDS = 50
MOST_AT_ONCE = 100


class Updates:
    """Keeps updates in order until the bot confirms them. One reader at a time, as on Telegram.

    The first update of a new state file has the number ``first_id``. It must be above those of every earlier file,
    because a bot remembers which numbers it has handled.
    """

    def __init__(self, store: Store, first_id: int) -> None:
        self._store = store
        self._first_id = first_id
        self._arrived = asyncio.Event()
        self._reader: asyncio.Future[None] | None = None
        self._closed = False

    @property
    def is_being_read(self) -> bool:
        """Whether a long poll waits now."""
        return self._reader is not None

    def push(self, kind: str, content: Json) -> int | None:
        """Queues an update of ``kind``; returns its number, or None where the bot has not asked for that kind."""
        allowed = self._store.fact("allowed_updates", [])
        if kind not in allowed if allowed else kind in NOT_UNLESS_ASKED:
            return None
        with self._store.transaction():
            update_id = self._store.fact("next_update_id", self._first_id)
            self._store.remember("next_update_id", update_id + 1)
            body = json.dumps({"update_id": update_id, kind: content}, ensure_ascii=False)
            self._store.run("insert into updates values (?, ?)", update_id, body)
        self._arrived.set()
        return int(update_id)

    def allow(self, kinds: list[str] | None) -> None:
        """Remembers which kinds the bot wants; None keeps the earlier choice, an empty list is the default choice."""
        if kinds is not None:
            self._store.remember("allowed_updates", kinds)

    def pending(self) -> int:
        found = self._store.row("select count(*) as number from updates")
        return int(found["number"]) if found else 0

    def first(self) -> tuple[int, str] | None:
        """The oldest update and its JSON text."""
        found = self._store.row("select * from updates order by update_id limit 1")
        return None if found is None else (int(found["update_id"]), str(found["body"]))

    def confirm_below(self, offset: int) -> None:
        """Forgets what comes before ``offset``; a negative one keeps only that many of the newest."""
        if offset < 0:
            newest = self._store.rows("select update_id from updates order by update_id desc limit ?", -offset)
            offset = int(newest[-1]["update_id"]) if newest else 0
        self._store.run("delete from updates where update_id < ?", offset)

    def drop(self) -> None:
        self._store.run("delete from updates")

    async def wait_for_arrival(self) -> None:
        """Returns when something waits in the queue or the sandbox closes."""
        while not self._closed and not self.pending():
            self._arrived.clear()
            await self._arrived.wait()

    async def poll(self, offset: int, limit: int, timeout_seconds: int) -> list[Json]:
        """The updates from ``offset`` on; waits for the first. A second poll ends this one with 409."""
        if self._reader is not None and not self._reader.done():
            self._reader.set_result(None)
        self._reader = reader = asyncio.get_running_loop().create_future()
        try:
            self.confirm_below(offset)
            if not self.pending() and timeout_seconds > 0:
                arrival = asyncio.ensure_future(self.wait_for_arrival())
                longest = min(timeout_seconds, LONGEST_POLL_SECONDS)
                try:
                    await asyncio.wait({arrival, reader}, timeout=longest, return_when=asyncio.FIRST_COMPLETED)
                finally:
                    arrival.cancel()
                if reader.done():
                    raise BotApiError(
                        409,
                        "Conflict: terminated by other getUpdates request;"
                        " make sure that only one bot instance is running",
                    )
            waiting = self._store.rows(
                "select body from updates order by update_id limit ?", max(1, min(limit, MOST_AT_ONCE))
            )
            return [json.loads(row["body"]) for row in waiting]
        finally:
            if self._reader is reader:
                self._reader = None

    def close(self) -> None:
        self._closed = True
        self._arrived.set()
