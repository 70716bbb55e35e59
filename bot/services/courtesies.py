"""Answers what is said to the bot itself and holds nothing to register: greetings, thanks, numbers of tickets."""

from __future__ import annotations

from bot.services.joining import JoiningService
from bot.services.lists import ListService
from bot.services.lookup import LookupService
from bot.services.ports import UnitOfWork
from bot.services.rules import Rules
from bot.services.scripts import script_of_person
from routing.addressed import Aside
from routing.groups import GroupKind
from routing.message import IncomingMessage
from routing.outgoing import Content, reply_to
from routing.script import Script, script_of, tells_script
from routing.staff import Actor
from routing.ticket import Ticket


class CourtesyService:
    """The bot's manners. It answers where it was spoken to, and opens nothing."""

    def __init__(self, rules: Rules, lists: ListService, lookup: LookupService, joining: JoiningService) -> None:
        self._rules = rules
        self._lookup = lookup
        self._lists = lists
        self._joining = joining

    async def heard(self, work: UnitOfWork, message: IncomingMessage) -> bool:
        """Answers a message to the bot that consists of such words; false for every other.

        With a photo or a place it is no mere greeting. An edit is not answered again.
        """
        if message.attachments or message.location is not None or not message.text.strip():
            return False
        aside = self._rules.addressed.aside_of(message.text)
        if aside is None:
            return not message.edited and await self._lookup.heard(work, message)
        if not message.edited:
            await self._answer(work, message, aside)
        return True

    async def _answer(self, work: UnitOfWork, message: IncomingMessage, aside: Aside) -> None:
        script = await self._script(work, message)
        if aside is Aside.OVER and (ticket := await self._latest(work, message)) is not None:
            await self._joining.propose_close(work, message, ticket)
            return
        if aside is Aside.STATUS:
            actor = Actor(message.sender_id, message.sender_name)
            group = message.chat_id if message.chat_kind == "group" else None
            listed = await self._lists.mine(work, actor, message.platform, script, group)
            await work.outbox.add(reply_to(message, listed))
            return
        posts = await work.staff.of_account(message.sender_id) if await self._is_among_staff(work, message) else ()
        if aside in {Aside.ACCEPTED, Aside.OVER}:
            key = "addressed.accepted_staff" if posts else "addressed.accepted"
        elif posts and aside is not Aside.THANKS:
            key = "addressed.staff"
        else:
            key = f"addressed.{aside}"
        line = self._rules.wording.say(key, script, name=posts[0].name if posts else "")
        await work.outbox.add(reply_to(message, Content(lines=(line,))))

    @staticmethod
    async def _is_among_staff(work: UnitOfWork, message: IncomingMessage) -> bool:
        """Whether commands of staff may be named here: a residents' group has no use for them."""
        if message.chat_kind == "private":
            return True
        group = await work.groups.get(message.platform, message.chat_id)
        return group is not None and group.kind is GroupKind.STAFF

    async def _latest(self, work: UnitOfWork, message: IncomingMessage) -> Ticket | None:
        """The newest open matter of the writer: in a group, of those reported there."""
        chat_id = message.chat_id if message.chat_kind == "group" else None
        wanted = self._rules.of_reporter(message.platform, message.sender_id, chat_id, None)
        return next((one for one in await work.tickets.find(wanted, limit=_LOOKED_AT) if one.is_open), None)

    @staticmethod
    async def _script(work: UnitOfWork, message: IncomingMessage) -> Script:
        if tells_script(message.text):
            return script_of(message.text)
        return await script_of_person(work, message.platform, message.sender_id)


_LOOKED_AT = 20
"""Own matters among which the newest open one is looked for."""
