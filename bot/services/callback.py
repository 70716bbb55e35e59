"""The call-back after the buttons: words that contradict them go to a person, and streets rate departments."""

from __future__ import annotations

from dataclasses import replace

from bot.services.contradiction import ask_for_decision, deciders_by_level
from bot.services.desk import Answer, Press, TicketDesk
from bot.services.joining import JoiningService
from bot.services.ports import UnitOfWork
from routing.callback import Archived, Doubt, doubt_of
from routing.clock_moments import CONTRADICTION
from routing.errors import IllegalTransition, NotAllowed
from routing.message import IncomingMessage
from routing.outgoing import Content, reply_to
from routing.queries import ticket_filter
from routing.ticket import Action, Satisfaction, Status, Ticket, next_status
from routing.ticket_events import EventKind, TicketEvent

_MOST_ARCHIVED = 20


class CallBackService:
    """Hears what reporters say of archived work, and lets people decide about it."""

    def __init__(self, desk: TicketDesk, joining: JoiningService) -> None:
        self._desk = desk
        self._joining = joining

    async def heard(self, work: UnitOfWork, message: IncomingMessage) -> bool:
        """Deals with words that put archived work in doubt; false where the message does no such thing.

        Whoever pressed 已解决 and says 没修好 is not simply believed twice: the community decides, within a time.
        Whoever pressed nothing is asked to say so with a button.
        """
        rules, now = self._desk.rules, self._desk.clock()
        found = await self._doubt(work, message)
        if found is None:
            return False
        ticket, doubt = found
        board = self._desk.board
        levels = await deciders_by_level(work, rules, board, ticket) if doubt is Doubt.PERSON else ()
        if not levels:
            await self._joining.contradict(work, message, ticket)
            return True
        ticket = await work.tickets.lock(ticket.id)
        account, name = ticket.shown_as(message.sender_id, message.sender_name)
        data = {"text": message.text, "solved": ticket.solved, "satisfaction": ticket.satisfaction}
        event = TicketEvent(ticket.id, EventKind.DISPUTED, now, account, name, data)
        ticket = await self._desk.put(work, replace(ticket, disputed_at=now), event)
        names = await ask_for_decision(work, rules, board, ticket, levels[0], "disputed.title")
        line = rules.wording.say("disputed.reporter", ticket.script, number=ticket.number, name=names)
        await work.outbox.add(reply_to(message, Content(lines=(line,)), ticket.id))
        return True

    async def decide(self, work: UnitOfWork, press: Press, ticket_id: int, *, redo: bool) -> Answer:
        """Settles a contradiction: the work stands (维持办结), or is done again by the same handler (重新办理)."""
        action = Action.REDO if redo else Action.UPHOLD
        taken = await self._desk.take(work, press.actor, action, ticket_id)
        ticket, rules = taken.ticket, self._desk.rules
        if ticket.disputed_at is None:
            raise IllegalTransition(ticket.number, ticket.status, action)
        fields: dict[str, object] = {"number": ticket.number, "name": taken.post.name}
        if redo:
            ticket = self._desk.reopened(replace(ticket, status=next_status(ticket, action)), taken.now)
            await self._desk.put(work, ticket, self._desk.event(taken, EventKind.REOPENED, by="decision"))
            fields["due"] = rules.wording.moment(ticket.resolve_due_at)
            if taken.assignee is not None:
                told = Content(ticket.number, (rules.wording.say("disputed.redone_handler", **fields),))
                await self._desk.board.tell(work, ticket, taken.assignee.account, told)
            fields["due"] = rules.wording.moment(rules.as_public(ticket).resolve_due_at)
        else:
            ticket = replace(ticket, disputed_at=None, reminded=ticket.reminded - {CONTRADICTION})
            await self._desk.put(work, ticket, self._desk.event(taken, EventKind.UPHELD))
        answer = Answer("disputed.redone" if redo else "disputed.upheld", fields)
        line = rules.wording.say(f"{answer.key}_reporter", ticket.script, **fields)
        if ticket.group_chat_id is not None:
            await self._desk.board.tell_group(work, ticket, Content(lines=(line,)))
        else:
            await self._desk.board.tell(work, ticket, ticket.reporter_id, Content(lines=(line,)))
        return await self._answered(work, press, answer)

    async def rate_unit(self, work: UnitOfWork, press: Press, ticket_id: int, rating: str) -> Answer:
        """Keeps how content the street is with the department that did the work; the first answer counts."""
        taken = await self._desk.take(work, press.actor, Action.RATE_UNIT, ticket_id)
        try:
            satisfaction = Satisfaction(rating)
        except ValueError:
            raise NotAllowed(Action.RATE_UNIT) from None
        ticket = taken.ticket
        if ticket.street_rating is not None:
            raise IllegalTransition(ticket.number, ticket.status, Action.RATE_UNIT)
        ticket = replace(ticket, street_rating=satisfaction)
        await self._desk.put(work, ticket, self._desk.event(taken, EventKind.UNIT_RATED, rating=satisfaction.value))
        words = self._desk.rules.wording.say(f"satisfaction.{satisfaction}")
        return await self._answered(
            work, press, Answer("street_rating.thanks", {"rating": words, "number": ticket.number})
        )

    async def _answered(self, work: UnitOfWork, press: Press, answer: Answer) -> Answer:
        line = self._desk.rules.wording.say(answer.key, **answer.fields)
        await self._desk.change_message(work, press, Content(lines=(line,)))
        return answer

    async def _doubt(self, work: UnitOfWork, message: IncomingMessage) -> tuple[Ticket, Doubt] | None:
        rules = self._desk.rules
        chat_id = message.chat_id if message.chat_kind == "group" else None
        wanted = ticket_filter(
            platform=message.platform,
            reporter=message.sender_id,
            group_chat_id=chat_id,
            statuses=frozenset({Status.ARCHIVED}),
        )
        tickets = await work.tickets.find(wanted, limit=_MOST_ARCHIVED)
        if not tickets:
            return None
        own = [Archived(ticket, await self._answer_of(work, ticket, message.sender_id)) for ticket in tickets]
        answered = None
        if message.reply_to is not None:
            answered = await work.tickets.of_message(message.platform, message.chat_id, message.reply_to.message_id)
        return doubt_of(message.text, own, answered, rules.callback, rules.conversation.words, self._desk.clock())

    @staticmethod
    async def _answer_of(work: UnitOfWork, ticket: Ticket, account: int) -> bool | None:
        return next((one.solved for one in await work.tickets.reporters(ticket.id) if one.account == account), None)
