"""Frozen values made in a fraction of the time, where a great many are made.

A frozen dataclass sets its fields by a call for each. Filling an ordinary object of the same layout, which then becomes
the value, takes a fifth of that.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import MISSING, field, fields, make_dataclass
from typing import Any, ParamSpec, TypeVar, cast

_Fields = ParamSpec("_Fields")
_Value = TypeVar("_Value")


def constructor(kind: Callable[_Fields, _Value]) -> Callable[_Fields, _Value]:
    """What makes a frozen dataclass with slots as the class itself does, without ``__post_init__``.

    All values are named. Raises ``TypeError`` for a class of another layout.
    """
    draft = _draft(kind, _default)

    def make(**named: object) -> Any:
        value: Any = draft(**named)
        value.__class__ = kind
        return value

    return cast("Callable[_Fields, _Value]", make)


def constructor_of_all(kind: Callable[_Fields, _Value]) -> Callable[_Fields, _Value]:
    """The same of the values of all fields, in their order, which is faster still; none may be left out or named."""
    draft = _draft(kind, lambda _: field())

    def make(*values: object) -> Any:
        value: Any = draft(*values)
        value.__class__ = kind
        return value

    return cast("Callable[_Fields, _Value]", make)


def _draft(kind: Any, default: Callable[[Any], Any]) -> Any:
    draft = make_dataclass(f"_{kind.__name__}", [(one.name, Any, default(one)) for one in fields(kind)], slots=True)
    # A class of another layout, as one without slots or a compiled one is, is refused here and not at the first value.
    empty: Any = object.__new__(draft)
    empty.__class__ = kind
    return draft


def _default(one: Any) -> Any:
    if one.default_factory is not MISSING:
        return field(default_factory=one.default_factory)
    return field() if one.default is MISSING else field(default=one.default)
