"""How long to wait before the next try of something that failed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

Randomness = Callable[[], float]
"""Gives a number from 0 up to 1 (``random.random``)."""


@dataclass(frozen=True, slots=True)
class Backoff:
    """Doubles from ``first`` up to ``longest`` seconds.

    Half of each wait is left to chance, so that many who failed together do not come back together.
    """

    first: float
    longest: float

    def seconds(self, failures: int, randomness: Randomness) -> float:
        """The wait after so many failures in a row (at least one)."""
        # Beyond thirty doublings every limit is reached, and a float would overflow at a thousand.
        full = min(self.longest, self.first * 2.0 ** min(failures - 1, 30))
        return full * (0.5 + randomness() / 2)
