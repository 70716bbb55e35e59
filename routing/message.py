"""What people write, as values that belong to no chat platform."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

AttachmentKind = Literal["photo", "video", "document", "voice"]
ChatKind = Literal["group", "private"]


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file beside the text, kept by reference only: the platform holds its bytes."""

    kind: AttachmentKind
    file_id: str
    file_unique_id: str | None = None
    size: int | None = None
    """In bytes, where the platform says it."""


@dataclass(frozen=True, slots=True)
class GeoPoint:
    """A shared location in degrees (WGS 84)."""

    latitude: float
    longitude: float


@dataclass(frozen=True, slots=True)
class RepliedMessage:
    """The message that somebody answered to."""

    message_id: int
    sender_id: int
    sender_is_bot_self: bool
    text: str
    sender_name: str
    attachments: tuple[Attachment, ...] = ()


@dataclass(frozen=True, slots=True)
class IncomingMessage:
    """One message of a chat; ``sent_at`` is aware, in UTC."""

    platform: str
    update_id: int
    chat_id: int
    chat_kind: ChatKind
    thread_id: int | None
    message_id: int
    sender_id: int
    sender_name: str
    sent_at: datetime
    text: str
    attachments: tuple[Attachment, ...] = ()
    location: GeoPoint | None = None
    reply_to: RepliedMessage | None = None
    mentions_bot: bool = False
    edited: bool = False
    media_group_id: str | None = None
