"""Where something is, as far as people say it: building, unit, floor, room, or a spot one can walk to."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace


@dataclass(frozen=True, slots=True)
class Place:
    """A place in or around a complex; every part may be unknown.

    Numbers are digit strings ("五栋" is building "5"), lettered buildings capital letters ("A座" is "A").
    """

    building: str | None = None
    unit: str | None = None
    floor: str | None = None
    room: str | None = None
    spot: str | None = None

    @property
    def is_empty(self) -> bool:
        """True where nothing at all is known."""
        return not self.is_numbered and self.spot is None

    @property
    def is_numbered(self) -> bool:
        """True where a building, unit, floor or room is known."""
        return not (self.building is None and self.unit is None and self.floor is None and self.room is None)

    def merged_with(self, other: Place) -> Place:
        """This place completed by ``other``; what is known here wins.

        Another building means another place: its unit, floor and room are then not taken over.
        """
        if self.building and other.building and self.building != other.building:
            other = Place(spot=other.spot)
        return Place(**{part.name: getattr(self, part.name) or getattr(other, part.name) for part in fields(self)})

    def public(self) -> Place:
        """The place without its room: what a group may see of another household's address."""
        return replace(self, room=None)
