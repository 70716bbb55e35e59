"""提级督办: what was returned or sent back too often becomes the matter of the next step of its chain."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from bot.services.desk import TicketDesk, given_to
from bot.services.ports import UnitOfWork
from routing.assign import choose
from routing.ladder import level_of, told_at
from routing.outgoing import Content
from routing.ticket import Action, Ticket, next_status
from routing.ticket_events import EventKind, TicketEvent


async def lifted(
    desk: TicketDesk, work: UnitOfWork, ticket: Ticket, cause: str, count: int, now: datetime
) -> tuple[Ticket, tuple[TicketEvent, ...]]:
    """The ticket in the hands of whoever stands above its assignee, with the event; as it was where nobody does.

    ``cause`` is "returned" or "reopened". From there it climbs anew, and its limits go on.
    """
    steps = desk.rules.chain(ticket, await work.areas.tree())
    above = level_of(steps, await desk.board.assignee(work, ticket)) + 1
    roles = {role for step in steps for role in step.roles}
    posts = await work.staff.posts(roles, {code for step in steps for code in step.area_codes})
    _, superiors = told_at(steps, above, posts, ticket) if above < len(steps) else (above, ())
    loads = await work.staff.loads([post.id for post in superiors])
    chosen = choose(superiors, loads, ticket.service_code) or next(iter(superiors), None)
    if chosen is None:
        return ticket, ()
    given = replace(
        given_to(ticket, chosen, desk.rules.catalogue, "lifted"),
        status=next_status(ticket, Action.LIFT),
        assigned_at=now,
        escalation_level=0,
        escalated_at=now,
        acknowledged_until=None,
        lapses=0,
    )
    data = {"cause": cause, "count": count, "to": chosen.name, "to_post": chosen.id}
    say = desk.rules.wording.say
    line = say("handling.lifted", number=ticket.number, cause=say(f"lift_cause.{cause}"), count=count, name=chosen.name)
    await desk.board.tell(work, given, chosen.account, Content(say("handling.lifted_title"), (line,)))
    return given, (TicketEvent(ticket.id, EventKind.LIFTED, now, data=data),)
