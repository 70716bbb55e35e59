"""Where the lexicon's words stand in a text, and the ways in which a rule holds among them."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass, field
from typing import Final

from routing.triage.lexicon import CLOSE, CUE, Rule

ANCHORS: Final = 24
"""Hits tried as a rule's first part; more of one word in one message say nothing new, and the bound keeps long
messages cheap."""
NEIGHBOURS: Final = 6
"""Hits on either side of a rule's first part that are tried as its next one."""

Hit = tuple[int, ...]
"""A word of the lexicon in a text: the number of its spelling, its start and its end. As the search gives it, for a
message holds dozens; of no told length, as compiled code takes those for three numbers and makes a tuple of them anew
wherever one is kept."""


@dataclass(frozen=True, slots=True)
class CompiledRule:
    """A rule whose parts are slot numbers. ``order`` is its place in the lexicon."""

    order: int
    rule: Rule
    slots: tuple[int, ...]
    ordered: tuple[bool, ...]
    absent: tuple[int, ...]
    cue: str | None = field(init=False)
    """The name of the cue that it speaks for; None where that is a service."""
    asked: tuple[int, ...] = field(init=False)
    """The slots that it asks about, wanted or forbidden."""
    first: int = field(init=False)
    """The slot of its first part."""
    further: str = field(init=False)
    """The slots after the first, twice as large, and one more where they must closely follow the one before: as
    characters, which in memory stand in a row, while tuples would lead to an object for each."""
    forbidden: str = field(init=False)
    """``absent`` as characters."""
    near: int = field(init=False)
    """Characters that its parts may span."""

    def __post_init__(self) -> None:
        target = self.rule.target
        object.__setattr__(self, "cue", target.removeprefix(CUE) if target.startswith(CUE) else None)
        object.__setattr__(self, "asked", (*self.slots, *self.absent))
        object.__setattr__(self, "first", self.slots[0])
        further = [2 * slot + ordered for slot, ordered in zip(self.slots[1:], self.ordered[1:], strict=True)]
        object.__setattr__(self, "further", "".join(map(chr, further)))
        object.__setattr__(self, "forbidden", "".join(map(chr, self.absent)))
        object.__setattr__(self, "near", self.rule.near)


class Match:
    """A rule with the hits that satisfy it, from the start of the first to the end of the last.

    Messages have dozens of them, so it is no dataclass: making one of those costs several times as much.
    """

    __slots__ = ("end", "hits", "length", "rule", "start")

    def __init__(self, rule: Rule, hits: list[Hit], start: int, end: int, length: int) -> None:
        self.rule = rule
        self.hits = hits
        self.start = start
        self.end = end
        self.length = length
        """Characters of the text that the hits cover: longer matches are more specific."""


class HitIndex:
    """Hits by slot, with the count of steps that matching took (so that tests can bound the work)."""

    __slots__ = ("_by_slot", "_starts", "steps")

    def __init__(self, by_slot: dict[int, list[Hit]]) -> None:
        """``by_slot`` has the hits of each slot that some question will be asked of, in the order of the text."""
        self.steps = 0
        self._by_slot = by_slot
        self._starts: dict[int, list[int]] = {}

    def of(self, slot: int) -> list[Hit]:
        """The hits that fill ``slot``, in the order of the text."""
        return self.at(slot) or []

    def at(self, slot: int) -> list[Hit] | None:
        """The same; None where there are none."""
        return self._by_slot.get(slot)

    def first(self, compiled: CompiledRule) -> Match | None:
        """The first way in which the rule holds; None where it does not."""
        for anchor in self.anchors(compiled):
            match = self.match_from(anchor, compiled)
            if match is not None:
                return match
        return None

    def anchors(self, compiled: CompiledRule) -> list[Hit]:
        """The hits of the rule's first part that are tried; none where the text has what it forbids."""
        anchors = self.at(compiled.first)
        if anchors is None or self._is_forbidden(compiled):
            return []
        return anchors if len(anchors) <= ANCHORS else anchors[:ANCHORS]

    def _is_forbidden(self, compiled: CompiledRule) -> bool:
        """Whether the text has what the rule forbids."""
        forbidden = compiled.forbidden
        for place in range(len(forbidden)):
            if self.at(ord(forbidden[place])) is not None:
                return True
        return False

    def match_from(self, anchor: Hit, compiled: CompiledRule) -> Match | None:
        """How the rule holds with ``anchor`` as its first part; None where it does not."""
        self.steps += 1
        start, end = anchor[1], anchor[2]
        length = end - start
        chosen = [anchor]
        further = compiled.further
        for place in range(len(further)):
            code = ord(further[place])
            slot = code >> 1
            hits = self.at(slot)
            if hits is None:
                return None
            following = self._following(slot, chosen[-1][2]) if code & 1 else self._nearest(slot, hits, chosen)
            if following is None:
                return None
            chosen.append(following)
            first, last = following[1], following[2]
            length += last - first
            if first < start:
                start = first
            if last > end:
                end = last
        if end - start > compiled.near + length:
            return None
        return Match(compiled.rule, chosen, start, end, length)

    def _starts_of(self, slot: int) -> list[int]:
        starts = self._starts.get(slot)
        if starts is None:
            starts = self._starts[slot] = [hit[1] for hit in self.of(slot)]
        return starts

    def _following(self, slot: int, end: int) -> Hit | None:
        hits = self.of(slot)
        self.steps += 1
        position = bisect_left(self._starts_of(slot), end)
        if position < len(hits) and hits[position][1] - end <= CLOSE:
            return hits[position]
        return None

    def _nearest(self, slot: int, hits: list[Hit], chosen: list[Hit]) -> Hit | None:
        """Of the ``hits`` of ``slot`` the one nearest to the chosen ones that overlaps none of them."""
        centre = chosen[0][1]
        if len(hits) > NEIGHBOURS:
            position = bisect_left(self._starts_of(slot), centre)
            hits = hits[max(0, position - NEIGHBOURS) : position + NEIGHBOURS]
        self.steps += len(hits)
        best: Hit | None = None
        best_distance = 0
        for candidate in hits:
            start = candidate[1]
            distance = start - centre if start > centre else centre - start
            if best is not None and distance >= best_distance:
                continue
            end = candidate[2]
            for taken in chosen:
                if start < taken[2] and taken[1] < end:
                    break
            else:
                best, best_distance = candidate, distance
        return best
