"""Turns values into the words that people read: places, times, names of services and roles."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from routing.areas import BUILDING, COMPLEX, GRID, Area, AreaTree
from routing.catalogue import Catalogue
from routing.place import Place
from routing.privacy import mask_numbers
from routing.script import Script
from routing.texts import Texts
from routing.ticket import Ticket


class Wording:
    """Texts together with what they are filled from; local time is made here and nowhere deeper."""

    def __init__(self, texts: Texts, catalogue: Catalogue, zone: ZoneInfo) -> None:
        self.texts = texts
        self._catalogue = catalogue
        self._zone = zone

    def say(self, key: str, script: Script = Script.HANS, /, **fields: object) -> str:
        """The sentence of ``key`` in the reader's script."""
        return self.texts.say(key, script, **fields)

    def service(self, code: str) -> str:
        """The name of a service as people know it, in Simplified script: a field of other sentences.

        One that has left the catalogue is shown by its code too, so that somebody wonders.
        """
        name = self._catalogue.of(code).name
        return name if code in self._catalogue else f"{name} {code}"

    def moment(self, at: datetime) -> str:
        """A moment in the district's own time, as short as it stays clear: 11-22 14:30."""
        local = at.astimezone(self._zone)
        return f"{local.month:02}-{local.day:02} {local.hour:02}:{local.minute:02}"

    def day(self, at: datetime) -> str:
        """The district's calendar day as it stands in ticket numbers: 261122."""
        local = at.astimezone(self._zone)
        return f"{local.year % 100:02}{local.month:02}{local.day:02}"

    def span(self, length: timedelta) -> str:
        """A length of time in the two largest units that matter: 3天2小时, 45分钟; what is shorter counts as none."""
        minutes = max(0, int(length.total_seconds() // 60))
        if not minutes:
            return self.say("span.moments")
        days, rest = divmod(minutes, 24 * 60)
        hours, minutes = divmod(rest, 60)
        if days:
            return self.say("span.days", days=days, hours=hours)
        if hours:
            return self.say("span.hours", hours=hours, minutes=minutes)
        return self.say("span.minutes", minutes=minutes)

    def place(self, ticket: Ticket, tree: AreaTree, *, public: bool) -> str:
        """Complex or grid and the place within it; ``public`` leaves out the room of a household."""
        area = display_area(tree, ticket.area_code)
        within = self.place_within(ticket.place.public() if public else ticket.place)
        return f"{area.name} {within}".strip() if area is not None else within

    def home(self, tree: AreaTree, area_code: str, place: Place) -> str:
        """Complex or grid and the whole place within it, the room included: for those who may know it."""
        area = display_area(tree, area_code)
        return f"{area.name if area is not None else area_code} {self.place_within(place)}".strip()

    def reasons(self, kind: str) -> tuple[tuple[str, str], ...]:
        """The reasons of a kind (``RequestKind``, or "subtask"), as code and words, in the order of the files.

        A district takes one off the list by leaving its words empty.
        """
        prefix = f"reason.{kind}."
        reasons = ((key.removeprefix(prefix), self.say(key)) for key in self.texts if key.startswith(prefix))
        return tuple((code, words) for code, words in reasons if words)

    @staticmethod
    def public(text: str, ticket: Ticket) -> str:
        """What somebody wrote, fit for the group: without long numbers and without the room of the ticket's place."""
        masked = mask_numbers(text)
        room = ticket.place.room
        return re.sub(rf"(?<!\d){re.escape(room)}(?!\d)[室号]?", "**", masked) if room else masked

    def place_within(self, place: Place) -> str:
        """The parts of a place, from the building to the spot, without the area around them."""
        parts: list[str] = []
        if place.building:
            key = "place.building" if place.building.isdigit() else "place.building_letter"
            parts.append(self.say(key, building=place.building))
        if place.unit:
            parts.append(self.say("place.unit", unit=place.unit))
        if place.floor:
            key, floor = (
                ("place.basement", place.floor[1:]) if place.floor.startswith("-") else ("place.floor", place.floor)
            )
            parts.append(self.say(key, floor=floor))
        if place.room:
            parts.append(self.say("place.room", room=place.room))
        within = "".join(parts)
        return f"{within} {place.spot}".strip() if place.spot else within


def display_area(tree: AreaTree, code: str) -> Area | None:
    """The area that residents know a place by: the complex, else the grid, else the area itself without buildings."""
    if code not in tree:
        return None
    found = tree.nearest(code, COMPLEX) or tree.nearest(code, GRID)
    if found is not None:
        return found
    area = tree.get(code)
    return next((step for step in tree.path(code) if step.level != BUILDING), area)
