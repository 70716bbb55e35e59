"""Messages of a scene as the updates in which Telegram would deliver them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from bot.replay.scenes import SceneMessage
from bot.telegram.decode import BotIdentity

BOT = BotIdentity(7000000001, "qunban_bot")
NAMES_OF_BOT = ("@qunban_bot", "@bot", "@群办")
"""By any of these a scene speaks to the bot."""
FIRST_RESIDENT = 9_000_000_001


class Updates:
    """Makes the updates of one scene; people get their accounts in the order in which they speak."""

    def __init__(self, chat_id: int, messages: Sequence[SceneMessage]) -> None:
        self._chat = {"id": chat_id, "type": "supergroup", "title": "居民群"}
        self._messages = messages
        names = dict.fromkeys(message.sender for message in messages)
        self._accounts = {name: FIRST_RESIDENT + number for number, name in enumerate(names)}

    def name_of(self, account: int) -> str:
        """The name under which the scene knows an account."""
        return next(name for name, known in self._accounts.items() if known == account)

    def update(self, index: int) -> bytes:
        """The update for message ``index``."""
        return json.dumps({"update_id": index + 1, "message": self._message(index)}, ensure_ascii=False).encode()

    @staticmethod
    def message_id(index: int) -> int:
        """The platform's number of message ``index``."""
        return index + 1

    def _message(self, index: int) -> dict[str, Any]:
        said = self._messages[index]
        message: dict[str, Any] = {
            "message_id": self.message_id(index),
            "date": int(said.at.timestamp()),
            "chat": self._chat,
            "from": {"id": self._accounts[said.sender], "is_bot": False, "first_name": said.sender},
        }
        words = "caption" if said.photos else "text"
        if said.text:
            message[words] = said.text
            entities = _entities(said.text)
            if entities:
                message["caption_entities" if said.photos else "entities"] = entities
        if said.photos:
            size = {"file_id": f"photo-{index}", "file_unique_id": f"photo-{index}", "width": 800, "height": 600}
            message["photo"] = [size]
        if said.reply_to is not None:
            message["reply_to_message"] = self._message(said.reply_to)
        return message


def _entities(text: str) -> list[dict[str, Any]]:
    """What the platform marks in a text: a command at its beginning, and mentions of the bot. Offsets are UTF-16."""
    marked: list[dict[str, Any]] = []
    if text.startswith("/"):
        marked.append({"type": "bot_command", "offset": 0, "length": _units(text.split(maxsplit=1)[0])})
    for name in NAMES_OF_BOT:
        at = text.find(name)
        if at >= 0:
            who = {"id": BOT.id, "is_bot": True, "first_name": "群办"}
            marked.append({"type": "text_mention", "offset": _units(text[:at]), "length": _units(name), "user": who})
    return marked


def _units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2
