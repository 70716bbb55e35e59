"""The bot's coming and going, a group's move to a supergroup, topics, and people who block the bot."""

from typing import Any

from bot.sandbox.directory import PRESENT
from bot.sandbox.failures import PeopleError
from bot.sandbox.platform import Platform

Json = dict[str, Any]

FIRST_SUPERGROUP_ID = -1_001_900_000_001
TOPIC_COLOUR = 7322096
"""The first of the six colours Telegram allows for a topic's icon."""


def set_bot_status(
    platform: Platform, chat_id: int, by: int, status: str, rights: dict[str, bool] | None = None
) -> None:
    """Adds, promotes, restricts or removes the bot, with the service message and the ``my_chat_member`` update."""
    directory = platform.directory
    if directory.row(chat_id) is None:
        raise PeopleError(404, "room_unknown")
    before = directory.member(chat_id, platform.bot_id)
    with platform.store.transaction():
        directory.set_status(chat_id, platform.bot_id, status, rights)
        _tell_membership(platform, chat_id, by, before, directory.member(chat_id, platform.bot_id))
        if status in PRESENT and before["status"] not in PRESENT:
            user = directory.user(platform.bot_id)
            platform.post(chat_id, by, {"new_chat_members": [user], "new_chat_member": user})
        elif status not in PRESENT and before["status"] in PRESENT:
            platform.post(chat_id, by, {"left_chat_member": directory.user(platform.bot_id)})
    platform.rooms_changed(platform.audience(chat_id))


def set_member(platform: Platform, chat_id: int, user_id: int, status: str) -> None:
    """Lets a person join, leave or be promoted, without a service message."""
    if platform.directory.row(chat_id) is None or platform.directory.person(user_id) is None:
        raise PeopleError(404, "room_unknown")
    before = platform.directory.member(chat_id, user_id)
    platform.directory.set_status(chat_id, user_id, status)
    after = platform.directory.member(chat_id, user_id)
    platform.updates.push("chat_member", _membership(platform, chat_id, user_id, before, after))
    platform.rooms_changed([user_id])


def set_blocked(platform: Platform, user_id: int, *, blocked: bool) -> None:
    """A person stops the bot in the private chat, or starts it again."""
    person = platform.directory.person(user_id)
    if person is None:
        raise PeopleError(404, "person_unknown")
    if bool(person["blocked"]) == blocked:
        return
    bot = platform.directory.user(platform.bot_id)
    stopped: Json = {"status": "kicked", "user": bot, "until_date": 0}
    member: Json = {"status": "member", "user": bot}
    with platform.store.transaction():
        platform.directory.set_person(user_id, blocked=blocked)
        _tell_membership(platform, user_id, user_id, *((member, stopped) if blocked else (stopped, member)))
    platform.rooms_changed([user_id])


def migrate(platform: Platform, chat_id: int, by: int) -> int:
    """Turns a basic group into a supergroup with a new number and the same members; returns the number."""
    directory = platform.directory
    group = directory.row(chat_id)
    if group is None or directory.type_of(chat_id) != "group" or group["migrated_to"] is not None:
        raise PeopleError(409, "not_a_basic_group")
    new_id = int(platform.store.fact("next_supergroup_id", FIRST_SUPERGROUP_ID))
    with platform.store.transaction():
        platform.store.remember("next_supergroup_id", new_id - 1)
        directory.add_chat(new_id, group["title"], group["kind"], position=group["position"])
        for member in directory.members(chat_id):
            directory.set_status(new_id, member, directory.status(chat_id, member), directory.rights(chat_id, member))
        platform.post(chat_id, by, {"migrate_to_chat_id": new_id})
        platform.post(new_id, by, {"migrate_from_chat_id": chat_id})
        platform.store.run("update chats set migrated_to = ? where chat_id = ?", new_id, chat_id)
    platform.rooms_changed(platform.audience(new_id))
    return new_id


def open_topic(platform: Platform, chat_id: int, by: int, name: str) -> int:
    """Opens a topic in a forum; returns its thread number, which is the number of the message that opened it."""
    group = platform.directory.row(chat_id)
    if group is None or not group["is_forum"]:
        raise PeopleError(409, "not_a_forum")
    with platform.store.transaction():
        thread_id = platform.messages.append(
            chat_id, by, platform.now(), {"forum_topic_created": {"name": name, "icon_color": TOPIC_COLOUR}}
        )
        platform.store.run("insert into topics values (?, ?, ?)", chat_id, thread_id, name)
        platform.store.run(
            "update messages set thread_id = ? where chat_id = ? and message_id = ?", thread_id, chat_id, thread_id
        )
        if platform.bot_listens(chat_id):
            platform.updates.push("message", platform.messages.compose(chat_id, thread_id))
    platform.show("message", chat_id, thread_id)
    return thread_id


def _tell_membership(platform: Platform, chat_id: int, by: int, before: Json, after: Json) -> None:
    platform.updates.push("my_chat_member", _membership(platform, chat_id, by, before, after))


def _membership(platform: Platform, chat_id: int, by: int, before: Json, after: Json) -> Json:
    return {
        "chat": platform.directory.chat(chat_id),
        "from": platform.directory.user(by),
        "date": platform.now(),
        "old_chat_member": before,
        "new_chat_member": after,
    }


def announce_bot(platform: Platform, chat_id: int) -> None:
    """Tells the bot that it was added to a group it has been in from the start; the group's first member did it."""
    members = platform.audience(chat_id)
    if not members:
        return
    bot = platform.directory.user(platform.bot_id)
    before, after = {"status": "left", "user": bot}, platform.directory.member(chat_id, platform.bot_id)
    _tell_membership(platform, chat_id, members[0], before, after)
