"""What a process keeps in mind of a group for a few minutes."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.services.group_memory import GroupMemory
from routing.message import Attachment, IncomingMessage
from routing.place import Place

NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def said(message_id: int, at: datetime = NOW, **fields: object) -> IncomingMessage:
    message = IncomingMessage("local", message_id, -100, "group", None, message_id, 7, "王", at, "在三栋")
    return replace(message, **fields)  # type: ignore[arg-type]  # A test names only what it is about.


@pytest.fixture
def memory() -> GroupMemory:
    return GroupMemory(forerunners=5 * MINUTE, lively=30 * MINUTE, reported=10 * MINUTE)


def test_what_was_sent_shortly_before_is_told_once(memory: GroupMemory) -> None:
    photo = (Attachment("photo", "a"),)
    memory.remember(said(1, NOW - 9 * MINUTE), Place(building="1"))
    memory.remember(said(2, attachments=photo), None)
    memory.remember(said(3, sender_id=8), Place(building="8"))
    found = memory.take(said(4))
    assert [(one.message_id, one.place, one.attachments) for one in found] == [(2, None, photo)]
    assert memory.take(said(4)) == ()


def test_a_message_that_is_handled_anew_finds_what_it_found(memory: GroupMemory) -> None:
    memory.remember(said(1), Place(building="3"))
    memory.remember(said(1), Place(building="3"))
    memory.begin(said(2))
    first = memory.take(said(2))
    assert len(first) == 1
    memory.begin(said(2))
    assert memory.take(said(2)) == first
    memory.begin(said(3))
    assert memory.take(said(3)) == (), "another message does not"


def test_who_has_just_reported_and_where(memory: GroupMemory) -> None:
    memory.enliven(said(1))
    assert memory.has_reported(said(2, NOW + 10 * MINUTE))
    assert not memory.has_reported(said(2, NOW + 11 * MINUTE))
    assert not memory.has_reported(said(2, sender_id=8))
    assert memory.is_lively(said(2, NOW + 30 * MINUTE, sender_id=8))
    assert not memory.is_lively(said(2, NOW + 31 * MINUTE))


def test_who_reported_to_another_process_is_learned(memory: GroupMemory) -> None:
    memory.learn(said(1, sender_id=8), [(7, NOW - MINUTE), (7, NOW - 5 * MINUTE), (9, NOW - 11 * MINUTE)])
    assert memory.has_reported(said(2))
    assert not memory.has_reported(said(2, NOW + 10 * MINUTE)), "counted from what was said last"
    assert not memory.has_reported(said(2, sender_id=9))
    assert not memory.has_reported(said(2, sender_id=8))
