"""Volunteers: who they are, which matters they are asked to help with, and what may become of such a call for help.

The grid worker stays in charge of the ticket; a volunteer does one thing for it, first come, first served.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType

from routing.catalogue import AppealType, Urgency
from routing.errors import RoutingError
from routing.permissions import is_superior
from routing.staff import Actor, Role, Staff
from routing.ticket import Ticket


class VolunteerState(StrEnum):
    """Where somebody stands who wants to help."""

    ASKED = "asked"
    """Signed up; the community has not said yes yet."""
    ACTIVE = "active"
    REFUSED = "refused"
    LEFT = "left"


@dataclass(frozen=True, slots=True)
class Volunteer:
    """A resident who helps in an area."""

    id: int
    account: int
    name: str
    area_code: str
    """Where they live; they are asked for help in the community around it."""
    kinds: tuple[str, ...]
    """Kinds of help, as ``volunteers.yaml`` names them; none means any."""
    state: VolunteerState
    asked_at: datetime
    decided_at: datetime | None = None
    decided_by: int | None = None
    """The post that said yes or no."""

    def helps_with(self, kind: str) -> bool:
        """Whether they offered this kind of help."""
        return self.state is VolunteerState.ACTIVE and (not self.kinds or kind in self.kinds)


class HelpState(StrEnum):
    """Where a call for help stands."""

    OPEN = "open"
    CLAIMED = "claimed"
    REPORTED = "reported"
    """The volunteer says that it is done."""
    CONFIRMED = "confirmed"
    """So does whoever is in charge of the ticket; the hours count."""
    LAPSED = "lapsed"
    """Nobody took it in time, or whoever did was not heard of again."""
    WITHDRAWN = "withdrawn"
    """Taken back, or the ticket ended."""


class HelpAction(StrEnum):
    """What happens to a call."""

    CLAIM = "claim"
    GIVE_BACK = "give_back"
    REPORT = "report"
    CONFIRM = "confirm"
    REJECT = "reject"
    EXPIRE = "expire"
    WITHDRAW = "withdraw"


OPEN_HELP = frozenset({HelpState.OPEN, HelpState.CLAIMED, HelpState.REPORTED})
"""Something is still to come of it."""
UNDONE_HELP = frozenset({HelpState.OPEN, HelpState.CLAIMED})
"""It makes no sense any more once the ticket has ended."""

_S, _A = HelpState, HelpAction

HELP_MOVES: Mapping[tuple[HelpState, HelpAction], HelpState] = MappingProxyType(
    {
        (_S.OPEN, _A.CLAIM): _S.CLAIMED,
        (_S.CLAIMED, _A.GIVE_BACK): _S.OPEN,
        (_S.CLAIMED, _A.REPORT): _S.REPORTED,
        (_S.REPORTED, _A.CONFIRM): _S.CONFIRMED,
        (_S.REPORTED, _A.REJECT): _S.CLAIMED,
        (_S.OPEN, _A.EXPIRE): _S.LAPSED,
        (_S.CLAIMED, _A.EXPIRE): _S.LAPSED,
        (_S.OPEN, _A.WITHDRAW): _S.WITHDRAWN,
        (_S.CLAIMED, _A.WITHDRAW): _S.WITHDRAWN,
    }
)
"""Every legal move; what is not here is refused."""


class IllegalHelpMove(RoutingError):
    """The call is not in a state for this (a stale button, usually)."""

    code = "illegal_help_move"

    def __init__(self, state: str, action: str) -> None:
        super().__init__(state, action)
        self.state = state
        self.action = action


class HelpTaken(RoutingError):
    """Somebody else was faster."""

    code = "help_taken"


class UnknownHelpCall(RoutingError):
    """No call for help has this id."""

    code = "unknown_help_call"

    def __init__(self, call_id: int) -> None:
        super().__init__(call_id)
        self.call_id = call_id


class UnknownVolunteer(RoutingError):
    """No volunteer has this id."""

    code = "unknown_volunteer"

    def __init__(self, volunteer_id: int) -> None:
        super().__init__(volunteer_id)
        self.volunteer_id = volunteer_id


@dataclass(frozen=True, slots=True)
class HelpKind:
    """A kind of help that neighbours give."""

    code: str
    name: str
    words: tuple[str, ...] = ()
    """Words in a report that call for it, in Simplified characters."""
    services: frozenset[str] = frozenset()
    """Services, or groups of them, among which the words are looked for; none means all."""
    automatic: bool = False
    """Whether volunteers are asked as soon as a report calls for it, and not only when the handler wants it."""


@dataclass(frozen=True, slots=True)
class HelpRules:
    """Everything that ``volunteers.yaml`` says."""

    kinds: tuple[HelpKind, ...]
    around: str
    """The level of the area in which volunteers are asked."""
    most_asked: int
    """Volunteers who are asked at once."""
    claim_within: timedelta
    report_within: timedelta
    """From the claim to a question how it went; as long again, and the call lapses."""
    confirm_within: timedelta
    """From the report to a reminder; as long again, and the community is asked to confirm."""
    minutes: tuple[int, ...]
    """What a volunteer can choose for the time that it took."""

    def kind(self, code: str) -> HelpKind | None:
        """The kind of this code or name."""
        return next((kind for kind in self.kinds if code in {kind.code, kind.name}), None)


@dataclass(frozen=True, slots=True)
class HelpCall:
    """One thing that a volunteer is asked to do for a ticket; times are aware UTC."""

    id: int
    ticket_id: int
    kind: str
    area_path: str
    """That of the ticket."""
    opened_at: datetime
    expires_at: datetime
    state: HelpState = HelpState.OPEN
    asked_by: int | None = None
    """The post that asked for it; none where the report itself did."""
    volunteer_id: int | None = None
    claimed_at: datetime | None = None
    reported_at: datetime | None = None
    minutes: int = 0
    reminders: int = 0
    """How often somebody was reminded in the present state."""
    next_check_at: datetime | None = None
    ended_at: datetime | None = None

    def moved(self, action: HelpAction) -> HelpState:
        """Where ``action`` leads; raises ``IllegalHelpMove``."""
        try:
            return HELP_MOVES[self.state, action]
        except KeyError:
            raise IllegalHelpMove(self.state, action) from None


def suitable_kind(ticket: Ticket, words: str, rules: HelpRules) -> HelpKind | None:
    """The kind of help that a report calls for by itself; none for most.

    An emergency is for professionals, and a complaint is no errand. ``words`` is the text in Simplified characters.
    """
    if ticket.urgency is Urgency.EMERGENCY or ticket.appeal_type is not AppealType.HELP or not ticket.is_open:
        return None
    group = ticket.service_code.split(".")[0]
    return next(
        (
            kind
            for kind in rules.kinds
            if kind.automatic
            and (not kind.services or ticket.service_code in kind.services or group in kind.services)
            and any(word in words for word in kind.words)
        ),
        None,
    )


def new_call(ticket: Ticket, kind: HelpKind, rules: HelpRules, now: datetime, asked_by: int | None = None) -> HelpCall:
    """A call that volunteers can take until it expires."""
    expires = now + rules.claim_within
    return HelpCall(0, ticket.id, kind.code, ticket.area_path, now, expires, asked_by=asked_by, next_check_at=expires)


def claimed(call: HelpCall, volunteer_id: int, rules: HelpRules, now: datetime) -> HelpCall:
    """The call in the hands of a volunteer."""
    state = call.moved(HelpAction.CLAIM)
    check = now + rules.report_within
    return replace(call, state=state, volunteer_id=volunteer_id, claimed_at=now, next_check_at=check, reminders=0)


def given_back(call: HelpCall, rules: HelpRules, now: datetime) -> HelpCall:
    """The call open for others again, for as long as a new one."""
    state, expires = call.moved(HelpAction.GIVE_BACK), now + rules.claim_within
    return replace(
        call, state=state, volunteer_id=None, claimed_at=None, expires_at=expires, next_check_at=expires, reminders=0
    )


def reported(call: HelpCall, minutes: int, rules: HelpRules, now: datetime) -> HelpCall:
    """The call as done, with the time that it took; whoever is in charge has to confirm it."""
    state = call.moved(HelpAction.REPORT)
    check = now + rules.confirm_within
    return replace(call, state=state, minutes=minutes, reported_at=now, next_check_at=check, reminders=0)


def rejected(call: HelpCall, rules: HelpRules, now: datetime) -> HelpCall:
    """The call back in the hands of the volunteer, who is to finish it."""
    state = call.moved(HelpAction.REJECT)
    check = now + rules.report_within
    return replace(call, state=state, minutes=0, reported_at=None, next_check_at=check, reminders=0)


def over(call: HelpCall, action: HelpAction, now: datetime) -> HelpCall:
    """The call after its last move."""
    return replace(call, state=call.moved(action), ended_at=now, next_check_at=None)


class HelpDue(StrEnum):
    """What falls due for a call."""

    NOTHING = "nothing"
    NOBODY_CAME = "nobody_came"
    ASK_VOLUNTEER = "ask_volunteer"
    NOT_HEARD_OF = "not_heard_of"
    REMIND_HANDLER = "remind_handler"
    ASK_COMMUNITY = "ask_community"


def checked(call: HelpCall, rules: HelpRules, now: datetime) -> tuple[HelpCall, HelpDue]:
    """The call after the clock has looked at it, and what is to be said."""
    if call.next_check_at is None or call.next_check_at > now or call.state not in OPEN_HELP:
        return call, HelpDue.NOTHING
    if call.state is HelpState.OPEN:
        return over(call, HelpAction.EXPIRE, now), HelpDue.NOBODY_CAME
    again = replace(call, reminders=call.reminders + 1)
    if call.state is HelpState.CLAIMED:
        if call.reminders:
            return over(call, HelpAction.EXPIRE, now), HelpDue.NOT_HEARD_OF
        return replace(again, next_check_at=now + rules.report_within), HelpDue.ASK_VOLUNTEER
    if call.reminders:
        return replace(again, next_check_at=None), HelpDue.ASK_COMMUNITY
    return replace(again, next_check_at=now + rules.confirm_within), HelpDue.REMIND_HANDLER


def leading_post(actor: Actor, ticket: Ticket, assignee: Staff | None) -> Staff | None:
    """The post by which somebody is in charge of the ticket for volunteers: its holder's, or a superior's."""
    held = next((post for post in actor.posts if post.id == ticket.assignee_id), None)
    return held or next((post for post in actor.posts if is_superior(post, ticket, assignee)), None)


DECIDES_ON_VOLUNTEERS = frozenset({Role.COMMUNITY})
"""Who says yes to somebody who signs up, in the own area."""
COUNTS_HOURS = frozenset({Role.GRID_WORKER, Role.GRID_LEAD, Role.COMMUNITY, Role.STREET, Role.SUPERVISOR})
"""Who sees the hours of the volunteers of the own area."""
