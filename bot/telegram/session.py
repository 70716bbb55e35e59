"""The connection to the Bot API, which takes nothing for an answer that is none.

Between us and the platform stand proxies, and they answer in its place: with a page, with nothing, with half of what
it said, with a success that holds no result. Whatever cannot be read as an answer of the Bot API is a
``ClientDecodeError`` here, so that whoever asked tries again, and none of it is an error that nobody expects.
"""

from __future__ import annotations

import json
from typing import Any

from aiogram import Bot
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.exceptions import ClientDecodeError
from aiogram.methods import TelegramMethod
from aiogram.methods.base import TelegramType


class BotApiSession(AiohttpSession):
    """Calls the Bot API at ``api_url``."""

    def __init__(self, api_url: str) -> None:
        super().__init__(api=TelegramAPIServer.from_base(api_url.rstrip("/")), json_loads=read_answer)

    async def make_request(
        self,
        bot: Bot,
        method: TelegramMethod[TelegramType],
        timeout: int | None = None,  # noqa: ASYNC109 - The name is aiogram's.
    ) -> TelegramType:
        """Makes one call; raises an ``AiogramError`` whatever is wrong with the answer."""
        try:
            return await super().make_request(bot, method, timeout)
        except UnicodeDecodeError as error:
            raise ClientDecodeError("the answer is no text", error, None) from None


def read_answer(content: str) -> dict[str, Any]:
    """An answer of the Bot API; raises for what is none, such as a success without a result.

    aiogram takes a missing result for none and looks into a missing description, both outside its own errors.
    """
    answer = json.loads(content)
    if not isinstance(answer, dict):
        raise TypeError("an answer is an object")
    if answer.get("ok") is True:
        if answer.get("result") is None:
            raise ValueError("a success has a result")
    elif not isinstance(answer.get("description"), str):
        answer["description"] = ""
    return answer
