"""A ticket made of the values of its fields is the one that its constructor makes."""

from __future__ import annotations

from dataclasses import FrozenInstanceError, astuple, fields, replace
from typing import Any

import pytest

from routing.ticket import Ticket, ticket_from, with_fields
from tests.contract.samples import full_ticket

WHOLE = full_ticket("电梯坏了", worker=7)
VALUES = [getattr(WHOLE, one.name) for one in fields(Ticket)]


def test_it_is_the_same_ticket() -> None:
    made = ticket_from(VALUES)
    assert type(made) is Ticket
    assert (made, hash(made), repr(made)) == (WHOLE, hash(WHOLE), repr(WHOLE))
    assert astuple(made) == astuple(WHOLE)


def test_nothing_of_it_can_be_changed_afterwards() -> None:
    with pytest.raises(FrozenInstanceError):
        ticket_from(VALUES).version = 2  # type: ignore[misc]  # That it is refused is what is tried.


def test_every_value_is_asked_for() -> None:
    with pytest.raises(TypeError):
        ticket_from(VALUES[:-1])


def test_fields_are_exchanged_as_replace_does() -> None:
    changes: dict[str, Any] = {"version": WHOLE.version + 1, "lapses": 3, "resolution": "已修好"}
    assert with_fields(WHOLE, changes) == replace(WHOLE, **changes)
    assert with_fields(WHOLE, {}) == WHOLE
