"""A digest made of what was counted in an area and of its open tickets: what is red, rates, the order of areas."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from routing.areas import Area
from routing.catalogue import Urgency
from routing.digest import Digest, Escalations, OpenCounts, RankedArea, Rates, RedTicket, UnansweredUrge, Undecided
from routing.digest_schedule import Period
from routing.dispute import Dispute
from routing.escalation_plan import ACCEPT, RESOLVE, LimitName
from routing.mediation_counts import going_on, mediation_counts
from routing.queries import PeriodCounts
from routing.rates import Rate
from routing.sla import Colour, StandingThresholds
from routing.standing import Standing, Subject, colour_changes, standing_colour, standing_of
from routing.ticket import Satisfaction, Status, Ticket
from routing.ticket_events import TicketEvent


@dataclass(frozen=True, slots=True)
class Below:
    """An area below and what was counted there; ``path`` is the prefix of what lies in it."""

    area: Area
    path: str
    counts: PeriodCounts


@dataclass(frozen=True, slots=True)
class Material:
    """What a digest is made from."""

    area: Area
    period: Period
    start: datetime
    end: datetime
    counts: PeriodCounts
    open_tickets: Sequence[Ticket]
    below: Sequence[Below]
    escalated: Sequence[TicketEvent]
    escalated_since: datetime
    holders: Mapping[int, str]
    """Names by post."""
    rated: Mapping[int, Rate] = field(default_factory=dict)
    """How content reporters were with each post in the period."""
    disputed: Sequence[Ticket] = ()
    """Archived tickets whose reporters' words contradict their buttons, the oldest contradiction first."""
    disputes: Sequence[Dispute] = ()
    """Disputes of several parties that go on or ended in the period."""
    earlier: Sequence[Standing] | None = None
    """The standings of the digest before; none where there was none, as with the first one ever."""


def build_digest(
    material: Material,
    *,
    colour_of: Callable[[Ticket], Colour],
    place_of: Callable[[Ticket], str],
    satisfied: AbstractSet[Satisfaction],
    thresholds: StandingThresholds,
) -> Digest:
    """The digest of ``material``.

    Tickets opened after the period's end are left out, so that a digest that is composed late for its slot agrees with
    its counts. ``colour_of`` tells a ticket's colour at the end of the period.
    """
    tickets = [ticket for ticket in material.open_tickets if ticket.created_at < material.end]
    colours = [colour_of(ticket) for ticket in tickets]
    late = [ticket for ticket, colour in zip(tickets, colours, strict=True) if colour is Colour.RED]
    red = [_red_ticket(ticket, material, place_of(ticket)) for ticket in late]
    rates = rates_of(material.counts, satisfied)
    ranking = rank([_ranked(below, tickets, late, satisfied, thresholds) for below in material.below])
    standings = (
        *_area_standings(material, tickets, late, rates, ranking, thresholds),
        *_handler_standings(material, tickets, late, thresholds),
    )
    return Digest(
        area_code=material.area.code,
        area_name=material.area.name,
        period=material.period,
        start=material.start,
        end=material.end,
        new=material.counts.new,
        resolved=material.counts.resolved,
        archived=material.counts.archived,
        open=OpenCounts(
            green=colours.count(Colour.GREEN),
            yellow=colours.count(Colour.YELLOW),
            red=len(late),
            on_hold=sum(ticket.status is Status.ON_HOLD for ticket in tickets),
        ),
        red=tuple(sorted(red, key=lambda one: (one.urgency is not Urgency.EMERGENCY, -one.overdue, one.number))),
        unanswered=_unanswered(tickets, material),
        escalations=Escalations(
            since=material.escalated_since,
            times=len(material.escalated),
            tickets=len({event.ticket_id for event in material.escalated}),
        ),
        rates=rates,
        patrol_found=material.counts.patrol_found,
        patrol_solved=material.counts.patrol_solved,
        street_ratings=material.counts.street_ratings,
        ranking=ranking,
        standings=standings,
        undecided=tuple(_undecided(material)),
        mediation=mediation_counts(material.disputes, material.start, material.end),
        mediating=going_on(material.disputes, material.end),
        changes=colour_changes(material.earlier, standings, thresholds) if material.earlier is not None else (),
    )


def _area_standings(
    material: Material,
    tickets: Sequence[Ticket],
    late: Sequence[Ticket],
    rates: Rates,
    ranking: Sequence[RankedArea],
    thresholds: StandingThresholds,
) -> Iterator[Standing]:
    if tickets or rates.satisfied.denominator:
        area, overdue = material.area, Rate(len(late), len(tickets))
        yield standing_of(Subject.AREA, area.code, area.name, overdue, rates.satisfied, thresholds)
    for one in ranking:
        overdue, content = Rate(one.red, one.open), one.rates.satisfied
        if overdue.denominator or content.denominator:
            yield Standing(Subject.AREA, one.area_code, one.area_name, overdue, content, one.colour)


def _handler_standings(
    material: Material, tickets: Sequence[Ticket], late: Sequence[Ticket], thresholds: StandingThresholds
) -> Iterator[Standing]:
    held, red = Counter(ticket.assignee_id for ticket in tickets), Counter(ticket.assignee_id for ticket in late)
    for post_id, name in material.holders.items():
        overdue, content = Rate(red[post_id], held[post_id]), material.rated.get(post_id, Rate(0, 0))
        if overdue.denominator or content.denominator:
            yield standing_of(Subject.HANDLER, str(post_id), name, overdue, content, thresholds)


def _ranked(
    below: Below,
    tickets: Sequence[Ticket],
    late: Sequence[Ticket],
    satisfied: AbstractSet[Satisfaction],
    thresholds: StandingThresholds,
) -> RankedArea:
    rates = rates_of(below.counts, satisfied)
    total = sum(ticket.area_path.startswith(below.path) for ticket in tickets)
    red = sum(ticket.area_path.startswith(below.path) for ticket in late)
    return RankedArea(
        position=None,
        area_code=below.area.code,
        area_name=below.area.name,
        new=below.counts.new,
        resolved=below.counts.resolved,
        open=total,
        red=red,
        rates=rates,
        colour=standing_colour(Rate(red, total), rates.satisfied, thresholds),
    )


def rates_of(counts: PeriodCounts, satisfied: AbstractSet[Satisfaction]) -> Rates:
    """The rates of one area's counts; ``satisfied`` are the answers that count as such."""
    return Rates(
        response=Rate(counts.accepted_on_time, counts.accepted),
        on_time=Rate(counts.resolved_on_time, counts.resolved),
        # A ticket that is answered "not solved" is reopened and so is not among the archived: taking the denominator
        # from those would always give nearly 100 %.
        solved=Rate(counts.solved, counts.solved + counts.reopened),
        satisfied=Rate(
            sum(number for answer, number in counts.ratings.items() if answer in satisfied),
            sum(counts.ratings.values()),
        ),
        # A completion either still stands (resolved) or was sent back (reopened); together they are all of them.
        rework=Rate(counts.reopened, counts.resolved + counts.reopened),
    )


def rank(areas: Sequence[RankedArea]) -> tuple[RankedArea, ...]:
    """The areas in a fair order, numbered; those of which there is nothing to tell are left out.

    What counts is the on-time completion rate that can be relied on (``Rate.lower_bound``), so that a single ticket
    done in time does not come before a month of steady work. Equal rates are told apart by fewer overdue tickets, then
    by more done; who is equal in all of it shares a number. An area that finished nothing is neither good nor bad: it
    stands below, unnumbered.
    """
    told = [area for area in areas if area.new or area.resolved or area.open]
    measured = sorted((area for area in told if area.rates.on_time.denominator), key=_order)
    others = sorted((area for area in told if not area.rates.on_time.denominator), key=_order)
    numbered: list[RankedArea] = []
    for index, area in enumerate(measured, start=1):
        equal = bool(numbered) and _order(numbered[-1])[:-1] == _order(area)[:-1]
        numbered.append(replace(area, position=numbered[-1].position if equal else index))
    return (*numbered, *others)


def _order(area: RankedArea) -> tuple[float, int, int, str]:
    return -(area.rates.on_time.lower_bound or 0.0), area.red, -area.resolved, area.area_code


def _unanswered(tickets: Sequence[Ticket], material: Material) -> tuple[UnansweredUrge, ...]:
    """Of the open tickets; what is on hold rests, its urge as well."""
    found = [
        UnansweredUrge(
            number=ticket.number,
            service_code=ticket.service_code,
            holder=material.holders.get(ticket.assignee_id) if ticket.assignee_id is not None else None,
            due_at=ticket.urge_due_at,
        )
        for ticket in tickets
        if ticket.urge_due_at is not None and ticket.urge_due_at <= material.end and ticket.status is not Status.ON_HOLD
    ]
    return tuple(sorted(found, key=lambda one: (one.due_at, one.number)))


def _undecided(material: Material) -> Iterator[Undecided]:
    for ticket in material.disputed:
        if ticket.disputed_at is not None and ticket.disputed_at < material.end:
            holder = material.holders.get(ticket.assignee_id) if ticket.assignee_id is not None else None
            yield Undecided(ticket.number, ticket.service_code, holder, ticket.disputed_at)


def _red_ticket(ticket: Ticket, material: Material, place: str) -> RedTicket:
    at = material.end
    if ticket.status is Status.ON_HOLD and ticket.held_at is not None:
        at = min(at, ticket.held_at)
    unclaimed = ticket.status is Status.DISPATCHED
    limit: LimitName = ACCEPT if unclaimed and at < ticket.resolve_due_at else RESOLVE
    due_at = ticket.accept_due_at if limit is ACCEPT else ticket.resolve_due_at
    return RedTicket(
        number=ticket.number,
        service_code=ticket.service_code,
        urgency=ticket.urgency,
        place=place,
        holder=material.holders.get(ticket.assignee_id) if ticket.assignee_id is not None else None,
        status=ticket.status,
        limit=limit,
        due_at=due_at,
        # A district may call a ticket red before its limit has run out.
        overdue=max(timedelta(0), at - due_at),
    )
