"""What was worked out of a tree of areas, kept for as long as there is no other."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

from routing.areas import AreaTree

MOST_KEPT = 10_000

_Value = TypeVar("_Value")


class TreeMemory(Generic[_Value]):
    """Values by what they were worked out of. A tree never changes, and a changed register is another tree."""

    def __init__(self, most: int = MOST_KEPT) -> None:
        self._most = most
        self._tree: AreaTree | None = None
        self._kept: dict[Hashable, _Value] = {}

    def get(self, tree: AreaTree, key: Hashable, work_out: Callable[[], _Value]) -> _Value:
        """The value of ``key``; ``work_out`` must depend on nothing else but the tree."""
        if tree is not self._tree or len(self._kept) >= self._most:
            self._tree, self._kept = tree, {}
        try:
            return self._kept[key]
        except KeyError:
            value = self._kept[key] = work_out()
            return value
