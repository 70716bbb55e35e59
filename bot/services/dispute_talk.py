"""The words that people write for a dispute after a button: each goes to the use case that asked for it."""

from __future__ import annotations

from bot.services.desk import Answer
from bot.services.dispute_desk import EXPECTS_DISPUTE
from bot.services.dispute_meetings import MeetingService
from bot.services.disputes import DisputeService
from bot.services.ports import Clock, UnitOfWork
from routing.dispute_states import DisputeMove
from routing.message import IncomingMessage
from routing.outgoing import Content
from routing.staff import Actor


class DisputeTalk:
    """Takes the next message of a person whom a button has asked for words."""

    def __init__(self, disputes: DisputeService, meetings: MeetingService, clock: Clock) -> None:
        self._disputes = disputes
        self._meetings = meetings
        self._clock = clock

    async def take(self, work: UnitOfWork, actor: Actor, message: IncomingMessage) -> Answer | Content | None:
        """What the person is told; none where no words are waited for. What is refused may be written again."""
        waiting = await work.prompts.dialogue(message.platform, message.chat_id, actor.account)
        if waiting is None or waiting.expects != EXPECTS_DISPUTE or waiting.expires_at <= self._clock():
            return None
        move, text = str(waiting.data.get("move")), message.text
        party, dispute = _number(waiting.data.get("party")), _number(waiting.data.get("dispute"))
        answer: Answer | Content
        if move == DisputeMove.NAME_PARTY:
            kind = str(waiting.data.get("kind"))
            answer = await self._disputes.name_party(work, actor, dispute, kind, text)
        elif move == DisputeMove.STATE:
            answer = await self._disputes.state(work, actor, party, text)
        elif move == DisputeMove.OBJECT:
            answer = await self._meetings.raise_objection(work, actor, party, text)
        elif move == DisputeMove.PROPOSE:
            answer = await self._meetings.propose(work, actor, dispute, text)
        elif move == DisputeMove.CONCLUDE:
            answer = await self._meetings.conclude(work, actor, dispute, text)
        elif move == DisputeMove.LEAVE_UNSOLVED:
            answer = await self._meetings.leave_unsolved(work, actor, dispute, text)
        else:
            answer = await self._meetings.hand_over(work, actor, dispute, text)
        await work.prompts.end(message.platform, message.chat_id, actor.account)
        return answer


def _number(value: object) -> int:
    return value if isinstance(value, int) else 0
