"""Presses of inline buttons that wait for the bot's answer."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.sandbox.failures import bad_request
from bot.sandbox.store import Store

Json = dict[str, Any]

FIRST_QUERY_ID = 4_000_000_000_000_001
QUERY_SECONDS = 60.0
"""How long a press may be answered; later the person's app has given up, as on Telegram."""


@dataclass(slots=True)
class _Press:
    user_id: int
    asked_at: float
    answer: asyncio.Future[Json | None]


class Callbacks:
    """Open queries by number. In memory: a press that a restart interrupts is lost for its person as well."""

    def __init__(self, store: Store, clock: Callable[[], datetime]) -> None:
        self._store = store
        self._clock = clock
        self._open: dict[str, _Press] = {}

    def ask(self, user_id: int) -> str:
        """Opens a query; returns its number."""
        self._forget_old()
        number = int(self._store.fact("next_query_id", FIRST_QUERY_ID))
        self._store.remember("next_query_id", number + 1)
        future: asyncio.Future[Json | None] = asyncio.get_running_loop().create_future()
        self._open[str(number)] = _Press(user_id, self._clock().timestamp(), future)
        return str(number)

    async def wait(self, query_id: str, seconds: float) -> Json | None:
        """The bot's answer, or None where it did not come in time."""
        press = self._open[query_id]
        await asyncio.wait({press.answer}, timeout=seconds)
        return press.answer.result() if press.answer.done() else None

    def answer(self, query_id: str, answer: Json) -> None:
        """Answers an open query; raises where it is unknown or too old. A second answer changes nothing."""
        self._forget_old()
        press = self._open.get(query_id)
        if press is None:
            raise bad_request("query is too old and response timeout expired or query ID is invalid")
        if not press.answer.done():
            press.answer.set_result(answer)

    def close(self) -> None:
        for press in self._open.values():
            if not press.answer.done():
                press.answer.set_result(None)

    def _forget_old(self) -> None:
        now = self._clock().timestamp()
        for query_id in [key for key, press in self._open.items() if now - press.asked_at > QUERY_SECONDS]:
            press = self._open.pop(query_id)
            if not press.answer.done():
                press.answer.set_result(None)
