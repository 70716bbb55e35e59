"""Long polling that loses nothing.

The platform forgets an update as soon as a later offset is asked for, so the offset moves on only once everything
before it is committed or parked. That makes the platform's own queue our memory: it keeps what is not confirmed for
24 hours, and what it delivers twice after a crash changes nothing. No offset is kept in the database: it could only be
older than the platform's own, or, where that numbers anew after a quiet week, so high that updates would be skipped.

Of several processes one polls at a time, the one that holds a term. It stops at once when the term is lost.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Protocol, TypeVar

import aiohttp
import msgspec
import structlog

from bot.backoff import Backoff, Randomness
from bot.telegram.decode import ALLOWED_UPDATES, MalformedUpdate, chat_of, update_id_of
from bot.telegram.feed import UpdateFailed

log = structlog.get_logger(__name__)

POLL_SECONDS = 50
"""How long the platform holds an empty answer; its servers close idle connections after a minute."""
BATCH = 100
"""Most updates in one answer, which is also the platform's own limit."""
ELECTION_SECONDS = 3.0
"""How often a process that does not poll asks whether it may."""

_T = TypeVar("_T")
_TROUBLE = Backoff(first=1.0, longest=60.0)
_REPEAT = Backoff(first=0.25, longest=30.0)
_LONGEST_WAIT = 300.0
"""Seconds after which the platform is asked again for updates, however long it wants to be left alone."""


class _Parameters(msgspec.Struct):
    retry_after: float | None = None


class _Answer(msgspec.Struct):
    ok: bool = False
    error_code: int = 0
    parameters: _Parameters | None = None
    result: object = None


class _Updates(_Answer):
    result: tuple[msgspec.Raw, ...] | None = None


class _WebhookInfo(msgspec.Struct):
    url: str = ""


class _WebhookAnswer(_Answer):
    result: _WebhookInfo | None = None


_A = TypeVar("_A", bound=_Answer)


class _CallFailedError(Exception):
    """A call of the Bot API failed; the exception of the HTTP client stays behind, since it names the address."""

    def __init__(self, kind: str, wait_seconds: float | None = None) -> None:
        super().__init__(kind)
        self.kind = kind
        self.wait_seconds = wait_seconds


@dataclass(frozen=True, slots=True)
class _Numbered:
    update_id: int
    raw: bytes


class Term(Protocol):
    """The time in which this process is the one that polls; ``models.election.Term``."""

    @property
    def lost(self) -> asyncio.Event: ...
    @property
    def holds(self) -> bool: ...
    async def resign(self) -> None: ...


class _Alone:
    """The term of a process that has no others beside it."""

    holds = True

    def __init__(self) -> None:
        self.lost = asyncio.Event()

    async def resign(self) -> None:
        """There is nobody who would want to know."""


async def _stand_alone() -> Term:
    return _Alone()


class Poller:
    """Asks a Bot API server for updates and feeds them, in order within a chat, different chats at the same time."""

    def __init__(
        self,
        *,
        api_url: str,
        token: str,
        feed: Callable[[bytes], Awaitable[None]],
        randomness: Randomness,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        chats_at_once: int = 32,
        poll_seconds: int = POLL_SECONDS,
        stand: Callable[[], Awaitable[Term | None]] = _stand_alone,
    ) -> None:
        """``stand`` gives a term, or none where another process polls (``models.election.Election.stand``)."""
        self._base = f"{api_url.rstrip('/')}/bot{token}/"
        self._feed = feed
        self._randomness = randomness
        self._sleep = sleep
        self._slots = asyncio.Semaphore(chats_at_once)
        self._poll_seconds = poll_seconds
        self._stand = stand
        self._stopping = asyncio.Event()
        self._term: Term = _Alone()
        self._offset: int | None = None
        self.is_connected = False
        """Whether the last call of the platform succeeded."""

    def stop(self) -> None:
        """Lets ``run`` end once it has finished what it took."""
        self._stopping.set()

    async def run(self) -> None:
        """Polls until ``stop``, whenever elected. Trouble with platform or database is waited out, never raised."""
        async with aiohttp.ClientSession() as http:
            while not self._stopping.is_set():
                if not await self._is_elected():
                    await self._until_halted(self._sleep(ELECTION_SECONDS))
                    continue
                log.info("polling_begun")
                try:
                    await self._poll(http)
                finally:
                    self.is_connected = False
                    term, self._term = self._term, _Alone()
                    await term.resign()

    async def _is_elected(self) -> bool:
        try:
            term = await self._until_halted(self._stand())
        except Exception as error:  # The database is away, in whatever way: it stands again later.
            log.warning("election_failed", kind=type(error).__name__)
            return False
        if term is not None:
            self._term, self._offset = term, None
        return term is not None

    async def _poll(self, http: aiohttp.ClientSession) -> None:
        """Polls until ``stop`` or the loss of the term."""
        may_poll, failures = False, 0
        while not self._is_halted:
            try:
                if not may_poll:
                    await self._remove_webhook(http)
                    may_poll = True
                batch = await self._until_halted(self._next_batch(http))
            except _CallFailedError as trouble:
                failures += 1
                self.is_connected = False
                log.warning("polling_failed", kind=trouble.kind, failures=failures)
                wait = trouble.wait_seconds or _TROUBLE.seconds(failures, self._randomness)
                await self._until_halted(self._sleep(wait))
                continue
            failures = 0
            self.is_connected = True
            if batch:
                await self._work_off(batch)
        if self._term.holds:
            await self._confirm(http)
        else:
            log.warning("polling_lost")

    @property
    def _is_halted(self) -> bool:
        return self._stopping.is_set() or not self._term.holds

    async def _remove_webhook(self, http: aiohttp.ClientSession) -> None:
        """The platform refuses polling while it has an address to deliver to; what waits there stays waiting."""
        information = await self._call(http, "getWebhookInfo", {}, _WebhookAnswer)
        if information.result is not None and information.result.url:
            log.warning("webhook_removed")
            await self._call(http, "deleteWebhook", {"drop_pending_updates": False}, _Answer)

    async def _next_batch(self, http: aiohttp.ClientSession) -> Sequence[bytes]:
        question: dict[str, object] = {
            "timeout": self._poll_seconds,
            "limit": BATCH,
            "allowed_updates": ALLOWED_UPDATES,
        }
        if self._offset is not None:
            question["offset"] = self._offset
        answer = await self._call(http, "getUpdates", question, _Updates)
        return [bytes(raw) for raw in answer.result or ()]

    async def _work_off(self, batch: Sequence[bytes]) -> None:
        """Feeds a batch and moves the offset to the first update that is not finished."""
        lanes: dict[tuple[str, int], list[_Numbered]] = {}
        taken: list[int] = []
        for raw in batch:
            update_id = update_id_of(raw)
            if update_id is None:
                log.error("update_without_number")
                continue
            taken.append(update_id)
            chat = chat_of(raw)
            lane = ("update", update_id) if chat is None else ("chat", chat)
            lanes.setdefault(lane, []).append(_Numbered(update_id, raw))
        if not taken:
            await self._until_halted(self._sleep(_TROUBLE.longest))
            return
        finished: set[int] = set()
        async with asyncio.TaskGroup() as group:
            for lane_updates in lanes.values():
                group.create_task(self._feed_lane(lane_updates, finished))
        self._offset = min((number for number in taken if number not in finished), default=max(taken) + 1)

    async def _feed_lane(self, updates: Sequence[_Numbered], finished: set[int]) -> None:
        for update in updates:
            async with self._slots:
                # What was taken before a stop is finished; what another process may have taken by now is not begun.
                if not self._term.holds or not await self._feed_until_taken(update):
                    return
            finished.add(update.update_id)

    async def _feed_until_taken(self, update: _Numbered) -> bool:
        """Feeds one update again and again; false where ``stop`` or the loss of the term came first.

        The feed parks an update after a few failures, so this lasts only where the database is away, and then nothing
        else could be handled either.
        """
        failures = 0
        while True:
            try:
                await self._feed(update.raw)
            except MalformedUpdate:
                return True
            except UpdateFailed:
                failures += 1
            else:
                return True
            if self._is_halted:
                return False
            await self._until_halted(self._sleep(_REPEAT.seconds(failures, self._randomness)))

    async def _confirm(self, http: aiohttp.ClientSession) -> None:
        """Tells the platform at the end what is done; without it these updates would come once more, to no effect."""
        if self._offset is None:
            return
        try:
            await self._call(http, "getUpdates", {"offset": self._offset, "limit": 1, "timeout": 0}, _Updates)
        except _CallFailedError as trouble:
            log.warning("offset_not_confirmed", kind=trouble.kind)

    async def _call(self, http: aiohttp.ClientSession, method: str, question: dict[str, object], kind: type[_A]) -> _A:
        # The platform answers within the polling time; what takes much longer is a dead connection.
        timeout = aiohttp.ClientTimeout(total=float(str(question.get("timeout", 0))) + 15, connect=15)
        try:
            async with http.post(self._base + method, json=question, timeout=timeout) as response:
                body, status = await response.read(), response.status
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise _CallFailedError(type(error).__name__) from None
        try:
            answer = msgspec.json.decode(body, type=kind)
        except (ValueError, RecursionError):
            raise _CallFailedError(f"HTTP {status}") from None
        if not answer.ok or status != HTTPStatus.OK:
            wait = answer.parameters.retry_after if answer.parameters else None
            raise _CallFailedError(f"HTTP {answer.error_code or status}", min(wait, _LONGEST_WAIT) if wait else None)
        if answer.result is None:
            # Taken for "nothing new" it would be asked again at once, without end.
            raise _CallFailedError("no result")
        return answer

    async def _until_halted(self, work: Awaitable[_T]) -> _T | None:
        """The result of ``work``, or none where ``stop`` or the loss of the term came first; then it is cancelled."""
        task = asyncio.ensure_future(work)
        halts = [asyncio.ensure_future(event.wait()) for event in (self._stopping, self._term.lost)]
        try:
            await asyncio.wait((task, *halts), return_when=asyncio.FIRST_COMPLETED)
            if task.done():
                return task.result()
            return None
        finally:
            for future in (task, *halts):
                if not future.done():
                    future.cancel()
            await asyncio.gather(task, *halts, return_exceptions=True)
