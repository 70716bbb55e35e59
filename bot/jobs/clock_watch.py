"""Notices that somebody has set the machine's clock, which nothing else tells a process.

What has to last (a lease, a pause) is written as a moment, and a moment means something else once the clock was set.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

TOLERANCE_SECONDS = 2.0
"""A clock that is kept by the network is corrected by less at a time."""


class ClockWatch:
    """Compares the clock with ``monotonic``, which nobody can set (seconds since any moment)."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._apart: float | None = None

    def set_by(self, now: datetime) -> float:
        """By how many seconds the clock was set since the last call, negative if back; 0 where it was not.

        ``now`` is what the clock says; who goes on with that very reading cannot be fooled by what happens after it.
        """
        before, self._apart = self._apart, now.timestamp() - self._monotonic()
        moved = 0.0 if before is None else self._apart - before
        return moved if abs(moved) > TOLERANCE_SECONDS else 0.0
