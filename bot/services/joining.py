"""What people say about a matter that is known: more of it, me too, hurry up, it is over, it is not."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from bot.services.board import TicketBoard
from bot.services.care_watch import CareWatch
from bot.services.opening import OpeningService
from bot.services.ports import Clock, UnitOfWork
from bot.services.rules import Rules
from routing.assign import posts_at
from routing.catalogue import Urgency
from routing.message import IncomingMessage
from routing.organisation import Step
from routing.outgoing import Button, Content, reply_to
from routing.place import Place
from routing.placement import without_own_name
from routing.script import script_of
from routing.staff import Role, Staff
from routing.ticket import CLOSED_STATUSES, Action, Ticket, with_fields
from routing.ticket_events import EventKind, Reporter, TicketEvent
from routing.triage.decision import Decision, Ignore, Matter
from routing.unseen import pressed

_MOST_OWN = 5

NOT_YET = "not_yet"
"""The button by which a reporter takes back "it is over"."""


class JoiningService:
    """Adds to tickets what residents say later. All of it is said visibly in the group."""

    def __init__(
        self, rules: Rules, board: TicketBoard, opening: OpeningService, clock: Clock, care: CareWatch
    ) -> None:
        self._rules = rules
        self._board = board
        self._opening = opening
        self._clock = clock
        self._care = care

    async def append(
        self,
        work: UnitOfWork,
        message: IncomingMessage,
        ticket_id: int,
        decision: Decision,
        *,
        together: Decision | None = None,
        corrects: bool = False,
    ) -> None:
        """Adds words, place and photos to a ticket; a danger that is told only now makes it an emergency at once.

        ``together`` is what triage makes of the ticket's words with the new ones: "somebody is stuck in it" is an
        emergency only of a lift.
        """
        now = self._clock()
        ticket = await self._locked_with_files(work, message, ticket_id)
        ticket = replace(self._with_words(ticket, message.text), point=message.location or ticket.point)
        place = decision.place
        if place is not None and place.spot is not None:
            bound = await OpeningService.bound_area(work, ticket)
            place = without_own_name(place, await work.areas.tree(), bound, message.text)
        if place is not None and place != ticket.place:
            merged = _corrected(ticket.place, place) if corrects else ticket.place.merged_with(place)
            ticket = await self._opening.relocated(work, replace(ticket, place=merged))
        before = ticket.seen_urgency
        for one in (decision, together):
            if isinstance(one, Matter):
                ticket = self._pressing(ticket, one.urgency, one.dangers, now)
        is_seen_as_one = ticket.seen_urgency is Urgency.EMERGENCY and before is not Urgency.EMERGENCY
        calm = ticket.urgency is not Urgency.EMERGENCY
        ticket, concerned = await self._care.raised(work, ticket, message.sender_id, message.text, now)
        became_emergency = is_seen_as_one or (calm and ticket.urgency is Urgency.EMERGENCY)
        data: dict[str, object] = {
            "text": message.text,
            "attachments": len(message.attachments),
            "corrects": corrects,
            "point": message.location is not None,
        }
        ticket = await self._put(work, message, ticket, EventKind.DETAIL_ADDED, data, now)
        await self._show_files(work, message, ticket)
        if became_emergency:
            await self._opening.raise_alarm(work, ticket)
        await self._care.tell(work, ticket, concerned, message.text, now)

    async def give_point(self, work: UnitOfWork, message: IncomingMessage) -> bool:
        """Gives a place on the map that was shared in private to the writer's own ticket of a short while ago.

        False where the message shares none, or there is no such ticket.
        """
        if message.location is None:
            return False
        wanted = self._rules.of_reporter(message.platform, message.sender_id, None, None)
        since = self._clock() - self._rules.conversation.join
        for ticket in await work.tickets.find(wanted, limit=_MOST_OWN):
            if ticket.is_open and (ticket.last_said_at or ticket.created_at) >= since:
                await self.append(work, message, ticket.id, Ignore())
                await self._answer(work, message, "intake.appended", number=ticket.number)
                return True
        return False

    async def add_reporter(
        self, work: UnitOfWork, message: IncomingMessage, ticket_id: int, decision: Decision
    ) -> Ticket:
        """Puts the writer behind a ticket too; many households make it urgent, and the grid lead hears of it."""
        now = self._clock()
        ticket = await self._locked_with_files(work, message, ticket_id)
        reporter = Reporter(
            ticket.id, message.sender_id, message.sender_name, message.message_id, now, said=message.text
        )
        if not await work.tickets.add_reporter(reporter):
            await self.append(work, message, ticket_id, decision)
            return ticket
        count = len(await work.tickets.reporters(ticket.id))
        conversation = self._rules.conversation
        if isinstance(decision, Matter):
            ticket = self._pressing(ticket, decision.urgency, decision.dangers, now)
        if count >= conversation.households_urgent:
            ticket = self._pressing(ticket, Urgency.URGENT, (), now)
        calm = ticket.urgency is not Urgency.EMERGENCY
        ticket, concerned = await self._care.raised(work, ticket, message.sender_id, message.text, now)
        data = {"name": message.sender_name, "text": message.text, "count": count}
        ticket = await self._put(work, message, ticket, EventKind.REPORTER_ADDED, data, now)
        await self._show_files(work, message, ticket)
        await self._answer(work, message, "joined.group", number=ticket.number, count=count)
        if count == conversation.households_lead:
            await self._tell_lead(work, ticket, count)
        if calm and ticket.urgency is Urgency.EMERGENCY:
            await self._opening.raise_alarm(work, ticket)
        await self._care.tell(work, ticket, concerned, message.text, now)
        return ticket

    async def urge(self, work: UnitOfWork, message: IncomingMessage, ticket_id: int) -> None:
        """Tells the handler that the reporter waits, not too often, and the reporter how things stand."""
        now = self._clock()
        ticket = await work.tickets.lock(ticket_id)
        last = max(
            (event.at for event in await work.tickets.events(ticket_id) if event.kind is EventKind.URGED),
            default=None,
        )
        if last is None or now - last >= self._rules.conversation.urge_again:
            ticket = replace(ticket, urges=ticket.urges + 1)
            ticket = await self._put(work, message, ticket, EventKind.URGED, {"by": "reporter"}, now)
            _, name = ticket.shown_as(message.sender_id, message.sender_name)
            await self._tell_handlers(work, ticket, name or self._rules.wording.say("reporter.anonymous"))
        assignee = await self._board.assignee(work, ticket)
        if assignee is None:
            await self._answer(work, message, "urged.pool", number=ticket.number)
            return
        key = "urged.held" if ticket.claimed_at is not None else "urged.given"
        public = self._rules.as_public(ticket)
        due = public.resolve_due_at if ticket.claimed_at is not None else public.accept_due_at
        await self._answer(
            work, message, key, number=ticket.number, name=assignee.name, due=self._rules.wording.moment(due)
        )

    async def propose_close(self, work: UnitOfWork, message: IncomingMessage, ticket: Ticket) -> None:
        """Asks the reporter, who says that it is over, to say so with a button."""
        await self._ask_state(work, message, ticket, "propose.close")

    async def contradict(self, work: UnitOfWork, message: IncomingMessage, ticket: Ticket) -> None:
        """Asks the reporter, who says that finished work is not finished, to reopen it with a button."""
        await self._ask_state(work, message, ticket, "propose.reopen")

    async def _ask_state(self, work: UnitOfWork, message: IncomingMessage, ticket: Ticket, key: str) -> None:
        say, script = self._rules.wording.say, ticket.script
        if ticket.status in CLOSED_STATUSES:
            other = Button(say("button.reopen", script), Action.REOPEN, ticket.id)
        else:
            other = Button(say("button.not_yet", script), NOT_YET, ticket.id)
        solved = Button(say("button.confirm", script), Action.CONFIRM, ticket.id)
        title = say(key, script, number=ticket.number, service=self._rules.wording.service(ticket.service_code))
        await work.outbox.add(reply_to(message, Content(title, buttons=((solved, other),)), ticket.id))

    async def _locked_with_files(self, work: UnitOfWork, message: IncomingMessage, ticket_id: int) -> Ticket:
        await work.tickets.add_attachments(ticket_id, message.attachments)
        return await work.tickets.lock(ticket_id)

    @staticmethod
    def _with_words(ticket: Ticket, text: str) -> Ticket:
        words = text.strip()
        return replace(ticket, text=f"{ticket.text}\n{words}".strip()) if words and words not in ticket.text else ticket

    def _pressing(self, ticket: Ticket, urgency: Urgency, dangers: tuple[str, ...], now: datetime) -> Ticket:
        """The ticket at least as pressing as ``urgency``; its limits may come closer by that, never move away."""
        limits = self._rules.due_times(ticket.service_code, urgency, now)
        return pressed(ticket, self._rules.as_public(ticket), urgency, dangers, limits)

    async def _put(
        self,
        work: UnitOfWork,
        message: IncomingMessage,
        ticket: Ticket,
        kind: EventKind,
        data: dict[str, object],
        now: datetime,
    ) -> Ticket:
        tree = await work.areas.tree()
        ticket = await work.tickets.save(self._rules.scheduled(with_fields(ticket, {"last_said_at": now}), tree, now))
        await work.tickets.record(
            TicketEvent(ticket.id, kind, now, *ticket.shown_as(message.sender_id, message.sender_name), data)
        )
        await work.tickets.link_message(ticket.id, message.platform, message.chat_id, message.message_id)
        await self._board.post(work, ticket, now)
        return ticket

    async def _show_files(self, work: UnitOfWork, message: IncomingMessage, ticket: Ticket) -> None:
        assignee = await self._board.assignee(work, ticket)
        if message.attachments and assignee is not None:
            shown = Content(lines=(ticket.number,), attachments=message.attachments)
            await self._board.tell(work, ticket, assignee.account, shown)

    async def _tell_handlers(self, work: UnitOfWork, ticket: Ticket, name: str) -> None:
        tree = await work.areas.tree()
        assignee = await self._board.assignee(work, ticket)
        told = (
            (assignee,)
            if assignee is not None
            else await self._standing(work, ticket, self._rules.chain(ticket, tree)[0])
        )
        line = self._rules.wording.say("urged.handler", number=ticket.number, name=name, count=ticket.urges)
        for account in dict.fromkeys(post.account for post in told):
            await self._board.tell(work, ticket, account, Content(lines=(line,)))

    async def _tell_lead(self, work: UnitOfWork, ticket: Ticket, count: int) -> None:
        tree = await work.areas.tree()
        steps = [step for step in self._rules.chain(ticket, tree) if Role.GRID_LEAD in step.roles]
        standing = await self._standing(work, ticket, steps[0]) if steps else ()
        leads = tuple(post for post in standing if post.role is Role.GRID_LEAD)
        line = self._rules.wording.say("joined.lead", number=ticket.number, count=count)
        await self._board.post(work, ticket, self._clock(), also=leads)
        for account in dict.fromkeys(post.account for post in leads):
            await self._board.tell(work, ticket, account, Content(lines=(line,)))

    @staticmethod
    async def _standing(work: UnitOfWork, ticket: Ticket, step: Step) -> tuple[Staff, ...]:
        posts = await work.staff.posts(step.roles, step.area_codes)
        return tuple(post for post in posts_at(step, posts, ticket.service_code) if post.on_duty)

    async def _answer(self, work: UnitOfWork, message: IncomingMessage, key: str, **fields: object) -> None:
        line = self._rules.wording.say(key, script_of(message.text), **fields)
        await work.outbox.add(reply_to(message, Content(lines=(line,))))


def _corrected(old: Place, new: Place) -> Place:
    """The old place with what the correction names in its stead; a new building takes its unit and room with it."""
    if new.building and new.building != old.building:
        return replace(new, spot=new.spot or old.spot)
    return new.merged_with(old)
