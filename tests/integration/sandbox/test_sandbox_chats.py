"""Chats and members: who may be written to, rights, moves to a supergroup, topics."""

import pytest
from aiogram import Bot
from aiogram.exceptions import TelegramBadRequest, TelegramForbiddenError, TelegramMigrateToChat
from aiogram.types import ChatMemberAdministrator, ChatMemberLeft, ChatMemberOwner, ChatMemberRestricted, Update

from tests.sandbox_server import RefusedError, RunningSandbox
from tests.sandbox_world import (
    BASIC_GROUP,
    GARDEN,
    NEIGHBOUR,
    OTHER_WORKER,
    RESIDENT,
    RESIDENT_OF_BASIC_GROUP,
    SECRETARY,
    STAFF_ROOM,
    WORKER,
)

NEW_GROUP = -1001000000099
FORUM = -1001000000098
STRANGER = 900


async def updates_of(bot: Bot) -> list[Update]:
    found = await bot.get_updates(timeout=5)
    await bot.get_updates(offset=found[-1].update_id + 1)
    return found


async def test_an_unknown_chat_is_not_found(bot: Bot) -> None:
    for chat_id in (-1009, 424242, "@nobody"):
        with pytest.raises(TelegramBadRequest, match="chat not found"):
            await bot.send_message(chat_id, "x")


async def test_a_person_must_have_started_the_bot(server: RunningSandbox, bot: Bot) -> None:
    await server.people.add_user(STRANGER, "新来的")
    with pytest.raises(TelegramForbiddenError, match="bot can't initiate conversation with a user"):
        await bot.send_message(STRANGER, "你好")
    await server.people.say(STRANGER, STRANGER, "/start abc")
    (update,) = await updates_of(bot)
    assert update.message is not None
    assert update.message.chat.type == "private"
    assert (await bot.send_message(STRANGER, "你好")).chat.id == STRANGER


async def test_a_person_may_block_the_bot(server: RunningSandbox, bot: Bot) -> None:
    await server.people.block(RESIDENT)
    with pytest.raises(TelegramForbiddenError, match="bot was blocked by the user"):
        await bot.send_message(RESIDENT, "你好")
    with pytest.raises(RefusedError, match="bot_blocked"):
        await server.people.say(RESIDENT, RESIDENT, "在吗")
    await server.people.block(RESIDENT, blocked=False)
    await bot.send_message(RESIDENT, "你好")
    changes = [update.my_chat_member for update in await updates_of(bot)]
    assert [change.new_chat_member.status for change in changes if change] == ["kicked", "member"]


async def test_the_bot_is_removed_and_added_again(server: RunningSandbox, bot: Bot) -> None:
    await server.people.set_bot(GARDEN, WORKER, "kicked")
    with pytest.raises(TelegramForbiddenError, match="bot was kicked from the supergroup chat"):
        await bot.send_message(GARDEN, "x")
    await server.people.say(RESIDENT, GARDEN, "没人听")
    await server.people.set_bot(GARDEN, WORKER, "member")
    removed, added, joined = await updates_of(bot)
    assert removed.my_chat_member is not None
    assert removed.my_chat_member.new_chat_member.status == "kicked"
    assert added.my_chat_member is not None
    assert added.my_chat_member.from_user.id == WORKER
    assert added.my_chat_member.old_chat_member.status == "kicked"
    assert joined.message is not None
    assert joined.message.new_chat_members is not None
    await bot.send_message(GARDEN, "大家好")


async def test_a_bot_without_the_right_cannot_speak(server: RunningSandbox, bot: Bot) -> None:
    await server.people.set_bot(GARDEN, WORKER, "restricted", {"can_send_messages": False})
    with pytest.raises(TelegramBadRequest, match="not enough rights to send text messages to the chat"):
        await bot.send_message(GARDEN, "x")
    me = await bot.get_chat_member(GARDEN, bot.id)
    assert isinstance(me, ChatMemberRestricted)
    assert not me.can_send_messages


async def test_members_and_administrators(server: RunningSandbox, bot: Bot) -> None:
    assert isinstance(await bot.get_chat_member(GARDEN, WORKER), ChatMemberOwner)
    assert (await bot.get_chat_member(GARDEN, RESIDENT)).status == "member"
    assert isinstance(await bot.get_chat_member(GARDEN, OTHER_WORKER), ChatMemberLeft)
    with pytest.raises(TelegramBadRequest, match="PARTICIPANT_ID_INVALID"):
        await bot.get_chat_member(GARDEN, 424242)
    await server.people.set_bot(GARDEN, WORKER, "administrator", {"can_delete_messages": False})
    owner, me = await bot.get_chat_administrators(GARDEN)
    assert owner.user.id == WORKER
    assert isinstance(me, ChatMemberAdministrator)
    assert not me.can_delete_messages
    assert me.can_pin_messages
    assert await bot.get_chat_member_count(GARDEN) == 6
    with pytest.raises(TelegramBadRequest, match="there are no administrators in the private chat"):
        await bot.get_chat_administrators(RESIDENT)


async def test_what_a_chat_is(bot: Bot) -> None:
    group = await bot.get_chat(STAFF_ROOM)
    assert (group.type, group.title) == ("supergroup", "桂花社区工作群")
    person = await bot.get_chat(SECRETARY)
    assert (person.type, person.first_name) == ("private", "孙丽华")


async def test_the_bot_leaves(server: RunningSandbox, bot: Bot) -> None:
    assert await bot.leave_chat(GARDEN)
    with pytest.raises(TelegramForbiddenError, match="bot is not a member of the supergroup chat"):
        await bot.send_message(GARDEN, "x")
    assert not (await server.people.rooms(RESIDENT))[0]["bot_present"]


async def test_a_group_becomes_a_supergroup(server: RunningSandbox, bot: Bot) -> None:
    new_id = await server.people.migrate(BASIC_GROUP, WORKER)
    with pytest.raises(TelegramMigrateToChat) as caught:
        await bot.send_message(BASIC_GROUP, "x")
    assert caught.value.migrate_to_chat_id == new_id
    old, new = [update.message for update in await updates_of(bot)]
    assert old is not None
    assert new is not None
    assert (old.chat.id, old.migrate_to_chat_id) == (BASIC_GROUP, new_id)
    assert (new.chat.id, new.chat.type, new.migrate_from_chat_id) == (new_id, "supergroup", BASIC_GROUP)
    await bot.send_message(new_id, "搬好了")
    rooms = [room["chat_id"] for room in await server.people.rooms(RESIDENT_OF_BASIC_GROUP)]
    assert new_id in rooms
    assert BASIC_GROUP not in rooms
    with pytest.raises(RefusedError, match="not_a_basic_group"):
        await server.people.migrate(new_id, WORKER)


async def test_a_new_group_takes_the_bot_in(server: RunningSandbox, bot: Bot) -> None:
    await server.people.add_chat(NEW_GROUP, "新小区", [RESIDENT, NEIGHBOUR])
    with pytest.raises(TelegramForbiddenError, match="bot is not a member"):
        await bot.send_message(NEW_GROUP, "x")
    await server.people.set_bot(NEW_GROUP, RESIDENT, "administrator")
    (update, _) = await updates_of(bot)
    assert update.my_chat_member is not None
    assert update.my_chat_member.chat.title == "新小区"
    assert isinstance(update.my_chat_member.new_chat_member, ChatMemberAdministrator)


async def test_topics_of_a_forum(server: RunningSandbox, bot: Bot) -> None:
    await server.people.add_chat(FORUM, "话题群", [RESIDENT], is_forum=True)
    await server.people.set_bot(FORUM, RESIDENT, "member")
    thread_id = await server.people.open_topic(FORUM, RESIDENT, "报修")
    said = await server.people.say(RESIDENT, FORUM, "电梯坏了", thread_id=thread_id)
    opened, message = [update.message for update in (await updates_of(bot))[-2:]]
    assert opened is not None
    assert opened.forum_topic_created is not None
    assert message is not None
    assert (message.message_thread_id, message.is_topic_message, message.chat.is_forum) == (thread_id, True, True)
    assert message.reply_to_message is not None
    assert message.reply_to_message.forum_topic_created is not None
    sent = await bot.send_message(FORUM, "已登记", message_thread_id=thread_id)
    assert (sent.message_thread_id, sent.is_topic_message) == (thread_id, True)
    replied = await bot.send_message(FORUM, "已派单", reply_to_message_id=said["message_id"])
    assert replied.message_thread_id == thread_id
    with pytest.raises(TelegramBadRequest, match="message thread not found"):
        await bot.send_message(FORUM, "x", message_thread_id=4711)
    with pytest.raises(TelegramBadRequest, match="message thread not found"):
        await bot.send_message(GARDEN, "x", message_thread_id=thread_id)


async def test_people_see_their_own_rooms_only(server: RunningSandbox) -> None:
    titles = [room["title"] for room in await server.people.rooms(RESIDENT)]
    assert titles == ["桂花苑邻里群", "群办助手"]
    with pytest.raises(RefusedError, match="room_unknown"):
        await server.people.history(RESIDENT, STAFF_ROOM)
    with pytest.raises(RefusedError, match="room_unknown"):
        await server.people.say(RESIDENT, STAFF_ROOM, "x")
    with pytest.raises(RefusedError, match="room_unknown"):
        await server.people.history(RESIDENT, NEIGHBOUR)


async def test_unread_messages_are_counted(server: RunningSandbox, bot: Bot) -> None:
    await server.people.say(NEIGHBOUR, GARDEN, "一")
    await bot.send_message(GARDEN, "二")
    await bot.send_message(RESIDENT, "三")
    assert [room["unread"] for room in await server.people.rooms(RESIDENT)] == [2, 1]
    assert next(one["unread"] for one in await server.people.personas() if one["user_id"] == RESIDENT) == 1
    await server.people.mark_read(RESIDENT, GARDEN)
    assert [room["unread"] for room in await server.people.rooms(RESIDENT)] == [0, 1]
