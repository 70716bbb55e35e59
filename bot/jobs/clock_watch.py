"""Notices that somebody has set the machine's clock, which nothing else tells a process.

What has to last (a lease, a pause) is written as a moment, and a moment means something else once the clock was set.
"""

from __future__ import annotations

from collections.abc import Callable

from bot.services.ports import Clock

TOLERANCE_SECONDS = 2.0
"""A clock that is kept by the network is corrected by less at a time."""


class ClockWatch:
    """Compares the clock with ``monotonic``, which nobody can set (seconds since any moment)."""

    def __init__(self, clock: Clock, monotonic: Callable[[], float]) -> None:
        self._clock = clock
        self._monotonic = monotonic
        self._apart: float | None = None

    def set_by(self) -> float:
        """By how many seconds the clock was set since the last call, negative if back; 0 where it was not."""
        before, self._apart = self._apart, self._clock().timestamp() - self._monotonic()
        moved = 0.0 if before is None else self._apart - before
        return moved if abs(moved) > TOLERANCE_SECONDS else 0.0
