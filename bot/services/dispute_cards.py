"""The card of a dispute: one face for whoever mediates, one for each party, both pure functions of a view."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from bot.services.wording import Wording
from routing.dispute import Dispute, Party, PartyKind, is_of, may_lead, may_speak_for
from routing.dispute_states import DISPUTE_TRANSITIONS, DisputeMove, DisputeState
from routing.outgoing import Button, Content
from routing.staff import Actor

_LONGEST_SHOWN = 300
_NAMED = (PartyKind.OWNERS, PartyKind.PROPERTY, PartyKind.RESIDENT, PartyKind.OTHER)
"""Kinds that the mediator adds; the committee is there from the beginning."""
_TO_ANSWER = {
    DisputeState.SCHEDULING: (DisputeMove.ACCEPT, DisputeMove.DECLINE),
    DisputeState.CONFIRMING: (DisputeMove.CONFIRM, DisputeMove.OBJECT),
}


@dataclass(frozen=True, slots=True)
class DisputeView:
    """A dispute as one person sees it."""

    dispute: Dispute
    viewer: Actor
    area: str
    """The name of the area."""

    @property
    def leads(self) -> bool:
        """Whether the person mediates."""
        return any(may_lead(post, self.dispute) for post in self.viewer.posts)

    def allows(self, move: DisputeMove) -> bool:
        """Whether the state allows the move."""
        return (self.dispute.state, move) in DISPUTE_TRANSITIONS

    def is_own(self, party: Party) -> bool:
        """Whether the person is the party."""
        return is_of(self.viewer, party)

    def speaks_for(self) -> tuple[Party, ...]:
        """The parties that the person may answer for."""
        return tuple(one for one in self.dispute.parties if may_speak_for(self.viewer, self.dispute, one))


class DisputeCards:
    """Makes the contents of cards."""

    def __init__(self, wording: Wording) -> None:
        self._wording = wording

    def card(self, view: DisputeView) -> Content:
        """The whole card with the buttons that apply."""
        say, dispute = self._wording.say, view.dispute
        title = say("dispute.title", number=dispute.number, state=say(f"dispute.state.{dispute.state}"))
        lines = [
            say("dispute.place", area=view.area),
            say("dispute.subject", text=_short(dispute.subject)),
            *self._course(dispute),
            *(self._party(dispute, party) for party in dispute.parties),
            *self._words(view),
        ]
        return Content(title, tuple(lines), tuple(row for row in self._rows(view) if row))

    def line(self, dispute: Dispute, area: str) -> str:
        """The dispute in one line of a list."""
        say, moment = self._wording.say, self._wording.moment
        when = f"｜{moment(dispute.meeting_at)}" if dispute.meeting_at is not None and dispute.is_open else ""
        state = say(f"dispute.state.{dispute.state}")
        return say("dispute.line", number=dispute.number, area=area, state=state, when=when)

    def _course(self, dispute: Dispute) -> Iterator[str]:
        say, moment = self._wording.say, self._wording.moment
        if dispute.state is DisputeState.SCHEDULING and dispute.proposed_at is not None:
            yield say("dispute.proposed", day=moment(dispute.proposed_at), name=dispute.proposed_by)
        if dispute.state in {DisputeState.MEETING, DisputeState.CONFIRMING} and dispute.meeting_at is not None:
            yield say("dispute.agreed", day=moment(dispute.meeting_at))
        if dispute.outcome and dispute.state in {DisputeState.CONFIRMING, DisputeState.SOLVED}:
            yield say("dispute.outcome", text=dispute.outcome)
        if dispute.reason and dispute.state in {DisputeState.UNSOLVED, DisputeState.HANDED_OVER}:
            yield say("dispute.reason", text=dispute.reason)

    def _party(self, dispute: Dispute, party: Party) -> str:
        say = self._wording.say
        parts = [say("dispute.part.stated" if party.statement else "dispute.part.silent")]
        if dispute.state is DisputeState.SCHEDULING and party.accepted is not None:
            parts.append(say("dispute.part.accepted" if party.accepted else "dispute.part.declined"))
        if dispute.state in {DisputeState.CONFIRMING, DisputeState.SOLVED} and party.confirmed:
            parts.append(say("dispute.part.confirmed"))
        if dispute.state is DisputeState.MEETING and party.objection:
            parts.append(say("dispute.part.objected"))
        if not party.is_reached:
            parts.append(say("dispute.part.through_staff"))
        return say("dispute.party", kind=say(f"dispute.kind.{party.kind}"), name=party.name, parts="，".join(parts))

    def _words(self, view: DisputeView) -> Iterator[str]:
        """Statements and objections in full for whoever mediates, the own ones for a party."""
        say = self._wording.say
        for party in view.dispute.parties:
            if not (view.leads or view.is_own(party)):
                continue
            if party.statement:
                through = say("dispute.through", name=party.stated_through) if party.stated_through else ""
                yield say("dispute.said", name=party.name, text=_short(party.statement), through=through)
            if party.objection and view.dispute.state is DisputeState.MEETING:
                yield say("dispute.objection", name=party.name, text=_short(party.objection))

    def _rows(self, view: DisputeView) -> Iterator[tuple[Button, ...]]:
        say, dispute = self._wording.say, view.dispute
        first, second = _TO_ANSWER.get(dispute.state, (None, None))
        for party in view.speaks_for():
            if view.allows(DisputeMove.STATE) and not party.statement:
                yield (self._for(view, DisputeMove.STATE, party),)
            waits = party.accepted is None if dispute.state is DisputeState.SCHEDULING else party.confirmed is None
            if first is not None and second is not None and waits:
                yield self._for(view, first, party), self._for(view, second, party)
        is_party = any(view.is_own(party) for party in dispute.parties)
        if view.leads and view.allows(DisputeMove.NAME_PARTY):
            yield tuple(
                Button(say(f"dispute.add.{kind}"), DisputeMove.NAME_PARTY, dispute.id, kind.value) for kind in _NAMED
            )
        moves = []
        if view.allows(DisputeMove.PROPOSE) and (view.leads or (is_party and dispute.state is DisputeState.SCHEDULING)):
            moves.append(DisputeMove.PROPOSE)
        if view.leads:
            moves += [one for one in (DisputeMove.CONCLUDE, DisputeMove.LEAVE_UNSOLVED) if view.allows(one)]
            if dispute.handed_at is None and view.allows(DisputeMove.HAND_OVER):
                moves.append(DisputeMove.HAND_OVER)
        yield tuple(Button(say(f"button.{move}"), move, dispute.id) for move in moves)

    def _for(self, view: DisputeView, move: DisputeMove, party: Party) -> Button:
        """A button for a party; where somebody else answers for it, with its name."""
        say = self._wording.say
        label = say(f"button.{move}")
        if not view.is_own(party):
            label = say("dispute.for", label=label, name=party.name[:12])
        return Button(label, move, party.id, str(view.dispute.round))


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST_SHOWN else text[: _LONGEST_SHOWN - 1] + "…"
