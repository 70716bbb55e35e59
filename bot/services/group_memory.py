"""What a process keeps in mind of a group for a few minutes, and never writes down.

A photo or a place may come before the words that explain it. Until they come it is chatter, which is not stored; so it
is remembered here, in memory alone, bounded in time and number. A restart, or another process that takes the next
message, costs no more than that photo.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

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

    def __init__(self, *, forerunners: timedelta, lively: timedelta, reported: timedelta) -> None:
        """How long forerunners are kept in mind, how long a group is lively, and who has just reported something."""
        self._forerunner_span = forerunners
        self._lively_span = lively
        self._reported_span = reported
        self._forerunners: OrderedDict[tuple[str, int, int], tuple[Forerunner, ...]] = OrderedDict()
        self._refused: OrderedDict[tuple[str, int, str], tuple[int, datetime]] = OrderedDict()
        self._taken: OrderedDict[tuple[str, int, int], tuple[int, tuple[Forerunner, ...]]] = OrderedDict()
        self._lively: OrderedDict[tuple[str, int], datetime] = OrderedDict()
        self._reported: OrderedDict[tuple[str, int, int], datetime] = OrderedDict()
        self._asked: OrderedDict[tuple[str, int, int], tuple[int, datetime]] = OrderedDict()

    def begin(self, message: IncomingMessage) -> None:
        """Undoes what handling the message before took out: what could not be committed is handled anew."""
        key = (message.platform, message.chat_id, message.sender_id)
        message_id, kept = self._taken.pop(key, (0, ()))
        if message_id == message.message_id and key not in self._forerunners:
            self._forerunners[key] = kept

    def remember(self, message: IncomingMessage, place: Place | None) -> None:
        """Keeps a message's place and files in mind; a message that is handled anew is one forerunner still."""
        key = (message.platform, message.chat_id, message.sender_id)
        before = (one for one in self._forerunners.get(key, ()) if one.message_id != message.message_id)
        now = Forerunner(message.message_id, message.sent_at, place, message.attachments, message.location)
        kept = (*before, now)
        _note(self._forerunners, key, kept[-10:])

    def take(self, message: IncomingMessage) -> tuple[Forerunner, ...]:
        """What the writer of ``message`` sent shortly before it; it is forgotten by this."""
        key = (message.platform, message.chat_id, message.sender_id)
        kept = self._forerunners.pop(key, ())
        if kept:
            _note(self._taken, key, (message.message_id, kept))
        return tuple(one for one in kept if message.sent_at - one.at <= self._forerunner_span)

    def enliven(self, message: IncomingMessage) -> None:
        """Notes that something was reported in the message's group, by its writer."""
        _note(self._lively, (message.platform, message.chat_id), message.sent_at)
        self._note_report(message, message.sender_id, message.sent_at)

    def learn(self, message: IncomingMessage, heard: Iterable[tuple[int, datetime]]) -> None:
        """Notes which accounts reported something in the message's group, and when, to another process."""
        for account, said_at in heard:
            if message.sent_at - said_at <= self._reported_span:
                self._note_report(message, account, said_at)

    def has_reported(self, message: IncomingMessage) -> bool:
        """Whether the writer of the message reported something in its group a short while ago."""
        at = self._reported.get((message.platform, message.chat_id, message.sender_id))
        return at is not None and message.sent_at - at <= self._reported_span

    def note_question(self, message: IncomingMessage, prompt_id: int) -> None:
        """Notes that the writer of the message was asked whether it shall be registered."""
        _note(self._asked, (message.platform, message.chat_id, message.sender_id), (prompt_id, message.sent_at))

    def question_to(self, message: IncomingMessage) -> int | None:
        """The question that the writer of the message may answer by it: a short while ago, and nothing said since."""
        if not self._asked:
            return None
        asked = self._asked.get((message.platform, message.chat_id, message.sender_id))
        return asked[0] if asked is not None and message.sent_at - asked[1] <= self._reported_span else None

    def drop_question(self, message: IncomingMessage) -> None:
        """Notes that its writer went on to something else, so that a later yes may be one to a neighbour."""
        self._asked.pop((message.platform, message.chat_id, message.sender_id), None)

    def is_first_refusal(self, message: IncomingMessage, code: str, span: timedelta) -> bool:
        """Whether a group has not been told of such a refusal within ``span``; it has been from now on."""
        key = (message.platform, message.chat_id, code)
        told = self._refused.get(key)
        if told is not None and told[0] != message.message_id and message.sent_at - told[1] < span:
            return False
        _note(self._refused, key, (message.message_id, message.sent_at))
        return True

    def _note_report(self, message: IncomingMessage, account: int, at: datetime) -> None:
        key = (message.platform, message.chat_id, account)
        known = self._reported.get(key)
        _note(self._reported, key, at if known is None else max(at, known))

    def is_lively(self, message: IncomingMessage) -> bool:
        """Whether something was reported in the message's group a short while ago."""
        at = self._lively.get((message.platform, message.chat_id))
        return at is not None and message.sent_at - at <= self._lively_span


_Key = TypeVar("_Key")
_Value = TypeVar("_Value")


def _note(kept: OrderedDict[_Key, _Value], key: _Key, value: _Value) -> None:
    """Keeps a value as the newest; the oldest of too many is forgotten."""
    kept.pop(key, None)
    kept[key] = value
    if len(kept) > MOST_REMEMBERED:
        kept.popitem(last=False)
