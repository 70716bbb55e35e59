"""退回, 延期 and 挂账: a handler asks with a reason, the next level decides with a button."""

from __future__ import annotations

from dataclasses import replace

from bot.services.desk import Answer, Press, Taken, TicketDesk, given_to
from bot.services.lifting import lifted
from bot.services.ports import UnitOfWork
from bot.services.rota import there_now
from routing.assign import posts_at, step_for
from routing.errors import LimitReached, NotAllowed, RequestPending
from routing.outgoing import Button, Content
from routing.permissions import is_superior
from routing.remit import NOT_MINE, RemitDecision, decided, unit_of
from routing.sla import later, resumed_due
from routing.staff import Actor, Staff
from routing.ticket import Action, PendingRequest, RequestKind, Ticket, approved_status, next_status
from routing.ticket_events import EventKind, TicketEvent

REASON = {
    RequestKind.RETURN: "reason_return",
    RequestKind.EXTENSION: "reason_extension",
    RequestKind.HOLD: "reason_hold",
}
"""The button that names a reason, by what is asked for."""

_ASKING = {
    RequestKind.RETURN: (Action.ASK_RETURN, EventKind.RETURN_ASKED),
    RequestKind.EXTENSION: (Action.ASK_EXTENSION, EventKind.EXTENSION_ASKED),
    RequestKind.HOLD: (Action.ASK_HOLD, EventKind.HOLD_ASKED),
}


class ApprovalService:
    """Requests of handlers and the decisions about them."""

    def __init__(self, desk: TicketDesk) -> None:
        self._desk = desk

    async def offer_reasons(self, work: UnitOfWork, press: Press, ticket_id: int, kind: RequestKind) -> Answer:
        """Shows the reasons that may be given, in the private chat of the handler."""
        taken = await self._taken(work, press.actor, ticket_id, kind)
        rows = tuple(
            (Button(words, REASON[kind], ticket_id, code),) for code, words in self._desk.rules.wording.reasons(kind)
        )
        question = f"handling.choose_{kind}_reason"
        title = self._desk.rules.wording.say(question, number=taken.ticket.number)
        await self._desk.say(work, press, Content(title, buttons=rows), ticket_id=ticket_id)
        return Answer(question, {"number": taken.ticket.number})

    async def ask(self, work: UnitOfWork, press: Press, ticket_id: int, kind: RequestKind, reason: str) -> Answer:
        """Puts the request before the next level; the clock runs on until it is decided."""
        taken = await self._taken(work, press.actor, ticket_id, kind)
        if reason not in dict(self._desk.rules.wording.reasons(kind)):
            raise NotAllowed(_ASKING[kind][0])
        if kind is RequestKind.RETURN and reason == NOT_MINE:
            before = decided(await work.tickets.events(ticket_id), unit_of(taken.post))
            if before is not None:
                return await self._decided_before(work, press, taken, before)
        request = PendingRequest(kind, reason, asked_by=taken.post.id, asked_at=taken.now)
        ticket = replace(taken.ticket, request=request)
        approvers = await self._approvers(work, ticket, taken.assignee)
        event = self._desk.event(taken, _ASKING[kind][1], reason=reason, approvers=[post.id for post in approvers])
        await self._desk.put(work, ticket, event, also=approvers)
        say = self._desk.rules.wording.say
        notice = Content(say("handling.request_title", kind=say(f"kind.{kind}")), (ticket.number,))
        for account in dict.fromkeys(post.account for post in approvers):
            await self._desk.board.tell(work, ticket, account, notice)
        answer = Answer("handling.asked", {"name": "、".join(post.name for post in approvers)})
        await self._desk.change_message(work, press, Content(lines=(say(answer.key, **answer.fields),)))
        return answer

    async def decide(self, work: UnitOfWork, actor: Actor, ticket_id: int, *, approve: bool) -> Answer:
        """Grants or refuses what is asked for."""
        taken = await self._desk.take(work, actor, Action.APPROVE if approve else Action.REFUSE, ticket_id)
        request = taken.ticket.request
        if request is None:
            raise NotAllowed(Action.APPROVE)
        ticket = self._granted(taken, request) if approve else replace(taken.ticket, request=None)
        kind = EventKind.APPROVED if approve else EventKind.REFUSED
        lifting: tuple[TicketEvent, ...] = ()
        if (
            approve
            and request.kind is RequestKind.RETURN
            and self._desk.rules.handling.lifts_after_return(ticket.returns)
        ):
            ticket, lifting = await lifted(self._desk, work, ticket, "returned", ticket.returns, taken.now)
        # Nothing could be expected of the holder while they waited for this.
        ticket = replace(ticket, progress_at=taken.now, questioned_at=None)
        asker = await work.staff.get(request.asked_by)
        about = {"request": request.kind.value, "reason": request.reason, "unit": unit_of(asker)}
        await self._desk.put(work, ticket, self._desk.event(taken, kind, **about), *lifting)
        await self._tell_asker(work, taken, ticket, request, approve=approve)
        words = self._desk.rules.wording.say(f"kind.{request.kind}")
        return Answer("handling.approved" if approve else "handling.refused", {"kind": words})

    async def _decided_before(self, work: UnitOfWork, press: Press, taken: Taken, before: RemitDecision) -> Answer:
        """A superior has decided whose duty it is; the unit is told so instead of asking a second time."""
        rules = self._desk.rules
        words = rules.wording.say("handling.remit_granted" if before.granted else "handling.remit_refused")
        fields = {"number": taken.ticket.number, "name": before.by, "at": rules.wording.moment(before.at)}
        answer = Answer("handling.remit_decided", {**fields, "decision": words}, is_alert=True)
        await self._desk.change_message(work, press, Content(lines=(rules.wording.say(answer.key, **answer.fields),)))
        return answer

    async def resume(self, work: UnitOfWork, actor: Actor, ticket_id: int) -> Answer:
        """Takes a ticket off hold; what was left of its limit is left again."""
        taken = await self._desk.take(work, actor, Action.RESUME, ticket_id)
        ticket, rules = taken.ticket, self._desk.rules
        limit = rules.limits(ticket).resolve
        due = ticket.resolve_due_at
        if ticket.held_at is not None:
            due = resumed_due(due, ticket.held_at, taken.now, limit.clock, rules.clocks.calendar)
            if ticket.urge_due_at is not None:
                urge_due = resumed_due(
                    ticket.urge_due_at, ticket.held_at, taken.now, limit.clock, rules.clocks.calendar
                )
                ticket = replace(ticket, urge_due_at=urge_due)
        ticket = replace(
            ticket,
            status=next_status(ticket, Action.RESUME),
            held_at=None,
            resolve_due_at=due,
            progress_at=taken.now,
            questioned_at=None,
        )
        await self._desk.put(work, ticket, self._desk.event(taken, EventKind.RESUMED, due=due.isoformat()))
        return Answer("handling.resumed", {"number": ticket.number, "due": rules.wording.moment(due)})

    async def _taken(self, work: UnitOfWork, actor: Actor, ticket_id: int, kind: RequestKind) -> Taken:
        taken = await self._desk.take(work, actor, _ASKING[kind][0], ticket_id)
        if taken.ticket.request is not None:
            raise RequestPending(taken.ticket.number)
        handling = self._desk.rules.handling
        if kind is RequestKind.EXTENSION and taken.ticket.extensions >= handling.most_extensions:
            raise LimitReached(Action.ASK_EXTENSION, handling.most_extensions)
        if kind is RequestKind.HOLD and taken.ticket.holds >= handling.most_holds:
            raise LimitReached(Action.ASK_HOLD, handling.most_holds)
        return taken

    def _granted(self, taken: Taken, request: PendingRequest) -> Ticket:
        ticket, rules = taken.ticket, self._desk.rules
        status = approved_status(ticket)
        if request.kind is RequestKind.RETURN:
            # The one who confirms the mis-dispatch becomes the dispatcher: it is theirs until they give it on.
            returned = given_to(ticket, taken.post, rules.catalogue, "returned")
            return replace(returned, status=status, returns=ticket.returns + 1, assigned_at=taken.now, lapses=0)
        if request.kind is RequestKind.HOLD:
            return replace(ticket, status=status, request=None, held_at=taken.now, holds=ticket.holds + 1)
        limit = rules.limits(ticket).resolve
        length = min(limit.duration, rules.handling.longest_extension[limit.clock])
        due = later(max(ticket.resolve_due_at, taken.now), length, limit.clock, rules.clocks.calendar)
        return replace(
            ticket,
            request=None,
            resolve_due_at=due,
            extensions=ticket.extensions + 1,
            reminded=ticket.reminded - {"resolve"},
        )

    async def _approvers(self, work: UnitOfWork, ticket: Ticket, assignee: Staff | None) -> tuple[Staff, ...]:
        """The nearest superiors up the chain that somebody fills; the whole chain is asked before nobody is."""
        tree = await work.areas.tree()
        steps = self._desk.rules.chain(ticket, tree)
        for level in range(len(steps)):
            step = step_for(steps, level)
            found = await work.staff.posts(step.roles, step.area_codes)
            posts = there_now(self._desk.rules, found, self._desk.clock())
            above = tuple(
                post
                for post in posts_at(step, posts, ticket.service_code)
                if post.account is not None and post.id != ticket.assignee_id and is_superior(post, ticket, assignee)
            )
            if above:
                return tuple(post for post in above if post.on_duty) or above
        return ()

    async def _tell_asker(
        self, work: UnitOfWork, taken: Taken, ticket: Ticket, request: PendingRequest, *, approve: bool
    ) -> None:
        say, wording = self._desk.rules.wording.say, self._desk.rules.wording
        key = "handling.approved_notice" if approve else "handling.refused_notice"
        lines = [say(key, number=ticket.number, kind=say(f"kind.{request.kind}"), name=taken.post.name)]
        if approve and request.kind is RequestKind.EXTENSION:
            lines.append(say("handling.extended_until", due=wording.moment(ticket.resolve_due_at)))
        asker = await work.staff.get(request.asked_by)
        await self._desk.board.tell(work, ticket, asker.account, Content(lines=tuple(lines)))
