"""The platform itself: what happens when somebody writes, edits or deletes, whoever it is."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from bot.sandbox.callbacks import Callbacks
from bot.sandbox.directory import Directory
from bot.sandbox.faults import Calls, Faults, Limits
from bot.sandbox.files import Files
from bot.sandbox.live import Live
from bot.sandbox.messages import Messages
from bot.sandbox.store import Store
from bot.sandbox.updates import Updates
from bot.sandbox.webhook import Webhook
from bot.sandbox.world import World

Json = dict[str, Any]


class Platform:
    """Joins the store, the bot's queue of updates and the people's open pages; both sides act through it."""

    def __init__(self, world: World, store: Store, clock: Callable[[], datetime]) -> None:
        self.token = world.token
        self.bot_id = world.bot_id
        self.store = store
        self.clock = clock
        self.directory = Directory(store, world.bot_id)
        self.messages = Messages(store, self.directory)
        self.files = Files(store)
        # Seconds since the epoch: no chat has more than one update a second for long, so a later file begins above.
        self.updates = Updates(store, int(clock().timestamp()))
        self.webhook = Webhook(store, self.updates, clock)
        self.live = Live()
        self.callbacks = Callbacks(store, clock)
        self.faults = Faults()
        self.limits = Limits(clock)
        self.calls = Calls(clock)

    def now(self) -> int:
        """Seconds since the epoch, as Telegram dates everything."""
        return int(self.clock().timestamp())

    def audience(self, chat_id: int) -> list[int]:
        """The people who see a chat."""
        if chat_id > 0:
            return [chat_id]
        return [member for member in self.directory.members(chat_id) if member != self.bot_id]

    def bot_listens(self, chat_id: int) -> bool:
        """Whether the bot gets what is said there now."""
        if chat_id > 0:
            person = self.directory.person(chat_id)
            return person is not None and bool(person["started"]) and not person["blocked"]
        return self.bot_id in self.directory.members(chat_id)

    def post(
        self,
        chat_id: int,
        sender_id: int,
        body: Json,
        *,
        reply_to: int | None = None,
        thread_id: int | None = None,
    ) -> int:
        """Adds a message, shows it to everybody concerned and returns its number."""
        if reply_to is not None and thread_id is None:
            thread_id = self._thread_of_reply(chat_id, reply_to)
        with self.store.transaction():
            message_id = self.messages.append(
                chat_id, sender_id, self.now(), body, reply_to=reply_to, thread_id=thread_id
            )
            if sender_id != self.bot_id:
                self.messages.mark_read(chat_id, sender_id)
                if self.bot_listens(chat_id):
                    self.updates.push("message", self.messages.compose(chat_id, message_id))
        self.show("message", chat_id, message_id)
        if chat_id > 0 and sender_id == self.bot_id:
            self.live.tell_all("personas", {})
        return message_id

    def change(
        self, chat_id: int, message_id: int, body: Json, *, is_edit: bool = True, by_person: bool = False
    ) -> None:
        """Gives a message a new body; an edit by a person reaches the bot as ``edited_message``."""
        with self.store.transaction():
            self.messages.change(chat_id, message_id, body, self.now() if is_edit else None)
            if by_person and self.bot_listens(chat_id):
                self.updates.push("edited_message", self.messages.compose(chat_id, message_id))
        self.show("edited", chat_id, message_id)

    def delete(self, chat_id: int, message_id: int) -> None:
        self.messages.delete(chat_id, message_id)
        self.live.tell(self.audience(chat_id), "deleted", {"chat_id": chat_id, "message_id": message_id})

    def show(self, event: str, chat_id: int, message_id: int) -> None:
        """Tells the open pages about a message."""
        view = self.messages.compose(chat_id, message_id, for_people=True)
        self.live.tell(self.audience(chat_id), event, {"chat_id": chat_id, "message": view})

    def rooms_changed(self, people: list[int]) -> None:
        self.live.tell(people, "rooms", {})

    async def end_waiting(self) -> None:
        """Ends every stream, long poll, press and delivery at once."""
        self.live.close()
        self.updates.close()
        self.callbacks.close()
        await self.webhook.aclose()

    def _thread_of_reply(self, chat_id: int, reply_to: int) -> int | None:
        """A reply stays in its topic; in a supergroup without topics it carries the first message of its chain."""
        if self.directory.type_of(chat_id) != "supergroup":
            return None
        group = self.directory.row(chat_id)
        if group is not None and group["is_forum"]:
            original = self.messages.row(chat_id, reply_to)
            return None if original is None else original["thread_id"]
        return self.messages.thread_root(chat_id, reply_to)
