"""Chat groups that the bot sits in, and what is in progress between it and people there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from routing.message import IncomingMessage


class GroupKind(StrEnum):
    """Whom the group is for."""

    RESIDENTS = "residents"
    STAFF = "staff"


class GroupState(StrEnum):
    """Whether the bot can do its work there."""

    ACTIVE = "active"
    RESTRICTED = "restricted"
    """It is a member that may not write."""
    LEFT = "left"
    """It was removed, or the group is gone."""


@dataclass(frozen=True, slots=True)
class Group:
    """A chat group. Without ``area_code`` nobody has bound it yet: the bot then answers only how to bind it."""

    platform: str
    chat_id: int
    title: str
    kind: GroupKind = GroupKind.RESIDENTS
    area_code: str | None = None
    thread_id: int | None = None
    state: GroupState = GroupState.ACTIVE


PROMPT_TOPIC = "prompt:"
"""What the topic of a question's message begins with, before the id of the prompt."""


@dataclass(frozen=True, slots=True)
class Prompt:
    """A question "shall I register this?" that waits for its answer; erased once answered or expired."""

    id: int
    message: IncomingMessage
    service_code: str
    asked_at: datetime
    expires_at: datetime

    @property
    def topic(self) -> str:
        """The topic of the message that asks."""
        return f"{PROMPT_TOPIC}{self.id}"


def prompt_of(topic: str | None) -> int | None:
    """The id of the prompt whose message has this topic."""
    number = (topic or "").removeprefix(PROMPT_TOPIC)
    return int(number) if number != topic and number.isdecimal() else None


@dataclass(frozen=True, slots=True)
class Dialogue:
    """The bot waits for the next message of one person in one chat: a reason, a closing sentence, a photo.

    There is at most one for a person and chat; a new one takes the place of the old.
    """

    platform: str
    chat_id: int
    account: int
    expects: str
    ticket_id: int | None
    expires_at: datetime
    data: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Invitation:
    """A one-time link that makes its first user a post (``/invite``)."""

    token_hash: str
    role: str
    area_code: str
    created_by: int
    expires_at: datetime
