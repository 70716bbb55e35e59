"""Calls for volunteers: asked by a report or the handler, taken by the first, confirmed by who is in charge."""

from __future__ import annotations

from bot.services.desk import Answer, Press, TicketDesk
from bot.services.help_cards import HelpCards, hours_of, topic_of
from bot.services.ports import UnitOfWork
from bot.services.rota import there_now
from routing.areas import AreaTree
from routing.care_match import plain_words
from routing.errors import NotAllowed, QunbanError
from routing.outgoing import Button, Content, Outgoing
from routing.staff import Actor, Role, Staff
from routing.ticket import Action, Ticket
from routing.ticket_events import EventKind, TicketEvent
from routing.volunteering import (
    OPEN_HELP,
    HelpAction,
    HelpCall,
    HelpDue,
    HelpKind,
    HelpRules,
    HelpState,
    HelpTaken,
    Volunteer,
    VolunteerState,
    checked,
    claimed,
    given_back,
    leading_post,
    new_call,
    over,
    rejected,
    reported,
    suitable_kind,
)

HELP_KIND = "help_kind"
"""The button by which the handler says which help is needed."""
BATCH = 50
_A_ROW = 3


class HelpPending(QunbanError):
    """Volunteers are asked for this ticket already."""

    code = "help_pending"

    def __init__(self, number: str) -> None:
        super().__init__(number)
        self.number = number


class HelpService:
    """Use cases of calls for help. All of it is said in private chats."""

    def __init__(self, desk: TicketDesk, help_rules: HelpRules) -> None:
        self._desk = desk
        self._help = help_rules
        self._say = desk.rules.wording.say
        self.cards = HelpCards(desk.rules, help_rules)

    async def offer_if_suitable(self, work: UnitOfWork, ticket: Ticket) -> None:
        """Asks volunteers at once where a report calls for it by its words; for most reports decided in memory."""
        kind = suitable_kind(ticket, plain_words(ticket.text), self._help)
        if kind is None:
            return
        asked = await self._call(work, ticket, kind, None)
        if asked:
            await self._tell_handlers(work, ticket, "help.asked_too", kind=kind.name, count=asked)

    async def offer_kinds(self, work: UnitOfWork, press: Press, ticket_id: int) -> Answer:
        """Asks the handler, in private, which help is needed."""
        taken = await self._desk.take(work, press.actor, Action.ASK_VOLUNTEERS, ticket_id)
        buttons = [Button(kind.name, HELP_KIND, ticket_id, kind.code) for kind in self._help.kinds]
        rows = tuple(tuple(buttons[start : start + _A_ROW]) for start in range(0, len(buttons), _A_ROW))
        answer = Answer("help.choose_kind", {"number": taken.ticket.number})
        title = self._say(answer.key, **answer.fields)
        await self._desk.say(work, press, Content(title, buttons=rows), ticket_id=ticket_id)
        return answer

    async def ask(self, work: UnitOfWork, press: Press, ticket_id: int, kind_code: str) -> Answer:
        """Asks volunteers for a ticket in hand; raises ``HelpPending`` where they are asked already."""
        taken = await self._desk.take(work, press.actor, Action.ASK_VOLUNTEERS, ticket_id)
        kind = self._help.kind(kind_code)
        if kind is None:
            raise NotAllowed("help")
        if any(call.state in OPEN_HELP for call in await work.help.of_ticket(ticket_id)):
            raise HelpPending(taken.ticket.number)
        asked = await self._call(work, taken.ticket, kind, taken.post)
        fields = {"kind": kind.name, "count": asked, "number": taken.ticket.number}
        answer = Answer("help.asked" if asked else "help.nobody", fields)
        await self._desk.change_message(work, press, Content(lines=(self._say(answer.key, **fields),)))
        return answer

    async def claim(self, work: UnitOfWork, press: Press, call_id: int) -> Answer:
        """Gives the call to the first who presses; everybody else who was asked sees that it is taken."""
        call = await work.help.lock(call_id)
        volunteer = await self._asked(work, call, press.actor)
        if call.state in {HelpState.CLAIMED, HelpState.REPORTED} and call.volunteer_id != volunteer.id:
            raise HelpTaken
        after = claimed(call, volunteer.id, self._help, self._desk.clock())
        ticket = await work.tickets.get(call.ticket_id)
        if not ticket.is_open:
            raise HelpTaken
        await work.help.claim(after)
        await self._record(work, after, EventKind.HELP_CLAIMED, volunteer.account, volunteer.name)
        await self.show_everywhere(work, after, ticket)
        await self._tell_handlers(
            work, ticket, "help.claimed_handler", name=volunteer.name, kind=self.cards.kind(call.kind)
        )
        return Answer("help.claimed")

    async def give_back(self, work: UnitOfWork, press: Press, call_id: int) -> Answer:
        """The volunteer cannot come after all; others can take it again."""
        call = await work.help.lock(call_id)
        volunteer = await self._helper(work, call, press.actor)
        await self.put_back(work, call, volunteer)
        return Answer("help.given_back")

    async def put_back(self, work: UnitOfWork, call: HelpCall, volunteer: Volunteer) -> None:
        """Opens a claimed call for others; whoever is in charge hears of it."""
        after = given_back(call, self._help, self._desk.clock())
        ticket = await work.tickets.get(call.ticket_id)
        await work.help.save(after)
        await self.show_everywhere(work, after, ticket)
        await self._tell_handlers(
            work, ticket, "help.back_handler", name=volunteer.name, kind=self.cards.kind(call.kind)
        )

    async def ask_minutes(self, work: UnitOfWork, press: Press, call_id: int) -> Answer:
        """Asks the volunteer, who says that it is done, how long it took."""
        call = await work.help.lock(call_id)
        await self._helper(work, call, press.actor)
        call.moved(HelpAction.REPORT)
        await self._desk.say(work, press, self.cards.minutes(call))
        return Answer("help.how_long")

    async def report(self, work: UnitOfWork, press: Press, call_id: int, minutes: int) -> Answer:
        """The volunteer is done; whoever is in charge of the ticket has to confirm it."""
        call = await work.help.lock(call_id)
        volunteer = await self._helper(work, call, press.actor)
        if minutes not in self._help.minutes:
            raise NotAllowed("help")
        after = reported(call, minutes, self._help, self._desk.clock())
        ticket = await work.tickets.get(call.ticket_id)
        await work.help.save(after)
        await self.show_everywhere(work, after, ticket)
        content = self.cards.to_confirm(after, ticket, volunteer.name, "help.confirm_title")
        await self._send(work, ticket, await self._handlers(work, ticket), content)
        answer = Answer("help.thanks", {"hours": hours_of(minutes)})
        await self._desk.change_message(work, press, Content(lines=(self._say(answer.key, **answer.fields),)))
        return answer

    async def confirm(self, work: UnitOfWork, press: Press, call_id: int) -> Answer:
        """Whoever is in charge of the ticket confirms, and the hours count."""
        call, ticket, volunteer, _ = await self._to_decide(work, press.actor, call_id)
        after = over(call, HelpAction.CONFIRM, self._desk.clock())
        await work.help.save(after)
        await self._record(
            work, after, EventKind.HELP_DONE, press.actor.account, press.actor.name, minutes=call.minutes
        )
        await self.show_everywhere(work, after, ticket)
        fields = {"name": volunteer.name, "hours": hours_of(call.minutes), "kind": self.cards.kind(call.kind)}
        line = self._say("help.confirmed_volunteer", **fields)
        await work.outbox.add(Outgoing(ticket.platform, volunteer.account, Content(lines=(line,))))
        answer = Answer("help.confirmed", fields)
        await self._desk.change_message(work, press, Content(lines=(self._say(answer.key, **fields),)))
        return answer

    async def reject(self, work: UnitOfWork, press: Press, call_id: int) -> Answer:
        """Whoever is in charge says that it is not done yet; the volunteer goes on."""
        call, ticket, volunteer, _ = await self._to_decide(work, press.actor, call_id)
        after = rejected(call, self._help, self._desk.clock())
        await work.help.save(after)
        await self.show_everywhere(work, after, ticket)
        fields = {"name": volunteer.name, "kind": self.cards.kind(call.kind)}
        line = self._say("help.rejected_volunteer", **fields)
        await work.outbox.add(Outgoing(ticket.platform, volunteer.account, Content(lines=(line,))))
        answer = Answer("help.rejected", fields)
        await self._desk.change_message(work, press, Content(lines=(self._say(answer.key, **fields),)))
        return answer

    async def sweep(self, work: UnitOfWork, *, limit: int = BATCH) -> int:
        """Looks at the calls of which something has fallen due; says how many, 0 when all is done."""
        now = self._desk.clock()
        ended = await work.help.end_with_tickets(now, limit=limit)
        for call in ended:
            ticket = await work.tickets.get(call.ticket_id)
            await self.show_everywhere(work, over(call, HelpAction.WITHDRAW, now), ticket)
            if call.volunteer_id is not None:
                await self._tell_volunteer(work, call, ticket, "help.withdrawn_volunteer")
        due = await work.help.take_due(now, limit=limit)
        for call in due:
            after, what = checked(call, self._help, now)
            await work.help.save(after)
            await self._fallen_due(work, call, after, what)
        return len(ended) + len(due)

    async def _fallen_due(self, work: UnitOfWork, call: HelpCall, after: HelpCall, what: HelpDue) -> None:
        ticket = await work.tickets.get(call.ticket_id)
        kind = self.cards.kind(call.kind)
        if what is HelpDue.NOBODY_CAME:
            await self.show_everywhere(work, after, ticket)
            await self._tell_handlers(work, ticket, "help.nobody_came", kind=kind)
        elif what is HelpDue.ASK_VOLUNTEER:
            await self._tell_volunteer(work, call, ticket, "help.ask_volunteer")
        elif what is HelpDue.NOT_HEARD_OF:
            await self.show_everywhere(work, after, ticket)
            volunteer = await work.volunteers.get(call.volunteer_id or 0)
            await self._tell_handlers(work, ticket, "help.not_heard_of", kind=kind, name=volunteer.name)
        elif what in {HelpDue.REMIND_HANDLER, HelpDue.ASK_COMMUNITY}:
            volunteer = await work.volunteers.get(call.volunteer_id or 0)
            content = self.cards.to_confirm(call, ticket, volunteer.name, f"help.{what}_title")
            posts = await self._handlers(work, ticket, community=what is HelpDue.ASK_COMMUNITY)
            await self._send(work, ticket, posts, content)

    async def _call(self, work: UnitOfWork, ticket: Ticket, kind: HelpKind, asked_by: Staff | None) -> int:
        """Asks the volunteers around; returns how many, 0 where there is nobody and nothing is kept."""
        tree, now = await work.areas.tree(), self._desk.clock()
        assignee = await self._desk.board.assignee(work, ticket)
        volunteers = await self._around(work, ticket, kind, tree, assignee)
        if not volunteers:
            return 0
        post_id = asked_by.id if asked_by is not None else None
        call = await work.help.add(new_call(ticket, kind, self._help, now, post_id))
        by = (asked_by.account, asked_by.name) if asked_by is not None else (None, "")
        await self._record(work, call, EventKind.HELP_ASKED, *by, count=len(volunteers))
        await work.outbox.add(
            *(
                self._card(call, ticket, one.account, self.cards.volunteer(call, ticket, tree, one, assignee))
                for one in volunteers
            )
        )
        return len(volunteers)

    async def _around(
        self, work: UnitOfWork, ticket: Ticket, kind: HelpKind, tree: AreaTree, assignee: Staff | None
    ) -> list[Volunteer]:
        if ticket.area_code not in tree:
            return []
        path = tree.path(ticket.area_code)
        around = tree.nearest(ticket.area_code, self._help.around) or path[0]
        found = await work.volunteers.of_areas({area.code for area in tree.below(around.code)})
        concerned = {ticket.reporter_id, assignee.account if assignee is not None else None}
        nearness = {area.code: index for index, area in enumerate(path)}

        def distance(volunteer: Volunteer) -> tuple[int, int]:
            steps = (nearness[area.code] for area in tree.path(volunteer.area_code) if area.code in nearness)
            return next(steps, len(path)), volunteer.id

        able = [one for one in found if one.helps_with(kind.code) and one.account not in concerned]
        return sorted(able, key=distance)[: self._help.most_asked]

    async def show_everywhere(self, work: UnitOfWork, call: HelpCall, ticket: Ticket) -> None:
        """Brings the cards of a call up to date for everybody who was asked."""
        tree, assignee = await work.areas.tree(), await self._desk.board.assignee(work, ticket)
        cards = []
        for _, chat_id, _ in await work.outbox.topics.chats(topic_of(call)):
            reader = await work.volunteers.of_account(chat_id)
            cards.append(self._card(call, ticket, chat_id, self.cards.volunteer(call, ticket, tree, reader, assignee)))
        await work.outbox.add(*cards)

    @staticmethod
    def _card(call: HelpCall, ticket: Ticket, chat_id: int, content: Content) -> Outgoing:
        return Outgoing(ticket.platform, chat_id, content, card=True, topic=topic_of(call))

    async def _asked(self, work: UnitOfWork, call: HelpCall, actor: Actor) -> Volunteer:
        """The volunteer, if this person is one and was asked; raises ``NotAllowed``."""
        volunteer = await work.volunteers.of_account(actor.account)
        chats = {chat for _, chat, _ in await work.outbox.topics.chats(topic_of(call))}
        if volunteer is None or volunteer.state is not VolunteerState.ACTIVE or actor.account not in chats:
            raise NotAllowed("help")
        return volunteer

    @staticmethod
    async def _helper(work: UnitOfWork, call: HelpCall, actor: Actor) -> Volunteer:
        """The volunteer who has taken the call; raises ``NotAllowed`` for everybody else."""
        volunteer = await work.volunteers.of_account(actor.account)
        if volunteer is None or call.volunteer_id != volunteer.id:
            raise NotAllowed("help")
        return volunteer

    async def _to_decide(
        self, work: UnitOfWork, actor: Actor, call_id: int
    ) -> tuple[HelpCall, Ticket, Volunteer, Staff]:
        call = await work.help.lock(call_id)
        ticket = await work.tickets.get(call.ticket_id)
        post = leading_post(actor, ticket, await self._desk.board.assignee(work, ticket))
        if post is None:
            raise NotAllowed("help")
        call.moved(HelpAction.CONFIRM)
        return call, ticket, await work.volunteers.get(call.volunteer_id or 0), post

    async def _handlers(self, work: UnitOfWork, ticket: Ticket, *, community: bool = False) -> tuple[Staff, ...]:
        """Who is in charge: the assignee, or the community where nobody has the ticket or it is asked for."""
        assignee = await self._desk.board.assignee(work, ticket)
        if assignee is not None and assignee.account is not None and not community:
            return (assignee,)
        codes = [code for code in ticket.area_path.split("/") if code]
        posts = await work.staff.posts([Role.COMMUNITY], codes)
        there = there_now(self._desk.rules, posts, self._desk.clock())
        return tuple(post for post in there if post.on_duty and post.reachable)

    async def _tell_handlers(self, work: UnitOfWork, ticket: Ticket, key: str, **fields: object) -> None:
        line = self._say(key, number=ticket.number, **fields)
        await self._send(work, ticket, await self._handlers(work, ticket), Content(lines=(line,)))

    async def _send(self, work: UnitOfWork, ticket: Ticket, posts: tuple[Staff, ...], content: Content) -> None:
        for account in dict.fromkeys(post.account for post in posts):
            await self._desk.board.tell(work, ticket, account, content)

    async def _tell_volunteer(self, work: UnitOfWork, call: HelpCall, ticket: Ticket, key: str) -> None:
        volunteer = await work.volunteers.get(call.volunteer_id or 0)
        line = self._say(key, kind=self.cards.kind(call.kind), number=ticket.number)
        await work.outbox.add(Outgoing(ticket.platform, volunteer.account, Content(lines=(line,))))

    async def _record(
        self, work: UnitOfWork, call: HelpCall, kind: EventKind, account: int | None, name: str, **data: object
    ) -> None:
        event = TicketEvent(
            call.ticket_id, kind, self._desk.clock(), account, name, {"help": call.id, "kind": call.kind, **data}
        )
        await work.tickets.record(event)
