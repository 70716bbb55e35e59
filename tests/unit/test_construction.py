"""Values made by ``constructor`` are those that their class makes."""

from __future__ import annotations

from dataclasses import FrozenInstanceError, dataclass, field
from typing import Any

import pytest

from routing.construction import constructor, constructor_of_all


@dataclass(frozen=True, slots=True)
class Parcel:
    """Fields with and without a default, and with a fresh one for each."""

    number: int
    note: str = "fragile"
    contents: list[str] = field(default_factory=list)

    @property
    def is_empty(self) -> bool:
        """Whether nothing is in it."""
        return not self.contents


make = constructor(Parcel)


def test_it_is_a_value_like_any_other() -> None:
    made = make(number=7, contents=["book"])
    assert type(made) is Parcel
    assert made == Parcel(7, contents=["book"])
    assert repr(made) == repr(Parcel(7, contents=["book"]))
    assert not made.is_empty
    with pytest.raises(FrozenInstanceError):
        made.number = 8  # type: ignore[misc]  # That this is refused is the point.


def test_defaults_are_those_of_the_class_and_fresh_for_each() -> None:
    first, second = make(number=1), make(number=2, note="heavy")
    assert (first, second) == (Parcel(1), Parcel(2, "heavy"))
    assert first.contents is not second.contents


@pytest.mark.parametrize("named", [{}, {"note": "x"}, {"number": 1, "weight": 2}])
def test_what_does_not_fit_is_refused(named: dict[str, Any]) -> None:
    with pytest.raises(TypeError):
        make(**named)


def test_where_nothing_may_be_left_out_it_is_asked_for() -> None:
    of_all = constructor_of_all(Parcel)
    assert of_all(1, "x", []) == Parcel(1, "x")
    with pytest.raises(TypeError):
        of_all(1, "x")  # Its types are those of the class, which has a default.


def test_a_class_without_slots_is_refused_at_once() -> None:
    @dataclass(frozen=True)
    class Letter:
        number: int

    with pytest.raises(TypeError, match="layout"):
        constructor_of_all(Letter)
