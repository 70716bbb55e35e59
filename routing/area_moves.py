"""Areas that move to another parent from a day on: a grid to another community, a building to another grid.

Only the tree changes. Old tickets keep the way to their area (``Ticket.area_path``), so they stay with whom they were.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from routing.areas import Area, AreaTree
from routing.errors import RoutingError
from routing.organisation import Organisation


@dataclass(frozen=True, slots=True)
class AreaMove:
    """A move that is planned or done. Times are aware UTC."""

    id: int
    area_code: str
    new_parent_code: str
    takes_effect_at: datetime
    """Midnight of the day, in the district's own time."""
    settled_at: datetime | None = None
    """When it was carried out or turned out impossible; none while it waits."""
    refusal: str = ""
    """Why it could not be carried out: the reason of ``MoveRefused``."""


class MoveRefused(RoutingError):
    """An area cannot lie there; ``reason`` is ``is_root``, ``cycle``, ``wrong_parent_level`` or ``gone``."""

    code = "move_refused"

    def __init__(self, area_code: str, new_parent_code: str, reason: str) -> None:
        super().__init__(area_code, new_parent_code, reason)
        self.area_code = area_code
        self.new_parent_code = new_parent_code
        self.reason = reason


def moved(tree: AreaTree, area_code: str, new_parent_code: str, organisation: Organisation) -> Area:
    """The area as it is below its new parent.

    Raises:
        UnknownArea: one of the two does not exist.
        MoveRefused: the tree may not look like that.
    """
    area, parent = tree.get(area_code), tree.get(new_parent_code)
    if area.parent_code is None:
        raise MoveRefused(area_code, new_parent_code, "is_root")
    if tree.within(parent.code, area.code):
        raise MoveRefused(area_code, new_parent_code, "cycle")
    if not organisation.allowed_below(area.level, parent.level):
        raise MoveRefused(area_code, new_parent_code, "wrong_parent_level")
    return replace(area, parent_code=parent.code)
