"""What a supervisor reads of an area: what came in, what was done, what is late and with whom, and how well it goes.

Everything here is a value; sentences are made of it elsewhere.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from routing.catalogue import Urgency
from routing.digest_schedule import Period
from routing.escalation_plan import LimitName
from routing.mediation_counts import GoingOn, MediationCounts
from routing.rates import Rate
from routing.sla import Colour
from routing.standing import ColourChange, Standing
from routing.ticket import Satisfaction, Status


@dataclass(frozen=True, slots=True)
class OpenCounts:
    """The open tickets by colour; ``on_hold`` (挂账) says how many of them have their clock stopped."""

    green: int = 0
    yellow: int = 0
    red: int = 0
    on_hold: int = 0

    @property
    def total(self) -> int:
        """All tickets of which a handler still owes something."""
        return self.green + self.yellow + self.red


@dataclass(frozen=True, slots=True)
class RedTicket:
    """One overdue ticket: what and where, who has it, which limit ran out when, and how long ago."""

    number: str
    service_code: str
    urgency: Urgency
    place: str
    """In words, without the room of a household."""
    holder: str | None
    """Who it is given to; nobody where it lies in the pool (无人认领)."""
    status: Status
    limit: LimitName
    """The limit to resolve once that has run out, else the limit to claim."""
    due_at: datetime
    overdue: timedelta
    """Since it fell due, on the clock on the wall; for a ticket on hold, until it was put aside."""


@dataclass(frozen=True, slots=True)
class UnansweredUrge:
    """An urge (督办) of which nobody heard in time: the ticket, who has it, and since when."""

    number: str
    service_code: str
    holder: str | None
    due_at: datetime


@dataclass(frozen=True, slots=True)
class Undecided:
    """A contradiction of the call-back that waits for its decision: the ticket, who did the work, and since when."""

    number: str
    service_code: str
    holder: str | None
    since: datetime


@dataclass(frozen=True, slots=True)
class Escalations:
    """How often tickets went up a level since the last digest, and how many tickets did."""

    since: datetime
    times: int
    tickets: int


@dataclass(frozen=True, slots=True)
class Rates:
    """The rates of the 12345 line, each with what it is made of (see ``PeriodCounts`` for who is counted)."""

    response: Rate
    """签收及时率: claimed in time, of those that were claimed or should have been."""
    on_time: Rate
    """按期办结率: done in time, of those done."""
    solved: Rate
    """解决率: answered "solved", of all answers; every "not solved" reopens its ticket. Silence is no answer."""
    satisfied: Rate
    """满意率: satisfied, of those rated."""
    rework: Rate
    """返工率: completions that the reporter sent back, of those that stood or were sent back."""


@dataclass(frozen=True, slots=True)
class RankedArea:
    """One of the areas below, with its place in the order; without a place where nothing was done in the period."""

    position: int | None
    area_code: str
    area_name: str
    new: int
    resolved: int
    open: int
    red: int
    rates: Rates
    colour: Colour = Colour.GREEN
    """From the overdue share of what is open and from satisfaction."""


@dataclass(frozen=True, slots=True)
class Digest:
    """What is told of an area over a period; times are aware UTC, the end is exclusive."""

    area_code: str
    area_name: str
    period: Period
    start: datetime
    end: datetime
    new: int
    resolved: int
    archived: int
    open: OpenCounts
    red: tuple[RedTicket, ...]
    """All of them: emergencies first, then what is overdue longest."""
    unanswered: tuple[UnansweredUrge, ...]
    """Urges whose limit ran out without a word of the holder, the oldest first."""
    escalations: Escalations
    rates: Rates
    patrol_found: int
    """Found on rounds in the period (巡查发现)."""
    patrol_solved: int
    """Those of them that were put right on the spot; they are in no other figure."""
    street_ratings: Mapping[Satisfaction, int]
    """How streets rated the departments that did the work (街道评议部门)."""
    ranking: tuple[RankedArea, ...]
    """All areas below of which there is anything to say, in order."""
    standings: tuple[Standing, ...] = ()
    """How the area itself, those below it and the handlers of its tickets stand; who has nothing open is left out."""
    undecided: tuple[Undecided, ...] = ()
    """Contradictions that nobody has decided, the oldest first."""
    mediation: MediationCounts = field(default_factory=MediationCounts)
    """What became of disputes that several parties settle together (三方协商)."""
    mediating: tuple[GoingOn, ...] = ()
    """Those that go on, the oldest first."""
    changes: tuple[ColourChange, ...] = ()
    """Whose colour is another than in the digest of this kind before."""
    notes: tuple[tuple[str, ...], ...] = ()
    """Lines that other parts of the product add, a block each: counts, and nothing that names a resident."""
