"""The buttons of those who handle a ticket: 认领, 转派, 办结, 不是诉求."""

from __future__ import annotations

from dataclasses import replace

from bot.services.awaited_words import LIFETIME, await_words, result_of, take_awaited
from bot.services.desk import Answer, Press, TicketDesk, given_to
from bot.services.hand_over import HandOverService
from bot.services.ports import UnitOfWork
from bot.services.rota import there_now
from routing.errors import NotAllowed
from routing.groups import Dialogue
from routing.message import Attachment, IncomingMessage
from routing.outgoing import Button, Content
from routing.permissions import RANK
from routing.staff import Actor, Role, Staff
from routing.subtask import require_all_done
from routing.ticket import Action, Ticket, next_status
from routing.ticket_events import EventKind

TRANSFER_TO = "transfer_to"
EXPECTS_RESULT = "result"

MOST_CANDIDATES = 8
"""As many people as fit under a message as buttons without scrolling on a telephone."""

_TRANSFEREES = (Role.GRID_WORKER, Role.PROPERTY, Role.DEPARTMENT, Role.GRID_LEAD, Role.COMMUNITY, Role.STREET)


class HandlingService:
    """What a handler does with a ticket from its card."""

    def __init__(self, desk: TicketDesk, hand_over: HandOverService) -> None:
        self._desk = desk
        self._hand_over = hand_over

    async def claim(self, work: UnitOfWork, actor: Actor, ticket_id: int) -> Answer:
        """Gives the ticket to the person; of two at once the row lock lets one win and tells the other who has it."""
        taken = await self._desk.take(work, actor, Action.CLAIM, ticket_id)
        ticket = given_to(taken.ticket, taken.post, self._desk.rules.catalogue, taken.ticket.owner_reason)
        ticket = replace(
            ticket,
            # Whoever takes it on does so for its office, unless nobody had it.
            owner=taken.ticket.owner,
            owner_area_code=taken.ticket.owner_area_code,
            status=next_status(taken.ticket, Action.CLAIM),
            claimed_at=taken.now,
            first_claimed_at=taken.ticket.first_claimed_at or taken.now,
        )
        await self._desk.put(work, ticket, self._desk.event(taken, EventKind.CLAIMED))
        return Answer("handling.claimed", {"number": ticket.number})

    async def offer_transfer(self, work: UnitOfWork, press: Press, ticket_id: int) -> Answer:
        """Asks, in the private chat of the person, to whom the ticket shall go."""
        taken = await self._desk.take(work, press.actor, Action.TRANSFER, ticket_id)
        candidates = await self._candidates(work, taken.ticket)
        if not candidates:
            return Answer("handling.nobody_to_transfer", is_alert=True)
        cards, say = self._desk.board.cards, self._desk.rules.wording.say
        rows = tuple(
            (Button(f"{cards.role(post.role)} {post.name}", TRANSFER_TO, ticket_id, str(post.id)),)
            for post in candidates
        )
        content = Content(say("handling.choose_person", number=taken.ticket.number), buttons=rows)
        await self._desk.say(work, press, content, ticket_id=ticket_id)
        return Answer("handling.choose_person", {"number": taken.ticket.number})

    async def transfer(self, work: UnitOfWork, press: Press, ticket_id: int, post_id: int) -> Answer:
        """Gives the ticket to another post, where it has to be claimed; its limits go on.

        The lead of a claimed ticket only offers it where that post is of another unit.
        """
        taken = await self._desk.take(work, press.actor, Action.TRANSFER, ticket_id)
        candidates = await self._candidates(work, taken.ticket)
        target = next((post for post in candidates if post.id == post_id), None)
        if target is None:
            raise NotAllowed(Action.TRANSFER)
        if await self._hand_over.needs_acceptance(work, taken, target):
            return await self._hand_over.offer(work, press, taken, target)
        ticket = given_to(taken.ticket, target, self._desk.rules.catalogue, "transferred")
        ticket = replace(ticket, status=next_status(taken.ticket, Action.TRANSFER), assigned_at=taken.now, lapses=0)
        event = self._desk.event(taken, EventKind.TRANSFERRED, to=target.name, to_post=target.id)
        await self._desk.put(work, ticket, event)
        answer = Answer("handling.transferred", {"name": target.name})
        await self._desk.change_message(work, press, self._line(answer))
        return answer

    async def begin_resolve(self, work: UnitOfWork, press: Press, ticket_id: int) -> Answer:
        """Asks for the sentence that says what was done; it is awaited in the private chat."""
        taken = await self._desk.take(work, press.actor, Action.RESOLVE, ticket_id)
        require_all_done(taken.ticket.number, await work.subtasks.of_ticket(ticket_id))
        until = taken.now + LIFETIME
        await await_words(work, press.platform, press.actor.account, EXPECTS_RESULT, until, ticket_id=ticket_id)
        answer = Answer("handling.tell_result", {"number": taken.ticket.number})
        await self._desk.say(work, press, self._line(answer), ticket_id=ticket_id)
        return answer

    async def take_result(self, work: UnitOfWork, actor: Actor, message: IncomingMessage) -> Answer:
        """Takes photos and the closing sentence from the private chat; the sentence ends it."""
        awaited = await take_awaited(self._desk, work, actor, message, Action.RESOLVE)
        if isinstance(awaited, Answer):
            return awaited
        dialogue, taken = awaited
        photos = message.attachments
        if photos:
            await work.tickets.add_attachments(taken.ticket.id, photos)
        if photos and not message.text.strip():
            shown = (*self._shown(dialogue), *photos)
            await work.prompts.begin(replace(dialogue, data={"photos": [_packed(photo) for photo in shown]}))
            return Answer("handling.photo_kept")
        result = result_of(message.text)
        await work.prompts.end(message.platform, message.chat_id, actor.account)
        return await self._resolve(work, actor, taken.ticket.id, result, (*self._shown(dialogue), *photos))

    async def withdraw(self, work: UnitOfWork, actor: Actor, ticket_id: int) -> Answer:
        """Takes the ticket back as no request."""
        taken = await self._desk.take(work, actor, Action.WITHDRAW, ticket_id)
        ticket = replace(taken.ticket, status=next_status(taken.ticket, Action.WITHDRAW), request=None)
        await self._desk.put(work, ticket, self._desk.event(taken, EventKind.WITHDRAWN))
        return Answer("handling.withdrawn", {"number": ticket.number})

    async def change_message(self, work: UnitOfWork, press: Press, content: Content) -> None:
        """Puts ``content`` in the place of the message whose button was pressed."""
        await self._desk.change_message(work, press, content)

    async def _resolve(
        self, work: UnitOfWork, actor: Actor, ticket_id: int, result: str, photos: tuple[Attachment, ...]
    ) -> Answer:
        taken = await self._desk.take(work, actor, Action.RESOLVE, ticket_id)
        require_all_done(taken.ticket.number, await work.subtasks.of_ticket(ticket_id))
        ticket = replace(
            taken.ticket,
            status=next_status(taken.ticket, Action.RESOLVE),
            resolved_at=taken.now,
            resolution=result,
            solved=None,
            request=None,
        )
        event = self._desk.event(taken, EventKind.RESOLVED, result=result, photos=len(photos))
        ticket = await self._desk.put(work, ticket, event)
        for reporter in await work.tickets.reporters(ticket.id):
            await work.tickets.set_solved(ticket.id, reporter.account, solved=None)
        await self._ask_reporters(work, ticket, photos)
        return Answer("handling.resolved", {"number": ticket.number})

    async def _ask_reporters(self, work: UnitOfWork, ticket: Ticket, photos: tuple[Attachment, ...]) -> None:
        board, wording, script = self._desk.board, self._desk.rules.wording, ticket.script
        view = await board.view(work, ticket, self._desk.clock())
        place = wording.place(ticket, view.tree, public=True)
        reporters = await work.tickets.reporters(ticket.id)
        name = ticket.reporter_name or wording.say("reporter.anonymous", script)
        lines = (
            wording.say("resolved.service", script, service=wording.service(ticket.service_code), place=place).rstrip(
                "｜"
            ),
            wording.say("resolved.result", script, text=wording.public(ticket.resolution, ticket)),
            wording.say(
                "resolved.ask_all" if len(reporters) > 1 else "resolved.ask", script, name=name, count=len(reporters)
            ),
            wording.say("resolved.auto", script),
        )
        title = wording.say("resolved.title", script, number=ticket.number)
        content = Content(title, lines, board.cards.confirm_buttons(ticket))
        shown = (content, Content(lines=(ticket.number,), attachments=photos)) if photos else (content,)
        for one in shown:
            if ticket.group_chat_id is not None:
                await board.tell_group(work, ticket, one)
                continue
            for account in dict.fromkeys(reporter.account for reporter in reporters):
                await board.tell(work, ticket, account, one)

    async def _candidates(self, work: UnitOfWork, ticket: Ticket) -> tuple[Staff, ...]:
        """Who could take the ticket over: posts around its place that take the service, nearest and lowest first."""
        codes = [code for code in ticket.area_path.split("/") if code]
        posts = there_now(
            self._desk.rules,
            await work.staff.posts(_TRANSFEREES, [*codes, ticket.owner_area_code]),
            self._desk.clock(),
        )
        able = (
            post
            for post in posts
            if post.id != ticket.assignee_id
            and post.account is not None
            and post.on_duty
            and post.serves(ticket.service_code)
            and (post.role is not Role.DEPARTMENT or post.skills)
        )

        def nearness(post: Staff) -> tuple[int, int, int]:
            depth = codes.index(post.area_code) if post.area_code in codes else len(codes)
            return RANK[post.role], -depth, post.id

        return tuple(sorted(able, key=nearness)[:MOST_CANDIDATES])

    def _line(self, answer: Answer) -> Content:
        return Content(lines=(self._desk.rules.wording.say(answer.key, answer.script, **answer.fields),))

    @staticmethod
    def _shown(dialogue: Dialogue) -> tuple[Attachment, ...]:
        packed = dialogue.data.get("photos", [])
        if not isinstance(packed, list):
            return ()
        return tuple(Attachment(kind=one["kind"], file_id=one["file_id"]) for one in packed)


def _packed(photo: Attachment) -> dict[str, str]:
    return {"kind": photo.kind, "file_id": photo.file_id}
