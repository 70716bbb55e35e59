"""A dispute that three parties settle together (三方协商, 矛盾化解): its states, its moves, and when all have agreed.

The community (居委会), the owners' committee (业委会), the property company (物业) and whoever else is concerned say
their part, agree on a day, and confirm what came of it. A result counts only once every party has confirmed it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from routing.dispute_states import DISPUTE_TRANSITIONS, OPEN_DISPUTES, DisputeMove, DisputeState
from routing.errors import NotAllowed, RoutingError
from routing.staff import Actor, Role, Staff

LEAST_PARTIES = 2


class PartyKind(StrEnum):
    """For whom a party speaks."""

    COMMITTEE = "committee"
    """The residents' committee of the community (居委会); it leads."""
    OWNERS = "owners"
    """The owners' committee (业委会), or the self-management committee."""
    PROPERTY = "property"
    RESIDENT = "resident"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Party:
    """One side of a dispute. Somebody without an account takes part through the community's staff."""

    id: int
    kind: PartyKind
    name: str
    account: int | None = None
    post_id: int | None = None
    """The post that speaks for it, whoever holds that at the time."""
    statement: str = ""
    stated_at: datetime | None = None
    stated_through: str = ""
    """The name of the staff who wrote the statement down; empty where the party did."""
    accepted: bool | None = None
    """What it said to the day that is proposed; none while it has not answered."""
    confirmed: bool | None = None
    """The same for the outcome."""
    objection: str = ""
    token_hash: str = ""
    """Of the link by which a person without an account can join; empty once it was used."""

    @property
    def is_reached(self) -> bool:
        """Whether somebody of it can answer in the chat."""
        return self.account is not None or self.post_id is not None


@dataclass(frozen=True, slots=True)
class Dispute:
    """A joint matter and its parties. Times are aware UTC."""

    id: int
    area_code: str
    area_path: str
    subject: str
    platform: str
    opened_by: int
    """The post that opened it."""
    lead_post: int
    """The post that mediates: of the community, of the street once it was handed over."""
    opened_at: datetime
    ticket_id: int | None = None
    """The ticket that it grew out of."""
    state: DisputeState = DisputeState.COLLECTING
    proposed_at: datetime | None = None
    """The day that is proposed."""
    proposed_by: str = ""
    meeting_at: datetime | None = None
    """The day that all have accepted."""
    outcome: str = ""
    reason: str = ""
    """Why it was left unsolved, or handed over."""
    round: int = 0
    """Counts proposals and outcomes, so that an old button answers none but its own."""
    closed_at: datetime | None = None
    handed_at: datetime | None = None
    remind_at: datetime | None = None
    """When the clock looks whether the parties are to be reminded of the agreed day."""
    parties: tuple[Party, ...] = ()

    @property
    def number(self) -> str:
        """How people name it."""
        return f"{NUMBER_SIGN}{self.id:04d}"

    @property
    def is_open(self) -> bool:
        """Whether somebody still mediates."""
        return self.state in OPEN_DISPUTES

    def party(self, party_id: int) -> Party:
        """The party of this id; raises ``NotAllowed`` where it is none of this dispute's."""
        found = next((one for one in self.parties if one.id == party_id), None)
        if found is None:
            raise NotAllowed("dispute")
        return found


NUMBER_SIGN = "D"


@dataclass(frozen=True, slots=True)
class DisputeEvent:
    """One thing that happened; ``data`` is plain JSON."""

    dispute_id: int
    kind: str
    """A ``DisputeMove``, or "opened" or "joined"."""
    at: datetime
    actor: int | None = None
    actor_name: str = ""
    data: Mapping[str, object] = field(default_factory=dict)


class UnknownDispute(RoutingError):
    """No dispute has this number."""

    code = "unknown_dispute"

    def __init__(self, dispute: str) -> None:
        super().__init__(dispute)
        self.dispute = dispute


class IllegalDisputeMove(RoutingError):
    """The dispute's state does not allow it, or the button is of an earlier day or outcome."""

    code = "illegal_dispute_move"

    def __init__(self, number: str) -> None:
        super().__init__(number)
        self.number = number


class PartiesMissing(RoutingError):
    """A day can be proposed only once there are parties to meet."""

    code = "parties_missing"

    def __init__(self, least: int) -> None:
        super().__init__(least)
        self.least = least


class MeetingAhead(RoutingError):
    """The outcome of a meeting is written after it."""

    code = "meeting_ahead"


def next_state(dispute: Dispute, move: DisputeMove) -> DisputeState:
    """Where the move leads; raises ``IllegalDisputeMove`` where it is not legal."""
    try:
        return DISPUTE_TRANSITIONS[dispute.state, move]
    except KeyError:
        raise IllegalDisputeMove(dispute.number) from None


def dispute_id_of(written: str) -> int | None:
    """The id that a number as people write it names: D0012, d12; none where it is none."""
    digits = written.strip().upper().removeprefix(NUMBER_SIGN)
    is_one = digits.isascii() and digits.isdecimal() and written.strip()[:1].upper() == NUMBER_SIGN
    return int(digits) if is_one and len(digits) <= 9 else None


def may_lead(post: Staff, dispute: Dispute) -> bool:
    """Whether the post mediates: community and grid leads around it, and the street, alone once it was handed over."""
    if f"/{post.area_code}/" not in f"/{dispute.area_path}":
        return False
    return post.role is Role.STREET or (dispute.handed_at is None and post.role in MEDIATORS)


MEDIATORS = frozenset({Role.COMMUNITY, Role.GRID_LEAD})
"""Who opens disputes and mediates them first."""


def leading_post(actor: Actor, dispute: Dispute) -> Staff:
    """The post by which the person mediates; raises ``NotAllowed`` for everybody else."""
    post = next((post for post in actor.posts if may_lead(post, dispute)), None)
    if post is None:
        raise NotAllowed("dispute")
    return post


def is_of(actor: Actor, party: Party) -> bool:
    """Whether the person is the party, or holds the post that speaks for it."""
    return actor.account == party.account or any(post.id == party.post_id for post in actor.posts)


def may_speak_for(actor: Actor, dispute: Dispute, party: Party) -> bool:
    """Whether the person may answer for the party: itself, or the mediator where nobody of it is in the chat."""
    by_mediator = not party.is_reached and any(may_lead(post, dispute) for post in actor.posts)
    return is_of(actor, party) or by_mediator


def require_voice(actor: Actor, dispute: Dispute, party: Party) -> None:
    """Raises ``NotAllowed`` where the person may not answer for the party."""
    if not may_speak_for(actor, dispute, party):
        raise NotAllowed("dispute")


def stated(dispute: Dispute, party_id: int, text: str, at: datetime, through: str) -> Dispute:
    """With a party's statement; a second one is added to the first."""
    state, party = next_state(dispute, DisputeMove.STATE), dispute.party(party_id)
    whole = f"{party.statement}\n{text}".strip()
    return _with(dispute, replace(party, statement=whole, stated_at=at, stated_through=through), state=state)


def proposed(dispute: Dispute, day: datetime, by: Party | None, by_name: str) -> Dispute:
    """With a day to meet; whoever proposes it has accepted it, all others are asked anew."""
    state = next_state(dispute, DisputeMove.PROPOSE)
    if len(dispute.parties) < LEAST_PARTIES:
        raise PartiesMissing(LEAST_PARTIES)
    parties = tuple(
        replace(one, accepted=True if by is not None and one.id == by.id else None) for one in dispute.parties
    )
    return replace(
        dispute,
        state=state,
        proposed_at=day,
        proposed_by=by_name,
        meeting_at=None,
        closed_at=None,
        round=dispute.round + 1,
        parties=parties,
    )


def accepted(dispute: Dispute, party_id: int, round_: int) -> Dispute:
    """With a party's consent to the day; with the last one's the day is agreed."""
    state, party = _asked(dispute, DisputeMove.ACCEPT, party_id, round_)
    dispute = _with(dispute, replace(party, accepted=True), state=state)
    if all(party.accepted for party in dispute.parties):
        return replace(dispute, state=next_state(dispute, DisputeMove.AGREE), meeting_at=dispute.proposed_at)
    return dispute


def declined(dispute: Dispute, party_id: int, round_: int) -> Dispute:
    """With a party's word that the day does not suit it; somebody has to propose another."""
    state, party = _asked(dispute, DisputeMove.DECLINE, party_id, round_)
    return _with(dispute, replace(party, accepted=False), state=state)


def require_met(dispute: Dispute, now: datetime) -> None:
    """Raises ``MeetingAhead`` before the agreed day has come."""
    if dispute.meeting_at is None or now < dispute.meeting_at:
        raise MeetingAhead


def concluded(dispute: Dispute, outcome: str, by: Party | None, now: datetime) -> Dispute:
    """With what the meeting came to; whoever wrote it confirms it by that, all others are asked.

    Raises ``MeetingAhead`` before the meeting.
    """
    state = next_state(dispute, DisputeMove.CONCLUDE)
    require_met(dispute, now)
    parties = tuple(
        replace(one, confirmed=True if by is not None and one.id == by.id else None, objection="")
        for one in dispute.parties
    )
    return replace(dispute, state=state, outcome=outcome, round=dispute.round + 1, parties=parties)


def confirmed(dispute: Dispute, party_id: int, round_: int, now: datetime) -> Dispute:
    """With a party's confirmation of the outcome; with the last one's the dispute is solved."""
    state, party = _asked(dispute, DisputeMove.CONFIRM, party_id, round_)
    dispute = _with(dispute, replace(party, confirmed=True), state=state)
    if all(party.confirmed for party in dispute.parties):
        return replace(dispute, state=next_state(dispute, DisputeMove.SETTLE), closed_at=now)
    return dispute


def objected(dispute: Dispute, party_id: int, text: str) -> Dispute:
    """With a party's objection to the outcome, which then holds for nobody."""
    state, party = next_state(dispute, DisputeMove.OBJECT), dispute.party(party_id)
    return _with(dispute, replace(party, confirmed=False, objection=text), state=state)


def left_unsolved(dispute: Dispute, reason: str, now: datetime) -> Dispute:
    """As the parties did not agree."""
    return replace(
        dispute, state=next_state(dispute, DisputeMove.LEAVE_UNSOLVED), reason=reason, closed_at=now, meeting_at=None
    )


def handed_over(dispute: Dispute, lead_post: int, reason: str, now: datetime) -> Dispute:
    """In the hands of the street."""
    state = next_state(dispute, DisputeMove.HAND_OVER)
    return replace(dispute, state=state, lead_post=lead_post, reason=reason, handed_at=now, meeting_at=None)


def _asked(dispute: Dispute, move: DisputeMove, party_id: int, round_: int) -> tuple[DisputeState, Party]:
    """Where an answer leads, and whose it is; only what was asked last can be answered."""
    state, party = next_state(dispute, move), dispute.party(party_id)
    if round_ != dispute.round:
        raise IllegalDisputeMove(dispute.number)
    return state, party


def _with(dispute: Dispute, party: Party, *, state: DisputeState) -> Dispute:
    parties = tuple(party if one.id == party.id else one for one in dispute.parties)
    return replace(dispute, state=state, parties=parties)
