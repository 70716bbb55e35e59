"""Cards of topics: one a chat, only the newest state of those that wait, found again by the message they became."""

from __future__ import annotations

from dataclasses import replace

from routing.groups import Group, GroupKind
from routing.outgoing import Content, Outgoing
from tests.contract.outbox_setting import SECOND, Setting, titles
from tests.contract.samples import settle

TOPIC = "need:7"


def card(title: str, chat_id: int = -5, *, topic: str = TOPIC, silent: bool = False) -> Outgoing:
    return Outgoing("local", chat_id, Content(title), thread_id=3, card=True, topic=topic, silent=silent)


async def test_only_the_newest_waiting_state_is_sent_and_rings_if_an_older_one_was_to(setting: Setting) -> None:
    await setting.add(card("1票"), card("别的", topic="need:8"), card("别处", chat_id=-6))
    await setting.add(card("2票", silent=True))
    await setting.add(card("3票", silent=True), card("4票", silent=True))
    taken = {row.message.content.title: row for row in [*await setting.take()]}
    assert set(taken) == {"别的", "别处"}
    for row in taken.values():
        await setting.delivered(row, message_id=row.id)
    (newest,) = await setting.take()
    assert (newest.message.content.title, newest.message.silent, newest.card_message_id) == ("4票", False, None)


async def test_a_later_state_edits_the_message_that_the_first_became(setting: Setting) -> None:
    await setting.add(card("1票"))
    (first,) = await setting.take()
    await setting.delivered(first, message_id=900)
    await setting.add(card("2票"))
    (second,) = await setting.take()
    assert second.card_message_id == 900
    async with setting.database.unit_of_work() as work:
        assert await work.outbox.topics.of_message("local", -5, 900) == TOPIC
        assert await work.outbox.topics.of_message("local", -5, 901) is None
        assert await work.outbox.topics.of_message("local", -6, 900) is None
        assert await work.outbox.topics.chats(TOPIC) == (("local", -5, 3),)
        assert await work.outbox.topics.chats("need:8") == ()


async def test_a_state_that_failed_is_dropped_where_a_newer_one_waits(setting: Setting) -> None:
    await setting.add(card("1票"))
    (first,) = await setting.take()
    await setting.add(card("2票"))
    await setting.retry(first, setting.now + SECOND)
    assert titles(await setting.take()) == ["2票"]


async def test_a_group_that_moved_gets_a_new_card(setting: Setting) -> None:
    await settle(setting.database)
    async with setting.database.unit_of_work() as work:
        await work.groups.put(Group("local", -5, "群", GroupKind.RESIDENTS))
        await work.commit()
    await setting.add(card("1票"))
    (first,) = await setting.take()
    await setting.delivered(first, message_id=900)
    async with setting.database.unit_of_work() as work:
        await work.groups.migrate("local", -5, -500)
        await work.commit()
    await setting.add(replace(card("2票"), chat_id=-500))
    (second,) = await setting.take()
    assert second.card_message_id is None
    async with setting.database.unit_of_work() as work:
        assert await work.outbox.topics.chats(TOPIC) == (("local", -500, None),)
