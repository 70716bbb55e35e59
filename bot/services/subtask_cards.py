"""The card of a sub-task (协办) in its co-handler's chat, and the end of sub-tasks with their ticket."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from bot.services.board import TicketBoard
from bot.services.ports import UnitOfWork
from bot.services.rules import Rules
from routing.outgoing import Button, Content, Outgoing
from routing.subtask import Subtask, SubtaskState
from routing.ticket import Ticket
from routing.ticket_events import EventKind, TicketEvent

SUBTASK_CLAIM = "sub_claim"
SUBTASK_DONE = "sub_done"

WITH_TICKET = "ticket_over"
"""Why a sub-task ends that was open when its ticket did."""

_OFFERED = {
    SubtaskState.ASKED: (SUBTASK_CLAIM, SUBTASK_DONE),
    SubtaskState.CLAIMED: (SUBTASK_DONE,),
}


async def subtask_card(work: UnitOfWork, rules: Rules, board: TicketBoard, ticket: Ticket, subtask: Subtask) -> Content:
    """What the co-handler reads: the matter, who leads, what is to be done, and the buttons that apply."""
    say, wording = rules.wording.say, rules.wording
    lead = await board.assignee(work, ticket)
    place = wording.place(ticket, await work.areas.tree(), public=False) or say("place.unknown")
    lines = [
        say("card.handler.place", place=place),
        say("card.handler.text", text=ticket.text),
        say("subtask.task", task=subtask.task),
    ]
    if lead is not None:
        lines.append(say("subtask.lead", role=board.cards.role(lead.role), name=lead.name))
    lines.append(say("card.handler.resolve_due", due=wording.moment(ticket.resolve_due_at)))
    lines.append(say("card.handler.status", status=say(f"subtask.state.{subtask.state}")))
    buttons = tuple(Button(say(f"button.{one}"), one, subtask.id) for one in _OFFERED.get(subtask.state, ()))
    title = say("subtask.title", number=ticket.number, service=wording.service(ticket.service_code))
    return Content(title, tuple(lines), (buttons,) if buttons else ())


async def show_subtask(work: UnitOfWork, rules: Rules, board: TicketBoard, ticket: Ticket, subtask: Subtask) -> None:
    """Brings every card of the sub-task up to date; while it is open, its co-handler gets one."""
    topic = f"subtask:{subtask.id}"
    chats = {chat_id: thread_id for _, chat_id, thread_id in await work.outbox.topics.chats(topic)}
    helper = await work.staff.get(subtask.post_id)
    if subtask.is_open and helper.account is not None:
        chats.setdefault(helper.account, None)
    content = await subtask_card(work, rules, board, ticket, subtask)
    await work.outbox.add(
        *(
            Outgoing(
                platform=ticket.platform,
                chat_id=chat_id,
                thread_id=thread_id,
                content=content,
                ticket_id=ticket.id,
                card=True,
                topic=topic,
            )
            for chat_id, thread_id in chats.items()
        )
    )


async def end_with_ticket(work: UnitOfWork, rules: Rules, board: TicketBoard, ticket: Ticket, now: datetime) -> None:
    """Ends what co-handlers still owe for a ticket that is over, and tells them."""
    for subtask in await work.subtasks.of_ticket(ticket.id):
        if not subtask.is_open:
            continue
        ended = replace(subtask, state=SubtaskState.WITHDRAWN, withdrawn_at=now, reason=WITH_TICKET)
        await work.subtasks.save(ended)
        data = {"subtask": subtask.id, "reason": WITH_TICKET}
        await work.tickets.record(TicketEvent(ticket.id, EventKind.SUBTASK_WITHDRAWN, now, data=data))
        await show_subtask(work, rules, board, ticket, ended)
        helper = await work.staff.get(subtask.post_id)
        line = rules.wording.say("subtask.over", number=ticket.number, task=subtask.task)
        await board.tell(work, ticket, helper.account, Content(lines=(line,)))
