"""What happens to the bot itself: added, removed, restricted, blocked, and groups that become supergroups."""

from __future__ import annotations

from aiogram import F, Router
from aiogram.types import (
    ChatMemberAdministrator,
    ChatMemberBanned,
    ChatMemberLeft,
    ChatMemberMember,
    ChatMemberOwner,
    ChatMemberRestricted,
    ChatMemberUpdated,
    Message,
)

from bot.telegram.talking import Talking
from routing.groups import Group

ChatMember = (
    ChatMemberOwner
    | ChatMemberAdministrator
    | ChatMemberMember
    | ChatMemberRestricted
    | ChatMemberLeft
    | ChatMemberBanned
)

_GONE = frozenset({"left", "kicked"})
_GROUPS = frozenset({"group", "supergroup"})


def membership_router() -> Router:
    """Handlers of the platform's own messages."""
    router = Router(name="membership")
    router.my_chat_member.register(membership_changed)
    router.message.register(migrated, F.migrate_to_chat_id)
    return router


async def membership_changed(update: ChatMemberUpdated, talking: Talking) -> None:
    """Keeps the state of the group, or whether a person can be written to, in step with the platform."""
    member = update.new_chat_member
    is_gone = _is_outside(member)
    if update.chat.type == "private":
        changed = await talking.work.staff.set_reachable(update.chat.id, reachable=not is_gone)
        if is_gone and changed:
            await talking.services.undelivered.lost(talking.work, update.chat.id)
        return
    if update.chat.type not in _GROUPS:
        return
    if is_gone:
        await talking.services.organisation.left(talking.work, talking.platform, update.chat.id)
        return
    can_write = not isinstance(member, ChatMemberRestricted) or bool(member.can_send_messages)
    group = Group(talking.platform, update.chat.id, update.chat.title or "")
    is_new = _is_outside(update.old_chat_member)
    await talking.services.organisation.joined(talking.work, group, is_new=is_new, can_write=can_write)


def _is_outside(member: ChatMember) -> bool:
    return member.status in _GONE or (isinstance(member, ChatMemberRestricted) and not member.is_member)


async def migrated(message: Message, talking: Talking) -> None:
    """The group became a supergroup; the message stands in the old one and names the new."""
    if message.migrate_to_chat_id is not None:
        await talking.services.organisation.migrated(
            talking.work, talking.platform, message.chat.id, message.migrate_to_chat_id
        )
