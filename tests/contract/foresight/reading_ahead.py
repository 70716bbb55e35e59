"""What a batch of messages reads ahead, and tickets opened and joined as the product does it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from models.database import Database, SqlUnitOfWork
from routing.groups import Group
from routing.message import IncomingMessage, RepliedMessage
from routing.outgoing import Content, Outgoing
from routing.queries import Outlook
from routing.staff import Staff
from routing.ticket import OPEN_STATUSES, Status, Ticket
from routing.ticket_events import EventKind, Reporter, TicketEvent
from tests.contract.samples import NOW, settle, ticket

CHAT, WRITER, NEIGHBOUR = -100, 7, 8
ALIVE = OPEN_STATUSES | {Status.RESOLVED}
SINCE = NOW - timedelta(hours=24)


def said(update_id: int = 1, *, reply_to: int | None = None, edited: bool = False, by: int = WRITER) -> IncomingMessage:
    answered = RepliedMessage(reply_to, 5, True, "灯坏了", "李") if reply_to is not None else None
    return IncomingMessage(
        "local", update_id, CHAT, "group", None, update_id, by, "王", NOW, "灯坏了", reply_to=answered, edited=edited
    )


def outlook(*messages: IncomingMessage, limit: int = 50, topics: tuple[str, ...] = ("",)) -> Outlook:
    return Outlook(
        messages or (said(),),
        topics=frozenset((CHAT, service) for service in topics),
        statuses=ALIVE,
        since=SINCE,
        limit=limit,
        day="1120",
        counted_since=SINCE,
        heard_since=SINCE,
    )


def reported(**fields: object) -> Ticket:
    return ticket(**{"group_chat_id": CHAT, "reporter_id": WRITER, "reporter_name": "王", **fields})


async def bind(database: Database) -> Staff:
    """A group of grid G1 and its worker."""
    worker = await settle(database)
    async with database.unit_of_work() as work:
        await work.groups.put(Group("local", CHAT, "业主群", area_code="G1"))
        await work.commit()
    return worker


async def keep(work: SqlUnitOfWork, new: Ticket, account: int = WRITER) -> Ticket:
    """Opens a ticket as the product does."""
    kept = await work.tickets.add(new, number_scope="G1", day="1120")
    await work.tickets.add_reporter(Reporter(kept.id, account, "王", 1, NOW))
    await work.tickets.record(TicketEvent(kept.id, EventKind.OPENED, NOW, data={"via": "talk"}))
    await work.tickets.link_message(kept.id, "local", CHAT, 1)
    await work.outbox.add(Outgoing("local", CHAT, Content(kept.number), ticket_id=kept.id, card=True))
    return kept


async def join(work: SqlUnitOfWork, ticket_id: int, account: int) -> list[object]:
    """Somebody else stands behind a ticket, as the product does it; what the stores then say."""
    kept = await work.tickets.lock(ticket_id)
    answers: list[object] = [await work.tickets.add_reporter(Reporter(kept.id, account, "李", 2, NOW, said="我家也是"))]
    answers += [await work.tickets.reporters(kept.id), await work.tickets.card_chats(kept.id)]
    answers.append(await work.subtasks.of_ticket(kept.id))
    kept = await work.tickets.save(replace(kept, urges=kept.urges + 1, last_said_at=NOW))
    await work.tickets.record(TicketEvent(kept.id, EventKind.REPORTER_ADDED, NOW, account))
    await work.tickets.link_message(kept.id, "local", CHAT, 2)
    for chat_id in (CHAT, account):
        card = Outgoing("local", chat_id, Content(f"{kept.number} {kept.urges}"), ticket_id=kept.id, card=True)
        await work.outbox.add(card, replace(card, card=False, content=Content("收到")))
    return [*answers, kept, await work.tickets.card_chats(kept.id)]
