"""Methods about chats and their members."""

from typing import Any

from bot.sandbox.content import chat_id_of
from bot.sandbox.directory import MEMBER_RIGHTS
from bot.sandbox.failures import bad_request
from bot.sandbox.membership import set_bot_status
from bot.sandbox.params import Params
from bot.sandbox.platform import Platform

Json = dict[str, Any]

MEMBER_PERMISSIONS = {right: not right.startswith(("can_change", "can_pin", "can_manage")) for right in MEMBER_RIGHTS}


def get_chat(platform: Platform, params: Params) -> Json:
    """The ``ChatFullInfo`` object."""
    chat_id = chat_id_of(params)
    chat = platform.directory.chat(chat_id)
    if chat_id < 0:
        platform.directory.readable(chat_id)
    gifts = ("unlimited_gifts", "limited_gifts", "unique_gifts", "premium_subscription", "gifts_from_channels")
    accepted = dict.fromkeys(gifts, False)
    info: Json = {
        **chat,
        "accent_color_id": abs(chat_id) % 7,
        "max_reaction_count": 11,
        "accepted_gift_types": accepted,
    }
    if chat_id < 0:
        info["permissions"] = MEMBER_PERMISSIONS
    pinned = platform.store.fact(f"pinned {chat_id}")
    if pinned and platform.messages.row(chat_id, pinned) is not None:
        info["pinned_message"] = platform.messages.compose(chat_id, pinned, with_reply=False)
    return info


def get_chat_member(platform: Platform, params: Params) -> Json:
    chat_id = chat_id_of(params)
    platform.directory.chat(chat_id)
    platform.directory.readable(chat_id)
    user_id = params.integer("user_id") or 0
    if platform.directory.person(user_id) is None:
        raise bad_request("PARTICIPANT_ID_INVALID")
    return platform.directory.member(chat_id, user_id)


def get_chat_member_count(platform: Platform, params: Params) -> int:
    chat_id = chat_id_of(params)
    platform.directory.chat(chat_id)
    platform.directory.readable(chat_id)
    return 2 if chat_id > 0 else len(platform.directory.members(chat_id))


def get_chat_administrators(platform: Platform, params: Params) -> list[Json]:
    chat_id = chat_id_of(params)
    platform.directory.chat(chat_id)
    if chat_id > 0:
        raise bad_request("there are no administrators in the private chat")
    platform.directory.readable(chat_id)
    members = [platform.directory.member(chat_id, user_id) for user_id in platform.directory.members(chat_id)]
    return [member for member in members if member["status"] in {"creator", "administrator"}]


def leave_chat(platform: Platform, params: Params) -> bool:
    chat_id = chat_id_of(params)
    platform.directory.chat(chat_id)
    if chat_id > 0:
        raise bad_request("chat not found")
    platform.directory.readable(chat_id)
    set_bot_status(platform, chat_id, platform.bot_id, "left")
    return True
