"""The chains of escalation as a district sets them: who hears, when, how often, how far and how."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum
from typing import Literal
from zoneinfo import ZoneInfo

from routing.catalogue import Urgency
from routing.organisation import Station
from routing.ticket import Ticket

LimitName = Literal["accept", "resolve"]

ACCEPT: LimitName = "accept"
RESOLVE: LimitName = "resolve"


class Channel(StrEnum):
    """Where a superior hears of an escalation."""

    PRIVATE = "private"
    """The private chat of each of them."""
    STAFF_GROUP = "staff_group"
    """The staff group of the nearest area that has one."""


@dataclass(frozen=True, slots=True)
class EscalationPlan:
    """How overdue tickets climb. Spans are on the clock of the ticket's limits."""

    repeat_after: Mapping[Urgency, timedelta]
    """From one escalation to the next."""
    repeats_at_top: int
    """How often the top is told again before the ticket stays where it is."""
    first_at: Mapping[LimitName, float]
    """The share of a limit that is used up when it takes the ticket up for the first time; 1.0 is the due time."""
    acknowledge_for: Mapping[Urgency, timedelta]
    """How long it rests once a superior took note of it."""
    channels: frozenset[Channel]
    stations: tuple[Station, ...] = ()
    """Who stands above the owner; empty for the chain of the organisation."""
    highest: str = ""
    """The key of the last station that hears; empty for the top of the chain."""


@dataclass(frozen=True, slots=True)
class SpecialPlan:
    """A plan for some services, some areas, or some services in some areas; an empty set narrows nothing."""

    services: frozenset[str]
    """Codes of services, or of their groups."""
    areas: frozenset[str]
    """Codes of areas; what lies in them is meant too."""
    plan: EscalationPlan

    def covers(self, ticket: Ticket) -> bool:
        """Whether the plan is for this ticket."""
        code = ticket.service_code
        of_service = not self.services or code in self.services or code.split(".")[0] in self.services
        return of_service and (not self.areas or not self.areas.isdisjoint(ticket.area_path.split("/")))


@dataclass(frozen=True, slots=True)
class QuietHours:
    """The part of the day, in local time, in which messages of the clock make no sound."""

    start: time
    end: time

    def contains(self, at: datetime, zone: ZoneInfo) -> bool:
        """Whether the moment lies in them; they may reach over midnight, and equal times mean never."""
        moment = at.astimezone(zone).time()
        if self.start <= self.end:
            return self.start <= moment < self.end
        return moment >= self.start or moment < self.end


@dataclass(frozen=True, slots=True)
class EscalationPolicy:
    """The plan for everything, those for something else, and what holds for all of them."""

    base: EscalationPlan
    archive_after: timedelta
    """From the report that it is done to the archive if the reporter says nothing; round the clock."""
    quiet_hours: QuietHours
    special: tuple[SpecialPlan, ...] = ()

    def plan_for(self, ticket: Ticket) -> EscalationPlan:
        """The first special plan that covers the ticket, else the base."""
        for special in self.special:
            if special.covers(ticket):
                return special.plan
        return self.base

    def is_quiet(self, ticket: Ticket, at: datetime, zone: ZoneInfo) -> bool:
        """Whether a message of the clock about the ticket arrives without a sound; an emergency always rings.

        It is sent all the same: a message that waited for the morning would keep back what comes after it in the same
        chat, and that may be an emergency.
        """
        return ticket.urgency is not Urgency.EMERGENCY and self.quiet_hours.contains(at, zone)
