"""Trouble on demand, the platform's limits, and the record of every call the bot made."""

import json
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, get_args

from bot.sandbox.failures import BotApiError

Json = dict[str, Any]
Kind = Literal[
    "too_many_requests",
    "server_error",
    "hang",
    "lost_answer",
    "proxy_page",
    "empty_answer",
    "wrong_number",
    "cut_answer",
    "no_result",
    "no_text",
]

KINDS: tuple[Kind, ...] = get_args(Kind)
GARBLED: tuple[Kind, ...] = ("proxy_page", "empty_answer", "wrong_number", "cut_answer", "no_result", "no_text")
"""Answers that are none: what a proxy or a broken server says in the platform's place."""
AFTER_THE_WORK: tuple[Kind, ...] = ("lost_answer", "cut_answer", "no_result", "no_text")
"""Trouble with the answer to work that was done."""
KEPT_CALLS = 20_000
GROUP_PER_MINUTE = 20
"""Messages, edits included, that a bot may send to one group in a minute (Telegram's FAQ for bots)."""
SENDING = frozenset(
    {
        "sendmessage",
        "sendphoto",
        "sendmediagroup",
        "senddocument",
        "sendvideo",
        "sendlocation",
        "copymessage",
        "forwardmessage",
        "editmessagetext",
        "editmessagecaption",
        "editmessagereplymarkup",
    }
)


@dataclass(slots=True)
class Fault:
    """Trouble for the next ``count`` calls of ``method`` (any where None) to ``chat_id`` (any where None).

    ``too_many_requests`` answers 429 with ``seconds`` as retry_after, ``server_error`` answers 502 and does nothing,
    ``hang`` is silent for ``seconds`` and then answers 504, ``lost_answer`` does the work and answers 502 all the same.
    ``proxy_page`` answers 200 with a page, ``empty_answer`` 200 with nothing, ``wrong_number`` 200 with a refusal, and
    none of them does the work. ``cut_answer`` does it and answers with half of the JSON, ``no_result`` with a success
    that says no more, ``no_text`` with bytes that are no text.
    """

    kind: Kind
    count: int
    method: str | None = None
    chat_id: int | None = None
    seconds: float = 1.0

    def concerns(self, method: str, chat_id: int | None) -> bool:
        return (
            self.count > 0
            and (self.method is None or self.method.lower() == method)
            and (self.chat_id is None or self.chat_id == chat_id)
        )


@dataclass(slots=True)
class Faults:
    """The trouble that is still to come, in the order it was asked for."""

    planned: list[Fault] = field(default_factory=list)

    def next(self, method: str, chat_id: int | None) -> Fault | None:
        """The fault that this call meets, used up by it."""
        for fault in self.planned:
            if fault.concerns(method, chat_id):
                fault.count -= 1
                if not fault.count:
                    self.planned.remove(fault)
                return fault
        return None


class Limits:
    """Telegram's limits on sending: one a second to a chat and twenty a minute to a group. Off until asked for."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self.enforced = False
        self._sent: dict[int, deque[float]] = {}

    def check(self, method: str, chat_id: int | None) -> None:
        """Counts the call; raises 429 with ``retry_after`` where it is one too many."""
        if not self.enforced or chat_id is None or method not in SENDING:
            return
        now = self._clock().timestamp()
        sent = self._sent.setdefault(chat_id, deque(maxlen=GROUP_PER_MINUTE))
        if sent and now - sent[-1] < 1:
            raise too_many_requests(1)
        if chat_id < 0 and len(sent) == GROUP_PER_MINUTE and now - sent[0] < 60:
            raise too_many_requests(max(1, round(60 - (now - sent[0]))))
        sent.append(now)


class Calls:
    """The calls the bot made, for tests and for the curious. In memory, the oldest are forgotten."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._calls: deque[Json] = deque(maxlen=KEPT_CALLS)
        self._number = 0

    def note(self, method: str, params: Json, status: int, answer: Json) -> None:
        self._number += 1
        call = {"number": self._number, "at": self._clock().isoformat(), "method": method, "params": params}
        self._calls.append({**call, "status": status, "answer": answer})

    def since(self, number: int, method: str | None) -> list[Json]:
        """Calls after ``number``, of one method where given."""
        wanted = method.lower() if method else None
        return [
            call
            for call in self._calls
            if call["number"] > number and (wanted is None or call["method"].lower() == wanted)
        ]


def garbled(kind: Kind, answer: Json) -> bytes:
    """What takes the place of ``answer``."""
    whole = json.dumps(answer, ensure_ascii=False).encode()
    refusal = {"ok": False, "error_code": 403, "description": "Forbidden: by some proxy"}
    return {
        "proxy_page": "<!doctype html><title>登录网络</title><p>{0} %s</p>".encode(),
        "empty_answer": b"",
        "wrong_number": json.dumps(refusal).encode(),
        "cut_answer": whole[: len(whole) // 2],
        "no_result": b'{"ok": true}',
        "no_text": b'{"ok": true, "result": "\xff\xfe"}',
    }[kind]


def too_many_requests(seconds: float) -> BotApiError:
    whole = max(1, round(seconds))
    return BotApiError(429, f"Too Many Requests: retry after {whole}", {"retry_after": whole})
