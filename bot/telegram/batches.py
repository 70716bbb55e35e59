"""Groups' messages that come in while others are being committed are handled and committed together.

A commit costs the same for one message and for thirty, so the busier it gets, the cheaper each becomes; a message that
comes alone waits for nobody but those that are being read. Messages are handled in the order in which they came.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from routing.message import IncomingMessage

MOST_TOGETHER = 32
"""More would make the first of them wait for the last."""
QUIET_TURNS = 4
"""Turns of the event loop that bring few messages, after which a batch begins: reading a request takes two or three."""
FEW = 8
"""A turn that brings fewer is quiet. Then it is chatter that is being read, and there would be no end of waiting for it
until every connection holds a message that waits: nothing would be left to do while the database works."""

Outcome = TypeVar("Outcome")

Handle = Callable[[Sequence[IncomingMessage]], Awaitable[Sequence[Outcome | Exception]]]
"""Handles messages, the first ones at least; returns what became of as many as it handled, in their order."""


@dataclass(slots=True, eq=False)
class _Waiting(Generic[Outcome]):
    message: IncomingMessage
    outcome: asyncio.Future[Outcome]


class Batches(Generic[Outcome]):
    """Messages that wait for their turn; one batch is handled at a time."""

    def __init__(self, handle: Handle[Outcome], *, most: int = MOST_TOGETHER) -> None:
        self._handle = handle
        self._most = most
        self._waiting: deque[_Waiting[Outcome]] = deque()
        self._in_hand: list[_Waiting[Outcome]] = []
        self._work: asyncio.Task[None] | None = None
        self._current: asyncio.Future[Sequence[Outcome | Exception]] | None = None

    async def add(self, message: IncomingMessage) -> Outcome:
        """What became of the message, once it is committed; raises what handling it raised.

        Who is cancelled while waiting takes the message out. One that is being handled is undone if nobody waits for
        any other of its batch; else it is handled to the end, and its next delivery is a repetition.
        """
        one = _Waiting(message, asyncio.get_running_loop().create_future())
        self._waiting.append(one)
        if self._work is None:
            self._work = asyncio.create_task(self._run(), name="talk")
        try:
            outcome: Outcome = await one.outcome
        except asyncio.CancelledError:
            self._leave(one)
            raise
        return outcome

    def _leave(self, one: _Waiting[Outcome]) -> None:
        if one in self._waiting:
            self._waiting.remove(one)
        elif (
            one in self._in_hand and self._current is not None and all(other.outcome.done() for other in self._in_hand)
        ):
            self._current.cancel()

    async def _run(self) -> None:
        try:
            while self._waiting:
                await self._gather()
                if self._waiting:
                    await self._next()
        finally:
            self._work = None
            for one in self._waiting:
                one.outcome.cancel()
            self._waiting.clear()

    async def _gather(self) -> None:
        """Lets those join that are being read at this moment.

        A platform that is behind delivers the next updates over each connection as soon as the last is acknowledged.
        Without this, the one that came in meanwhile would be committed alone while all of them are being read.
        """
        turns, known = 0, len(self._waiting)
        while turns < QUIET_TURNS and known < self._most:
            await asyncio.sleep(0)
            turns = turns + 1 if len(self._waiting) < known + FEW else 0
            known = len(self._waiting)

    async def _next(self) -> None:
        batch = [self._waiting.popleft() for _ in range(min(self._most, len(self._waiting)))]
        repeated = _second_deliveries(batch)
        self._in_hand = [one for one in batch if one not in repeated]
        self._waiting.extendleft(reversed(repeated))
        self._current = asyncio.ensure_future(self._handle([one.message for one in self._in_hand]))
        outcomes: Sequence[Outcome | Exception] = ()
        try:
            outcomes = await self._current
        except asyncio.CancelledError:
            if not self._current.cancelled():
                # The whole service is being stopped, not this batch alone.
                self._current.cancel()
                raise
        except Exception as error:  # Whatever it was, those who wait have to hear of it.
            outcomes = [error] * len(self._in_hand)
        handled, rest = self._in_hand[: len(outcomes)], self._in_hand[len(outcomes) :]
        self._in_hand, self._current = [], None
        self._waiting.extendleft(reversed([one for one in rest if not one.outcome.done()]))
        for one, outcome in zip(handled, outcomes, strict=True):
            if one.outcome.done():
                continue
            if isinstance(outcome, Exception):
                one.outcome.set_exception(outcome)
            else:
                one.outcome.set_result(outcome)


def _second_deliveries(batch: Sequence[_Waiting[Outcome]]) -> list[_Waiting[Outcome]]:
    """Those whose update is in the batch already: they are recognised once the first has been committed."""
    seen: set[int] = set()
    again = []
    for one in batch:
        if one.message.update_id in seen:
            again.append(one)
        seen.add(one.message.update_id)
    return again
