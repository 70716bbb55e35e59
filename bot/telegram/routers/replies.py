"""What a handler returns: messages for a chat, or the short answer to a press; the dispatcher sends them."""

from __future__ import annotations

from dataclasses import dataclass

from bot.services.desk import Answer
from routing.outgoing import Content


@dataclass(frozen=True, slots=True)
class Messages:
    """Messages to the chat that the person wrote in, or to the person's private chat."""

    parts: tuple[Answer | Content, ...]
    private: bool = False


Reply = Messages | Answer | None
"""An ``Answer`` alone is the short answer to a press."""


def sentence(key: str, /, **fields: object) -> Answer:
    """One sentence."""
    return Answer(key, fields)


def in_same_chat(*parts: Answer | Content) -> Messages:
    """Answers where the person wrote."""
    return Messages(parts)


def in_private(*parts: Answer | Content) -> Messages:
    """Answers in the person's private chat: what a group must not read."""
    return Messages(parts, private=True)
