"""Keeps who looked at what names residents, in the transaction of the look: what cannot be kept is not shown."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from bot.services.ports import UnitOfWork
from routing.audit import MOST_NAMED, Look
from routing.permissions import RANK
from routing.privacy import mask_numbers
from routing.staff import Actor
from routing.ticket import Ticket

CHAT = "chat"


async def note_look(
    work: UnitOfWork,
    actor: Actor,
    what: str,
    now: datetime,
    tickets: Sequence[Ticket],
    *,
    about: str = "",
    count: int = 0,
) -> None:
    """Keeps that a person was shown these tickets, or ``count`` entries of another kind; nothing shown is no look."""
    count = count or len(tickets)
    if not count:
        return
    post = max(actor.posts, key=lambda one: RANK[one.role], default=None)
    await work.audit.record(
        Look(
            now,
            actor.account,
            actor.name,
            post.role if post is not None else "",
            post.area_code if post is not None else "",
            what,
            CHAT,
            about=mask_numbers(about),
            count=count,
            tickets=tuple(ticket.id for ticket in tickets[: MOST_NAMED if count <= MOST_NAMED else 0]),
        )
    )
