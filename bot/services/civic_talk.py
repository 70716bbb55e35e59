"""Listens in groups for "+1" and "我也想要" about needs and suggestions, and hands everything else on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from bot.services.motions import MotionService
from bot.services.needs import NeedService
from bot.services.ports import Clock, UnitOfWork
from routing.groups import GroupState
from routing.message import IncomingMessage
from routing.need_rules import NeedRules
from routing.queries import Outlook, TicketFilter
from routing.ticket import OPEN_STATUSES


class Listener(Protocol):
    """What listens to a group."""

    def may_matter(self, message: IncomingMessage) -> bool: ...
    def outlook(self, messages: Sequence[IncomingMessage]) -> Outlook: ...
    async def handle(self, work: UnitOfWork, message: IncomingMessage) -> None: ...


class CivicTalk:
    """The same as the listener behind it, but for the few words by which people stand behind something.

    Only a message that consists of such words costs a statement; whether it does is decided in memory.
    """

    def __init__(
        self, rules: NeedRules, needs: NeedService, motions: MotionService, behind: Listener, clock: Clock
    ) -> None:
        self._rules = rules
        self._needs = needs
        self._motions = motions
        self._behind = behind
        self._clock = clock

    def may_matter(self, message: IncomingMessage) -> bool:
        """Whether the message may lead to anything."""
        return self._rules.says_me_too(message.text) or self._behind.may_matter(message)

    def outlook(self, messages: Sequence[IncomingMessage]) -> Outlook:
        """What handling these messages is going to look at."""
        return self._behind.outlook(messages)

    async def handle(self, work: UnitOfWork, message: IncomingMessage) -> None:
        """Deals with one message of a group."""
        if message.edited or not self._rules.says_me_too(message.text) or not await self._heard(work, message):
            await self._behind.handle(work, message)

    async def _heard(self, work: UnitOfWork, message: IncomingMessage) -> bool:
        """Whether it was about a need or a suggestion: the one that is answered, or the newest thing of the group."""
        group = await work.groups.get(message.platform, message.chat_id)
        if group is None or group.area_code is None or group.state is GroupState.LEFT:
            return False
        if message.reply_to is not None:
            return await self._about(work, message, message.reply_to.message_id)
        since = self._clock() - self._rules.join_within
        need = await work.civic.needs.newest_in(message.platform, message.chat_id, since)
        recent = TicketFilter(
            platform=message.platform, group_chat_id=message.chat_id, statuses=OPEN_STATUSES, since=since
        )
        newest = next(iter(await work.tickets.find(recent, limit=1)), None)
        if need is not None and (newest is None or newest.created_at <= need.listed_at):
            return await self._needs.heard(work, need.id, message)
        return newest is not None and await self._motions.heard(work, newest.id, message)

    async def _about(self, work: UnitOfWork, message: IncomingMessage, message_id: int) -> bool:
        topic = await work.outbox.topics.of_message(message.platform, message.chat_id, message_id)
        kind, _, number = (topic or "").partition(":")
        if kind == "need":
            return await self._needs.heard(work, int(number), message)
        need = await work.civic.needs.of_message(message.platform, message.chat_id, message_id)
        if need is not None:
            return await self._needs.heard(work, need.id, message)
        ticket = await work.tickets.of_message(message.platform, message.chat_id, message_id)
        return ticket is not None and await self._motions.heard(work, ticket.id, message)
