"""Sets of small numbers that are made anew for every message, without making anything anew."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mypy_extensions import i64


class Marks:
    """A set of numbers below a bound: each bears a stamp, and it is in the set where that is the present one.

    For one message at a time; ``LentMarks`` lends them out.
    """

    __slots__ = ("_present", "_stamps")

    def __init__(self, bound: int) -> None:
        self._present = object()
        self._stamps: list[object] = [None] * bound

    def clear(self) -> None:
        """Takes every number out."""
        # An object of its own is equal to no earlier one, so that nothing has to be wiped.
        self._present = object()

    def add(self, number: int) -> None:
        """Puts ``number`` in."""
        self._stamps[number] = self._present

    def add_all(self, numbers: str) -> None:
        """Puts in the codes of these characters (see ``slots_in_a_row``)."""
        stamps, present = self._stamps, self._present
        for place in range(len(numbers)):
            stamps[ord(numbers[place])] = present

    def among(self, numbers: str) -> list[int]:
        """The places of those characters whose codes are in the set."""
        stamps, present = self._stamps, self._present
        return [place for place in range(len(numbers)) if stamps[ord(numbers[place])] is present]

    def is_new(self, number: i64) -> bool:
        """Puts ``number`` in; whether it was not there."""
        if self._stamps[number] is self._present:
            return False
        self._stamps[number] = self._present
        return True

    def has(self, number: int) -> bool:
        """Whether ``number`` is in the set."""
        return self._stamps[number] is self._present

    def has_all(self, numbers: tuple[int, ...]) -> bool:
        """Whether all of ``numbers`` are in the set."""
        for number in numbers:
            if self._stamps[number] is not self._present:
                return False
        return True

    def has_any(self, numbers: tuple[int, ...]) -> bool:
        """Whether one of ``numbers`` is in the set."""
        for number in numbers:
            if self._stamps[number] is self._present:
                return True
        return False


class LentMarks:
    """Marks to be borrowed and given back; each are lent to one message at a time, in whatever thread."""

    __slots__ = ("_bound", "_idle")

    def __init__(self, bound: int) -> None:
        self._bound = bound
        self._idle: list[Marks] = []

    def borrow(self) -> Marks:
        """Marks without any number in them."""
        try:
            return self._idle.pop()
        except IndexError:
            return Marks(self._bound)

    def give_back(self, marks: Marks) -> None:
        """Takes back what was borrowed."""
        marks.clear()
        self._idle.append(marks)
