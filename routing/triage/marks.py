"""Sets of small numbers that are made anew for every message, without making anything anew."""

from __future__ import annotations

from typing import Final

_ROUNDS: Final = 250
"""After so many the stamps are wiped: up to 256 Python keeps one object for each number, and stamping makes none."""


class Marks:
    """A set of numbers below a bound: each has a stamp, and it is in the set where that is the present one.

    For one message at a time; ``Matcher`` lends them out.
    """

    __slots__ = ("_present", "_stamps")

    def __init__(self, bound: int) -> None:
        self._stamps = [0] * bound
        self._present = 1

    def clear(self) -> None:
        """Takes every number out."""
        self._present += 1
        if self._present > _ROUNDS:
            self._stamps = [0] * len(self._stamps)
            self._present = 1

    def add(self, number: int) -> None:
        """Puts ``number`` in."""
        self._stamps[number] = self._present

    def has(self, number: int) -> bool:
        """Whether ``number`` is in the set."""
        return self._stamps[number] == self._present

    def has_all(self, numbers: tuple[int, ...]) -> bool:
        """Whether all of ``numbers`` are in the set."""
        for number in numbers:
            if self._stamps[number] != self._present:
                return False
        return True

    def has_any(self, numbers: tuple[int, ...]) -> bool:
        """Whether one of ``numbers`` is in the set."""
        for number in numbers:
            if self._stamps[number] == self._present:
                return True
        return False
