"""How updates reach the bot: long polling, webhook, presses of buttons."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
import uvicorn
from aiogram import Bot
from aiogram.exceptions import TelegramBadRequest, TelegramConflictError, TelegramNotFound, TelegramUnauthorizedError
from aiogram.types import BotCommand, BotCommandScopeAllGroupChats, InlineKeyboardButton, InlineKeyboardMarkup, Update
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tests.sandbox_server import RefusedError, RunningSandbox, until
from tests.sandbox_world import GARDEN, RESIDENT, WORKER

CARD = InlineKeyboardMarkup(inline_keyboard=[[InlineKeyboardButton(text="认领", callback_data="claim:1")]])


async def test_who_the_bot_is(bot: Bot) -> None:
    me = await bot.get_me()
    assert (me.is_bot, me.username, me.can_read_all_group_messages) == (True, "qunban_bot", True)


async def test_a_wrong_token_is_refused(server: RunningSandbox, bot: Bot) -> None:
    with pytest.raises(TelegramUnauthorizedError):
        await Bot("7000000001:wrong", session=bot.session).get_me()


async def test_an_unknown_method_is_not_found(bot: Bot) -> None:
    with pytest.raises(TelegramNotFound):
        await bot.send_dice(GARDEN)


async def test_a_long_poll_returns_when_something_is_said(server: RunningSandbox, bot: Bot) -> None:
    polling = asyncio.create_task(bot.get_updates(timeout=30))
    await server.people.say(RESIDENT, GARDEN, "电梯坏了")
    (update,) = await polling
    assert update.message is not None
    assert update.message.text == "电梯坏了"


async def test_the_offset_confirms(server: RunningSandbox, bot: Bot) -> None:
    for text in ("一", "二", "三"):
        await server.people.say(RESIDENT, GARDEN, text)
    first, second, third = await bot.get_updates(timeout=5)
    assert [one.update_id - first.update_id for one in (first, second, third)] == [0, 1, 2]
    assert await bot.get_updates(offset=second.update_id, limit=1) == [second]
    assert await bot.get_updates(offset=-1) == [third]
    assert await bot.get_updates(offset=third.update_id + 1) == []
    await server.people.settle()


async def test_a_second_poll_ends_the_first(server: RunningSandbox, bot: Bot) -> None:
    first = asyncio.create_task(bot.get_updates(timeout=30))
    await until(lambda: server.sandbox.platform.updates.is_being_read)
    second = asyncio.create_task(bot.get_updates(timeout=30))
    with pytest.raises(TelegramConflictError, match="terminated by other getUpdates request"):
        await first
    await server.people.say(RESIDENT, GARDEN, "电梯坏了")
    assert len(await second) == 1


async def test_the_bot_gets_only_what_it_asked_for(server: RunningSandbox, bot: Bot) -> None:
    assert await bot.get_updates(allowed_updates=["edited_message"]) == []
    said = await server.people.say(RESIDENT, GARDEN, "一")
    await server.people.edit(RESIDENT, GARDEN, said["message_id"], "二")
    (update,) = await bot.get_updates(timeout=5)
    assert update.edited_message is not None
    assert await bot.get_updates(offset=update.update_id + 1, allowed_updates=["message"]) == []
    await server.people.say(RESIDENT, GARDEN, "三")
    assert len(await bot.get_updates(timeout=5)) == 1


async def test_a_press_carries_the_card_and_gets_its_answer(server: RunningSandbox, bot: Bot) -> None:
    said = await server.people.say(RESIDENT, GARDEN, "电梯坏了")
    card = await bot.send_message(GARDEN, "卡片", reply_to_message_id=said["message_id"], reply_markup=CARD)
    pressing = asyncio.create_task(server.people.press(WORKER, GARDEN, card.message_id, "认领"))
    query = None
    offset = 0
    while query is None:
        for update in await bot.get_updates(offset=offset, timeout=5):
            offset, query = update.update_id + 1, update.callback_query
    assert (query.data, query.from_user.id) == ("claim:1", WORKER)
    assert query.message is not None
    assert query.message.message_id == card.message_id
    assert not hasattr(query.message, "date") or query.message.date
    reply = getattr(query.message, "reply_to_message", None)
    assert reply is not None
    assert reply.message_id == said["message_id"]
    assert await bot.answer_callback_query(query.id, "已认领", show_alert=True)
    assert await pressing == {"answered": True, "text": "已认领", "show_alert": True, "url": None}


async def test_a_press_that_nobody_answers_says_so(server: RunningSandbox, bot: Bot) -> None:
    card = await bot.send_message(GARDEN, "卡片", reply_markup=CARD)
    answer = await server.people.press(WORKER, GARDEN, card.message_id, "claim:1", wait=0)
    assert answer == {"answered": False}


async def test_a_button_that_is_gone_can_be_pressed_by_force_only(server: RunningSandbox, bot: Bot) -> None:
    card = await bot.send_message(GARDEN, "卡片", reply_markup=CARD)
    await bot.edit_message_text("办结", chat_id=GARDEN, message_id=card.message_id)
    with pytest.raises(RefusedError, match="button_gone"):
        await server.people.press(WORKER, GARDEN, card.message_id, "认领")
    await server.people.press(WORKER, GARDEN, card.message_id, "claim:1", force=True, wait=0)
    (update,) = await bot.get_updates(timeout=5)
    assert update.callback_query is not None
    assert update.callback_query.data == "claim:1"


async def test_an_unknown_press_cannot_be_answered(bot: Bot) -> None:
    with pytest.raises(TelegramBadRequest, match="query is too old and response timeout expired"):
        await bot.answer_callback_query("4711", "x")


async def test_an_answer_to_a_press_has_200_characters_at_most(bot: Bot) -> None:
    with pytest.raises(TelegramBadRequest, match="MESSAGE_TOO_LONG"):
        await bot.answer_callback_query("4711", "字" * 201)


async def test_commands_are_kept_by_scope(server: RunningSandbox, bot: Bot) -> None:
    await bot.set_my_commands([BotCommand(command="mine", description="我报的事")])
    scope = BotCommandScopeAllGroupChats()
    await bot.set_my_commands([BotCommand(command="report", description="登记")], scope=scope)
    assert [one.command for one in await bot.get_my_commands()] == ["mine"]
    assert [one.command for one in await bot.get_my_commands(scope=scope)] == ["report"]
    with pytest.raises(TelegramBadRequest, match="BOT_COMMAND_INVALID"):
        await bot.set_my_commands([BotCommand(command="我的", description="x")])
    assert await bot.set_my_description("登记小区里要办的事")
    assert (await bot.get_my_description()).description == "登记小区里要办的事"
    assert await bot.set_my_short_description("短")


class Receiver:
    """A bot's webhook that refuses as often as it is told."""

    def __init__(self) -> None:
        self.refusals = 0
        self.got: list[tuple[str, Update]] = []
        self.arrived = asyncio.Condition()

    async def receive(self, request: Request) -> Response:
        update = Update.model_validate_json(await request.body())
        async with self.arrived:
            self.got.append((request.headers.get("x-telegram-bot-api-secret-token", ""), update))
            self.arrived.notify_all()
            if self.refusals:
                self.refusals -= 1
                return Response(status_code=500)
        return Response()

    async def wait(self, count: int) -> None:
        async with asyncio.timeout(20), self.arrived:
            await self.arrived.wait_for(lambda: len(self.got) >= count)


@asynccontextmanager
async def receiving() -> AsyncIterator[tuple[Receiver, str]]:
    receiver = Receiver()
    app = Starlette(routes=[Route("/hook", receiver.receive, methods=["POST"])])
    config = uvicorn.Config(app, host="127.0.0.1", port=0, log_level="warning", lifespan="off")
    listening = uvicorn.Server(config)
    serving = asyncio.create_task(listening.serve())
    await until(lambda: listening.started)
    yield receiver, f"http://127.0.0.1:{listening.servers[0].sockets[0].getsockname()[1]}/hook"
    listening.should_exit = True
    with contextlib.suppress(asyncio.CancelledError):
        await serving


async def texts(receiver: Receiver) -> list[str | None]:
    return [update.message.text if update.message else None for _, update in receiver.got]


async def test_a_webhook_gets_every_update_in_order_until_it_accepts(server: RunningSandbox, bot: Bot) -> None:
    async with receiving() as (receiver, url):
        receiver.refusals = 2
        await bot.set_webhook(url, secret_token="right_1")
        for text in ("一", "二"):
            await server.people.say(RESIDENT, GARDEN, text)
        await receiver.wait(4)
        assert await texts(receiver) == ["一", "一", "一", "二"]
        assert {secret for secret, _ in receiver.got} == {"right_1"}
        await server.people.settle()
        info = await bot.get_webhook_info()
        assert (info.url, info.pending_update_count) == (url, 0)
        assert info.last_error_message is not None
        assert "500" in info.last_error_message
        with pytest.raises(TelegramConflictError, match="can't use getUpdates method while webhook is active"):
            await bot.get_updates()
        await bot.delete_webhook()


async def test_without_the_webhook_the_updates_wait(server: RunningSandbox, bot: Bot) -> None:
    async with receiving() as (receiver, url):
        receiver.refusals = 1_000_000
        await bot.set_webhook(url)
        await server.people.say(RESIDENT, GARDEN, "一")
        await receiver.wait(1)
        assert receiver.got[0][0] == ""
        await bot.delete_webhook()
    assert len(await bot.get_updates(timeout=5)) == 1
    await bot.delete_webhook(drop_pending_updates=True)
    assert await bot.get_updates() == []


@pytest.mark.parametrize(
    ("arguments", "refusal"),
    [
        ({"url": "https://example.org/hook"}, "the sandbox delivers to http on loopback only"),
        ({"url": "http://127.0.0.1:1/hook", "secret_token": "not so"}, "secret token contains unallowed characters"),
    ],
)
async def test_a_bad_webhook_is_refused(bot: Bot, arguments: dict[str, Any], refusal: str) -> None:
    with pytest.raises(TelegramBadRequest, match=refusal):
        await bot.set_webhook(**arguments)
