"""The outbox: order per chat, leases, cards and what is left of a message."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import timedelta

import pytest

from routing.message import Attachment
from routing.outgoing import Button, Content, Outgoing
from tests.contract.outbox_setting import LEASE, SECOND, Setting, titles
from tests.contract.samples import NOW, ODD_TEXTS, open_ticket, settle


def note(chat_id: int, title: str) -> Outgoing:
    """A plain message."""
    return Outgoing("local", chat_id, Content(title))


def card(ticket_id: int, chat_id: int, title: str, *, silent: bool = False) -> Outgoing:
    """A ticket's card."""
    return Outgoing("local", chat_id, Content(title), ticket_id=ticket_id, card=True, silent=silent)


@pytest.mark.parametrize("text", ODD_TEXTS)
async def test_a_message_comes_back_as_it_was(setting: Setting, text: str) -> None:
    await settle(setting.database)
    kept = await open_ticket(setting.database)
    message = Outgoing(
        platform="telegram",
        chat_id=-1_001_234_567_890,
        content=Content(
            title=text,
            lines=(text, "second"),
            buttons=((Button(text, "claim", kept.id, "A1"), Button("b", "x")), (Button("c", "y"),)),
            attachments=(Attachment("photo", text, "unique", 5),),
        ),
        thread_id=7,
        reply_to=9_000_000_001,
        ticket_id=kept.id,
        card=True,
        edits=9_000_000_002,
        silent=True,
        topic="need:1",
    )
    plain = Outgoing("telegram", 1, Content())
    for field in fields(Outgoing):
        assert field.name == "platform" or getattr(message, field.name) != getattr(plain, field.name)
    await setting.add(message)
    (row,) = await setting.take()
    assert row.message == message
    assert (row.attempts, row.created_at, row.card_message_id) == (0, NOW, None)


async def test_a_chat_gets_its_messages_in_order_one_at_a_time(setting: Setting) -> None:
    await setting.add(note(1, "a"), note(2, "x"), note(1, "b"), replace(note(1, "other"), platform="telegram"))
    await setting.add(note(1, "c"))
    first = await setting.take()
    assert titles(first) == ["a", "x", "other"]
    assert await setting.take() == [], "b waits for a"
    await setting.delivered(first[1])
    assert await setting.take() == []
    await setting.delivered(first[0])
    assert titles(await setting.take()) == ["b"]
    assert await setting.counts() == (3, 0)


async def test_no_more_than_the_limit_and_the_longest_waiting_first(setting: Setting) -> None:
    await setting.add(*(note(chat, str(chat)) for chat in (5, 4, 3, 2, 1)))
    assert titles(await setting.take(limit=2)) == ["5", "4"]
    assert titles(await setting.take(limit=2)) == ["3", "2"]
    assert titles(await setting.take(limit=2)) == ["1"]


async def test_what_was_not_committed_is_not_sent(setting: Setting) -> None:
    async with setting.database.unit_of_work() as work:
        await work.outbox.add(note(1, "a"))
    async with setting.database.unit_of_work() as work:
        await work.outbox.add()
        await work.commit()
    assert await setting.take() == []
    assert await setting.counts() == (0, 0)


async def test_a_lease_that_ran_out_is_taken_over(setting: Setting) -> None:
    await setting.add(note(1, "a"), note(1, "b"))
    (first,) = await setting.take()
    setting.now = NOW + LEASE * SECOND - timedelta(microseconds=1)
    assert await setting.take() == []
    setting.now = NOW + LEASE * SECOND
    (again,) = await setting.take()
    assert (again.id, again.attempts) == (first.id, first.attempts + 1)
    # The first sender wakes up: it has nothing to say about the message any more,
    await setting.retry(first, setting.now)
    await setting.give_up(first)
    assert await setting.take() == []
    assert await setting.counts() == (2, 0)
    # unless that it went out after all.
    await setting.delivered(first)
    assert titles(await setting.take()) == ["b"]
    await setting.give_up(again)
    assert await setting.counts() == (1, 0)


async def test_a_retry_waits_and_holds_up_its_chat_only(setting: Setting) -> None:
    await setting.add(note(1, "a"), note(1, "b"), note(2, "x"))
    rows = await setting.take()
    await setting.retry(rows[0], NOW + 30 * SECOND)
    await setting.delivered(rows[1])
    assert await setting.take() == []
    setting.now = NOW + 30 * SECOND
    (again,) = await setting.take()
    assert (again.message.content.title, again.attempts) == ("a", 1)
    await setting.delivered(again)
    assert await setting.drain() == ["b"]


async def test_giving_up_lets_the_next_one_go(setting: Setting) -> None:
    await setting.add(note(1, "a"), note(1, "b"))
    (row,) = await setting.take()
    await setting.give_up(row)
    assert await setting.counts() == (1, 1)
    assert await setting.drain() == ["b"]


async def test_a_later_message_in_hand_keeps_the_chat_waiting(setting: Setting) -> None:
    """Two transactions may commit in another order than that in which their rows were numbered."""
    await setting.add(note(1, "late"), note(1, "b"))
    async with setting.database.unit_of_work() as work:
        (late,) = await work.outbox.take(NOW, limit=1, lease_seconds=1)
        await work.outbox.give_up(late, at=NOW, error="out of the way")
        await work.commit()
    (b,) = await setting.take()
    await _wait_again(setting, late.id)
    assert await setting.take() == []
    await setting.delivered(b)
    assert titles(await setting.take()) == ["late"]


async def _wait_again(setting: Setting, row_id: int) -> None:
    async with setting.database._engine.begin() as connection:
        await connection.exec_driver_sql(
            f"UPDATE outbox SET state = 'waiting', leased_until = NULL, finished_at = NULL WHERE id = {row_id}"
        )


async def test_of_a_cards_waiting_states_only_the_newest_is_sent(setting: Setting) -> None:
    await settle(setting.database)
    one, other = await open_ticket(setting.database), await open_ticket(setting.database)
    await setting.add(card(one.id, 1, "one-1"), card(other.id, 1, "other-1"), card(one.id, 2, "elsewhere-1"))
    await setting.add(note(1, "note"))
    await setting.add(card(one.id, 1, "one-2"), card(one.id, 1, "one-3"))
    assert await setting.counts() == (4, 0)
    assert await setting.drain() == ["other-1", "elsewhere-1", "note", "one-3"]


async def test_a_card_in_a_senders_hands_is_not_superseded(setting: Setting) -> None:
    await settle(setting.database)
    kept = await open_ticket(setting.database)
    await setting.add(card(kept.id, 1, "first"))
    (first,) = await setting.take()
    await setting.add(card(kept.id, 1, "second"))
    assert await setting.take() == []
    await setting.delivered(first, message_id=500)
    (second,) = await setting.take()
    assert (second.message.content.title, second.card_message_id) == ("second", 500)


async def test_a_failed_card_with_a_newer_state_is_dropped(setting: Setting) -> None:
    await settle(setting.database)
    kept = await open_ticket(setting.database)
    await setting.add(card(kept.id, 1, "first"))
    (first,) = await setting.take()
    await setting.add(card(kept.id, 1, "second"))
    await setting.retry(first, NOW + timedelta(hours=1))
    assert await setting.drain() == ["second"]
    assert await setting.counts() == (0, 0)


async def test_a_failed_card_without_a_newer_state_is_tried_again(setting: Setting) -> None:
    await settle(setting.database)
    kept, other = await open_ticket(setting.database), await open_ticket(setting.database)
    await setting.add(card(kept.id, 1, "first"))
    (first,) = await setting.take()
    await setting.add(card(other.id, 1, "other ticket"), card(kept.id, 2, "other chat"))
    await setting.retry(first, NOW)
    assert await setting.drain() == ["first", "other chat", "other ticket"]


async def test_what_was_to_ring_still_rings(setting: Setting) -> None:
    await settle(setting.database)
    kept = await open_ticket(setting.database)
    await setting.add(card(kept.id, 1, "new"), card(kept.id, 2, "quiet", silent=True))
    await setting.add(card(kept.id, 1, "edit", silent=True), card(kept.id, 2, "edit", silent=True))
    assert {row.message.chat_id: row.message.silent for row in await setting.take()} == {1: False, 2: True}


async def test_a_card_is_found_to_be_edited_and_answered(setting: Setting) -> None:
    await settle(setting.database)
    kept = await open_ticket(setting.database)
    async with setting.database.unit_of_work() as work:
        await work.outbox.add(replace(card(kept.id, -5, "first"), thread_id=3), card(kept.id, 7, "private"))
        assert await work.tickets.card_chats(kept.id) == ((-5, 3), (7, None)), "also before it has been sent"
        await work.commit()
    for row in await setting.take():
        assert row.card_message_id is None
        await setting.delivered(row, message_id=500 + row.message.chat_id)
    await setting.add(card(kept.id, -5, "second"))
    (edit,) = await setting.take()
    assert edit.card_message_id == 495
    await setting.delivered(edit, message_id=None)
    await setting.add(card(kept.id, -5, "third"))
    (edit,) = await setting.take()
    assert edit.card_message_id == 495, "an edit that brought no new message keeps the old one"
    await setting.delivered(edit, message_id=600)
    await setting.add(card(kept.id, -5, "fourth"))
    assert [row.card_message_id for row in await setting.take()] == [600], "the card had to be sent anew"
    async with setting.database.unit_of_work() as work:
        assert await work.tickets.of_message("local", -5, 495) == kept
        assert await work.tickets.of_message("local", -5, 600) == kept
        assert await work.tickets.of_message("local", 7, 507) == kept
        assert await work.tickets.card_chats(kept.id) == ((-5, 3), (7, None))


async def test_a_card_whose_chat_was_forgotten_meanwhile_is_kept_when_it_arrives(setting: Setting) -> None:
    await settle(setting.database)
    kept = await open_ticket(setting.database)
    await setting.add(card(kept.id, 1, "first"))
    (row,) = await setting.take()
    async with setting.database._engine.begin() as connection:
        await connection.exec_driver_sql("DELETE FROM ticket_cards")
    await setting.delivered(row, message_id=9)
    await setting.add(card(kept.id, 1, "second"))
    assert [row.card_message_id for row in await setting.take()] == [9]


async def test_any_message_about_a_ticket_leads_to_it(setting: Setting) -> None:
    await settle(setting.database)
    kept = await open_ticket(setting.database)
    await setting.add(replace(note(1, "about"), ticket_id=kept.id), note(2, "of nothing"))
    about, nothing = await setting.take()
    await setting.delivered(about, message_id=11)
    await setting.delivered(nothing, message_id=12)
    async with setting.database.unit_of_work() as work:
        assert await work.tickets.of_message("local", 1, 11) == kept
        assert await work.tickets.of_message("local", 2, 12) is None
        assert await work.tickets.card_chats(kept.id) == ()


async def test_pruning_erases_what_is_finished(setting: Setting) -> None:
    await setting.add(note(1, "a"), note(2, "b"), note(3, "c"), note(4, "d"))
    a, b, c, _ = await setting.take()
    await setting.delivered(a)
    await setting.give_up(b)
    setting.now = NOW + SECOND
    await setting.delivered(c)
    async with setting.database.unit_of_work() as work:
        assert await work.outbox.prune(NOW) == 0
        assert await work.outbox.prune(NOW + SECOND) == 2
        assert await work.outbox.prune(NOW + 2 * SECOND) == 1
        assert (await work.outbox.pending(), await work.outbox.given_up()) == (1, 0)


async def test_the_error_is_kept_for_an_operator(setting: Setting) -> None:
    await setting.add(note(1, "a"), note(2, "b"), note(3, "c"))
    a, b, c = await setting.take()
    await setting.retry(a, NOW)
    await setting.give_up(b)
    await setting.delivered(c)
    async with setting.database._engine.connect() as connection:
        rows = await connection.exec_driver_sql("SELECT state, error FROM outbox ORDER BY id")
        assert [tuple(row) for row in rows] == [("waiting", "flood"), ("failed", "blocked"), ("delivered", None)]
