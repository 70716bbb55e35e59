"""How well triage does on labelled messages: the figures that ``qunban evaluate`` prints."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from routing.catalogue import Urgency
from routing.place import Place
from routing.triage.decision import Ask, Decision, Ignore, OpenTicket

Expect = Literal["open", "ask", "ignore"]


@dataclass(frozen=True, slots=True)
class Labelled:
    """One message with what a person says should come of it; lists hold acceptable values, best first."""

    id: str
    text: str
    expect: Expect
    services: tuple[str, ...] = ()
    appeal_types: tuple[str, ...] = ()
    urgency: Urgency = Urgency.NORMAL
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class Share:
    """A figure with its denominator: ``hits`` of ``total``."""

    hits: int
    total: int

    @property
    def value(self) -> float | None:
        """The share, 0..1; None where nothing was to be counted."""
        return self.hits / self.total if self.total else None


@dataclass(frozen=True, slots=True)
class Miss:
    """A message that triage judged otherwise than the label, and in what."""

    id: str
    text: str
    what: str
    expected: str
    got: str


@dataclass(frozen=True, slots=True)
class Report:
    """All figures of one evaluation."""

    found: Share
    """Of messages labelled open: opened or asked."""
    opened: Share
    """Of those found: opened at once."""
    service: Share
    """Of those found: an acceptable service code."""
    appeal: Share
    """Of those found: an acceptable appeal type."""
    emergencies: Share
    """Of messages labelled emergency: recognised as emergency."""
    false_emergencies: Share
    """Of all others: taken for an emergency."""
    false_tickets: Share
    """Of messages labelled ignore: a ticket was opened."""
    false_prompts: Share
    """Of messages labelled ignore: the resident was asked."""
    asked: Share
    """Of messages labelled ask: opened or asked."""
    places: Share
    """Of messages whose text says building, unit, floor or room: all four exactly right."""
    false_places: Share
    """Of messages whose text says none of the four: one was read into it."""
    urgency: Share
    """Of those found: the urgency of the label."""
    by_service: Mapping[str, Share]
    """Found with an acceptable service, by the best label."""
    misses: tuple[Miss, ...]


@dataclass(slots=True)
class _Counter:
    hits: int = 0
    total: int = 0

    def add(self, hit: bool) -> bool:
        self.total += 1
        self.hits += hit
        return hit

    def share(self) -> Share:
        return Share(self.hits, self.total)


@dataclass(slots=True)
class _Counters:
    names: dict[str, _Counter] = field(default_factory=dict)

    def __getitem__(self, name: str) -> _Counter:
        return self.names.setdefault(name, _Counter())


def evaluate(rows: Iterable[Labelled], decide: Callable[[str], Decision]) -> Report:
    """Scores ``decide`` on ``rows``; the misses come in the order of the rows."""
    count, services, misses = _Counters(), _Counters(), list[Miss]()
    for row in rows:
        decision = decide(row.text)
        _judge(row, decision, count, services, misses)
    return Report(
        **{name: count[name].share() for name in _SHARES},
        by_service={code: services[code].share() for code in sorted(services.names)},
        misses=tuple(misses),
    )


_SHARES = (
    "found",
    "opened",
    "service",
    "appeal",
    "emergencies",
    "false_emergencies",
    "false_tickets",
    "false_prompts",
    "asked",
    "places",
    "false_places",
    "urgency",
)


def _judge(row: Labelled, decision: Decision, count: _Counters, services: _Counters, misses: list[Miss]) -> None:
    def miss(what: str, expected: str, got: str) -> None:
        misses.append(Miss(row.id, row.text, what, expected, got))

    outcome = _outcome(decision)
    emergency = not isinstance(decision, Ignore) and decision.urgency is Urgency.EMERGENCY
    if row.urgency is Urgency.EMERGENCY:
        if not count["emergencies"].add(emergency):
            miss("emergency", row.urgency, outcome)
    elif count["false_emergencies"].add(emergency):
        miss("emergency", row.urgency, Urgency.EMERGENCY)
    if row.expect == "ignore":
        if count["false_tickets"].add(isinstance(decision, OpenTicket)):
            miss("ticket", "ignore", f"open {_service(decision)}")
        if count["false_prompts"].add(isinstance(decision, Ask)):
            miss("prompt", "ignore", f"ask {_service(decision)}")
    elif row.expect == "ask":
        count["asked"].add(outcome != "ignore")
    elif not count["found"].add(outcome != "ignore"):
        miss("found", f"open {'/'.join(row.services)}", outcome)
        services[row.services[0]].add(False)
    if row.expect == "open" and not isinstance(decision, Ignore):
        count["opened"].add(isinstance(decision, OpenTicket))
        right = count["service"].add(decision.service_code in row.services)
        services[row.services[0]].add(right)
        if not right:
            miss("service", "/".join(row.services), decision.service_code)
        if not count["appeal"].add(decision.appeal_type in row.appeal_types):
            miss("appeal", "/".join(row.appeal_types), decision.appeal_type)
        if not count["urgency"].add(decision.urgency is row.urgency):
            miss("urgency", row.urgency, decision.urgency)
    expected, got = _numbers(row.place), _numbers(decision.place)
    if any(expected):
        if not count["places"].add(expected == got):
            miss("place", _written(expected), _written(got))
    elif count["false_places"].add(any(got)):
        miss("place", "", _written(got))


def _outcome(decision: Decision) -> Expect:
    if isinstance(decision, OpenTicket):
        return "open"
    return "ask" if isinstance(decision, Ask) else "ignore"


def _service(decision: Decision) -> str:
    return "" if isinstance(decision, Ignore) else decision.service_code


def _numbers(place: Place | None) -> tuple[str | None, ...]:
    """What counts as the place here; a spot is free text and has many right wordings."""
    return (place.building, place.unit, place.floor, place.room) if place else (None,) * 4


def _written(numbers: tuple[str | None, ...]) -> str:
    return "-".join(number or "·" for number in numbers)
