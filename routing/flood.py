"""How many tickets may be opened within a short time, so that nobody buries the community's work under a hundred."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from routing.catalogue import Urgency


class Flood(StrEnum):
    """Whose limit is reached."""

    PERSON = "person"
    GROUP = "group"


@dataclass(frozen=True, slots=True)
class FloodRules:
    """Limits of new tickets within ``window``; what joins a ticket is never limited."""

    window: timedelta
    person: int
    """By one person in one group, or in private. No household has six troubles in ten minutes."""
    group: int
    """In one group, whoever reports; emergencies are opened beyond it."""


def flood_of(rules: FloodRules, urgency: Urgency, *, by_person: int, in_group: int) -> Flood | None:
    """Whose limit a new ticket would pass, given those opened within the window; none where it may be opened.

    Somebody who shouts fire six times is refused as anybody is, but a group's limit keeps no emergency out: those who
    flood a group must not silence it.
    """
    if by_person >= rules.person:
        return Flood.PERSON
    if in_group >= rules.group and urgency is not Urgency.EMERGENCY:
        return Flood.GROUP
    return None
