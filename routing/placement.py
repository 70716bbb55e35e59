"""From a place in the text and the group's area to the grid that answers for it."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import lru_cache

from routing.areas import BUILDING, COMMUNITY, COMPLEX, Area, AreaKind, AreaTree
from routing.errors import UnknownArea
from routing.house_numbers import HouseNumber, house_in, lies_in
from routing.place import Place
from routing.script import in_one_spelling
from routing.triage.numerals import CHINESE, digits

_BUILDING = re.compile(
    rf"(?P<letter>[A-Z])?(?P<number>[0-9]+|[{CHINESE}]+)?(?:号楼|[栋幢座楼号]|#楼?)$",
)
_BARE = re.compile(r"(?P<letter>[A-Z])?(?P<number>[0-9]+)?")
_SHORTEST_NAME = 2
"""Shorter names of areas occur in too many other words to be looked for in a text."""


@dataclass(frozen=True, slots=True)
class Location:
    """Where a matter lies in the tree; a part is None where the tree or the text does not tell it."""

    area_code: str
    """The grid, or the smallest area that is known."""
    grid_code: str | None = None
    complex_code: str | None = None
    building_code: str | None = None
    certain: bool = True
    """False where somebody should look: an unknown or ambiguous building, or no single grid."""

    @property
    def anchors(self) -> tuple[str, ...]:
        """The finest known areas; together with all above them they are whom the matter concerns.

        The complex counts beside the grid because either may contain the other.
        """
        known = (self.building_code, self.complex_code, self.grid_code, self.area_code)
        return tuple(dict.fromkeys(code for code in known if code is not None))


def locate(tree: AreaTree, bound_code: str | None, place: Place, text: str = "") -> Location:
    """The location of ``place`` as said in ``text`` in a group bound to ``bound_code``.

    A name in the spot ("农贸市场门口") that belongs to an area of the same community wins over the group's own
    area; a building number is then looked up in what is left. A house number of a street (人民路15号) leads to the
    area of the same community that it is assigned to. Without a binding the whole tree is searched.

    Raises:
        UnknownArea: the tree is empty, so that there is nowhere to be.
    """
    bound = _bound(tree, bound_code)
    named = _named(tree, bound, place.spot)
    if named is not None and not tree.within(bound.code, named.code):
        bound = named
    if bound.level == BUILDING:
        return _location(tree, bound, is_certain=True)
    if place.building is None:
        return _location(tree, _numbered(tree, bound, place, text) or bound, is_certain=True)
    wanted = building_key(place.building)
    matching = [area for area in tree.below_at(bound.code, BUILDING) if wanted in _keys((area.name, *area.aliases))]
    if len(matching) == 1:
        return _location(tree, matching[0], is_certain=True)
    if not matching and (numbered := _numbered(tree, bound, place, text)):
        return _location(tree, numbered, is_certain=True)
    return _location(tree, bound, is_certain=False)


def without_own_name(place: Place, tree: AreaTree, bound_code: str, text: str) -> Place:
    """The place without a spot that is but a part of the name of its area in the text: 锦绣花园 is no garden."""
    if place.spot is None or bound_code not in tree:
        return place
    spot, said = place.spot, in_one_spelling(text)
    if spot not in said:
        return place
    names = [name for area in tree.path(bound_code) for name in (area.name, *area.aliases)]
    for name in sorted(names, key=len, reverse=True):
        if spot in name and spot != name:
            said = said.replace(name, "")
    return place if spot in said else replace(place, spot=None)


def building_key(written: str) -> str:
    """A building's name as a key for comparing: 3栋, 3号楼, 三幢 and 第三座 are "3", A座 is "A"."""
    text = in_one_spelling(written).upper().replace(" ", "")
    found = _BUILDING.search(text) or _BARE.fullmatch(text)
    if found and (found["letter"] or found["number"]):
        number = digits(found["number"]) if found["number"] else ""
        if number is not None:
            return (found["letter"] or "") + number
    return text


@lru_cache(maxsize=20_000)
def _keys(names: tuple[str, ...]) -> frozenset[str]:
    return frozenset(building_key(name) for name in names)


@lru_cache(maxsize=20_000)
def _plain_names(names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(_plain(name) for name in names)


def _bound(tree: AreaTree, bound_code: str | None) -> Area:
    if bound_code is not None and bound_code in tree:
        return tree.get(bound_code)
    roots = tree.roots()
    if not roots:
        raise UnknownArea(bound_code or "")
    return roots[0]


def _named(tree: AreaTree, bound: Area, spot: str | None) -> Area | None:
    """The complex, grid or market of the same community that the spot names; the longest name wins.

    Two areas that share the name cancel each other out, unless one of them contains the other or is the group's own.
    """
    if not spot:
        return None
    text = _plain(spot)
    scope = tree.nearest(bound.code, COMMUNITY) or bound
    longest, found = 0, list[Area]()
    for area in tree.below(scope.code):
        if area.level in {BUILDING, scope.level}:
            continue
        for name in _plain_names((area.name, *area.aliases)):
            if len(name) < _SHORTEST_NAME or name not in text or len(name) < longest:
                continue
            if len(name) > longest:
                longest, found = len(name), []
            if area not in found:
                found.append(area)
    if any(tree.within(bound.code, area.code) for area in found):
        return None
    innermost = [area for area in found if not any(o is not area and tree.within(o.code, area.code) for o in found)]
    return innermost[0] if len(innermost) == 1 else None


def _numbered(tree: AreaTree, bound: Area, place: Place, text: str) -> Area | None:
    """The innermost area of the same community that the house number belongs to; none where two claim it."""
    scope = tree.nearest(bound.code, COMMUNITY) or bound
    numbered = tree.numbered_below(scope.code)
    if not numbered:
        return None
    house = house_in(text)
    if house is None and place.building is not None and place.building.isdigit():
        house = HouseNumber(place.spot or "", int(place.building))
    if house is None:
        return None
    found = [area for area in numbered if lies_in(house, area.numbers)]
    innermost = [area for area in found if not any(o is not area and tree.within(o.code, area.code) for o in found)]
    return innermost[0] if len(innermost) == 1 else None


def _plain(text: str) -> str:
    return in_one_spelling(text).casefold().replace(" ", "")


def _location(tree: AreaTree, area: Area, *, is_certain: bool) -> Location:
    grid = tree.nearest(area.code, tree.grid_level) or _only_grid_below(tree, area)
    in_complex = tree.nearest(area.code, COMPLEX)
    anchor = grid or in_complex or area
    return Location(
        area_code=anchor.code,
        grid_code=grid.code if grid else None,
        complex_code=in_complex.code if in_complex else None,
        building_code=area.code if area.level == BUILDING else None,
        certain=is_certain and grid is not None,
    )


def _only_grid_below(tree: AreaTree, area: Area) -> Area | None:
    grids = [below for below in tree.below_at(area.code, tree.grid_level) if below.kind is AreaKind.ORDINARY]
    return grids[0] if len(grids) == 1 else None
