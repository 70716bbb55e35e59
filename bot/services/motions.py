"""Suggestions collect support in the group; where enough people stand behind one, the community answers in time."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from bot.services.awaited_words import await_words
from bot.services.civic_board import CivicBoard
from bot.services.desk import Answer, Press, TicketDesk
from bot.services.ports import UnitOfWork
from routing.civic_rights import CivicAction, civic_post
from routing.errors import NotAllowed
from routing.message import IncomingMessage
from routing.motion import (
    AnswerUnclear,
    Motion,
    MotionOver,
    MotionState,
    SupportOver,
    SupportRules,
    require_motion_move,
)
from routing.outgoing import Button, Content, Outgoing
from routing.privacy import mask_numbers
from routing.promise import promise_step
from routing.staff import Actor
from routing.ticket import Status, Ticket
from routing.ticket_events import EventKind, Reporter, TicketEvent

SUPPORT = "motion_support"
"""👍 支持."""
EXPECTS_ANSWER = "motion_answer"
"""The community is to write its answer."""
LIFETIME = timedelta(hours=2)
"""An answer takes some thought."""
BATCH = 20


def motion_topic(motion_id: int) -> str:
    """The topic of the cards by which the community answers."""
    return f"motion:{motion_id}"


class MotionService:
    """Use cases of supporters and of the community that answers."""

    def __init__(self, rules: SupportRules, board: CivicBoard, desk: TicketDesk) -> None:
        self._rules = rules
        self._board = board
        self._desk = desk

    def collects(self, ticket: Ticket) -> bool:
        """Whether neighbours can support the ticket."""
        return self._rules.collects(ticket)

    async def support(self, work: UnitOfWork, press: Press, ticket_id: int) -> Answer:
        """👍 支持: one voice for each account of the group; at the threshold the community owes an answer."""
        ticket = await work.tickets.lock(ticket_id)
        if not self._rules.collects(ticket) or press.chat_id != ticket.group_chat_id:
            raise NotAllowed(SUPPORT)
        if not ticket.is_open:
            raise SupportOver(ticket.number)
        count, is_new = await self._stand_behind(work, ticket, press.actor.account, press.actor.name, None, "")
        key = "motions.supported" if is_new else "motions.supported_before"
        return Answer(key, {"count": count}, script=ticket.script)

    async def heard(self, work: UnitOfWork, ticket_id: int, message: IncomingMessage) -> bool:
        """The same said in words; false where the ticket is no suggestion that collects support any more."""
        ticket = await work.tickets.lock(ticket_id)
        if not self._rules.collects(ticket) or not ticket.is_open:
            return False
        name = message.sender_name
        await self._stand_behind(work, ticket, message.sender_id, name, message.message_id, message.text)
        return True

    async def begin_answer(self, work: UnitOfWork, press: Press, motion_id: int) -> Answer:
        """答复: the next message of this person in private is the answer."""
        motion = await work.civic.motions.lock(motion_id)
        civic_post(press.actor, CivicAction.ANSWER, motion.area_path)
        require_motion_move(motion, MotionState.ANSWERED)
        account, until = press.actor.account, self._board.clock() + LIFETIME
        data = {"motion": motion_id}
        await await_words(work, press.platform, account, EXPECTS_ANSWER, until, ticket_id=motion.ticket_id, data=data)
        answer = Answer("motions.tell_answer", {"number": (await work.tickets.get(motion.ticket_id)).number})
        line = self._board.rules.wording.say(answer.key, **answer.fields)
        await self._board.tell(work, [press.actor.account], Content(lines=(line,)))
        return answer

    async def take_answer(self, work: UnitOfWork, actor: Actor, message: IncomingMessage) -> Answer | None:
        """Takes the answer and publishes it in the group; none where the bot waits for none any more."""
        dialogue = await work.prompts.dialogue(message.platform, message.chat_id, actor.account)
        motion_id = dialogue.data.get("motion") if dialogue is not None else None
        if dialogue is None or not isinstance(motion_id, int) or dialogue.expires_at <= self._board.clock():
            await work.prompts.end(message.platform, message.chat_id, actor.account)
            return None
        text = message.text.strip()
        if not self._rules.shortest_answer <= len(text) <= self._rules.longest_answer:
            raise AnswerUnclear(self._rules.shortest_answer, self._rules.longest_answer)
        await work.prompts.end(message.platform, message.chat_id, actor.account)
        motion = await work.civic.motions.lock(motion_id)
        post = civic_post(actor, CivicAction.ANSWER, motion.area_path)
        ticket = await work.tickets.lock(motion.ticket_id)
        motion = await self._answered(work, motion, mask_numbers(text), post.name)
        event = TicketEvent(
            ticket.id, EventKind.ANSWERED, self._board.clock(), post.account, post.name, {"post": post.id, "text": text}
        )
        ticket = await self._desk.put(work, ticket, event)
        await self._publish(work, ticket, motion)
        await self._close_cards(work, ticket, motion)
        return Answer("motions.answered", {"number": ticket.number})

    async def sweep(self, work: UnitOfWork, *, limit: int = BATCH) -> int:
        """Deals with up to ``limit`` due answers and says how many; the caller commits and calls again until none."""
        due = await work.civic.motions.take_due(self._board.clock(), limit=limit)
        for motion in due:
            await self._look_at(work, motion)
        return len(due)

    async def _stand_behind(
        self, work: UnitOfWork, ticket: Ticket, account: int, name: str, message_id: int | None, said: str
    ) -> tuple[int, bool]:
        now = self._board.clock()
        is_new = await work.tickets.add_reporter(Reporter(ticket.id, account, name, message_id, now, said=said))
        count = len(await work.tickets.reporters(ticket.id))
        if not is_new:
            return count, False
        event = TicketEvent(ticket.id, EventKind.SUPPORTED, now, account, name, {"count": count})
        if message_id is not None and ticket.group_chat_id is not None:
            await work.tickets.link_message(ticket.id, ticket.platform, ticket.group_chat_id, message_id)
        if count >= await self._threshold(work, ticket) and await work.civic.motions.of_ticket(ticket.id) is None:
            await self._oblige(work, ticket, count)
        await self._desk.put(work, ticket, event)
        return count, True

    async def _threshold(self, work: UnitOfWork, ticket: Ticket) -> int:
        tree = await work.areas.tree()
        return self._rules.needed(tree, ticket.area_code)

    async def _oblige(self, work: UnitOfWork, ticket: Ticket, count: int) -> None:
        now, tree = self._board.clock(), await work.areas.tree()
        due = self._board.rules.clocks.calendar.add_working(now, self._rules.answer_within)
        motion = Motion(
            0, ticket.id, MotionState.OWED, ticket.area_code, ticket.area_path, count, reached_at=now, due_at=due
        )
        look = self._board.next_look(motion.promise, self._rules.promise, motion.area_code, tree)
        motion = await work.civic.motions.add(replace(motion, next_check_at=look))
        await work.tickets.record(
            TicketEvent(ticket.id, EventKind.ANSWER_OWED, now, data={"count": count, "due": due.isoformat()})
        )
        posts = await self._board.community(work, ticket.area_code)
        contents = {post.account: self._card(ticket, motion) for post in posts if post.account is not None}
        await self._board.show(work, motion_topic(motion.id), contents)

    async def _look_at(self, work: UnitOfWork, motion: Motion) -> None:
        ticket = await work.tickets.get(motion.ticket_id)
        if motion.state is not MotionState.OWED:
            await work.civic.motions.save(replace(motion, next_check_at=None))
            return
        if not ticket.is_open:
            await self._over_with_ticket(work, motion, ticket)
            return
        tree, now = await work.areas.tree(), self._board.clock()
        top = self._board.top(motion.area_code, tree)
        step = promise_step(motion.promise, self._rules.promise, self._board.rules.clocks.calendar, now, top=top)
        say, wording = self._board.rules.wording.say, self._board.rules.wording
        fields = {"number": ticket.number, "count": motion.supporters, "due": wording.moment(motion.due_at)}
        community = [post.account for post in await self._board.community(work, motion.area_code)]
        if step.remind:
            motion = replace(motion, reminded=True)
            line = say("motions.remind", **fields)
            await self._board.tell(work, community, Content(lines=(line,)), silent=self._board.is_quiet())
        if step.escalate_to is not None:
            level, superiors = await self._board.at_level(work, motion.area_code, step.escalate_to)
            motion = replace(motion, level=level, escalated_at=now)
            names = "、".join(dict.fromkeys(post.name for post in superiors))
            line = say("motions.late", **fields, names=names)
            await self._board.tell(work, community, Content(lines=(line,)), silent=self._board.is_quiet())
            await self._show_to(work, ticket, motion, [post.account for post in superiors])
        look = self._board.next_look(motion.promise, self._rules.promise, motion.area_code, tree)
        await work.civic.motions.save(replace(motion, next_check_at=look))

    async def _over_with_ticket(self, work: UnitOfWork, motion: Motion, ticket: Ticket) -> None:
        """What the handler reported as done was told in the group by that; a withdrawn suggestion needs no answer."""
        if ticket.status is Status.WITHDRAWN:
            motion = replace(motion, state=MotionState.LAPSED, next_check_at=None)
            await work.civic.motions.save(motion)
        else:
            assignee = await self._desk.board.assignee(work, ticket)
            name = assignee.name if assignee is not None else ""
            motion = await self._answered(work, motion, ticket.resolution, name)
        await self._close_cards(work, ticket, motion)

    async def _answered(self, work: UnitOfWork, motion: Motion, text: str, name: str) -> Motion:
        if motion.state is not MotionState.OWED:
            raise MotionOver
        motion = replace(
            motion,
            state=MotionState.ANSWERED,
            answer=text,
            answered_at=self._board.clock(),
            answered_by=name,
            next_check_at=None,
        )
        await work.civic.motions.save(motion)
        return motion

    async def _publish(self, work: UnitOfWork, ticket: Ticket, motion: Motion) -> None:
        if ticket.group_chat_id is None:
            return
        say, script = self._board.rules.wording.say, ticket.script
        title = say("motions.published_title", script, number=ticket.number, count=motion.supporters)
        lines = (
            say("motions.published_about", script, text=self._board.rules.wording.public(ticket.text, ticket)[:100]),
            motion.answer,
            say("motions.published_by", script, name=motion.answered_by),
        )
        await work.outbox.add(
            Outgoing(
                platform=ticket.platform,
                chat_id=ticket.group_chat_id,
                thread_id=ticket.group_thread_id,
                content=Content(title, lines),
                reply_to=ticket.source_message_id,
                ticket_id=ticket.id,
            )
        )

    async def _show_to(self, work: UnitOfWork, ticket: Ticket, motion: Motion, accounts: list[int | None]) -> None:
        content = self._card(ticket, motion)
        contents = {account: content for account in accounts if account is not None}
        await self._board.show(work, motion_topic(motion.id), contents)

    async def _close_cards(self, work: UnitOfWork, ticket: Ticket, motion: Motion) -> None:
        chats = await work.outbox.topics.chats(motion_topic(motion.id))
        content = self._card(ticket, motion)
        await self._board.show(work, motion_topic(motion.id), {chat: content for _, chat, _ in chats}, silent=True)

    def _card(self, ticket: Ticket, motion: Motion) -> Content:
        say, moment = self._board.rules.wording.say, self._board.rules.wording.moment
        lines = [say("motions.text", text=ticket.text[:400]), say("motions.count", count=motion.supporters)]
        buttons: tuple[Button, ...] = ()
        if motion.state is MotionState.OWED:
            lines.append(say("motions.due", due=moment(motion.due_at)))
            buttons = (Button(say(f"button.{CivicAction.ANSWER}"), CivicAction.ANSWER, motion.id),)
        else:
            lines.append(say(f"motions.state.{motion.state}", name=motion.answered_by))
        if motion.answer:
            lines.append(say("motions.answer", text=motion.answer))
        return Content(say("motions.title", number=ticket.number), tuple(lines), (buttons,) if buttons else ())
