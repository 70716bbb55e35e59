"""What grid workers find on their rounds (巡查上报): filed like a report, solved on the spot or handed on.

It is dispatched as soon as it is filed: a button that nobody presses afterwards leaves nothing lying.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, replace
from datetime import timedelta

from bot.services.desk import Answer, Press, TicketDesk
from bot.services.opening import OpeningService, Request
from bot.services.ports import UnitOfWork
from routing.errors import NotAllowed
from routing.groups import Dialogue
from routing.message import GeoPoint, IncomingMessage
from routing.outgoing import Button, Content
from routing.permissions import PATROLS
from routing.place import Place
from routing.script import script_of
from routing.staff import Actor
from routing.ticket import PATROL, PATROL_SOLVED, Action, Ticket, next_status
from routing.ticket_events import EventKind, TicketEvent
from routing.triage.decision import Ignore
from routing.triage.engine import Triage

HAND_ON = "hand_on"
"""The button that leaves a finding to whom it was dispatched to."""
EXPECTS_MORE = "finding"
"""Photos and a place may follow a finding."""
EXPECTS_FINDING = "finding_place"
"""A place was sent; the finding itself is to follow."""

FOLLOWING = timedelta(minutes=10)
"""In which a place and a finding belong together: a round goes on to the next spot after that."""


class PatrolService:
    """Files findings."""

    def __init__(self, triage: Triage, opening: OpeningService, desk: TicketDesk) -> None:
        self._triage = triage
        self._opening = opening
        self._desk = desk

    async def file(self, work: UnitOfWork, actor: Actor, message: IncomingMessage) -> Content:
        """Opens a ticket for a finding in the area of the person's own post, and asks what becomes of it.

        Raises ``NotAllowed`` for who goes on no rounds, and for words that are no matter at all.
        """
        posts = actor.with_role(*PATROLS)
        if not posts:
            raise NotAllowed("patrol")
        decision = self._triage.decide(message.text, addressed=True, has_media=bool(message.attachments))
        if isinstance(decision, Ignore):
            raise NotAllowed("patrol")
        waiting = await self._dialogue(work, actor, message)
        is_free = waiting is None or waiting.expects in {EXPECTS_MORE, EXPECTS_FINDING}
        earlier = waiting if waiting is not None and waiting.expects == EXPECTS_FINDING else None
        request = Request(
            platform=message.platform,
            chat_id=None,
            thread_id=None,
            message_id=None,
            reporter=actor.account,
            reporter_name=posts[0].name,
            text=message.text,
            script=script_of(message.text),
            service_code=decision.service_code,
            appeal_type=decision.appeal_type,
            urgency=decision.urgency,
            place=decision.place or Place(),
            bound_area=posts[0].area_code,
            dangers=decision.dangers,
            attachments=message.attachments,
            evidence=decision.evidence,
            via=PATROL,
            point=message.location or (_point(earlier.data) if earlier is not None else None),
        )
        ticket = await self._opening.open(work, request, self._desk.clock())
        if is_free:
            await self._await(work, actor, message, EXPECTS_MORE, ticket_id=ticket.id)
        say = self._desk.rules.wording.say
        buttons = (
            Button(say(f"button.{Action.SOLVE_ON_SPOT}"), Action.SOLVE_ON_SPOT, ticket.id),
            Button(say(f"button.{HAND_ON}"), HAND_ON, ticket.id),
        )
        lines = (say("patrol.filed", number=ticket.number), say("patrol.filed_more"))
        return Content(lines=lines, buttons=(buttons,))

    async def add(self, work: UnitOfWork, actor: Actor, message: IncomingMessage) -> Answer | None:
        """Takes photos and a place that follow a finding, or a place that a finding follows; none for all else."""
        if not actor.with_role(*PATROLS):
            return None
        waiting = await self._dialogue(work, actor, message)
        if waiting is not None and waiting.expects == EXPECTS_MORE and waiting.ticket_id is not None:
            ticket = await work.tickets.get(waiting.ticket_id)
            if ticket.is_open and (message.attachments or message.location is not None):
                return await self._add_to(work, actor, message, ticket)
        if message.location is None or message.attachments:
            return None
        if waiting is None or waiting.expects in {EXPECTS_MORE, EXPECTS_FINDING}:
            await self._await(work, actor, message, EXPECTS_FINDING, data=asdict(message.location))
            return Answer("patrol.place_kept")
        return None

    async def solve(self, work: UnitOfWork, press: Press, ticket_id: int) -> Answer:
        """Files a finding as put right on the spot: closed at once, and nobody is asked whether it is so."""
        taken = await self._desk.take(work, press.actor, Action.SOLVE_ON_SPOT, ticket_id)
        ticket = replace(
            taken.ticket,
            status=next_status(taken.ticket, Action.SOLVE_ON_SPOT),
            via=PATROL_SOLVED,
            resolved_at=taken.now,
            archived_at=taken.now,
            request=None,
        )
        await self._desk.put(work, ticket, self._desk.event(taken, EventKind.SOLVED_ON_SPOT))
        return await self._answered(work, press, Answer("patrol.solved", {"number": ticket.number}))

    async def hand_on(self, work: UnitOfWork, press: Press, ticket_id: int) -> Answer:
        """Leaves a finding to whom it was dispatched to."""
        ticket = await work.tickets.get(ticket_id)
        if ticket.reporter_id != press.actor.account:
            raise NotAllowed(HAND_ON)
        assignee = await self._desk.board.assignee(work, ticket)
        name = assignee.name if assignee is not None else self._desk.rules.wording.say(f"owner.{ticket.owner}")
        answer = Answer("patrol.handed_on", {"number": ticket.number, "name": name})
        return await self._answered(work, press, answer)

    async def _answered(self, work: UnitOfWork, press: Press, answer: Answer) -> Answer:
        line = self._desk.rules.wording.say(answer.key, **answer.fields)
        await self._desk.change_message(work, press, Content(lines=(line,)))
        return answer

    async def _add_to(self, work: UnitOfWork, actor: Actor, message: IncomingMessage, ticket: Ticket) -> Answer:
        now, files = self._desk.clock(), message.attachments
        await work.tickets.add_attachments(ticket.id, files)
        ticket = await work.tickets.lock(ticket.id)
        if message.location is not None:
            ticket = replace(ticket, point=message.location)
        data = {"attachments": len(files), "point": message.location is not None}
        event = TicketEvent(ticket.id, EventKind.DETAIL_ADDED, now, actor.account, actor.name, data)
        ticket = await self._desk.put(work, ticket, event)
        assignee = await self._desk.board.assignee(work, ticket)
        if files and assignee is not None:
            shown = Content(lines=(ticket.number,), attachments=files)
            await self._desk.board.tell(work, ticket, assignee.account, shown)
        await self._await(work, actor, message, EXPECTS_MORE, ticket_id=ticket.id)
        return Answer("patrol.added", {"number": ticket.number})

    async def _dialogue(self, work: UnitOfWork, actor: Actor, message: IncomingMessage) -> Dialogue | None:
        found = await work.prompts.dialogue(message.platform, message.chat_id, actor.account)
        return found if found is not None and found.expires_at > self._desk.clock() else None

    async def _await(
        self,
        work: UnitOfWork,
        actor: Actor,
        message: IncomingMessage,
        expects: str,
        *,
        ticket_id: int | None = None,
        data: Mapping[str, object] | None = None,
    ) -> None:
        await work.prompts.begin(
            Dialogue(
                platform=message.platform,
                chat_id=message.chat_id,
                account=actor.account,
                expects=expects,
                ticket_id=ticket_id,
                expires_at=self._desk.clock() + FOLLOWING,
                data=data or {},
            )
        )


def _point(data: Mapping[str, object]) -> GeoPoint | None:
    latitude, longitude = data.get("latitude"), data.get("longitude")
    if isinstance(latitude, float | int) and isinstance(longitude, float | int):
        return GeoPoint(latitude, longitude)
    return None
