"""Suggestions that enough people support (议事): when the community owes an answer, and what becomes of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from math import ceil
from types import MappingProxyType

from routing.areas import AreaTree
from routing.catalogue import AppealType
from routing.errors import RoutingError
from routing.promise import Promise, PromiseRules
from routing.ticket import Ticket


class MotionState(StrEnum):
    """Where a supported suggestion stands."""

    OWED = "owed"
    """Enough people support it: the community owes an answer (待答复)."""
    ANSWERED = "answered"
    """The answer was published in the group."""
    LAPSED = "lapsed"
    """The suggestion was withdrawn before anybody answered."""


MOTION_TRANSITIONS: Mapping[MotionState, frozenset[MotionState]] = MappingProxyType(
    {
        MotionState.OWED: frozenset({MotionState.ANSWERED, MotionState.LAPSED}),
        MotionState.ANSWERED: frozenset(),
        MotionState.LAPSED: frozenset(),
    }
)
"""Every legal move; a suggestion that is not supported enough has no motion yet."""


@dataclass(frozen=True, slots=True)
class SupportRules:
    """Which suggestions collect support and how much of it obliges the community."""

    services: frozenset[str]
    least: int
    """So many supporters are enough anywhere; also the fewest where the share of households asks for less."""
    share: float
    """Of the households of the group's area, where the register knows them; 0 means that only ``least`` counts."""
    most: int
    """More are never needed, however big the area."""
    answer_within: timedelta
    """Working time to answer in."""
    promise: PromiseRules
    shortest_answer: int
    longest_answer: int

    def collects(self, ticket: Ticket) -> bool:
        """Whether neighbours can support the ticket: an open suggestion of a group."""
        is_suggestion = ticket.appeal_type is AppealType.SUGGESTION and ticket.service_code in self.services
        return is_suggestion and ticket.group_chat_id is not None

    def threshold(self, households: int | None) -> int:
        """How many supporters oblige the community, where the area has so many households."""
        if not households or not self.share:
            return self.least
        return max(self.least, min(self.most, ceil(households * self.share)))

    def needed(self, tree: AreaTree, area_code: str) -> int:
        """The same for the people of an area; where the register knows no households of it, of the one around it."""
        around = tree.path(area_code) if area_code in tree else ()
        return self.threshold(next((area.households for area in around if area.households), None))


@dataclass(frozen=True, slots=True)
class Motion:
    """The answer that the community owes for a ticket. Times are aware UTC."""

    id: int
    ticket_id: int
    state: MotionState
    area_code: str
    area_path: str
    supporters: int
    """How many there were when the threshold was reached."""
    reached_at: datetime
    due_at: datetime
    answer: str = ""
    answered_at: datetime | None = None
    answered_by: str = ""
    """The name of the post."""
    reminded: bool = False
    level: int = 0
    escalated_at: datetime | None = None
    next_check_at: datetime | None = None

    @property
    def promise(self) -> Promise:
        """The answer as the clock sees it."""
        return Promise(self.reached_at, self.due_at, self.reminded, self.level, self.escalated_at)

    def is_late(self, now: datetime) -> bool:
        """Whether the answer should have been there."""
        return self.state is MotionState.OWED and self.due_at <= now


@dataclass(frozen=True, slots=True)
class Support:
    """What the card of a suggestion shows: how much support obliges, and the answer that is owed once it does."""

    needed: int
    motion: Motion | None


class UnknownMotion(RoutingError):
    """No suggestion with enough support has this number."""

    code = "unknown_motion"

    def __init__(self, motion_id: int) -> None:
        super().__init__(motion_id)
        self.motion_id = motion_id


class MotionOver(RoutingError):
    """The suggestion was answered already, or is over."""

    code = "motion_over"


class SupportOver(RoutingError):
    """The suggestion is closed, so nobody can support it any more."""

    code = "support_over"

    def __init__(self, number: str) -> None:
        super().__init__(number)
        self.number = number


class AnswerUnclear(RoutingError):
    """The answer is too short to say anything, or too long for a message."""

    code = "answer_unclear"

    def __init__(self, shortest: int, longest: int) -> None:
        super().__init__(shortest, longest)
        self.shortest = shortest
        self.longest = longest


def require_motion_move(motion: Motion, state: MotionState) -> None:
    """Raises ``MotionOver`` where the motion cannot come to ``state`` from where it is."""
    if state not in MOTION_TRANSITIONS[motion.state]:
        raise MotionOver
