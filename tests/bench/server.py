"""``python -m tests.bench.server``: the real service, with a route beside it that only reads the body.

The environment is that of ``qunban run --role web``. What is served besides: ``POST /bench/reference``, and
``GET /bench/counters`` with the statements executed, the tickets opened and the memory of the process.
"""

from __future__ import annotations

import asyncio

import uvloop
from sqlalchemy import Engine, event
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from bot.main import build
from bot.sample import load_sample_once
from bot.service import Role, Service
from bot.web.server import listen, url_of
from config.settings import load_settings
from models.migrate import upgrade
from tests.bench.memory import resident_bytes

counted = {"statements": 0, "tickets": 0}


def count_statement(_connection: object, _cursor: object, statement: str, *_: object) -> None:
    counted["statements"] += 1
    counted["tickets"] += statement.startswith("INSERT INTO tickets ")


async def read_body(request: Request) -> Response:
    """What any webhook costs at least."""
    await request.body()
    return Response(status_code=200)


async def counters(_: Request) -> Response:
    """What was done so far, and how big the process is."""
    return JSONResponse({**counted, "resident_bytes": resident_bytes("self")})


async def serve() -> None:
    settings = load_settings(serving=True)
    await upgrade(settings.database_url.get_secret_value())
    listening = listen(settings.host, settings.port)
    product = build(settings, url=url_of(listening))
    if product.sample is not None:
        await load_sample_once(product.database.unit_of_work, product.sample, product.use_cases.clock())
    product.app.add_route("/bench/reference", read_body, methods=["POST"])
    product.app.add_route("/bench/counters", counters, methods=["GET"])
    event.listen(Engine, "before_cursor_execute", count_statement)
    try:
        await Service(product, Role.WEB, listening, print).run()
    finally:
        await product.close()


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(serve())
