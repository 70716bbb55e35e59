"""Rates that never hide what they are made of: a numerator, a denominator, and nothing where nothing was counted."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

Z_95 = 1.96
"""Quantile of the normal distribution for a confidence of 95 %."""


@dataclass(frozen=True, slots=True)
class Rate:
    """So many of so many. Without a denominator there is no rate, neither 0 % nor 100 %.

    Raises:
        ValueError: the numerator is negative or exceeds the denominator.
    """

    numerator: int
    denominator: int

    def __post_init__(self) -> None:
        if not 0 <= self.numerator <= self.denominator:
            raise ValueError(f"{self.numerator} of {self.denominator} is no rate")

    @property
    def share(self) -> float | None:
        """Between 0 and 1; none where nothing was counted."""
        return self.numerator / self.denominator if self.denominator else None

    @property
    def per_mille(self) -> int | None:
        """The share in tenths of a per cent, for people; none where nothing was counted.

        It is rounded half up, but only all of them are 1000 and only none of them are 0: one failure among
        ten thousand must not read as a full 100 %.
        """
        if not self.denominator:
            return None
        rounded = (self.numerator * 2000 + self.denominator) // (2 * self.denominator)
        if 0 < self.numerator < self.denominator:
            return min(max(rounded, 1), 999)
        return rounded

    @property
    def lower_bound(self) -> float | None:
        """The share that can be relied on: the lower end of Wilson's 95 % interval; none where nothing was counted.

        Ranking by it keeps one lucky case (1 of 1, bound 0.21) below steady work (95 of 100, bound 0.89), without a
        minimum number of cases that somebody would have to choose (E. B. Wilson, 1927).
        """
        if not self.denominator:
            return None
        n = self.denominator
        share = self.numerator / n
        centre = share + Z_95**2 / (2 * n)
        spread = Z_95 * sqrt((share * (1 - share) + Z_95**2 / (4 * n)) / n)
        # Rounded, so that what is equal on paper stays equal: none of 1 and none of 47 are both exactly 0.
        return max(0.0, round((centre - spread) / (1 + Z_95**2 / n), 9))
