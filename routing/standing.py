"""The three colours of an area or a handler (三色预警): from how much is overdue and how content people are."""

from __future__ import annotations

from dataclasses import dataclass

from routing.rates import Rate
from routing.sla import Colour, StandingThresholds


@dataclass(frozen=True, slots=True)
class Standing:
    """How an area or a handler stands, with what the colour is made of."""

    code: str
    name: str
    overdue: Rate
    """Overdue tickets of the open ones."""
    satisfied: Rate
    colour: Colour


def standing_colour(overdue: Rate, satisfied: Rate, thresholds: StandingThresholds) -> Colour:
    """The worse of two colours: of the overdue share of what is open, and of the satisfied share of what was rated.

    Where nothing is open, nothing is overdue. Too few ratings say nothing: one angry reporter makes no area red.
    """
    late = overdue.share or 0.0
    colours = [_colour(late, thresholds.overdue_yellow, thresholds.overdue_red)]
    if satisfied.share is not None and satisfied.denominator >= thresholds.least_ratings:
        discontent = 1.0 - satisfied.share
        colours.append(_colour(discontent, 1.0 - thresholds.satisfied_yellow, 1.0 - thresholds.satisfied_red))
    return max(colours, key=lambda colour: colour.rank)


def _colour(share: float, yellow_from: float, red_from: float) -> Colour:
    # Shares are sums of fractions; what is equal on paper counts as reached.
    share = round(share, 9)
    if share >= round(red_from, 9):
        return Colour.RED
    return Colour.YELLOW if share >= round(yellow_from, 9) else Colour.GREEN
