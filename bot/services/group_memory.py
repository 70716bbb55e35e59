"""What a process keeps in mind of a group for a few minutes, and never writes down.

A photo or a place may come before the words that explain it. Until they come it is chatter, which is not stored; so it
is remembered here, in memory alone, bounded in time and number. A restart, or another process that takes the next
message, costs no more than that photo.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime, timedelta

from routing.message import Attachment, GeoPoint, IncomingMessage
from routing.place import Place

MOST_REMEMBERED = 10_000


@dataclass(frozen=True, slots=True)
class Forerunner:
    """A photo or a place that one person sent before saying what is the matter."""

    message_id: int
    at: datetime
    place: Place | None
    attachments: tuple[Attachment, ...]
    point: GeoPoint | None = None


class GroupMemory:
    """Forerunners by person, and the groups in which something was reported a short while ago."""

    def __init__(self, *, forerunners: timedelta, lively: timedelta) -> None:
        self._forerunner_span = forerunners
        self._lively_span = lively
        self._forerunners: OrderedDict[tuple[str, int, int], tuple[Forerunner, ...]] = OrderedDict()
        self._lively: OrderedDict[tuple[str, int], datetime] = OrderedDict()

    def remember(self, message: IncomingMessage, place: Place | None) -> None:
        """Keeps a message's place and files in mind."""
        key = (message.platform, message.chat_id, message.sender_id)
        kept = (
            *self._forerunners.pop(key, ()),
            Forerunner(message.message_id, message.sent_at, place, message.attachments, message.location),
        )
        self._forerunners[key] = kept[-10:]
        if len(self._forerunners) > MOST_REMEMBERED:
            self._forerunners.popitem(last=False)

    def take(self, message: IncomingMessage) -> tuple[Forerunner, ...]:
        """What the writer of ``message`` sent shortly before it; it is forgotten by this."""
        kept = self._forerunners.pop((message.platform, message.chat_id, message.sender_id), ())
        return tuple(one for one in kept if message.sent_at - one.at <= self._forerunner_span)

    def enliven(self, message: IncomingMessage) -> None:
        """Notes that something was reported in the message's group."""
        key = (message.platform, message.chat_id)
        self._lively.pop(key, None)
        self._lively[key] = message.sent_at
        if len(self._lively) > MOST_REMEMBERED:
            self._lively.popitem(last=False)

    def is_lively(self, message: IncomingMessage) -> bool:
        """Whether something was reported in the message's group a short while ago."""
        at = self._lively.get((message.platform, message.chat_id))
        return at is not None and message.sent_at - at <= self._lively_span
