"""The three colours of an area or a handler (三色预警): from how much is overdue and how content people are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from routing.rates import Rate
from routing.sla import Colour, StandingThresholds


class Subject(StrEnum):
    """Who has a colour."""

    AREA = "area"
    HANDLER = "handler"


class Share(StrEnum):
    """What a colour is made of."""

    OVERDUE = "overdue"
    SATISFIED = "satisfied"


@dataclass(frozen=True, slots=True)
class Standing:
    """How an area or a handler stands, with what the colour is made of."""

    subject: Subject
    code: str
    """The area's code, or the id of the handler's post."""
    name: str
    overdue: Rate
    """Overdue tickets of the open ones."""
    satisfied: Rate
    colour: Colour


@dataclass(frozen=True, slots=True)
class ColourChange:
    """Somebody whose colour is another than in the digest before."""

    before: Colour
    now: Standing
    because: tuple[Share, ...]
    """What made the graver of the two colours; its figures now are in ``now``."""

    @property
    def is_worse(self) -> bool:
        """Whether it went towards red."""
        return self.now.colour.rank > self.before.rank


def standing_of(
    subject: Subject, code: str, name: str, overdue: Rate, satisfied: Rate, thresholds: StandingThresholds
) -> Standing:
    """The standing with the colour that the thresholds give it."""
    return Standing(subject, code, name, overdue, satisfied, standing_colour(overdue, satisfied, thresholds))


def colour_changes(
    earlier: Sequence[Standing], now: Sequence[Standing], thresholds: StandingThresholds
) -> tuple[ColourChange, ...]:
    """Whose colour differs from the one in ``earlier``: what got worse first, the gravest first, areas before handlers.

    Who is not named at one of the two times had nothing open and no ratings then, which is green.
    """
    before = {(one.subject, one.code): one for one in earlier}
    present = {(one.subject, one.code): one for one in now}
    found: list[ColourChange] = []
    for key in dict.fromkeys((*present, *before)):
        new = present.get(key) or _quiet(before[key])
        old = before.get(key) or _quiet(new)
        if new.colour is not old.colour:
            graver = max(old, new, key=lambda one: one.colour.rank)
            found.append(ColourChange(old.colour, new, _because(graver, thresholds)))
    return tuple(sorted(found, key=_order))


def _order(change: ColourChange) -> tuple[bool, int, bool, str]:
    now = change.now
    return not change.is_worse, -now.colour.rank, now.subject is Subject.HANDLER, now.code


def _quiet(one: Standing) -> Standing:
    return replace(one, overdue=Rate(0, 0), satisfied=Rate(0, 0), colour=Colour.GREEN)


def _because(graver: Standing, thresholds: StandingThresholds) -> tuple[Share, ...]:
    late, content = _colours(graver.overdue, graver.satisfied, thresholds)
    shares = ((Share.OVERDUE, late), (Share.SATISFIED, content))
    return tuple(share for share, colour in shares if colour is graver.colour)


def standing_colour(overdue: Rate, satisfied: Rate, thresholds: StandingThresholds) -> Colour:
    """The worse of two colours: of the overdue share of what is open, and of the satisfied share of what was rated.

    Where nothing is open, nothing is overdue. Too few ratings say nothing: one angry reporter makes no area red.
    """
    return max(_colours(overdue, satisfied, thresholds), key=lambda colour: colour.rank)


def _colours(overdue: Rate, satisfied: Rate, thresholds: StandingThresholds) -> tuple[Colour, Colour]:
    late = _colour(overdue.share or 0.0, thresholds.overdue_yellow, thresholds.overdue_red)
    if satisfied.share is None or satisfied.denominator < thresholds.least_ratings:
        return late, Colour.GREEN
    discontent = 1.0 - satisfied.share
    return late, _colour(discontent, 1.0 - thresholds.satisfied_yellow, 1.0 - thresholds.satisfied_red)


def _colour(share: float, yellow_from: float, red_from: float) -> Colour:
    # Shares are sums of fractions; what is equal on paper counts as reached.
    share = round(share, 9)
    if share >= round(red_from, 9):
        return Colour.RED
    return Colour.YELLOW if share >= round(yellow_from, 9) else Colour.GREEN
