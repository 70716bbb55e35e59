"""Recognises commands by the platform's own marking of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from aiogram.filters import Filter
from aiogram.types import Message


@dataclass(frozen=True, slots=True)
class Said:
    """What stands behind a command, without the blanks around it."""

    args: str


class Command(Filter):
    """Takes messages and captions that begin with one of our commands.

    Chinese is written without blanks: in "/report漏水" the platform marks "/report", while aiogram's own filter, which
    splits at blanks, would not know the command.
    """

    def __init__(self, name: str) -> None:
        self._name = name

    async def __call__(self, message: Message) -> bool | dict[str, Any]:
        """The words behind the command as ``command``; commands to other bots never come this far."""
        text = message.text or message.caption or ""
        for entity in message.entities or message.caption_entities or ():
            if entity.type == "bot_command" and entity.offset == 0:
                # Everything up to the end of a command is ASCII, so its length is the same in all units.
                word = text[1 : entity.length].partition("@")[0]
                return {"command": Said(text[entity.length :].strip())} if word.lower() == self._name else False
        return False


class AddressedCommand(Filter):
    """Takes commands in groups that name the bot, whatever the command; those to other bots never come this far."""

    async def __call__(self, message: Message) -> bool:
        """Whether the message begins with such a command."""
        text = message.text or message.caption or ""
        entities = message.entities or message.caption_entities or ()
        first = next((one for one in entities if one.type == "bot_command" and one.offset == 0), None)
        return message.chat.type != "private" and first is not None and "@" in text[: first.length]
