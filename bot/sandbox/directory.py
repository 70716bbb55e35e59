"""Users, chats and who is what in which chat, written in Telegram's shapes."""

import json
import sqlite3
from typing import Any

from bot.sandbox.failures import bad_request, forbidden
from bot.sandbox.store import Store
from bot.sandbox.world import SUPERGROUP_CEILING, World

Json = dict[str, Any]

PRESENT = frozenset({"creator", "administrator", "member", "restricted"})
ADMINISTRATOR_RIGHTS = (
    "can_manage_chat",
    "can_delete_messages",
    "can_manage_video_chats",
    "can_restrict_members",
    "can_promote_members",
    "can_change_info",
    "can_invite_users",
    "can_post_stories",
    "can_edit_stories",
    "can_delete_stories",
    "can_pin_messages",
    "can_manage_topics",
    "can_send_welcome_messages",
)
MEMBER_RIGHTS = (
    "can_send_messages",
    "can_send_audios",
    "can_send_documents",
    "can_send_photos",
    "can_send_videos",
    "can_send_video_notes",
    "can_send_voice_notes",
    "can_send_polls",
    "can_send_other_messages",
    "can_add_web_page_previews",
    "can_react_to_messages",
    "can_edit_tag",
    "can_change_info",
    "can_invite_users",
    "can_pin_messages",
    "can_manage_topics",
)


class Directory:
    """Reads and writes who exists. A private chat has its person's number and no row of its own."""

    def __init__(self, store: Store, bot_id: int) -> None:
        self._store = store
        self.bot_id = bot_id

    def seed(self, world: World) -> list[int]:
        """Adds what ``world`` names and the file does not know yet; returns the rooms that are new."""
        fresh = []
        with self._store.transaction():
            self.add_user(self.bot_id, world.bot_name, "", "bot", username=world.bot_username, is_bot=True)
            for position, persona in enumerate(world.personas):
                self.add_user(persona.user_id, persona.name, persona.title, persona.kind, position=position)
            for position, room in enumerate(world.rooms):
                if self.row(room.chat_id) is None:
                    fresh.append(room.chat_id)
                    self.add_chat(room.chat_id, room.title, room.kind, is_forum=room.is_forum, position=position)
                    for member in room.members:
                        self.set_status(room.chat_id, member, "member")
                    for rank, admin in enumerate(room.admins):
                        self.set_status(room.chat_id, admin, "administrator" if rank else "creator")
                    self.set_status(room.chat_id, self.bot_id, "member")
        return fresh

    def add_user(
        self,
        user_id: int,
        name: str,
        title: str,
        kind: str,
        *,
        username: str | None = None,
        is_bot: bool = False,
        started: bool = True,
        position: int = 0,
    ) -> None:
        self._store.run(
            "insert into users (user_id, name, title, kind, username, is_bot, started, position)"
            " values (?, ?, ?, ?, ?, ?, ?, ?) on conflict (user_id) do update set name = excluded.name,"
            " title = excluded.title, kind = excluded.kind, username = excluded.username, position = excluded.position",
            user_id,
            name,
            title,
            kind,
            username,
            is_bot,
            started,
            position,
        )

    def add_chat(self, chat_id: int, title: str, kind: str, *, is_forum: bool = False, position: int = 0) -> None:
        self._store.run(
            "insert or ignore into chats (chat_id, title, kind, is_forum, position) values (?, ?, ?, ?, ?)",
            chat_id,
            title,
            kind,
            is_forum,
            position,
        )

    def row(self, chat_id: int) -> sqlite3.Row | None:
        """The row of a group."""
        return self._store.row("select * from chats where chat_id = ?", chat_id)

    def person(self, user_id: int) -> sqlite3.Row | None:
        return self._store.row("select * from users where user_id = ?", user_id)

    def people(self) -> list[sqlite3.Row]:
        return self._store.rows("select * from users where is_bot = 0 order by position, user_id")

    def set_person(self, user_id: int, *, started: bool | None = None, blocked: bool | None = None) -> None:
        if started is not None:
            self._store.run("update users set started = ? where user_id = ?", started, user_id)
        if blocked is not None:
            self._store.run("update users set blocked = ? where user_id = ?", blocked, user_id)

    def user(self, user_id: int) -> Json:
        """The ``User`` object."""
        found = self.person(user_id)
        if found is None:
            raise bad_request("user not found")
        user: Json = {"id": user_id, "is_bot": bool(found["is_bot"]), "first_name": found["name"]}
        if found["username"]:
            user["username"] = found["username"]
        if not found["is_bot"]:
            user["language_code"] = "zh-hans"
        return user

    def chat(self, chat_id: int) -> Json:
        """The ``Chat`` object; raises "chat not found"."""
        if chat_id > 0:
            found = self.person(chat_id)
            if found is None:
                raise bad_request("chat not found")
            chat: Json = {"id": chat_id, "type": "private", "first_name": found["name"]}
            if found["username"]:
                chat["username"] = found["username"]
            return chat
        group = self.row(chat_id)
        if group is None:
            raise bad_request("chat not found")
        chat = {"id": chat_id, "type": self.type_of(chat_id), "title": group["title"]}
        if group["is_forum"]:
            chat["is_forum"] = True
        return chat

    @staticmethod
    def type_of(chat_id: int) -> str:
        if chat_id > 0:
            return "private"
        return "supergroup" if chat_id <= SUPERGROUP_CEILING else "group"

    def status(self, chat_id: int, user_id: int) -> str:
        """A member's status; ``left`` for who never was there."""
        found = self._store.row("select status from members where chat_id = ? and user_id = ?", chat_id, user_id)
        return "left" if found is None else str(found["status"])

    def rights(self, chat_id: int, user_id: int) -> dict[str, bool]:
        found = self._store.row("select rights from members where chat_id = ? and user_id = ?", chat_id, user_id)
        return {} if found is None else json.loads(found["rights"])

    def set_status(self, chat_id: int, user_id: int, status: str, rights: dict[str, bool] | None = None) -> None:
        self._store.run(
            "insert into members values (?, ?, ?, ?)"
            " on conflict (chat_id, user_id) do update set status = excluded.status, rights = excluded.rights",
            chat_id,
            user_id,
            status,
            json.dumps(rights or {}),
        )

    def member(self, chat_id: int, user_id: int) -> Json:
        """The ``ChatMember`` object, in the shape its status asks for."""
        if chat_id > 0:
            return {"status": "member", "user": self.user(user_id)}
        status, given = self.status(chat_id, user_id), self.rights(chat_id, user_id)
        member: Json = {"status": status, "user": self.user(user_id)}
        match status:
            case "creator":
                member["is_anonymous"] = False
            case "administrator":
                member |= {"can_be_edited": False, "is_anonymous": False}
                # What a promotion in the usual dialogue gives: everything but naming further administrators.
                usual = {right: right != "can_promote_members" for right in ADMINISTRATOR_RIGHTS}
                member |= usual | {right: value for right, value in given.items() if right in usual}
            case "restricted":
                member |= {"is_member": True, "until_date": 0}
                member |= {right: given.get(right, False) for right in MEMBER_RIGHTS}
            case "kicked":
                member["until_date"] = 0
        return member

    def members(self, chat_id: int) -> list[int]:
        """Who is in the group now, the bot included."""
        found = self._store.rows("select user_id, status from members where chat_id = ? order by user_id", chat_id)
        return [int(row["user_id"]) for row in found if row["status"] in PRESENT]

    def groups_of(self, user_id: int) -> list[sqlite3.Row]:
        """The living groups of a person; one that became a supergroup is not among them."""
        return self._store.rows(
            "select chats.* from chats join members using (chat_id) where user_id = ? and migrated_to is null"
            " and status in ('creator', 'administrator', 'member', 'restricted') order by position, chat_id",
            user_id,
        )

    def reachable(self, chat_id: int) -> Json:
        """The chat, where the bot may write there now; raises as Telegram does where it may not."""
        self.readable(chat_id)
        is_restricted = chat_id < 0 and self.status(chat_id, self.bot_id) == "restricted"
        if is_restricted and not self.rights(chat_id, self.bot_id).get("can_send_messages", False):
            raise bad_request("not enough rights to send text messages to the chat")
        return self.chat(chat_id)

    def readable(self, chat_id: int) -> None:
        """Raises where the bot is no part of the chat."""
        chat_type = self.type_of(chat_id)
        if chat_id > 0:
            self._require_open_private_chat(chat_id)
            return
        group = self.row(chat_id)
        if group is None:
            raise bad_request("chat not found")
        if group["migrated_to"] is not None:
            parameters = {"migrate_to_chat_id": group["migrated_to"]}
            raise bad_request("group chat was upgraded to a supergroup chat", parameters)
        status = self.status(chat_id, self.bot_id)
        if status == "kicked":
            raise forbidden(f"bot was kicked from the {chat_type} chat")
        if status == "left":
            raise forbidden(f"bot is not a member of the {chat_type} chat")

    def _require_open_private_chat(self, user_id: int) -> None:
        person = self.person(user_id)
        if person is None:
            raise bad_request("chat not found")
        if person["is_bot"]:
            raise forbidden("bots can't send messages to bots")
        if not person["started"]:
            raise forbidden("bot can't initiate conversation with a user")
        if person["blocked"]:
            raise forbidden("bot was blocked by the user")
