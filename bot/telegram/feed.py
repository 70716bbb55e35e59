"""The one way in for every update: webhook, long polling and replays alike.

Either everything that an update causes is committed, or nothing is and the platform delivers it again. The second
delivery of an update changes nothing, and one that fails again and again is parked, so that it cannot hold up the rest.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from datetime import datetime
from time import monotonic
from typing import Any, Literal, Protocol

import structlog

from bot.metrics import UpdateMetrics
from bot.services.ports import Clock, UnitOfWork, UnitOfWorkFactory
from bot.telegram.batches import Batches
from bot.telegram.decode import BotIdentity, Interaction, MalformedUpdate, Nothing, Talk, decode, update_id_of
from routing.errors import NotKept, QunbanError
from routing.message import IncomingMessage
from routing.queries import Outlook

log = structlog.get_logger(__name__)

AfterCommit = Callable[[], Awaitable[None]]
"""What may be done once everything is committed, and may as well fail: answering a button press, say."""

Handled = Literal["handled", "repeated"]
"""What became of an update; "repeated" where it had been handled before."""

AFTER_COMMIT_SECONDS = 5.0
"""Longest time for it; the platform waits for its acknowledgement meanwhile."""


WARY = 16
"""Batches that wait after one has lost a race: whoever loses has done everything in vain, and waits all the same."""


class TalkHandler(Protocol):
    """What listens to a group."""

    def may_matter(self, message: IncomingMessage) -> bool:
        """Whether the message needs a closer look; decided in memory, since most talk is none of our business."""
        ...

    def outlook(self, messages: Sequence[IncomingMessage]) -> Outlook:
        """What handling these messages is going to look at."""
        ...

    async def handle(self, work: UnitOfWork, message: IncomingMessage) -> None:
        """Does what the message calls for; commits nothing."""
        ...


class InteractionHandler(Protocol):
    """What answers those who address the bot itself."""

    async def handle(self, work: UnitOfWork, raw: bytes) -> AfterCommit | None:
        """Does what the update calls for; commits nothing, and answers refusals of the rules by itself."""
        ...


class UpdateFailed(QunbanError):
    """The update was not handled and must be delivered again.

    ``failures`` counts this update's failures so far; it is none where even that could not be written down.
    """

    code = "update_failed"

    def __init__(self, update_id: int, failures: int | None) -> None:
        super().__init__(update_id, failures)
        self.update_id = update_id
        self.failures = failures


class UpdateFeed:
    """Takes raw updates of one platform, one by one; any number may be fed at the same time."""

    def __init__(
        self,
        *,
        platform: str,
        identity: BotIdentity,
        unit_of_work: UnitOfWorkFactory,
        clock: Clock,
        talk: TalkHandler,
        interaction: InteractionHandler,
        metrics: UpdateMetrics,
        max_failures: int = 5,
    ) -> None:
        self._platform = platform
        self._identity = identity
        self._unit_of_work = unit_of_work
        self._clock = clock
        self._talk = talk
        self._interaction = interaction
        self._metrics = metrics
        self._max_failures = max_failures
        self._wary = 0
        """How many batches still wait for other processes instead of racing them."""
        self._batches: Batches[Handled] = Batches(self._handle_together)

    async def feed(self, raw: bytes) -> None:
        """Returns once the update needs no second delivery: handled and committed, meaningless, repeated, or parked.

        Raises ``UpdateFailed`` where it has to be delivered again, and ``MalformedUpdate`` for bytes in which not even
        the number of an update can be read; other unreadable updates are parked at once, as trying again cannot help.
        """
        coming = self.take(raw)
        if coming is not None:
            await coming

    def take(self, raw: bytes) -> Coroutine[Any, Any, None] | None:
        """As ``feed``, but what ends in memory ends at once, and then there is nothing to wait for.

        What is returned for all else raises ``UpdateFailed`` where it has to be delivered again.
        """
        try:
            update = decode(raw, platform=self._platform, identity=self._identity)
        except Exception as error:  # Reading the same bytes again will fail again, whatever it was.
            return self._take_malformed(raw, error, update_id_of(raw))
        if isinstance(update, Nothing):
            self._count("nothing")
            return None
        began = monotonic()
        if not isinstance(update, Talk):
            return self._finish(update.update_id, raw, began, update)
        try:
            matters = self._talk.may_matter(update.message)
        except Exception as error:  # As whatever handling it raises.
            return self._note_failure(update.message.update_id, raw, error, most=self._max_failures)
        if matters:
            return self._finish(update.message.update_id, raw, began, update)
        self._count("chatter")
        return None

    def _take_malformed(self, raw: bytes, error: Exception, update_id: int | None) -> Coroutine[Any, Any, None]:
        self._count("malformed")
        if update_id is None:
            raise MalformedUpdate(None) from error
        return self._note_failure(update_id, raw, error, most=1)

    async def _finish(self, update_id: int, raw: bytes, began: float, update: Talk | Interaction) -> None:
        after: AfterCommit | None = None
        try:
            if isinstance(update, Talk):
                handled = await self._batches.add(update.message)
            else:
                handled, after = await self._interact(update_id, update.raw, self._clock())
        except MalformedUpdate as error:
            self._count("malformed")
            await self._note_failure(update_id, raw, error, most=1)
            return
        except Exception as error:  # Whatever a handler raises means: deliver again, then park.
            await self._note_failure(update_id, raw, error, most=self._max_failures)
            return
        self._count(handled)
        if handled == "handled":
            self._metrics.handled_in(monotonic() - began)
        if after is not None:
            await self._afterwards(update_id, after)

    async def _interact(self, update_id: int, raw: bytes, at: datetime) -> tuple[Handled, AfterCommit | None]:
        async with self._unit_of_work() as work:
            if not await work.updates.first_time(self._platform, update_id, at):
                return "repeated", None
            after = await self._interaction.handle(work, raw)
            await work.commit()
        return "handled", after

    async def _handle_together(self, messages: Sequence[IncomingMessage]) -> Sequence[Handled | Exception]:
        """Handles messages in one transaction; where that fails as a whole, each in one of its own.

        A message that fails alone is undone alone. After one that changed more than could be foreseen the rest is left
        for the next batch, which sees what it changed.
        """
        try:
            if self._wary > 0:
                self._wary -= 1
                return await self._in_one_transaction(messages, waits=True)
            try:
                return await self._in_one_transaction(messages, waits=False)
            except NotKept as error:
                if not error.raced:
                    raise
                # Whoever dealt with the same groups meanwhile will go on doing so, for as long as this lasts.
                log.info("batch_lost_a_race", messages=len(messages))
                self._wary = WARY
                return await self._in_one_transaction(messages, waits=True)
        except Exception as error:  # One of them, another process, or the database: each by itself will show.
            log.info("batch_undone", messages=len(messages), kind=_kind_of(error), cause=_cause_of(error))
        outcomes: list[Handled | Exception] = []
        for message in messages:
            try:
                outcomes.append(await self._handle_alone(message))
            except Exception as error:  # It concerns this message only; its sender hears of it.
                outcomes.append(error)
        return outcomes

    async def _in_one_transaction(
        self, messages: Sequence[IncomingMessage], *, waits: bool
    ) -> Sequence[Handled | Exception]:
        outcomes: list[Handled | Exception] = []
        async with self._unit_of_work() as work:
            await work.foresee(self._talk.outlook(messages), waits=waits)
            # Chatter is not answered between two of them: it has its time while the database reads and writes.
            for message in messages:
                outcomes.append(await self._part(work, message))
                if not work.foresees:
                    break
            await work.commit()
        return outcomes

    async def _part(self, work: UnitOfWork, message: IncomingMessage) -> Handled | Exception:
        try:
            async with work.savepoint():
                return await self._handle_in(work, message)
        except NotKept:
            raise
        except Exception as error:  # It is undone; the others of the batch go on.
            return error

    async def _handle_alone(self, message: IncomingMessage) -> Handled:
        async with self._unit_of_work() as work:
            handled = await self._handle_in(work, message)
            await work.commit()
        return handled

    async def _handle_in(self, work: UnitOfWork, message: IncomingMessage) -> Handled:
        if not await work.updates.first_time(self._platform, message.update_id, self._clock()):
            return "repeated"
        await work.updates.in_turn(self._platform, message.chat_id)
        await self._talk.handle(work, message)
        return "handled"

    async def _note_failure(self, update_id: int, raw: bytes, error: Exception, *, most: int) -> None:
        """Writes the failure down; raises ``UpdateFailed`` unless the update is parked with it."""
        now = self._clock()
        try:
            async with self._unit_of_work() as work:
                failures = await work.updates.failed(self._platform, update_id, raw, _kind_of(error), now)
                parked = failures >= most
                if parked:
                    await work.updates.park(self._platform, update_id, now)
                await work.commit()
        except Exception as loss:
            log.exception("update_failure_not_recorded", update_id=update_id, kind=_kind_of(error))
            self._count("failed")
            raise UpdateFailed(update_id, None) from loss
        self._count("parked" if parked else "failed")
        log.error(
            "update_parked" if parked else "update_failed",
            update_id=update_id,
            failures=failures,
            kind=_kind_of(error),
            exc_info=error,
        )
        if not parked:
            raise UpdateFailed(update_id, failures) from error

    async def _afterwards(self, update_id: int, after: AfterCommit) -> None:
        try:
            async with asyncio.timeout(AFTER_COMMIT_SECONDS):
                await after()
        except Exception as error:  # It is committed; handling it again would be worse than no answer.
            log.warning("after_commit_failed", update_id=update_id, kind=_kind_of(error), exc_info=error)

    def _count(self, outcome: str) -> None:
        self._metrics.ended(self._platform, outcome)


def _kind_of(error: Exception) -> str:
    """The class of an error and its stable code, never its message, which may quote what somebody wrote."""
    name = type(error).__qualname__
    return f"{name} {error.code}" if isinstance(error, QunbanError) else name


def _cause_of(error: Exception) -> str | None:
    """The class of what led to it."""
    return None if error.__cause__ is None else type(error.__cause__).__qualname__
