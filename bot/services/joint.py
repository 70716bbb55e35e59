"""主办 and 协办: the lead asks people of other units to do a part each; the ticket is done when all parts are."""

from __future__ import annotations

from dataclasses import replace

from bot.services.awaited_words import LIFETIME, await_words
from bot.services.desk import LONGEST_LABEL, Answer, Press, TicketDesk
from bot.services.ports import UnitOfWork
from bot.services.rota import there_now
from bot.services.subtask_cards import show_subtask
from routing.errors import NotAllowed, QunbanError
from routing.message import IncomingMessage
from routing.outgoing import Button, Content
from routing.permissions import RANK, co_handling_post
from routing.staff import Actor, Role, Staff
from routing.subtask import Subtask, SubtaskState, require_move
from routing.ticket import Action, Ticket
from routing.ticket_events import EventKind, TicketEvent

CO_HANDLER = "co_handler"
"""The button that names whom the lead asks."""
RECALL_ONE = "recall_one"
"""The button that names which sub-task the lead takes back."""
RECALL_FOR = "recall_for"
"""The button that names why."""
EXPECTS_TASK = "subtask"
"""The lead is to write what the co-handler shall do."""

MOST_HELPERS = 20
SHORTEST_TASK = 2
LONGEST_TASK = 200

_A_ROW = 2
_HELPERS = (Role.GRID_WORKER, Role.PROPERTY, Role.DEPARTMENT, Role.GRID_LEAD, Role.COMMUNITY, Role.STREET)


class TaskUnclear(QunbanError):
    """What the co-handler shall do is said in too few words, or in too many for a card."""

    code = "task_unclear"

    def __init__(self, shortest: int, longest: int) -> None:
        super().__init__(shortest, longest)
        self.shortest = shortest
        self.longest = longest


class JointService:
    """Gives sub-tasks, and takes the answers of co-handlers."""

    def __init__(self, desk: TicketDesk) -> None:
        self._desk = desk

    async def offer_helpers(self, work: UnitOfWork, press: Press, ticket_id: int) -> Answer:
        """Asks the lead, in private, whom to invite."""
        taken = await self._desk.take(work, press.actor, Action.INVITE, ticket_id)
        helpers = await self._helpers(work, taken.ticket)
        if not helpers:
            return Answer("subtask.nobody", is_alert=True)
        cards = self._desk.board.cards
        buttons = [
            Button(f"{cards.role(post.role)} {post.name}", CO_HANDLER, ticket_id, str(post.id)) for post in helpers
        ]
        rows = tuple(tuple(buttons[start : start + _A_ROW]) for start in range(0, len(buttons), _A_ROW))
        answer = Answer("subtask.choose_person", {"number": taken.ticket.number})
        title = self._desk.rules.wording.say(answer.key, **answer.fields)
        await self._desk.say(work, press, Content(title, buttons=rows), ticket_id=ticket_id)
        return answer

    async def ask_task(self, work: UnitOfWork, press: Press, ticket_id: int, post_id: int) -> Answer:
        """Asks the lead what the chosen person shall do; the sentence is awaited in the private chat."""
        taken = await self._desk.take(work, press.actor, Action.INVITE, ticket_id)
        helper = await self._helper(work, taken.ticket, post_id)
        account, until = press.actor.account, taken.now + LIFETIME
        data = {"post": helper.id}
        await await_words(work, press.platform, account, EXPECTS_TASK, until, ticket_id=ticket_id, data=data)
        return await self._answered(work, press, Answer("subtask.tell_task", {"name": helper.name}))

    async def take_task(self, work: UnitOfWork, actor: Actor, message: IncomingMessage) -> Answer | None:
        """Takes the lead's sentence and gives the sub-task; none where the bot waits for no such sentence any more."""
        dialogue = await work.prompts.dialogue(message.platform, message.chat_id, actor.account)
        if dialogue is None or dialogue.ticket_id is None or dialogue.expires_at <= self._desk.clock():
            await work.prompts.end(message.platform, message.chat_id, actor.account)
            return None
        task = " ".join(message.text.split())
        if not SHORTEST_TASK <= len(task) <= LONGEST_TASK:
            raise TaskUnclear(SHORTEST_TASK, LONGEST_TASK)
        await work.prompts.end(message.platform, message.chat_id, actor.account)
        taken = await self._desk.take(work, actor, Action.INVITE, dialogue.ticket_id)
        post_id = dialogue.data.get("post")
        helper = await self._helper(work, taken.ticket, post_id if isinstance(post_id, int) else 0)
        subtask = await work.subtasks.add(Subtask(0, taken.ticket.id, helper.id, taken.post.id, taken.now, task))
        event = self._desk.event(taken, EventKind.SUBTASK_GIVEN, subtask=subtask.id, to=helper.name, to_post=helper.id)
        ticket = await self._desk.put(work, taken.ticket, event)
        await show_subtask(work, self._desk.rules, self._desk.board, ticket, subtask)
        return Answer("subtask.given", {"name": helper.name, "number": ticket.number})

    async def claim(self, work: UnitOfWork, press: Press, subtask_id: int) -> Answer:
        """The co-handler takes the sub-task on."""
        return await self._move(work, press, subtask_id, SubtaskState.CLAIMED, EventKind.SUBTASK_CLAIMED)

    async def finish(self, work: UnitOfWork, press: Press, subtask_id: int) -> Answer:
        """The co-handler has done the sub-task; one that was never claimed is claimed by this."""
        return await self._move(work, press, subtask_id, SubtaskState.DONE, EventKind.SUBTASK_DONE)

    async def offer_recall(self, work: UnitOfWork, press: Press, ticket_id: int) -> Answer:
        """Asks the lead which open sub-task shall be taken back."""
        taken = await self._desk.take(work, press.actor, Action.RECALL, ticket_id)
        waiting = [one for one in await work.subtasks.of_ticket(ticket_id) if one.is_open]
        if not waiting:
            return Answer("subtask.nothing_open", is_alert=True)
        rows = []
        for one in waiting:
            helper = await work.staff.get(one.post_id)
            rows.append((Button(f"{helper.name}：{one.task}"[:LONGEST_LABEL], RECALL_ONE, one.id),))
        answer = Answer("subtask.choose_recall", {"number": taken.ticket.number})
        title = self._desk.rules.wording.say(answer.key, **answer.fields)
        await self._desk.say(work, press, Content(title, buttons=tuple(rows)), ticket_id=ticket_id)
        return answer

    async def offer_recall_reasons(self, work: UnitOfWork, press: Press, subtask_id: int) -> Answer:
        """Asks the lead why."""
        subtask = await work.subtasks.get(subtask_id)
        await self._desk.take(work, press.actor, Action.RECALL, subtask.ticket_id)
        require_move(subtask, SubtaskState.WITHDRAWN)
        wording = self._desk.rules.wording
        rows = tuple((Button(words, RECALL_FOR, subtask_id, code),) for code, words in wording.reasons("subtask"))
        answer = Answer("subtask.choose_reason")
        await self._desk.change_message(work, press, Content(wording.say(answer.key), buttons=rows))
        return answer

    async def recall(self, work: UnitOfWork, press: Press, subtask_id: int, reason: str) -> Answer:
        """Takes a sub-task back; its co-handler hears why."""
        subtask = await work.subtasks.get(subtask_id)
        taken = await self._desk.take(work, press.actor, Action.RECALL, subtask.ticket_id)
        words = dict(self._desk.rules.wording.reasons("subtask")).get(reason)
        if words is None:
            raise NotAllowed(Action.RECALL)
        subtask = await work.subtasks.lock(subtask_id)
        require_move(subtask, SubtaskState.WITHDRAWN)
        ended = replace(subtask, state=SubtaskState.WITHDRAWN, withdrawn_at=taken.now, reason=reason)
        await work.subtasks.save(ended)
        event = self._desk.event(taken, EventKind.SUBTASK_WITHDRAWN, subtask=subtask_id, reason=reason)
        ticket = await self._desk.put(work, taken.ticket, event)
        await show_subtask(work, self._desk.rules, self._desk.board, ticket, ended)
        helper = await work.staff.get(subtask.post_id)
        fields = {"number": ticket.number, "task": subtask.task, "name": taken.post.name, "reason": words}
        told = Content(lines=(self._desk.rules.wording.say("subtask.recalled_helper", **fields),))
        await self._desk.board.tell(work, ticket, helper.account, told)
        return await self._answered(work, press, Answer("subtask.recalled", {"name": helper.name}))

    async def _move(
        self, work: UnitOfWork, press: Press, subtask_id: int, state: SubtaskState, kind: EventKind
    ) -> Answer:
        # The ticket before its sub-task, everywhere in this order, so that no two presses wait for each other.
        ticket = await work.tickets.lock((await work.subtasks.get(subtask_id)).ticket_id)
        subtask, now = await work.subtasks.lock(subtask_id), self._desk.clock()
        post = co_handling_post(press.actor, subtask)
        require_move(subtask, state)
        is_done = state is SubtaskState.DONE
        subtask = replace(subtask, state=state, claimed_at=subtask.claimed_at or now, done_at=now if is_done else None)
        await work.subtasks.save(subtask)
        event = TicketEvent(ticket.id, kind, now, post.account, post.name, {"post": post.id, "subtask": subtask.id})
        ticket = await self._desk.put(work, ticket, event)
        await show_subtask(work, self._desk.rules, self._desk.board, ticket, subtask)
        await self._tell_lead(work, ticket, subtask, post)
        return Answer(f"subtask.{state}", {"number": ticket.number})

    async def _tell_lead(self, work: UnitOfWork, ticket: Ticket, subtask: Subtask, post: Staff) -> None:
        lead = await self._desk.board.assignee(work, ticket)
        if lead is None:
            return
        say = self._desk.rules.wording.say
        lines = [say(f"subtask.{subtask.state}_lead", number=ticket.number, name=post.name, task=subtask.task)]
        others = [one for one in await work.subtasks.of_ticket(ticket.id) if one.is_open]
        if subtask.state is SubtaskState.DONE and not others:
            lines.append(say("subtask.all_done"))
        await self._desk.board.tell(work, ticket, lead.account, Content(lines=tuple(lines)))

    async def _helper(self, work: UnitOfWork, ticket: Ticket, post_id: int) -> Staff:
        helper = next((post for post in await self._helpers(work, ticket) if post.id == post_id), None)
        if helper is None:
            raise NotAllowed(Action.INVITE)
        return helper

    async def _helpers(self, work: UnitOfWork, ticket: Ticket) -> tuple[Staff, ...]:
        """Whoever is on duty around the place; those whose service it is come first, then the lower ranks.

        What is wanted of them may be another matter than the ticket's own, so nobody is left out for their skills.
        """
        codes = [code for code in ticket.area_path.split("/") if code]
        found = await work.staff.posts(_HELPERS, [*codes, ticket.owner_area_code])
        posts = there_now(self._desk.rules, found, self._desk.clock())
        able = [post for post in posts if post.id != ticket.assignee_id and post.account is not None and post.on_duty]
        able.sort(key=lambda post: (not post.serves(ticket.service_code), RANK[post.role], post.id))
        return tuple(able[:MOST_HELPERS])

    async def _answered(self, work: UnitOfWork, press: Press, answer: Answer) -> Answer:
        line = self._desk.rules.wording.say(answer.key, **answer.fields)
        await self._desk.change_message(work, press, Content(lines=(line,)))
        return answer
