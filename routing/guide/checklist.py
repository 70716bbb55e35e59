"""The papers of a ticket that came of a service item: which have been received, and what starts once all have.

资料齐全即办: with complete papers a matter is done at once, within a promise of minutes. So the limit of the ticket
becomes that of the promise when the last paper is ticked, and what it was before should one turn out to be missing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from typing import ClassVar

from routing.errors import RoutingError
from routing.guide.items import ServiceItem


class Half(StrEnum):
    """Half a day, as appointments are made."""

    MORNING = "am"
    AFTERNOON = "pm"


@dataclass(frozen=True, slots=True)
class Appointment:
    """When somebody will come (预约): a day of the district's calendar, morning or afternoon."""

    day: date
    half: Half


@dataclass(frozen=True, slots=True)
class Paper:
    """One paper (材料) of the list."""

    name: str
    received: bool = False


@dataclass(frozen=True, slots=True)
class Checklist:
    """The papers that an item wants, as they were when the ticket was opened."""

    item_code: str
    item_name: str
    papers: tuple[Paper, ...]
    appointment: Appointment | None = None
    complete_at: datetime | None = None
    """When the last paper was ticked; none while one is missing."""
    due_before: datetime | None = None
    """The limit to resolve that held until then."""

    @property
    def received(self) -> int:
        """How many papers are there."""
        return sum(paper.received for paper in self.papers)

    @property
    def is_complete(self) -> bool:
        """Whether all papers are there; a list without papers has nothing to be complete of."""
        return bool(self.papers) and self.received == len(self.papers)


class UnknownPaper(RoutingError):
    """The list of the ticket has no such paper, or the ticket has no list."""

    code: ClassVar[str] = "unknown_paper"

    def __init__(self, number: str) -> None:
        super().__init__(number)
        self.number = number


def checklist_of(item: ServiceItem, appointment: Appointment | None = None) -> Checklist:
    """The list of an item, nothing received yet."""
    return Checklist(item.code, item.name, tuple(map(Paper, item.documents)), appointment)


def ticked(checklist: Checklist, index: int, now: datetime, due: datetime) -> Checklist:
    """The list with the paper at ``index`` received, or not received if it was; ``due`` is the limit that holds now.

    Raises ``IndexError`` where there is no such paper.
    """
    papers = list(checklist.papers)
    papers[index] = replace(papers[index], received=not papers[index].received)
    after = replace(checklist, papers=tuple(papers))
    if after.is_complete and not checklist.is_complete:
        return replace(after, complete_at=now, due_before=due)
    return after if after.is_complete else replace(after, complete_at=None, due_before=None)


def halves(days: Sequence[date]) -> tuple[Appointment, ...]:
    """Mornings and afternoons of the days, in order."""
    return tuple(Appointment(day, half) for day in days for half in Half)


def written(appointment: Appointment) -> str:
    """The appointment as a button carries it: 1123am."""
    return f"{appointment.day:%m%d}{appointment.half}"
