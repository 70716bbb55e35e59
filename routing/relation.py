"""Where a message belongs: to a ticket of its writer, to a neighbour's, or to none yet.

Pure: the tickets of the group are given, newest first, and so is what triage made of the message. The order of the
rules is that of certainty: an answer to a message about a ticket says which it means, then the writer's own tickets
count, then what neighbours reported.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from rapidfuzz import fuzz

from routing.catalogue import AppealType, Urgency
from routing.followup import ConversationRules, Following, FollowUp, follow_up_of, plain, tells_where
from routing.message import IncomingMessage
from routing.place import Place
from routing.ticket import CLOSED_STATUSES, Status, Ticket
from routing.triage.decision import Ask, Decision, EvidenceKind, Ignore, Matter, OpenTicket


@dataclass(frozen=True, slots=True)
class KnownTicket:
    """A ticket of the group with what relating needs beside it."""

    ticket: Ticket
    is_own: bool
    """Whether the writer is among its reporters."""
    last_said_at: datetime
    """When one of its reporters last added to it."""


@dataclass(frozen=True, slots=True)
class Leave:
    """Nothing is to be done."""


@dataclass(frozen=True, slots=True)
class Open:
    """It is a matter of its own: ask about it or open it, as triage decided."""


@dataclass(frozen=True, slots=True)
class Append:
    """It belongs to the writer's own ticket; ``corrects`` makes its place win over the earlier one."""

    ticket: Ticket
    corrects: bool = False


@dataclass(frozen=True, slots=True)
class AddReporter:
    """The same matter concerns the writer too."""

    ticket: Ticket


@dataclass(frozen=True, slots=True)
class OpenAlike:
    """The same matter in another building: a ticket of its own, of the same service."""

    ticket: Ticket


@dataclass(frozen=True, slots=True)
class Urge:
    """The writer waits for what was reported (催办)."""

    ticket: Ticket


@dataclass(frozen=True, slots=True)
class ProposeClose:
    """The writer says that it is over."""

    ticket: Ticket


@dataclass(frozen=True, slots=True)
class Contradict:
    """The writer says that what was reported as done is not."""

    ticket: Ticket


Relation = Leave | Open | Append | AddReporter | OpenAlike | Urge | ProposeClose | Contradict


def relate(
    message: IncomingMessage,
    decision: Decision,
    known: Sequence[KnownTicket],
    rules: ConversationRules,
    *,
    answered: Ticket | None = None,
    now: datetime,
) -> Relation:
    """Where ``message`` belongs.

    ``known`` are the group's recent tickets, newest first; ``answered`` is the ticket of the message that it replies
    to, if any.
    """
    follow = follow_up_of(message.text, rules.words)
    if answered is not None and answered.status is not Status.WITHDRAWN:
        related = _to_answered(message, decision, follow, answered, known)
        if related is not None:
            return related
    own = [one for one in known if one.is_own]
    related = _to_own(message, decision, follow, own, rules, now)
    if related is not None:
        return related
    related = _to_neighbours(message, decision, follow, known, rules, now)
    if related is not None:
        return related
    return Leave() if isinstance(decision, Ignore) else Open()


def _to_answered(
    message: IncomingMessage,
    decision: Decision,
    follow: Following | None,
    ticket: Ticket,
    known: Sequence[KnownTicket],
) -> Relation | None:
    is_own = ticket.reporter_id == message.sender_id or any(one.is_own for one in known if one.ticket.id == ticket.id)
    if is_own:
        return _own_word(follow, ticket) or (
            None if _is_other_matter(decision, ticket) else _more(message, decision, follow, ticket)
        )
    if not ticket.is_open:
        return None
    if follow is not None and follow.kind in {FollowUp.JOIN, FollowUp.ALSO}:
        return AddReporter(ticket)
    if not isinstance(decision, Ignore) and not _is_other_matter(decision, ticket):
        return AddReporter(ticket)
    return Append(ticket) if _has_substance(message, decision) and isinstance(decision, Ignore) else None


def _to_own(
    message: IncomingMessage,
    decision: Decision,
    follow: Following | None,
    own: Sequence[KnownTicket],
    rules: ConversationRules,
    now: datetime,
) -> Relation | None:
    if follow is not None and follow.kind in {FollowUp.DONE, FollowUp.UNDONE, FollowUp.URGE}:
        meant = _meant(follow, decision, own)
        if meant is not None and (word := _own_word(follow, meant)) is not None:
            return word
        if meant is None and decision.place is not None and follow.kind is not FollowUp.URGE:
            # What works again, or does not, in a house of which they reported nothing is no detail of their own matter.
            return None
    recent = [one for one in own if one.ticket.is_open and now - one.last_said_at <= rules.same_person]
    for one in recent:
        if _continues(message, decision, follow, one.ticket):
            return _more(message, decision, follow, one.ticket)
    return None


def _own_word(follow: Following | None, ticket: Ticket) -> Relation | None:
    if follow is None:
        return None
    if follow.kind is FollowUp.DONE and ticket.status not in {Status.ARCHIVED, Status.WITHDRAWN}:
        return ProposeClose(ticket)
    if follow.kind is FollowUp.UNDONE:
        return Contradict(ticket) if ticket.status in CLOSED_STATUSES else Urge(ticket)
    if follow.kind is FollowUp.URGE and ticket.is_open:
        return Urge(ticket)
    return None


def _meant(follow: Following, decision: Decision, own: Sequence[KnownTicket]) -> Ticket | None:
    """The own ticket that a word is about: of the service that it names, else the newest that is not archived.

    Whoever waits for one thing in two buildings says of which the word is: "5栋的好了".
    """
    house = replace(decision.place, spot=None) if decision.place is not None else None
    alive = [
        one.ticket
        for one in own
        if one.ticket.status not in {Status.ARCHIVED, Status.WITHDRAWN} and _fits(house, one.ticket.place)
    ]
    if follow.service_code is not None:
        return next((ticket for ticket in alive if ticket.service_code == follow.service_code), None)
    if not follow.names_nothing and not isinstance(decision, Ignore):
        # "电梯怎么还没人来修" names its matter: another one than that of the ticket is a report of its own.
        return next((ticket for ticket in alive if not _is_other_matter(decision, ticket)), None)
    return alive[0] if alive else None


def _continues(message: IncomingMessage, decision: Decision, follow: Following | None, ticket: Ticket) -> bool:
    if not isinstance(decision, Ignore):
        return _fits(decision.place, ticket.place) and (
            not _is_other_matter(decision, ticket) or _is_hardly_named(decision, follow)
        )
    if follow is not None and follow.kind in {FollowUp.CORRECT, FollowUp.URGE}:
        return True
    if any(one.kind is EvidenceKind.SILENCE for one in decision.evidence) and not message.attachments:
        # A notice that is passed on, or something for sale, is not about what its writer reported.
        return False
    if follow is not None and follow.kind is FollowUp.DETAIL:
        return True
    if decision.place is not None and not tells_where(message.text, decision.place):
        decision = replace(decision, place=None)
    return _has_substance(message, decision)


def _is_hardly_named(decision: Decision, follow: Following | None) -> bool:
    """Whether words of detail (水越来越大了) only sound like another service: nothing in them names one."""
    is_detail = follow is not None and follow.kind is FollowUp.DETAIL
    return (
        is_detail and isinstance(decision, Ask) and all(one.kind is EvidenceKind.LEARNED for one in decision.evidence)
    )


def _more(message: IncomingMessage, decision: Decision, follow: Following | None, ticket: Ticket) -> Relation | None:
    if not ticket.is_open:
        return None
    corrects = follow is not None and follow.kind is FollowUp.CORRECT
    has_words = follow is not None or not isinstance(decision, Ignore)
    return Append(ticket, corrects) if has_words or _has_substance(message, decision) else None


def _has_substance(message: IncomingMessage, decision: Decision) -> bool:
    """Whether the message says something of a matter: a place, a picture, or a fault that triage saw and discarded."""
    if message.attachments or message.location is not None or decision.place is not None:
        return True
    return any(one.kind in {EvidenceKind.SERVICE, EvidenceKind.PUSH} for one in decision.evidence)


def _to_neighbours(
    message: IncomingMessage,
    decision: Decision,
    follow: Following | None,
    known: Sequence[KnownTicket],
    rules: ConversationRules,
    now: datetime,
) -> Relation | None:
    others = [one.ticket for one in known if not one.is_own and one.ticket.is_open]
    if isinstance(decision, OpenTicket | Ask):
        for ticket in others:
            if now - ticket.created_at <= rules.duplicate and _is_same(message, decision, follow, ticket, rules, now):
                return AddReporter(ticket)
        return None
    if follow is not None and follow.kind is FollowUp.JOIN:
        fresh = [ticket for ticket in others if now - ticket.created_at <= rules.join]
        if not fresh:
            return None
        if _stays_apart(decision.place, fresh[0], rules):
            return OpenAlike(fresh[0])
        return AddReporter(fresh[0])
    return None


def _is_same(
    message: IncomingMessage,
    decision: OpenTicket | Ask,
    follow: Following | None,
    ticket: Ticket,
    rules: ConversationRules,
    now: datetime,
) -> bool:
    """Whether two people's reports mean one matter: same service and place, or, where no place tells, like words."""
    if decision.service_code != ticket.service_code or not rules.is_shared(ticket.service_code):
        return False
    if ticket.service_code in rules.outages:
        return True
    place = decision.place or Place()
    if are_apart(place, ticket.place):
        return False
    if _agrees(place, ticket.place):
        return True
    says_also = follow is not None and follow.kind is FollowUp.ALSO and now - ticket.created_at <= rules.join
    return says_also or fuzz.token_set_ratio(plain(message.text), plain(ticket.text)) >= rules.similarity


def _stays_apart(place: Place | None, ticket: Ticket, rules: ConversationRules) -> bool:
    """Whether "+1" from another building is a matter of its own; an outage is one for the whole complex."""
    if ticket.service_code in rules.outages or place is None:
        return False
    return are_apart(place, ticket.place)


def _is_other_matter(decision: Decision, ticket: Ticket) -> bool:
    if isinstance(decision, Ignore):
        return False
    if outgrows_question(decision, ticket):
        return True
    return ticket.service_code not in {decision.service_code, *decision.alternatives}


def outgrows_question(matter: Matter, ticket: Ticket) -> bool:
    """Whether an emergency follows a mere question about the same service: it is no detail of what was asked."""
    return (
        matter.urgency is Urgency.EMERGENCY
        and ticket.appeal_type is AppealType.CONSULT
        and ticket.urgency is not Urgency.EMERGENCY
    )


def _fits(place: Place | None, other: Place) -> bool:
    return place is None or not are_apart(place, other)


def are_apart(place: Place, other: Place) -> bool:
    """Whether two places cannot be the same: a part that both tell is not the same in both."""
    # Written out, since a report is compared with every recent one of its kind.
    if place.building != other.building and place.building and other.building:
        return True
    if place.unit != other.unit and place.unit and other.unit:
        return True
    if place.room != other.room and place.room and other.room:
        return True
    return bool(place.spot and other.spot and fuzz.partial_ratio(place.spot, other.spot) < 60)


def _agrees(place: Place, other: Place) -> bool:
    """Whether both tell the same building or the same spot."""
    if place.building and place.building == other.building:
        return True
    return bool(place.spot and other.spot)
