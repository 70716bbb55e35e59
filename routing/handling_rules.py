"""How whoever holds a ticket is held to it: progress, caps on what may be asked for, lifting, urging."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from routing.catalogue import Urgency
from routing.sla import Clock


@dataclass(frozen=True, slots=True)
class IdleLimit:
    """How long a claim may go without progress, on the clock of the ticket's limits."""

    ask_after: timedelta
    """From the last progress until the holder is asked."""
    lapse_after: timedelta
    """From the question until the claim lapses."""


@dataclass(frozen=True, slots=True)
class HandlingRules:
    """The caps and the patience of a district."""

    idle: Mapping[Urgency, IdleLimit]
    most_lapses: int
    """How often the clock may take a ticket from somebody; the time after that, a superior gets it and has to decide.

    Without a cap, a ticket that nobody wants goes round for ever and nobody is ever responsible.
    """
    most_extensions: int
    longest_extension: Mapping[Clock, timedelta]
    most_holds: int
    lift_after_returns: int
    """Each time so many returns were granted, the ticket goes one step up (提级督办)."""
    lift_after_reopens: int
    """The same for completions that the reporter sent back."""
    urge_within: Mapping[Urgency, timedelta]
    """Until when whoever urges wants to hear of it, where they name no time themselves."""

    def lifts_after_return(self, returns: int) -> bool:
        """Whether the return that makes ``returns`` of them lifts the ticket."""
        return returns > 0 and returns % self.lift_after_returns == 0

    def lifts_after_reopening(self, reopens: int) -> bool:
        """Whether the reopening that makes ``reopens`` of them lifts the ticket."""
        return reopens > 0 and reopens % self.lift_after_reopens == 0
