"""A contradiction of the call-back: who decides it, what they are asked, and what becomes of it without them."""

from __future__ import annotations

from collections.abc import Sequence

from bot.services.board import TicketBoard
from bot.services.ports import UnitOfWork
from bot.services.rules import Rules
from routing.clock_moments import CONTRADICTION, decision_at
from routing.outgoing import Content
from routing.permissions import may_decide_dispute
from routing.staff import Staff
from routing.ticket import Ticket
from routing.ticket_events import EventKind, TicketEvent


async def deciders_by_level(
    work: UnitOfWork, rules: Rules, board: TicketBoard, ticket: Ticket
) -> tuple[tuple[Staff, ...], ...]:
    """Who may decide at each level, the lowest first: from the community upward, above whoever did the work.

    Levels at which nobody can be reached are left out; at the others those on duty, or all where nobody is.
    """
    assignee = await board.assignee(work, ticket)
    levels: list[tuple[Staff, ...]] = []
    for step in rules.chain(ticket, await work.areas.tree()):
        posts = await work.staff.posts(step.roles, step.area_codes)
        able = [post for post in posts if post.account is not None and may_decide_dispute(post, ticket, assignee)]
        if able:
            levels.append(tuple(post for post in able if post.on_duty) or tuple(able))
    return tuple(levels)


async def ask_for_decision(
    work: UnitOfWork, rules: Rules, board: TicketBoard, ticket: Ticket, deciders: Sequence[Staff], title: str
) -> str:
    """Asks each of them with two buttons, and until when; returns their names. ``title`` is the key of the heading."""
    said = await _last_said(work, ticket)
    say = rules.wording.say
    pressed = say("button.confirm")
    if ticket.satisfaction is not None:
        pressed = f"{pressed}、{say(f'satisfaction.{ticket.satisfaction}')}"
    due = decision_at(ticket, rules.clocks)
    until = "disputed.until_rule" if CONTRADICTION in ticket.reminded else "disputed.until"
    lines = (
        f"{ticket.number} {rules.wording.service(ticket.service_code)}",
        say("disputed.pressed", pressed=pressed, text=said),
        say("disputed.result", text=ticket.resolution),
        *((say(until, due=rules.wording.moment(due)),) if due is not None else ()),
    )
    content = Content(say(title), lines, board.cards.decision_buttons(ticket))
    for account in dict.fromkeys(post.account for post in deciders):
        await board.tell(work, ticket, account, content)
    return "、".join(dict.fromkeys(post.name for post in deciders))


async def take_upward(work: UnitOfWork, rules: Rules, board: TicketBoard, ticket: Ticket) -> TicketEvent:
    """Asks the level above those who were asked first; where none is, those once more. Returns what happened."""
    levels = await deciders_by_level(work, rules, board, ticket)
    asked = levels[1] if len(levels) > 1 else levels[0] if levels else ()
    names = await ask_for_decision(work, rules, board, ticket, asked, "disputed.title_again")
    at = ticket.escalated_at
    if at is None:
        raise ValueError("a contradiction that has gone up says when")
    return TicketEvent(
        ticket.id, EventKind.DECISION_WENT_UP, at, data={"to": [post.id for post in asked], "names": names}
    )


async def tell_of_rule(work: UnitOfWork, rules: Rules, board: TicketBoard, ticket: Ticket) -> None:
    """The resident and the handler hear that the work is done again since nobody decided."""
    fields = {"number": ticket.number, "due": rules.wording.moment(rules.as_public(ticket).resolve_due_at)}
    line = rules.wording.say("disputed.by_rule_reporter", ticket.script, **fields)
    if ticket.group_chat_id is not None:
        await board.tell_group(work, ticket, Content(lines=(line,)))
    else:
        await board.tell(work, ticket, ticket.reporter_id, Content(lines=(line,)))
    assignee = await board.assignee(work, ticket)
    if assignee is not None:
        told = Content(ticket.number, (rules.wording.say("disputed.by_rule_handler", **fields),))
        await board.tell(work, ticket, assignee.account, told)


async def _last_said(work: UnitOfWork, ticket: Ticket) -> str:
    events = await work.tickets.events(ticket.id)
    said = [event.data.get("text") for event in events if event.kind is EventKind.DISPUTED]
    return str(said[-1]) if said else ""
