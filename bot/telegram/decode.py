"""Turns a raw update of the Bot API into what it means here, reading only the fields that are needed.

Nearly every update is talk between neighbours that ends in memory. It is decoded in one pass without aiogram, whose
models cost several times as much; only interaction (commands, buttons, private chats, membership) goes on to aiogram.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

import msgspec

from bot.telegram.raw import Entity, Envelope, File, Message, Numbered, PhotoSize, Said, Update
from routing.construction import constructor_of_all
from routing.errors import QunbanError
from routing.message import Attachment, AttachmentKind, ChatKind, GeoPoint, IncomingMessage, RepliedMessage

ALLOWED_UPDATES: Final = ("message", "edited_message", "callback_query", "my_chat_member", "chat_member")
"""What the platform is asked to send, by either way of delivery; ``chat_member`` comes only when it is named."""

TEXT_LIMIT: Final = 4096
"""Longest text in characters; Telegram's own limit, kept here because nothing else bounds what a server sends."""

_GROUPS: Final = frozenset({"group", "supergroup"})
_message: Final = constructor_of_all(IncomingMessage)
"""All talk passes here, so each message is made in the faster way."""


class MalformedUpdate(QunbanError):
    """The bytes are no update that can be read; ``update_id`` is given where at least that could be."""

    code = "malformed_update"

    def __init__(self, update_id: int | None) -> None:
        super().__init__(update_id)
        self.update_id = update_id


@dataclass(frozen=True, slots=True)
class BotIdentity:
    """Who we are on the platform; ``username`` without the at-sign."""

    id: int
    username: str


@dataclass(frozen=True, slots=True)
class Talk:
    """Somebody said something in a group."""

    message: IncomingMessage


@dataclass(frozen=True, slots=True)
class Interaction:
    """Somebody or the platform addresses the bot itself; ``raw`` is the update as it came."""

    update_id: int
    raw: bytes


@dataclass(frozen=True, slots=True)
class Nothing:
    """An update that means nothing here: service messages, other bots, kinds that were not asked for."""

    update_id: int


_update = msgspec.json.Decoder(Update)
_envelope = msgspec.json.Decoder(Envelope)
_numbered = msgspec.json.Decoder(Numbered)


def update_id_of(raw: bytes) -> int | None:
    """The number of an update that may be unreadable otherwise."""
    try:
        return _numbered.decode(raw).update_id
    except (ValueError, RecursionError):
        return None


def chat_of(raw: bytes) -> int | None:
    """The chat that an update belongs to, none where it belongs to none or cannot be read."""
    try:
        update = _envelope.decode(raw)
    except (ValueError, RecursionError):
        return None
    pressed = update.callback_query
    place = update.message or update.edited_message or update.my_chat_member or update.chat_member
    place = place or (pressed.message if pressed else None)
    return place.chat.id if place else None


def decode(raw: bytes, *, platform: str, identity: BotIdentity) -> Talk | Interaction | Nothing:
    """What an update means; raises ``MalformedUpdate``."""
    try:
        update = _update.decode(raw)
    except (ValueError, RecursionError):
        raise MalformedUpdate(update_id_of(raw)) from None
    message = update.message or update.edited_message
    if message is None:
        addressed = update.callback_query or update.my_chat_member or update.chat_member
        return Interaction(update.update_id, raw) if addressed else Nothing(update.update_id)
    if message.chat.type == "private":
        return Interaction(update.update_id, raw)
    if message.chat.type not in _GROUPS:
        return Nothing(update.update_id)
    edited = update.message is None
    if message.new_chat_members or message.migrate_to_chat_id or message.migrate_from_chat_id:
        return Interaction(update.update_id, raw)
    sender = _sender(message)
    if sender is None or message.is_automatic_forward:
        return Nothing(update.update_id)
    command = _command(message)
    if command is not None:
        ours = command.target in ("", identity.username.casefold())
        return Interaction(update.update_id, raw) if ours else Nothing(update.update_id)
    said = _incoming(message, sender, update.update_id, platform, identity, edited=edited)
    return Talk(said) if said is not None else Nothing(update.update_id)


def said_in(raw: bytes, *, platform: str, identity: BotIdentity) -> IncomingMessage | None:
    """What somebody said in an update that is an interaction: a command, or a message of a private chat.

    None where the update is no message, or says nothing that could be registered.
    """
    try:
        update = _update.decode(raw)
    except (ValueError, RecursionError):
        raise MalformedUpdate(update_id_of(raw)) from None
    message = update.message or update.edited_message
    sender = _sender(message) if message is not None else None
    if message is None or sender is None:
        return None
    return _incoming(message, sender, update.update_id, platform, identity, edited=update.message is None)


@dataclass(frozen=True, slots=True)
class _Sender:
    id: int
    name: str


def _plain(text: str) -> str:
    """Bounded, and without the zero character, which PostgreSQL refuses in a text."""
    return text.replace("\x00", "")[:TEXT_LIMIT]


def _sender(said: Said) -> _Sender | None:
    """Who speaks: a person, or the group or channel in whose name a person speaks; other bots are nobody.

    Administrators who write anonymously come as a bot of the platform with ``sender_chat`` naming the group. What they
    report counts; as the account is unknown, the chat stands for it.
    """
    if said.sender_chat is not None:
        return _Sender(said.sender_chat.id, _plain(said.sender_chat.title or ""))
    user = said.from_
    if user is None or user.is_bot:
        return None
    return _Sender(user.id, _plain(f"{user.first_name} {user.last_name or ''}".strip()))


@dataclass(frozen=True, slots=True)
class _Command:
    target: str


def _command(message: Message) -> _Command | None:
    for entity in message.entities or message.caption_entities:
        if entity.type == "bot_command" and entity.offset == 0:
            word = _utf16_slice(message.text or message.caption or "", 0, entity.length)
            return _Command(word.partition("@")[2].casefold())
    return None


def _incoming(
    message: Message, sender: _Sender, update_id: int, platform: str, identity: BotIdentity, *, edited: bool
) -> IncomingMessage | None:
    """The message, or none where it says nothing that could be registered (stickers, service messages)."""
    text = message.text or message.caption or ""
    location = message.location or (message.venue.location if message.venue else None)
    if message.venue is not None:
        text = text or f"{message.venue.title} {message.venue.address}".strip()
    attachments = _attachments(message)
    # An edit without text is a live location that moved on.
    if not text and (edited or not (attachments or location)):
        return None
    mentions = [
        (entity.offset, entity.length)
        for entity in message.entities or message.caption_entities
        if _mentions(entity, text, identity)
    ]
    chat_kind: ChatKind = "private" if message.chat.type == "private" else "group"
    thread_id = message.message_thread_id if message.is_topic_message else None
    return _message(
        platform,
        update_id,
        message.chat.id,
        chat_kind,
        thread_id,
        message.message_id,
        sender.id,
        sender.name,
        datetime.fromtimestamp(message.date, UTC),
        _plain(_without(text, mentions) if mentions else text),
        attachments,
        GeoPoint(location.latitude, location.longitude) if location else None,
        _replied(message, identity),
        bool(mentions),
        edited,
        message.media_group_id,
    )


def _replied(message: Message, identity: BotIdentity) -> RepliedMessage | None:
    replied = message.reply_to_message
    if replied is None or replied.forum_topic_created is not None:
        # In a forum, a message that answers nothing still points to the message that opened its topic.
        return None
    is_self = replied.from_ is not None and replied.from_.id == identity.id
    sender = _Sender(identity.id, identity.username) if is_self else _sender(replied)
    return RepliedMessage(
        message_id=replied.message_id,
        sender_id=sender.id if sender else (replied.from_.id if replied.from_ else 0),
        sender_is_bot_self=is_self,
        text=_plain(replied.text or replied.caption or ""),
        sender_name=sender.name if sender else "",
        attachments=_attachments(replied),
    )


def _attachments(said: Said) -> tuple[Attachment, ...]:
    if not (said.photo or said.video or said.document or said.voice):
        return ()
    found: list[tuple[AttachmentKind, File | None]] = [
        ("photo", _largest(said.photo)),
        ("video", said.video),
        ("document", said.document),
        ("voice", said.voice),
    ]
    return tuple(
        Attachment(kind, file.file_id, file.file_unique_id, file.file_size) for kind, file in found if file is not None
    )


def _largest(sizes: Sequence[PhotoSize]) -> PhotoSize | None:
    """The platform offers one photo in several sizes; a handler needs to see the crack in the wall."""
    return max(sizes, key=lambda size: (size.width * size.height, size.file_size or 0), default=None)


def _mentions(entity: Entity, text: str, identity: BotIdentity) -> bool:
    if entity.type == "text_mention":
        return entity.user is not None and entity.user.id == identity.id
    if entity.type != "mention":
        return False
    name = _utf16_slice(text, entity.offset, entity.length)
    return name.casefold() == f"@{identity.username}".casefold()


def _utf16_slice(text: str, offset: int, length: int) -> str:
    """The platform counts in UTF-16 code units; an emoji is two of them."""
    units = text.encode("utf-16-le")
    return units[2 * offset : 2 * (offset + length)].decode("utf-16-le", errors="ignore")


def _without(text: str, spans: Iterable[tuple[int, int]]) -> str:
    """The text without these spans (UTF-16 code units), and without the comma or colon that followed a salutation."""
    units = text.encode("utf-16-le")
    kept: list[bytes] = []
    end = 0
    for offset, length in sorted(spans):
        kept.append(units[2 * end : 2 * offset])
        end = max(end, offset + length)
    kept.append(units[2 * end :])
    parts = (part.decode("utf-16-le", errors="ignore").strip() for part in kept)
    return " ".join(part for part in parts if part).lstrip(" \u3000,，:：、")
