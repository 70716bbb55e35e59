"""Messages as they lie in the store, and as Telegram writes them."""

import json
import sqlite3
from typing import Any

from bot.sandbox.directory import Directory
from bot.sandbox.store import Store

Json = dict[str, Any]

PAGE = 60
"""Messages of one page of history."""


class Messages:
    """Appends, changes and composes messages. Keys of a body that begin with ``_`` are for people's eyes only."""

    def __init__(self, store: Store, directory: Directory) -> None:
        self._store = store
        self._directory = directory

    def append(
        self,
        chat_id: int,
        sender_id: int,
        sent_at: int,
        body: Json,
        *,
        reply_to: int | None = None,
        thread_id: int | None = None,
    ) -> int:
        """Adds a message and returns its number, counted within its chat."""
        with self._store.transaction():
            message_id = self._next_id(chat_id)
            self._store.run(
                "insert into messages (chat_id, message_id, sender_id, sent_at, reply_to, thread_id, body)"
                " values (?, ?, ?, ?, ?, ?, ?)",
                chat_id,
                message_id,
                sender_id,
                sent_at,
                reply_to,
                thread_id,
                json.dumps(body, ensure_ascii=False),
            )
        return message_id

    def row(self, chat_id: int, message_id: int) -> sqlite3.Row | None:
        """A message that has not been deleted."""
        return self._store.row(
            "select * from messages where chat_id = ? and message_id = ? and deleted = 0", chat_id, message_id
        )

    def body(self, chat_id: int, message_id: int) -> Json | None:
        found = self.row(chat_id, message_id)
        return None if found is None else json.loads(found["body"])

    def change(self, chat_id: int, message_id: int, body: Json, edited_at: int | None = None) -> None:
        self._store.run(
            "update messages set body = ?, edited_at = coalesce(?, edited_at) where chat_id = ? and message_id = ?",
            json.dumps(body, ensure_ascii=False),
            edited_at,
            chat_id,
            message_id,
        )

    def delete(self, chat_id: int, message_id: int) -> None:
        self._store.run("update messages set deleted = 1 where chat_id = ? and message_id = ?", chat_id, message_id)

    def thread_root(self, chat_id: int, message_id: int) -> int:
        """The first message of the chain of replies that ``message_id`` belongs to."""
        found = self.row(chat_id, message_id)
        while found is not None and found["reply_to"] is not None:
            message_id = int(found["reply_to"])
            found = self.row(chat_id, message_id)
        return message_id

    def compose(self, chat_id: int, message_id: int, *, with_reply: bool = True, for_people: bool = False) -> Json:
        """The ``Message`` object; a quoted message carries no quotation of its own, as on Telegram."""
        found = self.row(chat_id, message_id)
        if found is None:
            raise LookupError(message_id)
        return self._composed(found, with_reply=with_reply, for_people=for_people)

    def history(self, chat_id: int, *, before: int | None = None, after: int = 0, limit: int = PAGE) -> list[Json]:
        """The newest messages (numbered below ``before`` and above ``after``), oldest first, for people."""
        found = self._store.rows(
            "select * from messages where chat_id = ? and deleted = 0 and message_id > ? and message_id < ?"
            " order by message_id desc limit ?",
            chat_id,
            after,
            before if before is not None else 1 << 62,
            limit,
        )
        return [self._composed(row, with_reply=True, for_people=True) for row in reversed(found)]

    def last(self, chat_id: int) -> Json | None:
        found = self.history(chat_id, limit=1)
        return found[0] if found else None

    def mark_read(self, chat_id: int, user_id: int) -> None:
        self._store.run(
            "insert into readings select ?, ?, coalesce(max(message_id), 0) from messages where chat_id = ?"
            " on conflict (chat_id, user_id) do update set message_id = excluded.message_id",
            chat_id,
            user_id,
            chat_id,
        )

    def unread(self, chat_id: int, user_id: int) -> int:
        """How many messages of others came since the person last looked."""
        found = self._store.row(
            "select count(*) as number from messages where chat_id = ? and deleted = 0 and sender_id <> ?"
            " and message_id > coalesce((select message_id from readings where chat_id = ? and user_id = ?), 0)",
            chat_id,
            user_id,
            chat_id,
            user_id,
        )
        return int(found["number"]) if found else 0

    def _next_id(self, chat_id: int) -> int:
        found = self._store.row(
            "select coalesce(max(message_id), 0) + 1 as next from messages where chat_id = ?", chat_id
        )
        return int(found["next"]) if found else 1

    def _composed(self, row: sqlite3.Row, *, with_reply: bool, for_people: bool) -> Json:
        chat_id = int(row["chat_id"])
        message: Json = {
            "message_id": row["message_id"],
            "from": self._directory.user(row["sender_id"]),
            "chat": self._directory.chat(chat_id),
            "date": row["sent_at"],
        }
        body = json.loads(row["body"])
        if row["edited_at"] is not None:
            message["edit_date"] = row["edited_at"]
        if row["thread_id"] is not None:
            message["message_thread_id"] = row["thread_id"]
            if self._topic(chat_id, row["thread_id"]):
                message["is_topic_message"] = True
        quoted = row["reply_to"]
        if quoted is None and message.get("is_topic_message") and "forum_topic_created" not in body:
            # In a topic, what answers nobody is written as an answer to the message that opened the topic.
            quoted = row["thread_id"] if not for_people else None
        if with_reply and quoted is not None:
            original = self.row(chat_id, quoted)
            if original is not None:
                message["reply_to_message"] = self._composed(original, with_reply=False, for_people=for_people)
        message |= {key: value for key, value in body.items() if for_people or not key.startswith("_")}
        for entity in [*message.get("entities", ()), *message.get("caption_entities", ())]:
            if entity["type"] == "text_mention":
                entity["user"] = self._directory.user(entity["user"]["id"])
        return message

    def _topic(self, chat_id: int, thread_id: int) -> bool:
        found = self._store.row("select 1 from topics where chat_id = ? and thread_id = ?", chat_id, thread_id)
        return found is not None
