"""The list of needs (需求清单) as people use it: to want something, to want it too, to look, to take off the list."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from bot.services.civic_board import CivicBoard
from bot.services.desk import Answer, Press, TicketDesk
from bot.services.need_cards import NEED_CLOSE_FOR, NEED_JOIN, NOT_FOR_US, NeedCards
from bot.services.need_listing import NeedListing, Wish
from bot.services.opening import OpeningService
from bot.services.ports import UnitOfWork
from routing.civic_rights import CivicAction, civic_post, may
from routing.errors import NotAllowed, QunbanError
from routing.message import IncomingMessage
from routing.need import ON_THE_LIST, Need, NeedFilter, NeedState, UnknownNeed, require_need_move, require_on_the_list
from routing.need_matching import is_near
from routing.need_rules import NeedRules
from routing.outgoing import Button, Content, reply_to
from routing.script import Script, script_of
from routing.staff import Actor
from routing.ticket import Action, Ticket, next_status
from routing.ticket_events import EventKind, TicketEvent
from routing.triage.decision import Ask, Matter, OpenTicket

SHORTEST, LONGEST = 3, 200
"""Characters of a need that is written behind the command."""


class NeedUnclear(QunbanError):
    """What is needed is said in too few words, or in too many."""

    code = "need_unclear"

    def __init__(self, shortest: int, longest: int) -> None:
        super().__init__(shortest, longest)
        self.shortest = shortest
        self.longest = longest


class TooManyNeeds(QunbanError):
    """One person put too many needs on the list within a day."""

    code = "too_many_needs"

    def __init__(self, limit: int) -> None:
        super().__init__(limit)
        self.limit = limit


class NeedService:
    """Use cases of residents and of the community."""

    def __init__(
        self, rules: NeedRules, cards: NeedCards, board: CivicBoard, listing: NeedListing, desk: TicketDesk
    ) -> None:
        self._rules = rules
        self._cards = cards
        self._board = board
        self._listing = listing
        self._desk = desk

    def is_need(self, text: str, matter: Matter) -> bool:
        """Whether a matter that triage found belongs on the list instead of with a handler; decided in memory."""
        return isinstance(matter, OpenTicket | Ask) and self._rules.is_need(text, matter)

    async def take_over(self, work: UnitOfWork, ticket: Ticket, message: IncomingMessage, area_code: str) -> Need:
        """Puts the matter of a ticket that nobody was told of on the list; the ticket ends by it."""
        need, is_new = await self._listing.put(
            work,
            Wish(
                text=ticket.text,
                area_code=area_code,
                platform=message.platform,
                script=ticket.script,
                account=message.sender_id,
                name=message.sender_name,
                group_chat_id=message.chat_id if message.chat_kind == "group" else None,
                group_thread_id=message.thread_id,
                message_id=message.message_id if message.chat_kind == "group" else None,
                ticket_id=ticket.id,
            ),
        )
        await self._end(work, ticket, need, self._event(ticket, need))
        if not is_new or message.chat_kind != "group":
            await self._answer(work, message, need, is_new=is_new)
        return need

    async def list_ticket(self, work: UnitOfWork, press: Press, ticket_id: int) -> Answer:
        """列入需求清单: the handler says that no duty covers it."""
        taken = await self._desk.take(work, press.actor, Action.LIST_AS_NEED, ticket_id)
        ticket = taken.ticket
        reporter = None if ticket.anonymous else ticket.reporter_id
        need, _ = await self._listing.put(
            work,
            Wish(
                text=self._desk.rules.wording.public(ticket.text, ticket),
                area_code=await OpeningService.bound_area(work, ticket),
                platform=ticket.platform,
                script=ticket.script,
                account=reporter,
                name=ticket.reporter_name,
                group_chat_id=ticket.group_chat_id,
                group_thread_id=ticket.group_thread_id,
                message_id=ticket.source_message_id,
                ticket_id=ticket.id,
            ),
        )
        for other in await work.tickets.reporters(ticket.id):
            if other.account not in {reporter, ticket.reporter_id}:
                need, _ = await self._listing.join(work, need.id, other.account, other.name)
        event = self._desk.event(taken, EventKind.LISTED_AS_NEED, need=need.id)
        await self._desk.put(work, self._ended(ticket, need), event)
        return Answer("needs.listed_ticket", {"number": ticket.number, "need": need.id})

    async def propose(self, work: UnitOfWork, actor: Actor, message: IncomingMessage) -> Answer | Content | None:
        """``/need 内容`` puts it on the list; ``/need 编号`` shows one; ``/need`` as an answer takes the message."""
        written = " ".join(message.text.split())
        if written.isdecimal():
            return await self.show(work, actor, int(written[:9]), message.chat_id)
        if not written and message.reply_to is not None and not message.reply_to.sender_is_bot_self:
            replied = message.reply_to
            written = " ".join(replied.text.split())
            message = replace(
                message, message_id=replied.message_id, sender_id=replied.sender_id, sender_name=replied.sender_name
            )
        if not written:
            return Answer("needs.usage")
        if not SHORTEST <= len(written) <= LONGEST:
            raise NeedUnclear(SHORTEST, LONGEST)
        area_code = await self._area(work, actor, message)
        if area_code is None:
            return Answer("needs.say_in_group")
        now = self._board.clock()
        since = now - timedelta(days=1)
        if await work.civic.needs.listed_by(message.platform, message.sender_id, since) >= self._rules.most_a_day:
            raise TooManyNeeds(self._rules.most_a_day)
        is_group = message.chat_kind == "group"
        need, is_new = await self._listing.put(
            work,
            Wish(
                text=written,
                area_code=area_code,
                platform=message.platform,
                script=script_of(written),
                account=message.sender_id,
                name=message.sender_name,
                group_chat_id=message.chat_id if is_group else None,
                group_thread_id=message.thread_id,
                message_id=message.message_id if is_group else None,
            ),
        )
        if is_new and is_group:
            return None
        return Answer("needs.listed" if is_new else "needs.joined_same", {"number": need.id, "count": need.voices})

    async def join(self, work: UnitOfWork, press: Press, need_id: int) -> Answer:
        """我也想要: one voice for each account, and only in the group in which it was asked for."""
        if press.chat_id != (await work.civic.needs.get(need_id)).group_chat_id:
            raise NotAllowed(NEED_JOIN)
        need, is_new = await self._listing.join(work, need_id, press.actor.account, press.actor.name)
        require_on_the_list(need)
        key = "needs.joined" if is_new else "needs.joined_before"
        return Answer(key, {"number": need.id, "count": need.voices}, script=need.script)

    async def pass_over(self, work: UnitOfWork, press: Press, need_id: int) -> Answer:
        """不合适: the proposal goes; the need stays open, also for this partner."""
        need = await work.civic.needs.get(need_id)
        if not await work.civic.partners.of_account(press.actor.account):
            raise NotAllowed(NOT_FOR_US)
        answer = Answer("needs.passed")
        lines = (self._cards.need_line(need), self._board.rules.wording.say(answer.key))
        await self._desk.change_message(work, press, Content(lines=lines))
        return answer

    async def heard(self, work: UnitOfWork, need_id: int, message: IncomingMessage) -> bool:
        """The same said in words; false where the need is off the list."""
        need, _ = await self._listing.join(work, need_id, message.sender_id, message.sender_name, message)
        return need.state in ON_THE_LIST

    async def offer_reasons(self, work: UnitOfWork, press: Press, need_id: int) -> Answer:
        """Asks the community why a need is to be taken off the list."""
        need = await work.civic.needs.get(need_id)
        civic_post(press.actor, CivicAction.CLOSE_NEED, need.area_path)
        require_need_move(need, NeedState.CLOSED)
        wording = self._board.rules.wording
        rows = tuple((Button(words, NEED_CLOSE_FOR, need_id, code),) for code, words in wording.reasons("need"))
        answer = Answer("needs.choose_reason", {"number": need_id})
        title = wording.say(answer.key, **answer.fields)
        await self._board.tell(work, [press.actor.account], Content(title, buttons=rows))
        return answer

    async def close(self, work: UnitOfWork, press: Press, need_id: int, reason: str) -> Answer:
        """Takes a need off the list; the group sees why on its card."""
        need = await work.civic.needs.lock(need_id)
        civic_post(press.actor, CivicAction.CLOSE_NEED, need.area_path)
        if reason not in dict(self._board.rules.wording.reasons("need")):
            raise NotAllowed(CivicAction.CLOSE_NEED)
        require_need_move(need, NeedState.CLOSED)
        closed = replace(need, state=NeedState.CLOSED, reason=reason, ended_at=self._board.clock())
        await self._listing.save(work, closed)
        answer = Answer("needs.closed", {"number": need_id})
        await self._desk.change_message(
            work, press, Content(lines=(self._board.rules.wording.say(answer.key, **answer.fields),))
        )
        return answer

    async def show(self, work: UnitOfWork, actor: Actor, need_id: int, chat_id: int) -> Content:
        """One need, with the buttons that the person can use; raises ``UnknownNeed``, also for needs of elsewhere."""
        need = await work.civic.needs.get(need_id)
        tree = await work.areas.tree()
        partners = await work.civic.partners.of_account(actor.account)
        is_neighbour = any(is_near(partner.area_code, need.area_code, tree) for partner in partners)
        scopes = await self._board.scopes(work, actor, chat_id)
        if not is_neighbour and not any(need.area_path.startswith(scope) for scope in scopes):
            raise UnknownNeed(need_id)
        view = await self._listing.project_view(work, need)
        buttons: list[Button] = []
        if need.state is NeedState.OPEN:
            if is_neighbour:
                buttons.append(self._cards.claim_button(need))
            if may(actor, CivicAction.CLOSE_NEED, need.area_path):
                buttons.append(self._cards.close_button(need))
        return self._cards.need(need, view, tuple(buttons), in_its_group=chat_id == need.group_chat_id)

    async def listed(self, work: UnitOfWork, actor: Actor, chat_id: int, script: Script) -> Answer | Content:
        """``/needs``: the most wanted first, each with a button to want it too."""
        scopes = await self._board.scopes(work, actor, chat_id)
        if not scopes:
            return Answer("needs.say_in_group")
        found: list[Need] = []
        for scope in scopes:
            found += await work.civic.needs.find(NeedFilter(area_path=scope, states=ON_THE_LIST), limit=100)
        say = self._board.rules.wording.say
        if not found:
            return Content(lines=(say("needs.none", script), say("needs.how", script)))
        wanted = sorted(found, key=lambda need: (-need.voices, need.id))
        shown = wanted[: self._rules.shown]
        lines = [self._cards.need_line(need) for need in shown]
        if len(wanted) > len(shown):
            lines.append(say("lists.more", script, count=len(wanted) - len(shown)))
        buttons = [
            Button(say("needs.join_one", script, number=need.id), row.action, need.id)
            for need in shown
            if need.group_chat_id == chat_id
            for (row,) in self._cards.join_row(need)
        ]
        lines.append(say("needs.how", script))
        return Content(say("needs.list_title", script, count=len(wanted)), tuple(lines), self._cards.rows(buttons))

    async def _area(self, work: UnitOfWork, actor: Actor, message: IncomingMessage) -> str | None:
        group = await work.groups.get(message.platform, message.chat_id)
        if group is not None:
            return group.area_code
        partners = await work.civic.partners.of_account(actor.account)
        known = [post.area_code for post in actor.posts] + [partner.area_code for partner in partners]
        return known[0] if known else None

    async def _end(self, work: UnitOfWork, ticket: Ticket, need: Need, event: TicketEvent) -> None:
        next_status(ticket, Action.LIST_AS_NEED)
        await work.tickets.save(self._ended(ticket, need))
        await work.tickets.record(event)

    def _ended(self, ticket: Ticket, need: Need) -> Ticket:
        now = self._board.clock()
        return replace(
            ticket,
            status=next_status(ticket, Action.LIST_AS_NEED),
            resolution=self._board.rules.wording.say("needs.resolution", number=need.id),
            # Listed at once is answered at once: it must not count as left unclaimed.
            first_claimed_at=ticket.first_claimed_at or now,
            resolved_at=now,
            archived_at=now,
            next_check_at=None,
            request=None,
        )

    def _event(self, ticket: Ticket, need: Need) -> TicketEvent:
        return TicketEvent(ticket.id, EventKind.LISTED_AS_NEED, self._board.clock(), data={"need": need.id})

    async def _answer(self, work: UnitOfWork, message: IncomingMessage, need: Need, *, is_new: bool) -> None:
        key = "needs.listed" if is_new else "needs.joined_same"
        line = self._board.rules.wording.say(key, need.script, number=need.id, count=need.voices)
        await work.outbox.add(reply_to(message, Content(lines=(line,))))
