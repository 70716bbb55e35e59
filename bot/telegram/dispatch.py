"""Interaction through aiogram: finds out who acts, calls the router, turns the answer into messages.

What the rules refuse is undone to a savepoint and told to the person; only faults of the program or of the database
go on to the feed, which has the update delivered again.
"""

from __future__ import annotations

from aiogram import Bot, Dispatcher
from aiogram.types import Update
from pydantic import ValidationError

from bot.district import UseCases
from bot.services.desk import Answer
from bot.services.ports import UnitOfWork
from bot.services.scripts import in_script
from bot.telegram.decode import BotIdentity, MalformedUpdate, said_in, update_id_of
from bot.telegram.feed import AfterCommit
from bot.telegram.routers.admins import admins_router
from bot.telegram.routers.care import care_router
from bot.telegram.routers.civic import civic_router
from bot.telegram.routers.disputes import disputes_router
from bot.telegram.routers.membership import membership_router
from bot.telegram.routers.presses import presses_router
from bot.telegram.routers.replies import Messages, Reply
from bot.telegram.routers.residents import private_router, residents_router
from bot.telegram.routers.staff import staff_router
from bot.telegram.routers.volunteers import volunteers_router
from bot.telegram.talking import Talking
from routing.errors import QunbanError
from routing.message import IncomingMessage
from routing.outgoing import Content, Outgoing, reply_to
from routing.staff import Actor

LONGEST_TOAST = 200
"""Characters that Telegram shows of the answer to a press."""


class TelegramInteraction:
    """Handles interactions of one platform inside the given unit of work."""

    def __init__(self, *, bot: Bot, services: UseCases, platform: str, identity: BotIdentity) -> None:
        self._bot = bot
        self._services = services
        self._platform = platform
        self._identity = identity
        self._dispatcher = Dispatcher(disable_fsm=True)
        self._dispatcher.include_routers(
            membership_router(),
            residents_router(),
            staff_router(),
            admins_router(),
            care_router(),
            volunteers_router(),
            civic_router(),
            disputes_router(),
            presses_router(),
            private_router(),
        )

    async def handle(self, work: UnitOfWork, raw: bytes) -> AfterCommit | None:
        """Does what the update calls for; returns how to answer the press, to be done once all is committed."""
        try:
            update = Update.model_validate_json(raw, context={"bot": self._bot})
        except ValidationError:
            # What is no update for aiogram will be none the next time either; its error would quote the update.
            raise MalformedUpdate(update_id_of(raw)) from None
        said = said_in(raw, platform=self._platform, identity=self._identity)
        talking = Talking(
            work=work,
            actor=await self._actor(work, update, said),
            platform=self._platform,
            identity=self._identity,
            services=self._services,
            message=said,
        )
        if said is not None and said.chat_kind == "private":
            await work.civic.private_chats.started(self._platform, said.sender_id)
        try:
            async with work.savepoint():
                reply: Reply = await self._dispatcher.feed_update(self._bot, update, talking=talking)
        except QunbanError as refusal:
            reply = self._refusal(refusal)
        if update.callback_query is not None:
            return self._toast(update.callback_query.id, reply)
        if isinstance(reply, Answer):
            reply = Messages((reply,))
        if isinstance(reply, Messages):
            await self._send(work, talking, reply)
        return None

    async def _actor(self, work: UnitOfWork, update: Update, said: IncomingMessage | None) -> Actor:
        event = update.callback_query or update.my_chat_member or update.message or update.edited_message
        user = event.from_user if event is not None else None
        if user is None:
            return Actor(said.sender_id if said else 0, said.sender_name if said else "")
        return Actor(user.id, user.full_name, await work.staff.of_account(user.id))

    def _refusal(self, refusal: QunbanError) -> Answer:
        key = f"error.{refusal.code}"
        known = key if key in self._services.rules.wording.texts else "error.error"
        return Answer(known, refusal.fields(), is_alert=True)

    def _toast(self, query_id: str, reply: Reply) -> AfterCommit:
        text, is_alert, url = "", False, None
        if isinstance(reply, Answer) and reply.start:
            # The platform opens the chat for those who never wrote to the bot as well, and sends /start with it.
            url = f"https://t.me/{self._identity.username}?start={reply.start}"
        elif isinstance(reply, Answer):
            say = self._services.rules.wording.say
            text, is_alert = say(reply.key, reply.script, **reply.fields)[:LONGEST_TOAST], reply.is_alert

        async def answer() -> None:
            await self._bot.answer_callback_query(query_id, text=text or None, show_alert=is_alert, url=url)

        return answer

    async def _say_where(self, work: UnitOfWork, talking: Talking, said: IncomingMessage) -> None:
        """Says in the group that the answer is private, to somebody who may never have started the bot.

        The platform lets no bot write first, so the answer would be lost and the command look dead.
        """
        account = talking.actor.account
        if account in await work.civic.private_chats.among(talking.platform, [account]):
            return
        name = self._identity.username
        line = self._services.rules.wording.say("start.in_private", await talking.script(), name=name)
        await work.outbox.add(reply_to(said, Content(lines=(line,))))

    async def _send(self, work: UnitOfWork, talking: Talking, reply: Messages) -> None:
        said = talking.message
        private = reply.private or said is None
        if reply.private and said is not None and said.chat_kind == "group":
            await self._say_where(work, talking, said)
        script = await talking.script()
        for part in reply.parts:
            if isinstance(part, Answer):
                content = Content(lines=(self._services.rules.wording.say(part.key, script, **part.fields),))
            else:
                content = in_script(part, script)
            await work.outbox.add(
                Outgoing(
                    platform=talking.platform,
                    chat_id=talking.actor.account if private or said is None else said.chat_id,
                    thread_id=None if private or said is None else said.thread_id,
                    content=content,
                    reply_to=None if private or said is None else said.message_id,
                )
            )
