"""Which posts belong to one unit: a matter moves freely within it, and needs acceptance where it leaves it."""

from __future__ import annotations

from routing.areas import AreaTree
from routing.staff import Role, Staff

_OFFICE: dict[Role, str] = {
    Role.PROPERTY: "property",
    Role.LIAISON: "community",
    Role.GRID_WORKER: "community",
    Role.GRID_LEAD: "community",
    Role.COMMUNITY: "community",
    Role.STREET: "street",
    Role.DEPARTMENT: "department",
    Role.SUPERVISOR: "supervision",
    Role.ADMIN: "supervision",
}


def is_same_unit(one: Staff, other: Staff, tree: AreaTree) -> bool:
    """Whether both work for one office of one area.

    A grid's people and their community are one unit, two grids beside each other are two. Departments are told apart
    by what they do.
    """
    if _OFFICE[one.role] != _OFFICE[other.role]:
        return False
    if one.role is Role.DEPARTMENT and one.skills != other.skills:
        return False
    if one.area_code not in tree or other.area_code not in tree:
        return one.area_code == other.area_code
    return tree.within(one.area_code, other.area_code) or tree.within(other.area_code, one.area_code)
