"""Which areas a text names: what somebody who writes in private must say, since no group tells where they live."""

from __future__ import annotations

from routing.areas import COMMUNITY, COMPLEX, GRID, Area, AreaTree
from routing.script import in_one_spelling

_NAMED = frozenset({COMMUNITY, COMPLEX, GRID})
"""Levels that residents live in by name. A building alone says too little, a street too little for a handler."""
_SHORTEST = 2


def areas_named(text: str, tree: AreaTree) -> tuple[Area, ...]:
    """The areas whose name or alias stands in the text, in the order of the register; the more exact ones only.

    Of an area and one within it the inner one is meant. Of several of one name (第一网格 of each community) those that
    lie in another area that is named are meant, if any do; else all of them, and the writer has to say which.
    """
    said = _plain(text)
    found = [area for area in tree if area.level in _NAMED and any(name in said for name in _names(area))]
    codes = {area.code for area in found}
    outer = {above.code for area in found for above in tree.path(area.code)[1:] if above.code in codes}
    inner = [area for area in found if area.code not in outer]
    certain = [area for area in inner if any(above.code in codes for above in tree.path(area.code)[1:])]
    names = {area.name for area in certain}
    return tuple(area for area in inner if area in certain or area.name not in names)


def _names(area: Area) -> tuple[str, ...]:
    return tuple(plain for name in (area.name, *area.aliases) if len(plain := _plain(name)) >= _SHORTEST)


def _plain(text: str) -> str:
    return "".join(in_one_spelling(text).lower().split())
