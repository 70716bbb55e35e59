"""街道评议部门: once a department's ticket is archived, the street says how content it is with it."""

from __future__ import annotations

from bot.services.board import TicketBoard
from bot.services.ports import UnitOfWork
from bot.services.rules import Rules
from routing.outgoing import Content
from routing.staff import Role
from routing.ticket import Action, Status, Ticket


async def ask_street(work: UnitOfWork, rules: Rules, board: TicketBoard, ticket: Ticket) -> None:
    """Asks the posts of the ticket's street, those on duty if any is; nothing where no department had it."""
    assignee = await board.assignee(work, ticket)
    if ticket.status is not Status.ARCHIVED or assignee is None or assignee.role is not Role.DEPARTMENT:
        return
    codes = [code for code in ticket.area_path.split("/") if code]
    posts = [post for post in await work.staff.posts({Role.STREET}, codes) if post.account is not None]
    asked = [post for post in posts if post.on_duty] or posts
    say = rules.wording.say
    service = rules.wording.service(ticket.service_code)
    content = Content(
        say("street_rating.title"),
        (say("street_rating.ask", number=ticket.number, service=service, name=assignee.name),),
        board.cards.rating_buttons(ticket, Action.RATE_UNIT),
    )
    for account in dict.fromkeys(post.account for post in asked):
        await board.tell(work, ticket, account, content)
