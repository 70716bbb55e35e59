"""Staff put right what triage got wrong: another service, or two matters taken for one.

Every correction is an event; the lexicon learns from them (see ``qunban lexicon suggest``).
"""

from __future__ import annotations

from dataclasses import replace

from bot.services.desk import LONGEST_LABEL, Answer, Press, Taken, TicketDesk
from bot.services.opening import OpeningService, Request
from bot.services.ports import UnitOfWork
from routing.clock_moments import URGE
from routing.errors import NotAllowed, UnknownTicket
from routing.outgoing import Button, Content
from routing.place import Place
from routing.script import script_of
from routing.sla import carried_due
from routing.ticket import Action, Status, Ticket, next_status
from routing.ticket_events import EventKind, Reporter
from routing.triage.decision import Ignore
from routing.triage.engine import Triage

CLASS_GROUP = "class_group"
CLASS_SET = "class_set"
SPLIT_OFF = "split_off"

_A_ROW = 2
"""Buttons in a row, so that the longest names of services still fit on a telephone."""


class CorrectionService:
    """Reclassifies and splits."""

    def __init__(self, triage: Triage, desk: TicketDesk, opening: OpeningService) -> None:
        self._triage = triage
        self._desk = desk
        self._opening = opening

    async def offer_services(self, work: UnitOfWork, press: Press, ticket_id: int) -> Answer:
        """Shows the services that triage thought of too, and a way to all others."""
        taken = await self._desk.take(work, press.actor, Action.RECLASSIFY, ticket_id)
        ticket, wording = taken.ticket, self._desk.rules.wording
        opened = next((event for event in await work.tickets.events(ticket_id) if event.kind is EventKind.OPENED), None)
        thought_of = opened.data.get("alternatives", []) if opened is not None else []
        codes = [
            code
            for code in (thought_of if isinstance(thought_of, list) else [])
            if code in self._desk.rules.catalogue and code != ticket.service_code
        ]
        rows = [(Button(wording.service(code), CLASS_SET, ticket_id, code),) for code in codes]
        rows.append((Button(wording.say("correction.other"), CLASS_GROUP, ticket_id, ""),))
        answer = Answer(
            "correction.choose_service",
            {"number": ticket.number, "service": wording.service(ticket.service_code)},
        )
        title = wording.say(answer.key, **answer.fields)
        await self._desk.say(work, press, Content(title, buttons=tuple(rows)), ticket_id=ticket_id)
        return answer

    async def offer_group(self, work: UnitOfWork, press: Press, ticket_id: int, group: str) -> Answer:
        """Shows the groups of services, or the services of one, in the place of the question before."""
        taken = await self._desk.take(work, press.actor, Action.RECLASSIFY, ticket_id)
        catalogue, say = self._desk.rules.catalogue, self._desk.rules.wording.say
        if group in catalogue.groups:
            buttons = [
                Button(service.name, CLASS_SET, ticket_id, service.code)
                for service in catalogue.services.values()
                if service.group == group
            ]
        else:
            buttons = [Button(name, CLASS_GROUP, ticket_id, code) for code, name in catalogue.groups.items()]
        rows = tuple(tuple(buttons[start : start + _A_ROW]) for start in range(0, len(buttons), _A_ROW))
        answer = Answer("correction.choose_group", {"number": taken.ticket.number})
        await self._desk.change_message(work, press, Content(say(answer.key, **answer.fields), buttons=rows))
        return answer

    async def reclassify(self, work: UnitOfWork, press: Press, ticket_id: int, service_code: str) -> Answer:
        """Gives the ticket its right service, with that service's limits counted from the same dispatch.

        What holds and extensions have added is added to the new limit as well, and what ran out stays run out.
        A ticket that nobody has claimed goes to whom that service belongs; a claimed one stays with its holder.
        """
        taken = await self._desk.take(work, press.actor, Action.RECLASSIFY, ticket_id)
        service = self._desk.rules.catalogue.get(service_code)
        before, wording = taken.ticket, self._desk.rules.wording
        fields = {"number": before.number, "service": service.name}
        if before.service_code == service.code:
            return Answer("correction.same_service", fields)
        limits = self._desk.rules.due_times(service.code, before.urgency, before.dispatched_at)
        original = self._desk.rules.due_times(before.service_code, before.urgency, before.dispatched_at)
        resolve_due = carried_due(
            original.resolve_due_at,
            before.resolve_due_at,
            limits.resolve_due_at,
            limits.clock,
            self._desk.rules.clocks.calendar,
        )
        ticket = replace(
            before,
            status=next_status(before, Action.RECLASSIFY),
            service_code=service.code,
            accept_due_at=limits.accept_due_at,
            resolve_due_at=resolve_due,
            public_view=self._desk.rules.with_service(before.public_view, service.code, before),
            reminded=before.reminded & {URGE},
        )
        if before.status is Status.DISPATCHED:
            ticket = await self._opening.redispatched(work, ticket)
        event = self._desk.event(taken, EventKind.RECLASSIFIED, before=before.service_code, after=service.code)
        await self._desk.put(work, ticket, event)
        answer = Answer("correction.reclassified", fields)
        line = wording.say(answer.key, **answer.fields)
        await self._desk.change_message(work, press, Content(lines=(line,)))
        return answer

    async def offer_reporters(self, work: UnitOfWork, press: Press, ticket_id: int) -> Answer:
        """Asks whose report shall become a ticket of its own; the first reporter's stays."""
        taken = await self._desk.take(work, press.actor, Action.SPLIT, ticket_id)
        others = (await work.tickets.reporters(ticket_id))[1:]
        number, say = taken.ticket.number, self._desk.rules.wording.say
        if not others:
            return Answer("correction.nothing_to_split", {"number": number}, is_alert=True)
        rows = tuple(
            (Button(f"{one.name}：{one.said}"[:LONGEST_LABEL], SPLIT_OFF, ticket_id, str(one.account)),)
            for one in others
        )
        answer = Answer("correction.choose_reporter", {"number": number})
        await self._desk.say(work, press, Content(say(answer.key, **answer.fields), buttons=rows), ticket_id=ticket_id)
        return answer

    async def split(self, work: UnitOfWork, press: Press, ticket_id: int, account: int) -> Answer:
        """Makes one reporter's words a ticket of their own, and says so in the group."""
        taken = await self._desk.take(work, press.actor, Action.SPLIT, ticket_id)
        reporter = next((one for one in (await work.tickets.reporters(ticket_id))[1:] if one.account == account), None)
        if reporter is None:
            raise NotAllowed(Action.SPLIT)
        await work.tickets.remove_reporter(ticket_id, account)
        new = await self._opened_for(work, taken, reporter)
        event = self._desk.event(taken, EventKind.SPLIT, account=account, new=new.number)
        await self._desk.put(work, taken.ticket, event)
        say = self._desk.rules.wording.say
        told = Content(lines=(say("correction.split_group", new.script, number=taken.ticket.number, new=new.number),))
        await self._desk.board.tell_group(work, new, told)
        answer = Answer("correction.split", {"number": taken.ticket.number, "name": reporter.name, "new": new.number})
        await self._desk.change_message(work, press, Content(lines=(say(answer.key, **answer.fields),)))
        return answer

    async def _opened_for(self, work: UnitOfWork, taken: Taken, reporter: Reporter) -> Ticket:
        old = taken.ticket
        decision = self._triage.decide(reporter.said, addressed=True)
        if isinstance(decision, Ignore):
            raise UnknownTicket(old.number)
        # "+1" names no matter: what was joined is then what is meant.
        knows_service = decision.service_code != "other"
        return await self._opening.open(
            work,
            Request(
                platform=old.platform,
                chat_id=old.group_chat_id,
                thread_id=old.group_thread_id,
                message_id=reporter.message_id,
                reporter=reporter.account,
                reporter_name=reporter.name,
                text=reporter.said if knows_service else f"{reporter.said}（{old.text}）",
                script=script_of(reporter.said),
                service_code=decision.service_code if knows_service else old.service_code,
                appeal_type=decision.appeal_type if knows_service else old.appeal_type,
                urgency=decision.urgency if knows_service else old.urgency,
                place=decision.place or Place(),
                bound_area=await self._opening.bound_area(work, old),
                dangers=decision.dangers,
                via="split",
            ),
            taken.now,
        )
