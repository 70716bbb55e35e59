"""Commands of administrators: /bind, /invite, /groups."""

from __future__ import annotations

from aiogram import Router
from aiogram.types import Message

from bot.services.organisation import INVITATION_DAYS
from bot.telegram.routers.commands import Command, Said
from bot.telegram.routers.replies import Reply, in_private, in_same_chat, sentence
from bot.telegram.talking import Talking
from routing.groups import Group, GroupKind

_STAFF_WORDS = frozenset({"staff", "工作群"})


def admins_router() -> Router:
    """Handlers for who keeps the register."""
    router = Router(name="admins")
    router.message.register(bind, Command("bind"))
    router.message.register(invite, Command("invite"))
    router.message.register(groups, Command("groups"))
    return router


async def bind(message: Message, command: Said, talking: Talking) -> Reply:
    """Ties the group to an area; with 工作群 behind the code it becomes the area's staff group."""
    words = command.args.split()
    if not words or message.chat.type == "private":
        return in_same_chat(sentence("admin.bind_usage"))
    known = await talking.work.groups.get(talking.platform, message.chat.id)
    kind = GroupKind.STAFF if set(words[1:]) & _STAFF_WORDS else (known.kind if known else GroupKind.RESIDENTS)
    thread_id = message.message_thread_id if message.is_topic_message else None
    group = Group(talking.platform, message.chat.id, message.chat.title or "", kind, thread_id=thread_id)
    return in_same_chat(await talking.services.organisation.bind(talking.work, talking.actor, group, words[0]))


async def invite(message: Message, command: Said, talking: Talking) -> Reply:
    """Makes a one-time link for a post; it goes to the private chat, since whoever opens it first has the post."""
    words = command.args.split()
    if len(words) != 2:
        return in_private(sentence("admin.invite_usage"))
    organisation, say = talking.services.organisation, talking.services.rules.wording.say
    token, role, area = await organisation.invite(talking.work, talking.actor, words[0], words[1])
    link = f"https://t.me/{talking.identity.username}?start={token}"
    role_name = say(f"role.{role}")
    return in_private(sentence("admin.invite_link", role=role_name, area=area.name, days=INVITATION_DAYS, link=link))


async def groups(message: Message, talking: Talking) -> Reply:
    """Lists the groups of the bot."""
    return in_private(await talking.services.organisation.groups(talking.work, talking.actor))
