"""The parts of Bot API updates that are read without aiogram, as msgspec structs (field names are the API's)."""

from __future__ import annotations

from typing import Annotated

import msgspec

# 64 bits are what the database holds; a number beyond is no id of the platform.
Id = Annotated[int, msgspec.Meta(ge=-(2**63), le=2**63 - 1)]
Offset = Annotated[int, msgspec.Meta(ge=0, le=2**31)]
Moment = Annotated[int, msgspec.Meta(ge=0, le=2**33)]


class Lenient(msgspec.Struct, gc=False):
    """Unknown fields are skipped: the platform adds some every few months."""


class User(Lenient):
    id: Id
    is_bot: bool = False
    first_name: str = ""
    last_name: str | None = None


class Chat(Lenient):
    id: Id
    type: str = ""
    title: str | None = None


class Entity(Lenient):
    type: str
    offset: Offset
    length: Offset
    user: User | None = None


class File(Lenient):
    file_id: str
    file_unique_id: str | None = None
    file_size: Id | None = None


class PhotoSize(File):
    width: Id = 0
    height: Id = 0


class Location(Lenient):
    latitude: float
    longitude: float


class Venue(Lenient):
    location: Location
    title: str = ""
    address: str = ""


class Empty(Lenient):
    """A service message of which only the presence matters."""


class Said(Lenient):
    """What a message and the message it answers have in common."""

    message_id: Id
    from_: User | None = msgspec.field(name="from", default=None)
    sender_chat: Chat | None = None
    text: str | None = None
    caption: str | None = None
    photo: tuple[PhotoSize, ...] = ()
    video: File | None = None
    document: File | None = None
    voice: File | None = None


class Replied(Said):
    forum_topic_created: Empty | None = None


class Message(Said, kw_only=True):
    date: Moment
    chat: Chat
    is_automatic_forward: bool = False
    is_topic_message: bool = False
    message_thread_id: Id | None = None
    entities: tuple[Entity, ...] = ()
    caption_entities: tuple[Entity, ...] = ()
    location: Location | None = None
    venue: Venue | None = None
    reply_to_message: Replied | None = None
    media_group_id: str | None = None
    new_chat_members: tuple[User, ...] = ()
    migrate_to_chat_id: Id | None = None
    migrate_from_chat_id: Id | None = None


class InChat(Lenient):
    chat: Chat


class Pressed(Lenient):
    message: InChat | None = None


class Update(Lenient):
    update_id: Id
    message: Message | None = None
    edited_message: Message | None = None
    callback_query: Pressed | None = None
    my_chat_member: InChat | None = None
    chat_member: InChat | None = None


class Envelope(Lenient):
    update_id: Id
    message: InChat | None = None
    edited_message: InChat | None = None
    callback_query: Pressed | None = None
    my_chat_member: InChat | None = None
    chat_member: InChat | None = None


class Numbered(Lenient):
    update_id: Id
