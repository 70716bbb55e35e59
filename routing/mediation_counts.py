"""How the disputes of an area go, counted for those who read digests."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from routing.dispute import Dispute
from routing.dispute_states import DisputeState


@dataclass(frozen=True, slots=True)
class MediationCounts:
    """What became of the disputes of an area: those that go on, and those that ended in the period."""

    going_on: int = 0
    solved: int = 0
    unsolved: int = 0
    handed_over: int = 0

    @property
    def total(self) -> int:
        """All of them."""
        return self.going_on + self.solved + self.unsolved + self.handed_over


@dataclass(frozen=True, slots=True)
class GoingOn:
    """A dispute that somebody mediates, as digests tell of it: nothing of what it is about and who is in it."""

    number: str
    area_code: str
    state: DisputeState
    meeting_at: datetime | None


def going_on(disputes: Iterable[Dispute], until: datetime) -> tuple[GoingOn, ...]:
    """Those that were opened before ``until`` and go on, the oldest first."""
    found = sorted((one for one in disputes if one.is_open and one.opened_at < until), key=lambda one: one.id)
    return tuple(GoingOn(one.number, one.area_code, one.state, one.meeting_at) for one in found)


def mediation_counts(disputes: Iterable[Dispute], since: datetime, until: datetime) -> MediationCounts:
    """Counts disputes that were opened before ``until``; ends count from ``since`` until before ``until``."""
    counts = {"going_on": 0, "solved": 0, "unsolved": 0, "handed_over": 0}
    for one in disputes:
        if one.opened_at >= until:
            continue
        ended = one.handed_at if one.state is DisputeState.HANDED_OVER else one.closed_at
        if one.is_open:
            counts["going_on"] += 1
        elif ended is not None and since <= ended < until:
            counts[one.state.value] += 1
    return MediationCounts(**counts)
