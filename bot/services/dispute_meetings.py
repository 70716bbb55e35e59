"""Agreeing on a day to meet, writing down what came of it, and ending a dispute."""

from __future__ import annotations

from dataclasses import replace
from datetime import time

from bot.services.desk import Answer, Press
from bot.services.dispute_desk import DisputeDesk, words_of
from bot.services.ports import UnitOfWork
from routing.deadlines import DeadlineUnclear
from routing.dispute import (
    Dispute,
    Party,
    accepted,
    concluded,
    confirmed,
    declined,
    handed_over,
    is_of,
    left_unsolved,
    may_lead,
    next_state,
    objected,
    proposed,
    require_met,
)
from routing.dispute_reminder import next_reminder
from routing.dispute_states import DisputeMove, DisputeState
from routing.errors import NotAllowed
from routing.moments import moment_of
from routing.outgoing import Content, Outgoing
from routing.staff import Actor, Role

_OPENING = time(9, 0)
"""When a meeting begins for which only the day was written."""


class MeetingService:
    """The way of a dispute from the first day proposed to its end."""

    def __init__(self, desk: DisputeDesk) -> None:
        self._desk = desk

    async def begin_date(self, work: UnitOfWork, press: Press, dispute_id: int) -> Answer:
        """Asks the mediator, or a party whom the proposed day does not suit, for a day and an hour."""
        await self._proposer(work, press.actor, dispute_id)
        return await self._asked(work, press, DisputeMove.PROPOSE, dispute_id, "dispute.tell_date")

    async def propose(self, work: UnitOfWork, actor: Actor, dispute_id: int, text: str) -> Answer:
        """Proposes a day to all; raises ``DeadlineUnclear`` where the words are no time to come."""
        dispute, party, name = await self._proposer(work, actor, dispute_id)
        day = moment_of(text, self._desk.clock(), self._desk.rules.clocks.calendar.timezone, by_default=_OPENING)
        if day is None:
            raise DeadlineUnclear(text)
        dispute = proposed(dispute, day, party, name)
        await self._desk.put(work, dispute, actor, DisputeMove.PROPOSE, day=day.isoformat())
        said = self._desk.rules.wording.moment(day)
        await self._desk.tell(work, dispute, "dispute.day_proposed", but=actor.account, name=name, day=said)
        return Answer("dispute.proposed_by_you", {"number": dispute.number, "day": said})

    async def accept(self, work: UnitOfWork, press: Press, party_id: int, round_: int) -> Answer:
        """A party accepts the day; the last one makes it the agreed day, of which all hear."""
        heard = await self._desk.hear(work, press.actor, party_id, DisputeMove.ACCEPT)
        dispute = accepted(heard.dispute, party_id, round_)
        dispute = replace(dispute, remind_at=next_reminder(dispute, heard.now))
        await self._desk.put(work, dispute, press.actor, DisputeMove.ACCEPT, party=party_id, through=heard.through)
        if dispute.state is DisputeState.MEETING and dispute.meeting_at is not None:
            day = self._desk.rules.wording.moment(dispute.meeting_at)
            await self._desk.tell(work, dispute, "dispute.day_agreed", day=day)
        return Answer("dispute.accepted", {"name": heard.party.name})

    async def decline(self, work: UnitOfWork, press: Press, party_id: int, round_: int) -> Answer:
        """A party says that the day does not suit it; it or the mediator proposes another."""
        heard = await self._desk.hear(work, press.actor, party_id, DisputeMove.DECLINE)
        dispute = declined(heard.dispute, party_id, round_)
        await self._desk.put(work, dispute, press.actor, DisputeMove.DECLINE, party=party_id, through=heard.through)
        await self._tell_lead(work, dispute, press.actor, "dispute.day_declined", name=heard.party.name)
        return Answer("dispute.declined", {"name": heard.party.name})

    async def begin_outcome(self, work: UnitOfWork, press: Press, dispute_id: int) -> Answer:
        """Asks the mediator what the meeting came to; raises ``MeetingAhead`` before anything is written."""
        dispute, _, now = await self._desk.lead(work, press.actor, dispute_id, DisputeMove.CONCLUDE)
        require_met(dispute, now)
        return await self._asked(work, press, DisputeMove.CONCLUDE, dispute_id, "dispute.tell_outcome")

    async def conclude(self, work: UnitOfWork, actor: Actor, dispute_id: int, text: str) -> Answer:
        """Writes the outcome down; every party has to confirm it."""
        dispute, post, now = await self._desk.lead(work, actor, dispute_id, DisputeMove.CONCLUDE)
        own = next((party for party in dispute.parties if party.post_id == post.id), None)
        dispute = concluded(dispute, words_of(text), own, now)
        await self._desk.put(work, dispute, actor, DisputeMove.CONCLUDE)
        await self._desk.tell(work, dispute, "dispute.to_confirm", but=actor.account, text=dispute.outcome)
        return Answer("dispute.concluded", {"number": dispute.number})

    async def confirm(self, work: UnitOfWork, press: Press, party_id: int, round_: int) -> Answer:
        """A party confirms the outcome; with the last one the dispute is solved, of which all hear."""
        heard = await self._desk.hear(work, press.actor, party_id, DisputeMove.CONFIRM)
        dispute = confirmed(heard.dispute, party_id, round_, heard.now)
        await self._desk.put(work, dispute, press.actor, DisputeMove.CONFIRM, party=party_id, through=heard.through)
        if dispute.state is DisputeState.SOLVED:
            await self._desk.tell(work, dispute, "dispute.solved")
        return Answer("dispute.confirmed", {"name": heard.party.name})

    async def begin_objection(self, work: UnitOfWork, press: Press, party_id: int) -> Answer:
        """Asks a party what it objects to."""
        await self._desk.hear(work, press.actor, party_id, DisputeMove.OBJECT)
        return await self._asked(work, press, DisputeMove.OBJECT, party_id, "dispute.tell_objection")

    async def raise_objection(self, work: UnitOfWork, actor: Actor, party_id: int, text: str) -> Answer:
        """Keeps a party's objection: the outcome holds for nobody until it is written anew."""
        heard = await self._desk.hear(work, actor, party_id, DisputeMove.OBJECT)
        dispute = objected(heard.dispute, party_id, words_of(text))
        await self._desk.put(work, dispute, actor, DisputeMove.OBJECT, party=party_id, through=heard.through)
        await self._tell_lead(work, dispute, actor, "dispute.objected_lead", name=heard.party.name)
        return Answer("dispute.objected", {"number": dispute.number})

    async def begin_end(self, work: UnitOfWork, press: Press, dispute_id: int, move: DisputeMove) -> Answer:
        """Asks the mediator why it stays unsolved, or why the street has to mediate."""
        await self._desk.lead(work, press.actor, dispute_id, move)
        key = "dispute.tell_unsolved" if move is DisputeMove.LEAVE_UNSOLVED else "dispute.tell_hand_over"
        return await self._asked(work, press, move, dispute_id, key)

    async def leave_unsolved(self, work: UnitOfWork, actor: Actor, dispute_id: int, text: str) -> Answer:
        """Ends it without an agreement; a new day may still be proposed, or the street be asked."""
        dispute, _, now = await self._desk.lead(work, actor, dispute_id, DisputeMove.LEAVE_UNSOLVED)
        dispute = left_unsolved(dispute, words_of(text), now)
        await self._desk.put(work, dispute, actor, DisputeMove.LEAVE_UNSOLVED)
        await self._desk.tell(work, dispute, "dispute.unsolved", but=actor.account, reason=dispute.reason)
        return Answer("dispute.left_unsolved", {"number": dispute.number})

    async def hand_over(self, work: UnitOfWork, actor: Actor, dispute_id: int, text: str) -> Answer:
        """Gives it to the street around the place, which mediates from here on; ``NotAllowed`` where there is none."""
        dispute, _, now = await self._desk.lead(work, actor, dispute_id, DisputeMove.HAND_OVER)
        codes = [code for code in dispute.area_path.split("/") if code]
        posts = [post for post in await work.staff.posts([Role.STREET], codes) if post.account is not None]
        chosen = next((post for post in posts if post.on_duty), None) or next(iter(posts), None)
        if chosen is None:
            raise NotAllowed("dispute")
        dispute = handed_over(dispute, chosen.id, words_of(text), now)
        await self._desk.put(work, dispute, actor, DisputeMove.HAND_OVER, to=chosen.id)
        await self._desk.tell(work, dispute, "dispute.handed_over", but=actor.account, name=chosen.name)
        return Answer("dispute.handed_to", {"number": dispute.number, "name": chosen.name})

    async def _proposer(self, work: UnitOfWork, actor: Actor, dispute_id: int) -> tuple[Dispute, Party | None, str]:
        """Who proposes: the mediator at any time, a party while a day is being looked for."""
        dispute = await work.disputes.lock(dispute_id)
        next_state(dispute, DisputeMove.PROPOSE)
        own = next((party for party in dispute.parties if is_of(actor, party)), None)
        lead = next((post for post in actor.posts if may_lead(post, dispute)), None)
        if lead is not None:
            return dispute, own, lead.name
        if own is None or dispute.state is not DisputeState.SCHEDULING:
            raise NotAllowed("dispute")
        return dispute, own, own.name

    async def _tell_lead(self, work: UnitOfWork, dispute: Dispute, actor: Actor, key: str, **fields: object) -> None:
        account = (await work.staff.get(dispute.lead_post)).account
        if account is not None and account != actor.account:
            line = self._desk.rules.wording.say(key, number=dispute.number, **fields)
            await work.outbox.add(Outgoing(dispute.platform, account, Content(lines=(line,))))

    async def _asked(self, work: UnitOfWork, press: Press, move: DisputeMove, subject: int, key: str) -> Answer:
        about = "party" if move is DisputeMove.OBJECT else "dispute"
        await self._desk.ask(work, press, move, **{about: subject})
        line = self._desk.rules.wording.say(key)
        await work.outbox.add(Outgoing(press.platform, press.actor.account, Content(lines=(line,))))
        return Answer(key)
