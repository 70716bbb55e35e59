"""Carries the rows of the outbox to the platform: at least once, in order per chat, at the platform's pace.

A row is leased, sent and marked. The lease is short and renewed for as long as its process lives: should that die in
between, the row is sent by whoever runs next. A message may come twice then, but none is lost. Since the outbox gives
only the first waiting row of a chat, a chat that is slow, paused or broken holds up nobody else.

Any number of processes may send at once. With its lease a row is given the moment at which it may go, out of what all
of them together have lately sent, so that between them they keep to the platform's rates.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby

import structlog

from bot.backoff import Backoff, Randomness
from bot.jobs.clock_watch import ClockWatch
from bot.jobs.outcomes import USUAL, Count, Limits, Outcomes, OutOfTurnError, RetryPolicy, Undelivered
from bot.jobs.rhythm import STEADY, Rhythm
from bot.metrics import OutboxMetrics
from bot.services.delivery import Delivered, DeliveryError, Sender
from bot.services.ports import Clock, UnitOfWork, UnitOfWorkFactory
from routing.outgoing import QueuedMessage

log = structlog.get_logger(__name__)

LEASE_SECONDS = 20
"""How long a row is ours unless we renew it, and so how long the rows of a dead process wait."""
PATIENCE_SECONDS = 5.0
"""Up to this long a taken row waits for its moment; beyond, it goes back, so that it holds no place here."""
COUNT_SECONDS = 15.0
"""How often the waiting rows are counted for the metrics."""
LATE_SECONDS = 0.25
"""Who misses the granted moment by more than this asks for another, since the next one belongs to somebody else."""
LATE_TRIES = 3
"""How often; a process that is always late has to send at some time."""

_MARKING = Backoff(first=0.5, longest=4.0)
_MARKING_TRIES = 60
"""Some minutes: what was sent and cannot be marked would be sent again."""
_TROUBLE = Backoff(first=1.0, longest=4.0)


@dataclass(slots=True)
class _Turn:
    """A row in hand, and when it may go: ``at`` as it was granted, ``due`` by monotonic time."""

    row: QueuedMessage
    at: float
    due: float


class OutboxRunner:
    """Sends what waits. ``run`` serves until ``stop``; ``run_once`` sends what is due and returns."""

    def __init__(
        self,
        *,
        unit_of_work: UnitOfWorkFactory,
        sender: Sender,
        limits: Limits,
        clock: Clock,
        randomness: Randomness,
        metrics: OutboxMetrics,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        policy: RetryPolicy = USUAL,
        rhythm: Rhythm = STEADY,
        at_once: int = 32,
        undelivered: Undelivered | None = None,
        monotonic: Callable[[], float] = lambda: asyncio.get_running_loop().time(),
        prepare: Callable[[], Awaitable[int]] | None = None,
    ) -> None:
        """``monotonic`` gives seconds that no change of the machine's clock moves.

        ``prepare`` makes messages of some of what is still to be put into words, and says of how much.
        """
        self._unit_of_work = unit_of_work
        self._sender = sender
        self._limits = limits
        self._clock = clock
        self._randomness = randomness
        self._metrics = metrics
        self._sleep = sleep
        self._rhythm = rhythm
        self._outcomes = Outcomes(
            limits=limits,
            clock=clock,
            randomness=randomness,
            metrics=metrics,
            policy=policy,
            undelivered=undelivered,
        )
        self._prepare = prepare
        self._at_once = at_once
        self._in_hand: dict[asyncio.Task[None], QueuedMessage] = {}
        self._woken = asyncio.Event()
        self._stopping = asyncio.Event()
        self._sent = 0
        self._counted_at: float | None = None
        self._renewed_at: float | None = None
        self._monotonic = monotonic
        self._watch = ClockWatch(monotonic)
        self._watching_since = 0.0
        self._lifts_pauses = False

    def wake(self) -> None:
        """Says that rows may have been added; give it to ``Database.on_commit``."""
        self._woken.set()

    def stop(self) -> None:
        """Lets ``run`` end once what it is sending is sent and marked; what waits for its moment goes back."""
        self._stopping.set()
        self._woken.set()

    async def run(self) -> None:
        """Sends until ``stop``. Trouble with the database or the platform is waited out, never raised."""
        failures = 0
        self._watching_since = self._monotonic()
        try:
            while not self._stopping.is_set():
                self._woken.clear()
                self._look_at(self._clock())
                try:
                    await self._lift_pauses()
                    await self._renew()
                    await self._count_waiting()
                    prepared = await self._prepared()
                    taken = await self._take(watches=True)
                except Exception as error:  # Whatever ails the database, what waits is sent once it is well.
                    failures += 1
                    log.exception("outbox_not_read", failures=failures, kind=type(error).__qualname__)
                    await self._rest(_TROUBLE.seconds(failures, self._randomness))
                    self._watching_since = self._monotonic()
                    continue
                failures = 0
                if not taken and not prepared:
                    await self._rest(self._rhythm.poll)
            await self._finish()
        finally:
            # Nothing is left here unless this task itself is being cancelled; then leases have to run out.
            for task in self._in_hand:
                task.cancel()

    async def run_once(self) -> int:
        """Sends everything that is due, and what becomes due by that; returns how many messages the platform took."""
        before = self._sent
        while True:
            # Of what was in hand when we began to look, the next one of the chat may have been hidden from us.
            had = len(self._in_hand)
            found = await self._prepared() + await self._take(watches=False)
            if self._in_hand:
                await asyncio.wait(self._in_hand, return_when=asyncio.FIRST_COMPLETED)
            elif not found and not had:
                return self._sent - before

    async def _prepared(self) -> int:
        """What cannot be put into words keeps nothing else from being sent."""
        if self._prepare is None:
            return 0
        try:
            return await self._prepare()
        except Exception as error:  # It stays where it is, for the next round.
            log.exception("outbox_not_prepared", kind=type(error).__qualname__)
            return 0

    async def _finish(self) -> None:
        while self._in_hand:
            await asyncio.wait(self._in_hand, timeout=self._rhythm.renewal)
            try:
                await self._renew()
            except Exception as error:  # What is being sent is still to be marked.
                log.exception("outbox_not_renewed", kind=type(error).__qualname__)

    def _look_at(self, now: datetime) -> None:
        """Begins to watch anew where the clock was set: until leases are renewed they say nothing."""
        if moved := self._watch.set_by(now):
            log.warning("clock_was_set", seconds=round(moved))
            self._watching_since, self._renewed_at = self._monotonic(), None
            self._lifts_pauses |= moved < 0

    async def _take(self, *, watches: bool) -> int:
        """Leases as many rows as there are free hands, and begins with those whose moment is near.

        Who does not watch takes over at once what others seem to have left.
        """
        free = self._at_once - len(self._in_hand)
        if free <= 0:
            return 0
        counts: list[Count] = []
        turns: list[_Turn] = []
        now, takes_over = self._clock(), True
        if watches:
            # At this very reading: set a moment ago, it makes all that others have in hand look abandoned.
            self._look_at(now)
            takes_over = self._monotonic() - self._watching_since >= self._rhythm.watch
        async with self._unit_of_work() as work:
            rows = await work.outbox.take(now, limit=free, lease_seconds=LEASE_SECONDS, takes_over=takes_over)
            for platform, some in groupby(sorted(rows, key=_platform), key=_platform):
                turns += await self._turns(work, platform, tuple(some), counts)
            await work.commit()
        for count in counts:
            count()
        # After trouble with the database our own rows may look abandoned; they are in hand all the same.
        held = {row.id for row in self._in_hand.values()}
        for turn in turns:
            if turn.row.id not in held:
                task = asyncio.create_task(self._carry(turn))
                self._in_hand[task] = turn.row
                task.add_done_callback(self._put_down)
        return len(rows)

    async def _turns(
        self, work: UnitOfWork, platform: str, rows: Sequence[QueuedMessage], counts: list[Count]
    ) -> list[_Turn]:
        """Gives each row its moment; those who would have to wait long go back."""
        now = self._now()
        before = await work.pace.hold(platform, {row.message.chat_id for row in rows})
        after, turns = dict(before), []
        for row in rows:
            chat_id = row.message.chat_id
            at = self._limits.grant(after, chat_id, now, PATIENCE_SECONDS, _messages_of(row))
            if at - now > PATIENCE_SECONDS:
                counts.append(await self._outcomes.put_back(work, row, "out_of_turn", at - now))
            else:
                turns.append(_Turn(row, at, self._monotonic() + at - now))
        await work.pace.keep(platform, {chat: pace for chat, pace in after.items() if before.get(chat) != pace}, now)
        return turns

    def _put_down(self, task: asyncio.Task[None]) -> None:
        self._in_hand.pop(task, None)
        # The next row of the same chat may go now.
        self._woken.set()

    async def _renew(self) -> None:
        """Keeps the rows in hand ours."""
        is_fresh = self._renewed_at is not None and self._monotonic() - self._renewed_at < self._rhythm.renewal
        if not self._in_hand or is_fresh:
            return
        until = self._clock() + timedelta(seconds=LEASE_SECONDS)
        async with self._unit_of_work() as work:
            await work.outbox.renew(tuple(self._in_hand.values()), until)
            await work.commit()
        self._renewed_at = self._monotonic()

    async def _lift_pauses(self) -> None:
        """After the clock was set back every pause would last longer by as much; the platform may ask for it anew."""
        if not self._lifts_pauses:
            return
        async with self._unit_of_work() as work:
            await work.outbox.lift_pauses()
            await work.pace.lift_pauses()
            await work.commit()
        self._lifts_pauses = False

    async def _rest(self, seconds: float) -> None:
        """Waits until woken, at most so long."""
        await self._until(self._woken, seconds)

    async def _until(self, event: asyncio.Event, seconds: float) -> None:
        """Waits for the event, at most so long."""
        pause = asyncio.ensure_future(self._sleep(seconds))
        set_ = asyncio.ensure_future(event.wait())
        try:
            await asyncio.wait((pause, set_), return_when=asyncio.FIRST_COMPLETED)
        finally:
            for waiting in (pause, set_):
                waiting.cancel()
            await asyncio.gather(pause, set_, return_exceptions=True)

    async def _count_waiting(self) -> None:
        now = self._monotonic()
        if self._counted_at is not None and now - self._counted_at < COUNT_SECONDS:
            return
        async with self._unit_of_work() as work:
            backlog = await work.outbox.backlog()
        age = 0.0 if backlog.oldest is None else (self._clock() - backlog.oldest).total_seconds()
        self._metrics.waiting(backlog.waiting, age, backlog.given_up)
        self._counted_at = now

    async def _carry(self, turn: _Turn) -> None:
        """Brings one row to its end or back into the outbox."""
        outcome = await self._outcome(turn)
        for failures in range(1, _MARKING_TRIES + 1):
            try:
                await self._mark(turn, outcome)
            except Exception as error:
                # Unmarked, it is sent again once its lease is over, so it is worth much patience.
                log.exception("outbox_not_marked", row=turn.row.id, failures=failures, kind=type(error).__qualname__)
                await self._sleep(_MARKING.seconds(failures, self._randomness))
            else:
                return

    async def _outcome(self, turn: _Turn) -> Delivered | Exception:
        try:
            await self._turn_comes(turn)
            return await self._sender.deliver(turn.row)
        except (OutOfTurnError, DeliveryError) as refusal:
            return refusal
        except Exception as error:  # A fault of ours with one message must not stop all others.
            log.exception("outbox_sender_broke", row=turn.row.id, kind=type(error).__qualname__)
            return error

    async def _turn_comes(self, turn: _Turn) -> None:
        """Returns when the message may go; raises ``OutOfTurnError`` where it has to go back."""
        for _ in range(LATE_TRIES):
            while (wait := turn.due - self._monotonic()) > 0:
                if self._stopping.is_set():
                    raise OutOfTurnError(0.0)
                await self._until(self._stopping, wait)
            if self._monotonic() - turn.due <= LATE_SECONDS:
                return
            try:
                await self._grant_later(turn)
            except OutOfTurnError:
                raise
            except Exception as error:  # Without the database nobody knows whose turn it is: it goes back.
                log.exception("outbox_no_turn", row=turn.row.id, kind=type(error).__qualname__)
                raise OutOfTurnError(self._rhythm.poll) from None

    async def _grant_later(self, turn: _Turn) -> None:
        """Gives it another moment in place of the one that was missed."""
        platform, chat_id, now = turn.row.message.platform, turn.row.message.chat_id, self._now()
        messages = _messages_of(turn.row)
        async with self._unit_of_work() as work:
            paces = await work.pace.hold(platform, [chat_id])
            paces = {chat: pace.without(turn.at, messages) for chat, pace in paces.items()}
            at = self._limits.grant(paces, chat_id, now, PATIENCE_SECONDS, messages)
            await work.pace.keep(platform, paces, now)
            await work.commit()
        if at - now > PATIENCE_SECONDS:
            raise OutOfTurnError(at - now)
        turn.at, turn.due = at, self._monotonic() + at - now

    async def _mark(self, turn: _Turn, outcome: Delivered | Exception) -> None:
        """Writes down what became of a row, with everything that follows from it, in one transaction."""
        async with self._unit_of_work() as work:
            count = await self._outcomes.write(work, turn.row, outcome)
            await work.commit()
        count()
        self._sent += isinstance(outcome, Delivered)

    def _now(self) -> float:
        return self._clock().timestamp()


def _platform(row: QueuedMessage) -> str:
    return row.message.platform


def _messages_of(row: QueuedMessage) -> int:
    """How many messages the platform counts: an album is as many as it has pictures."""
    content = row.message.content
    return 1 if content.title or content.lines else max(1, len(content.attachments))
