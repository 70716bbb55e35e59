"""What grid workers find on their rounds (巡查上报): filed like a report, and theirs to handle or hand on."""

from __future__ import annotations

from dataclasses import asdict

from bot.services.opening import OpeningService, Request
from bot.services.ports import Clock, UnitOfWork
from routing.errors import NotAllowed
from routing.message import IncomingMessage
from routing.place import Place
from routing.script import script_of
from routing.staff import Actor, Role
from routing.ticket import Ticket
from routing.triage.decision import Ignore
from routing.triage.engine import Triage

_PATROLS = (Role.GRID_WORKER, Role.LIAISON, Role.GRID_LEAD, Role.COMMUNITY, Role.PROPERTY)


class PatrolService:
    """Files findings."""

    def __init__(self, triage: Triage, opening: OpeningService, clock: Clock) -> None:
        self._triage = triage
        self._opening = opening
        self._clock = clock

    async def file(self, work: UnitOfWork, actor: Actor, message: IncomingMessage) -> Ticket:
        """Opens a ticket for a finding in the area of the person's own post; routed like any report."""
        posts = actor.with_role(*_PATROLS)
        if not posts:
            raise NotAllowed("patrol")
        decision = self._triage.decide(message.text, addressed=True, has_media=bool(message.attachments))
        if isinstance(decision, Ignore):
            raise NotAllowed("patrol")
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
            evidence=[asdict(one) for one in decision.evidence],
            via="patrol",
        )
        return await self._opening.open(work, request, self._clock())
