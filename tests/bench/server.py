"""``python -m tests.bench.server``: the real service, with routes beside it that do less.

The environment is that of ``qunban run --role web``. The sample district gets ``GROUPS`` groups of its first complex
more, since no district speaks in one group. What is served besides: ``POST /bench/read`` only reads the body,
``POST /bench/aiogram`` gives it to a dispatcher of aiogram whose only handler does nothing, and ``GET /bench/counters``
tells what was done so far.
"""

from __future__ import annotations

import asyncio
import time
from dataclasses import replace
from typing import Any

import asyncpg
import msgspec
import uvloop
from fastapi import FastAPI, Request, Response
from sqlalchemy import Engine, event, text
from sqlalchemy.engine.interfaces import DBAPIConnection

from bot.main import build
from bot.sample import load_sample_once
from bot.service import Role, Service
from bot.telegram.library import Bot
from bot.telegram.sender import PLATFORM
from bot.web.server import listen, url_of
from config.settings import load_settings
from models.database import Database
from models.migrate import upgrade
from tests.bench.memory import resident_bytes
from tests.town import GARDEN

GROUPS = 40
counted = {"statements": 0}


def group_id(number: int) -> int:
    """The chat of a group that the bench speaks in."""
    return GARDEN - 1_000 - number % GROUPS


def count_statement(*_: object) -> None:
    counted["statements"] += 1


def count_of_driver(connection: DBAPIConnection, _entry: object) -> None:
    """What is asked of PostgreSQL without SQLAlchemy counts too, and so do beginnings and ends of transactions."""
    driver: Any = connection.driver_connection
    if isinstance(driver, asyncpg.Connection):
        driver.add_query_logger(count_statement)


def add_routes(app: FastAPI, bot: Bot, database: Database) -> None:
    """The routes that the product is measured beside."""
    # Imported before the product has loaded it in its own way, aiogram would take 100 MB more.
    from aiogram import Dispatcher
    from aiogram.types import Message

    dispatcher = Dispatcher(disable_fsm=True)

    @dispatcher.message()
    async def listen_to(_: Message) -> None:
        return None

    @app.post("/bench/read")
    async def read(request: Request) -> Response:
        await request.body()
        return Response(status_code=200)

    @app.post("/bench/aiogram")
    async def feed(request: Request) -> Response:
        await dispatcher.feed_raw_update(bot, await request.json())
        return Response(status_code=200)

    @app.get("/bench/counters")
    async def counters() -> Response:
        async with database._engine.connect() as connection:
            tickets = (await connection.execute(text("SELECT count(*) FROM tickets"))).scalar_one()
        counted["statements"] -= 1
        told = {
            **counted,
            "tickets": tickets,
            "cpu": time.process_time(),
            "resident_bytes": resident_bytes("self"),
        }
        return Response(msgspec.json.encode(told), media_type="application/json")


async def found_groups(database: Database) -> None:
    """Binds the groups of the bench to the complex of the sample's first group."""
    async with database.unit_of_work() as work:
        garden = await work.groups.get(PLATFORM, GARDEN)
        assert garden is not None
        for number in range(GROUPS):
            await work.groups.put(replace(garden, chat_id=group_id(number)))
        await work.commit()


async def serve() -> None:
    event.listen(Engine, "before_cursor_execute", count_statement)
    event.listen(Engine, "connect", count_of_driver)
    settings = load_settings(serving=True)
    await upgrade(settings.database_url.get_secret_value())
    listening = listen(settings.host, settings.port)
    product = build(settings, url=url_of(listening))
    if product.sample is not None and await load_sample_once(
        product.database.unit_of_work, product.sample, product.use_cases.clock()
    ):
        await found_groups(product.database)
    # The product's routes match last where the local chat takes the rest; these come before.
    add_routes(product.app, product.bot, product.database)
    try:
        await Service(product, Role.WEB, listening, print).run()
    finally:
        await product.close()


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(serve())
