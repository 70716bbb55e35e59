"""The sender against a Bot API server that is as strict as the real one."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import pytest
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from bot.sandbox.faults import GARBLED
from bot.services.delivery import (
    Delivered,
    DeliveryError,
    Migrated,
    Obstacle,
    PlatformDown,
    Refused,
    RetryAfter,
    Unreachable,
)
from bot.telegram.sender import TelegramSender, open_bot
from routing.message import Attachment
from routing.outgoing import Button, Content, Outgoing, QueuedMessage
from tests.bare_server import running_app
from tests.sandbox_server import RunningSandbox, png, running_sandbox
from tests.sandbox_world import (
    BASIC_GROUP,
    GARDEN,
    NEIGHBOUR,
    RESIDENT,
    RESIDENT_OF_BASIC_GROUP,
    WORKER,
    WORLD,
)

NOW = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)


@pytest.fixture
async def server() -> AsyncIterator[RunningSandbox]:
    async with running_sandbox(WORLD) as running:
        yield running


@pytest.fixture
async def sender(server: RunningSandbox) -> AsyncIterator[TelegramSender]:
    bot = open_bot(server.token, server.url)
    yield TelegramSender(bot)
    await bot.session.close()


def row(chat_id: int, content: Content, *, card_message_id: int | None = None, **fields: Any) -> QueuedMessage:
    return QueuedMessage(
        id=1,
        message=Outgoing("telegram", chat_id, content, **fields),
        attempts=0,
        created_at=NOW,
        card_message_id=card_message_id,
    )


CARD = Content(title="工单 1", lines=("3号楼电梯坏了",), buttons=((Button("认领", "claim", 17),),))


async def photos(server: RunningSandbox, count: int) -> tuple[Attachment, ...]:
    """Photos that a resident sent, as the bot knows them."""
    found = []
    for _ in range(count):
        message = await server.people.say(RESIDENT, GARDEN, "漏水", photo=png())
        found.append(Attachment("photo", message["photo"][-1]["file_id"]))
    return tuple(found)


async def sent(server: RunningSandbox, chat_id: int, delivered: Delivered) -> dict[str, Any]:
    (message,) = [one for one in await server.people.chat(chat_id) if one["message_id"] == delivered.message_id]
    return message


async def test_a_message_with_a_bold_title_buttons_and_a_reply(server: RunningSandbox, sender: TelegramSender) -> None:
    said = await server.people.say(RESIDENT, GARDEN, "3号楼电梯坏了")
    content = Content(title="已登记 <&>", lines=("3号楼",), buttons=((Button("撤回", "withdraw", 17, "x"),),))
    message = await sent(
        server, GARDEN, await sender.deliver(row(GARDEN, content, reply_to=said["message_id"], silent=True))
    )
    assert message["text"] == "已登记 <&>\n3号楼"
    assert message["entities"] == [{"offset": 0, "length": 7, "type": "bold"}]
    assert message["reply_markup"]["inline_keyboard"] == [[{"text": "撤回", "callback_data": "p:withdraw:17:x"}]]
    assert message["reply_to_message"]["message_id"] == said["message_id"]
    (call,) = await server.people.calls("sendMessage")
    assert call["params"]["disable_notification"] in (True, "true")


async def test_a_reply_whose_message_is_gone_is_sent_all_the_same(
    server: RunningSandbox, sender: TelegramSender
) -> None:
    said = await server.people.say(RESIDENT, GARDEN, "3号楼电梯坏了")
    await server.people.delete(GARDEN, said["message_id"])
    message = await sent(server, GARDEN, await sender.deliver(row(GARDEN, CARD, reply_to=said["message_id"])))
    assert "reply_to_message" not in message


async def test_a_text_of_any_length_is_taken(server: RunningSandbox, sender: TelegramSender) -> None:
    for filler in ("长", "😀", "&"):
        await sender.deliver(row(GARDEN, Content(title="标题", lines=(filler * 6000,))))


async def test_a_card_is_edited_in_place(server: RunningSandbox, sender: TelegramSender) -> None:
    first = await sender.deliver(row(GARDEN, CARD, card=True, ticket_id=17))
    later = Content(title="工单 1", lines=("办理中",), buttons=((Button("办结", "resolve", 17),),))
    second = await sender.deliver(row(GARDEN, later, card=True, ticket_id=17, card_message_id=first.message_id))
    assert second == first
    message = await sent(server, GARDEN, second)
    assert message["text"] == "工单 1\n办理中"
    assert message["reply_markup"]["inline_keyboard"][0][0]["text"] == "办结"
    third = await sender.deliver(row(GARDEN, later, card=True, ticket_id=17, card_message_id=first.message_id))
    assert third == first, "an edit that changes nothing is delivered"
    bare = await sender.deliver(
        row(GARDEN, Content(title="已办结"), card=True, ticket_id=17, card_message_id=first.message_id)
    )
    assert "reply_markup" not in await sent(server, GARDEN, bare)


async def test_a_message_takes_the_place_of_a_question(server: RunningSandbox, sender: TelegramSender) -> None:
    question = await sender.deliver(row(GARDEN, Content(title="要登记吗", buttons=CARD.buttons)))
    answer = await sender.deliver(row(GARDEN, Content(title="已登记"), edits=question.message_id))
    assert answer == question
    message = await sent(server, GARDEN, answer)
    assert message["text"] == "已登记"
    assert "reply_markup" not in message
    assert question.message_id is not None
    await server.people.delete(GARDEN, question.message_id)
    anew = await sender.deliver(row(GARDEN, Content(title="已撤回"), edits=question.message_id))
    assert (await sent(server, GARDEN, anew))["text"] == "已撤回"


async def test_a_card_that_was_deleted_is_sent_anew_without_its_pictures(
    server: RunningSandbox, sender: TelegramSender
) -> None:
    first = await sender.deliver(row(GARDEN, CARD, card=True, ticket_id=17))
    assert first.message_id is not None
    await server.people.delete(GARDEN, first.message_id)
    again = Content(title="工单 1", attachments=await photos(server, 1))
    second = await sender.deliver(row(GARDEN, again, card=True, ticket_id=17, card_message_id=first.message_id))
    assert second.message_id not in (None, first.message_id)
    assert second.follow_up is None


async def test_the_pictures_of_a_card_follow_once_in_answer_to_it(
    server: RunningSandbox, sender: TelegramSender
) -> None:
    files = await photos(server, 2)
    content = Content(title="工单 1", buttons=CARD.buttons, attachments=files)
    card = await sender.deliver(row(GARDEN, content, card=True, ticket_id=17))
    assert "text" in await sent(server, GARDEN, card)
    assert card.follow_up == Outgoing(
        "telegram", GARDEN, Content(attachments=files), reply_to=card.message_id, ticket_id=17, silent=True
    )
    album = await sender.deliver(QueuedMessage(2, card.follow_up, 0, NOW))
    assert album.follow_up is None
    pictures = [one for one in await server.people.chat(GARDEN) if one["message_id"] > (card.message_id or 0)]
    assert len({one["media_group_id"] for one in pictures}) == 1
    assert [one["reply_to_message"]["message_id"] for one in pictures] == [card.message_id] * 2
    edited = await sender.deliver(row(GARDEN, content, card=True, ticket_id=17, card_message_id=card.message_id))
    assert edited == Delivered(card.message_id)


async def test_one_picture_goes_with_its_words(server: RunningSandbox, sender: TelegramSender) -> None:
    content = Content(title="已办结", lines=("换了灯 <新>",), buttons=CARD.buttons, attachments=await photos(server, 1))
    done = await sender.deliver(row(GARDEN, content))
    message = await sent(server, GARDEN, done)
    assert message["caption"] == "已办结\n换了灯 <新>"
    assert message["photo"]
    assert message["reply_markup"]
    assert done.follow_up is None


async def test_long_words_are_not_cut_for_a_picture(server: RunningSandbox, sender: TelegramSender) -> None:
    content = Content(lines=("长" * 1025,), attachments=await photos(server, 1))
    done = await sender.deliver(row(GARDEN, content))
    assert len((await sent(server, GARDEN, done))["text"]) == 1025
    assert done.follow_up is not None


async def test_files_are_parted_as_albums_allow(server: RunningSandbox, sender: TelegramSender) -> None:
    said = await server.people.say(RESIDENT, GARDEN, "", document=("票据.pdf", b"%PDF-"))
    document = Attachment("document", said["document"]["file_id"])
    said = await server.people.say(RESIDENT, GARDEN, "", video=b"video")
    video = Attachment("video", said["video"]["file_id"])
    pictures = await photos(server, 10)
    waiting: Outgoing | None = Outgoing("telegram", GARDEN, Content(attachments=(video, *pictures, document, document)))
    since = (await server.people.calls())[-1]["number"] if await server.people.calls() else 0
    sizes = []
    while waiting is not None:
        before = len(waiting.content.attachments)
        waiting = (await sender.deliver(QueuedMessage(1, waiting, 0, NOW))).follow_up
        sizes.append(before - (len(waiting.content.attachments) if waiting else 0))
    assert sizes == [10, 1, 2]
    made = [call["method"].lower() for call in await server.people.calls(since=since)]
    assert made == ["sendmediagroup", "sendphoto", "sendmediagroup"]


@pytest.mark.parametrize("kind", ["document", "video"])
async def test_other_files_by_themselves(server: RunningSandbox, sender: TelegramSender, kind: str) -> None:
    file = {"document": ("票据.pdf", b"%PDF-")} if kind == "document" else {"video": b"video"}
    said = await server.people.say(RESIDENT, GARDEN, "", **file)
    attachment = Attachment(kind, said[kind]["file_id"])  # type: ignore[arg-type]
    done = await sender.deliver(row(GARDEN, Content(attachments=(attachment,))))
    assert kind in await sent(server, GARDEN, done)


async def test_a_topic_and_one_that_is_gone(server: RunningSandbox, sender: TelegramSender) -> None:
    await server.people.add_chat(-1001000000777, "论坛", [RESIDENT], is_forum=True)
    await server.people.set_bot(-1001000000777, RESIDENT, "member")
    thread = await server.people.open_topic(-1001000000777, RESIDENT, "报修")
    inside = await sender.deliver(row(-1001000000777, CARD, thread_id=thread))
    assert (await sent(server, -1001000000777, inside))["message_thread_id"] == thread
    outside = await sender.deliver(row(-1001000000777, CARD, thread_id=999_999))
    assert "is_topic_message" not in await sent(server, -1001000000777, outside)


async def outcome(sender: TelegramSender, chat_id: int, content: Content = CARD) -> DeliveryError:
    with pytest.raises(DeliveryError) as caught:
        await sender.deliver(row(chat_id, content))
    return caught.value


async def test_too_many_requests(server: RunningSandbox, sender: TelegramSender) -> None:
    await server.people.plan_fault("too_many_requests", seconds=17)
    refusal = await outcome(sender, GARDEN)
    assert isinstance(refusal, RetryAfter)
    assert refusal.seconds == 17


async def test_a_group_that_moved(server: RunningSandbox, sender: TelegramSender) -> None:
    new = await server.people.migrate(BASIC_GROUP, RESIDENT_OF_BASIC_GROUP)
    refusal = await outcome(sender, BASIC_GROUP)
    assert isinstance(refusal, Migrated)
    assert refusal.new_chat_id == new


async def test_a_person_who_blocked_the_bot(server: RunningSandbox, sender: TelegramSender) -> None:
    await server.people.block(WORKER)
    refusal = await outcome(sender, WORKER)
    assert isinstance(refusal, Unreachable)
    assert refusal.obstacle is Obstacle.BLOCKED


async def test_a_person_who_never_came(server: RunningSandbox, sender: TelegramSender) -> None:
    await server.people.add_user(555, "没来过")
    for person in (555, 999_999):
        refusal = await outcome(sender, person)
        assert isinstance(refusal, Unreachable)
        assert refusal.obstacle is Obstacle.NOT_STARTED


@pytest.mark.parametrize(
    ("status", "obstacle"),
    [("kicked", Obstacle.REMOVED), ("left", Obstacle.REMOVED), ("restricted", Obstacle.NO_RIGHTS)],
)
async def test_a_group_that_does_not_let_the_bot_speak(
    server: RunningSandbox, sender: TelegramSender, status: str, obstacle: Obstacle
) -> None:
    await server.people.add_chat(-1001000000778, "新群", [NEIGHBOUR])
    await server.people.set_bot(-1001000000778, NEIGHBOUR, "member")
    rights = {"can_send_messages": False} if status == "restricted" else None
    await server.people.set_bot(-1001000000778, NEIGHBOUR, status, rights)
    refusal = await outcome(sender, -1001000000778)
    assert isinstance(refusal, Unreachable)
    assert refusal.obstacle is obstacle


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (Content(), "empty"),
        (Content(lines=(" ", "")), "empty"),
        (Content(attachments=(Attachment("photo", "no such file"),)), "bad_file"),
        (Content(title="x", buttons=((Button("按", "claim", 1, "长" * 30),),)), "bad_button"),
    ],
)
async def test_what_the_platform_never_takes(sender: TelegramSender, content: Content, reason: str) -> None:
    refusal = await outcome(sender, GARDEN, content)
    assert isinstance(refusal, Refused)
    assert refusal.reason == reason


async def test_a_platform_that_is_down(server: RunningSandbox, sender: TelegramSender) -> None:
    await server.people.plan_fault("server_error")
    assert isinstance(await outcome(sender, GARDEN), PlatformDown)


@pytest.mark.parametrize("kind", GARBLED)
@pytest.mark.parametrize("is_edit", [False, True])
async def test_an_answer_that_is_none_is_a_fault_to_try_again(
    server: RunningSandbox, sender: TelegramSender, kind: str, is_edit: bool
) -> None:
    edited = (await sender.deliver(row(GARDEN, Content(title="先")))).message_id if is_edit else None
    await server.people.plan_fault(kind)
    with pytest.raises(PlatformDown) as caught:
        await sender.deliver(row(GARDEN, CARD, card=True, ticket_id=1, card_message_id=edited))
    assert caught.value.reason == "unreadable_answer"
    again = await sender.deliver(row(GARDEN, CARD, card=True, ticket_id=1, card_message_id=edited))
    assert (await sent(server, GARDEN, again))["text"].startswith("工单 1")


STRANGE_ANSWERS = (
    b"",
    b"<html>{0} %s</html>",
    b"{}",
    b"[]",
    b"null",
    b'{"ok": false}',
    b'{"ok": true}',
    b'{"ok": false, "description": null, "parameters": {"retry_after": -1}}',
    b'{"ok": true, "result": 1}',
    b'{"ok": true, "result": {"message_id": "x"}}',
    b"[" * 100_000,
    b"\xff\xfe",
)


async def test_whatever_a_proxy_says_is_an_outcome() -> None:
    said = Response()

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        await said(scope, receive, send)

    async with running_app(answer) as url:
        bot = open_bot("1:x", url)
        for status in (200, 302, 400, 403, 404, 409, 413, 429, 500, 502, 503):
            for body in STRANGE_ANSWERS:
                said = Response(body, status, media_type="application/json")
                refusal = await outcome(TelegramSender(bot), GARDEN)
                if b"retry_after" in body:
                    assert isinstance(refusal, RetryAfter)
                    assert refusal.seconds > 0
                elif status not in {400, 403, 413} or b'"ok": false' not in body:
                    assert isinstance(refusal, PlatformDown), (status, body, refusal)
        await bot.session.close()


async def test_nobody_at_the_address_and_a_wrong_token(server: RunningSandbox) -> None:
    for token, url in ((server.token, "http://127.0.0.1:9"), ("1:wrong", server.url)):
        bot = open_bot(token, url)
        assert isinstance(await outcome(TelegramSender(bot), GARDEN), PlatformDown)
        await bot.session.close()
