"""The papers of a ticket, ticked by its holder; once all are there the promise of minutes runs."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from bot.services.desk import Answer, Press, TicketDesk
from bot.services.ports import UnitOfWork
from routing.escalation_plan import RESOLVE
from routing.guide.checklist import Checklist, UnknownPaper, ticked
from routing.guide.promises import DUE
from routing.outgoing import Content
from routing.ticket import Action, Ticket
from routing.ticket_events import EventKind


class PaperService:
    """Ticks papers. ``promise`` is how long a matter may take in working time once its papers are complete."""

    def __init__(self, desk: TicketDesk, promise: timedelta) -> None:
        self._desk = desk
        self._promise = promise

    async def tick(self, work: UnitOfWork, press: Press, ticket_id: int, index: int) -> Answer:
        """A paper was received, or turns out to be missing; raises ``UnknownPaper``.

        The last one starts the promise: it becomes the limit of the ticket, which reminds and escalates as ever. A
        paper that is missing after all gives the ticket back the limit that it had.
        """
        taken = await self._desk.take(work, press.actor, Action.TICK, ticket_id)
        ticket, before = taken.ticket, taken.ticket.checklist
        if before is None or not 0 <= index < len(before.papers):
            raise UnknownPaper(ticket.number)
        after = ticked(before, index, taken.now, ticket.resolve_due_at)
        ticket = replace(ticket, checklist=after)
        if after.is_complete:
            promised = self._desk.rules.clocks.calendar.add_working(taken.now, self._promise)
            due = min(ticket.resolve_due_at, promised)
            ticket = replace(ticket, resolve_due_at=due, reminded=ticket.reminded - {RESOLVE})
        elif before.due_before is not None:
            # What was granted meanwhile is not taken away.
            ticket = replace(ticket, resolve_due_at=max(before.due_before, ticket.resolve_due_at))
        paper = after.papers[index]
        data: dict[str, object] = {"paper": paper.name, "received": paper.received}
        if after.is_complete:
            data[DUE] = ticket.resolve_due_at.isoformat()
        event = self._desk.event(taken, EventKind.PAPERS_TICKED, **data)
        ticket = await self._desk.put(work, ticket, event)
        if after.is_complete:
            await self._tell(work, ticket, after)
            return Answer("papers.all_there", {"due": self._desk.rules.wording.moment(ticket.resolve_due_at)})
        counts = {"name": paper.name, "received": after.received, "total": len(after.papers)}
        return Answer("papers.ticked" if paper.received else "papers.unticked", counts)

    async def _tell(self, work: UnitOfWork, ticket: Ticket, checklist: Checklist) -> None:
        """Whoever asked for it hears that nothing is missing any more."""
        wording, board = self._desk.rules.wording, self._desk.board
        due = wording.moment(ticket.resolve_due_at)
        line = wording.say("papers.told", ticket.script, name=checklist.item_name, due=due, number=ticket.number)
        content = Content(lines=(line,))
        if ticket.group_chat_id is not None:
            await board.tell_group(work, ticket, content)
        else:
            await board.tell(work, ticket, ticket.reporter_id, content)
