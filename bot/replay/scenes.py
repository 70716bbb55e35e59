"""Scenes of group talk as they stand in a file, and what came of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from routing.ticket import Ticket

SCENE_DAY = date(2026, 3, 2)
"""The day of scenes that tell only the hour: a Monday without holidays around it."""
SCENE_START = time(10, 0)
SCENE_PAUSE = timedelta(minutes=1)
"""Between messages that tell no time."""


class BadScene(Exception):
    """A line of the file is no scene; the message says why."""


@dataclass(frozen=True, slots=True)
class SceneMessage:
    """One message of a scene; ``at`` is aware, ``reply_to`` the index of an earlier message."""

    at: datetime
    sender: str
    text: str
    photos: int = 0
    reply_to: int | None = None


@dataclass(frozen=True, slots=True)
class Scene:
    """What was said in one group, in order."""

    id: str
    messages: tuple[SceneMessage, ...]


@dataclass(frozen=True, slots=True)
class SceneTicket:
    """A ticket that came of a scene, who stands behind it, and the indexes of the messages that are part of it."""

    ticket: Ticket
    reporters: tuple[str, ...]
    from_messages: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a scene: its tickets, and the indexes of the messages that the bot answered in the group."""

    tickets: tuple[SceneTicket, ...]
    replied_to: tuple[int, ...]


def read_scene(data: Mapping[str, Any], zone: ZoneInfo) -> Scene:
    """A scene from its JSON object; raises ``BadScene``.

    Of a message ``at`` is a time (ISO 8601, an hour such as 19:05, or seconds since the scene began; by default a
    minute after the one before), ``from`` a name, ``photo`` whether or how many, ``reply_to`` the index of an earlier
    message.
    """
    messages = data.get("messages")
    if not isinstance(messages, list) or not messages:
        raise BadScene('no "messages"')
    read: list[SceneMessage] = []
    for index, message in enumerate(messages):
        if not isinstance(message, dict):
            raise BadScene(f"message {index} is no object")
        text, photo, reply_to = message.get("text") or "", message.get("photo"), message.get("reply_to")
        if not isinstance(text, str):
            raise BadScene(f'message {index}: "text" is no text')
        if reply_to is not None and (not isinstance(reply_to, int) or not 0 <= reply_to < index):
            raise BadScene(f'message {index}: "reply_to" is no index of an earlier message')
        earlier = read[-1].at if read else None
        read.append(
            SceneMessage(
                at=_moment(message.get("at"), index, earlier, zone),
                sender=str(message.get("from", "")) or "居民",
                text=text,
                photos=photo if isinstance(photo, int) else int(bool(photo)),
                reply_to=reply_to,
            )
        )
    return Scene(str(data.get("id", "")), tuple(read))


def _moment(written: object, index: int, earlier: datetime | None, zone: ZoneInfo) -> datetime:
    start = datetime.combine(SCENE_DAY, SCENE_START, tzinfo=zone)
    if written is None:
        return earlier + SCENE_PAUSE if earlier else start
    if isinstance(written, int | float):
        return start + timedelta(seconds=written)
    try:
        if isinstance(written, str) and len(written) <= len("00:00:00"):
            return datetime.combine(SCENE_DAY, time.fromisoformat(written), tzinfo=zone)
        moment = datetime.fromisoformat(str(written))
    except ValueError:
        raise BadScene(f'message {index}: "at" is no time: {written!r}') from None
    return moment if moment.tzinfo else moment.replace(tzinfo=zone)
