"""Keeps every card of a ticket true: one card per chat, sent once and edited with each change."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from bot.services.cards import CardMaker, TicketView
from bot.services.ports import UnitOfWork
from bot.services.rules import Rules
from routing.groups import GroupKind, GroupState
from routing.motion import Support
from routing.outgoing import Button, Content, Outgoing, outgoing
from routing.permissions import is_superior, may_claim
from routing.staff import Staff
from routing.subtask import Subtask, SubtaskState
from routing.ticket import PATROL, Ticket


class TicketBoard:
    """Adds the rows that bring all cards of a ticket up to date to the outbox of a unit of work."""

    def __init__(self, rules: Rules, cards: CardMaker) -> None:
        self._rules = rules
        self.cards = cards

    async def view(self, work: UnitOfWork, ticket: Ticket, now: datetime) -> TicketView:
        """The ticket with what its cards show beside it."""
        reporters = len(await work.tickets.reporters(ticket.id))
        return TicketView(
            ticket=ticket,
            tree=await work.areas.tree(),
            assignee=await self.assignee(work, ticket),
            reporters=reporters,
            support=await self._support(work, ticket, reporters),
            colour=self._rules.colour(ticket, now),
            asks_place=self._rules.lacks_place(ticket),
            helpers=await self._helpers(work, ticket),
            offered_to=await work.staff.get(ticket.hand_over.to_post) if ticket.hand_over is not None else None,
        )

    async def _support(self, work: UnitOfWork, ticket: Ticket, reporters: int) -> Support | None:
        if not self._rules.support.collects(ticket):
            return None
        needed = self._rules.support.needed(await work.areas.tree(), ticket.area_code)
        # Nobody owes an answer before there is enough support, so a fresh suggestion asks for nothing.
        motion = await work.civic.motions.of_ticket(ticket.id) if reporters >= needed else None
        return Support(needed, motion)

    @staticmethod
    async def _helpers(work: UnitOfWork, ticket: Ticket) -> tuple[tuple[Subtask, Staff], ...]:
        subtasks = await work.subtasks.of_ticket(ticket.id)
        kept = [one for one in subtasks if one.state is not SubtaskState.WITHDRAWN]
        return tuple([(one, await work.staff.get(one.post_id)) for one in kept])

    async def assignee(self, work: UnitOfWork, ticket: Ticket) -> Staff | None:
        """The post that the ticket is given to, if any."""
        return await work.staff.get(ticket.assignee_id) if ticket.assignee_id is not None else None

    async def post(
        self, work: UnitOfWork, ticket: Ticket, now: datetime, *, also: tuple[Staff, ...] = (), silent: bool = False
    ) -> None:
        """Sends or edits the card in the residents' group, the holder's chat and the staff group.

        What came in private has its public card in the reporter's chat instead of a group. Everybody who has a card of
        the ticket already gets the new state too; ``also`` are superiors who are told now.
        """
        view = await self.view(work, ticket, now)
        known = await work.tickets.card_chats(ticket.id)
        staff_groups = await self._staff_groups(work, ticket)
        wanted: dict[int, int | None] = dict(known)
        told_in = ticket.group_chat_id if ticket.group_chat_id is not None else await self._alone(work, ticket)
        if told_in is not None:
            wanted.setdefault(told_in, ticket.group_thread_id)
        if view.assignee is not None and view.assignee.account is not None:
            wanted.setdefault(view.assignee.account, None)
        wanted.update({chat: thread for chat, thread in staff_groups.items() if chat not in wanted})
        for post in also:
            if post.account is not None:
                wanted.setdefault(post.account, None)
        messages = []
        public = self._rules.as_public(ticket)
        # What handlers read is the same for all of them; only what they may press differs.
        shown: Content | None = None
        for chat_id, thread_id in wanted.items():
            is_residents = chat_id == told_in and chat_id not in staff_groups
            if is_residents:
                content = self.cards.group(view if public is ticket else replace(view, ticket=public))
            else:
                shown = shown or self.cards.handler(view, ())
                content = shown.with_buttons(await self._buttons(work, view, chat_id, staff_groups))
            messages.append(
                outgoing(
                    platform=ticket.platform,
                    chat_id=chat_id,
                    thread_id=thread_id,
                    content=content,
                    reply_to=ticket.source_message_id if is_residents else None,
                    ticket_id=ticket.id,
                    card=True,
                    silent=silent,
                )
            )
        await work.outbox.add(*messages)

    async def shown_in(
        self, work: UnitOfWork, ticket: Ticket, chat_id: int, now: datetime
    ) -> tuple[Content, bool] | None:
        """The card as this chat may have it, and whether it is the one of those who handle it.

        None for a chat that has no business with the ticket: another group, or a person who neither reported it, nor
        has it, may take it on or stands above it.
        """
        view = await self.view(work, ticket, now)
        staff_groups = await self._staff_groups(work, ticket)
        if chat_id not in staff_groups and chat_id == ticket.group_chat_id:
            return self.cards.group(replace(view, ticket=self._rules.as_public(ticket))), False
        posts = await work.staff.of_account(chat_id) if chat_id > 0 else ()
        is_concerned = any(
            post.id == ticket.assignee_id or is_superior(post, ticket, view.assignee) or may_claim(post, ticket)
            for post in posts
        )
        if is_concerned or chat_id in staff_groups:
            return self.cards.handler(view, await self._buttons(work, view, chat_id, staff_groups)), True
        if chat_id in {one.account for one in await work.tickets.reporters(ticket.id)}:
            return self.cards.group(replace(view, ticket=self._rules.as_public(ticket))), False
        return None

    @staticmethod
    async def _alone(work: UnitOfWork, ticket: Ticket) -> int | None:
        """The private chat of a resident who reported there.

        Who handles matters has the handlers' card where there is something to do, and a finding of a round has its own.
        """
        account = ticket.reporter_id
        if account is None or ticket.via == PATROL or await work.staff.of_account(account):
            return None
        return account

    async def _buttons(
        self, work: UnitOfWork, view: TicketView, chat_id: int, staff_groups: dict[int, int | None]
    ) -> tuple[tuple[Button, ...], ...]:
        """The buttons of the card in a chat that is not the residents' group."""
        if chat_id in staff_groups:
            return self.cards.staff_group_buttons(view.ticket)
        if view.assignee is not None and chat_id == view.assignee.account:
            return self.cards.holder_buttons(view)
        posts = await work.staff.of_account(chat_id)
        if any(is_superior(post, view.ticket, view.assignee) for post in posts):
            return self.cards.superior_buttons(view)
        if any(may_claim(post, view.ticket) for post in posts):
            return self.cards.claimant_buttons(view.ticket)
        return ()

    async def _staff_groups(self, work: UnitOfWork, ticket: Ticket) -> dict[int, int | None]:
        """The staff group of the nearest area around the ticket that has one."""
        codes = [code for code in reversed(ticket.area_path.strip("/").split("/")) if code]
        groups = await work.groups.of_areas(GroupKind.STAFF, codes)
        for code in codes:
            near = {
                group.chat_id: group.thread_id
                for group in groups
                if group.area_code == code and group.platform == ticket.platform and group.state is GroupState.ACTIVE
            }
            if near:
                return near
        return {}

    async def tell(
        self,
        work: UnitOfWork,
        ticket: Ticket,
        account: int | None,
        content: Content,
        *,
        silent: bool = False,
    ) -> None:
        """A message of its own to one person's private chat; nothing where the account is unknown."""
        if account is not None:
            await work.outbox.add(
                Outgoing(platform=ticket.platform, chat_id=account, content=content, ticket_id=ticket.id, silent=silent)
            )

    async def tell_staff_groups(self, work: UnitOfWork, ticket: Ticket, content: Content, *, silent: bool) -> None:
        """A message of its own to the staff group of the nearest area around the ticket that has one."""
        groups = await self._staff_groups(work, ticket)
        await work.outbox.add(
            *(
                Outgoing(
                    platform=ticket.platform,
                    chat_id=chat_id,
                    thread_id=thread_id,
                    content=content,
                    ticket_id=ticket.id,
                    silent=silent,
                )
                for chat_id, thread_id in groups.items()
            )
        )

    async def tell_group(
        self, work: UnitOfWork, ticket: Ticket, content: Content, *, reply_to: int | None = None
    ) -> None:
        """A message of its own to where the ticket came from."""
        if ticket.group_chat_id is not None:
            await work.outbox.add(
                Outgoing(
                    platform=ticket.platform,
                    chat_id=ticket.group_chat_id,
                    thread_id=ticket.group_thread_id,
                    content=content,
                    reply_to=reply_to if reply_to is not None else ticket.source_message_id,
                    ticket_id=ticket.id,
                )
            )
