"""The web application over HTTP: health, readiness, metrics and the front page."""

import asyncio
import logging
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI
from prometheus_client import CollectorRegistry, Counter
from starlette.routing import Route

import config
from bot.web.app import create_app
from bot.web.health import ChatCheck, Check, ReadinessChecks
from bot.web.webhook import PATH, SECRET_HEADER, Webhook
from config.texts import load_texts

TEXTS = load_texts([Path(config.__file__).parent / "data"])


async def _fine() -> str | None:
    return None


async def _lost() -> str | None:
    raise ConnectionRefusedError("postgresql://qunban:hunter2@db refused")


async def _behind() -> str | None:
    return "behind"


async def _hanging() -> str | None:
    # A future that nobody completes: only the probe's own limit ends the wait.
    await asyncio.get_running_loop().create_future()
    return None


def _app(checks: dict[str, Check], local_chat: FastAPI | None = None) -> FastAPI:
    return create_app(
        version="1",
        texts=TEXTS,
        readiness=ReadinessChecks(checks, timeout_seconds=0.05),
        registry=CollectorRegistry(),
        local_chat=local_chat,
    )


def _client(app: FastAPI) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://qunban")


@pytest.fixture
async def well() -> AsyncIterator[httpx.AsyncClient]:
    async with _client(_app({"database": _fine, "migrations": _fine, "chat": _fine})) as client:
        yield client


async def test_ready_where_every_check_is_fine(well: httpx.AsyncClient) -> None:
    answer = await well.get("/readyz")
    assert answer.status_code == 200
    assert answer.json() == {
        "ready": True,
        "checks": {name: {"ok": True, "reason": None} for name in ("database", "migrations", "chat")},
    }


@pytest.mark.parametrize(
    ("check", "reason"), [(_lost, "ConnectionRefusedError"), (_behind, "behind"), (_hanging, "timeout")]
)
async def test_not_ready_names_the_check_that_fails(check: Check, reason: str) -> None:
    async with _client(_app({"database": check, "chat": _fine})) as client:
        answer = await client.get("/readyz")
        alive = await client.get("/healthz")
    assert answer.status_code == 503
    assert answer.json()["checks"]["database"] == {"ok": False, "reason": reason}
    assert answer.json()["checks"]["chat"]["ok"]
    assert "hunter2" not in answer.text
    assert alive.status_code == 200


async def test_metrics_show_the_registry_that_was_passed_in() -> None:
    registry = CollectorRegistry()
    Counter("qunban_pressed", "Presses of a button.", registry=registry).inc(3)
    app = create_app(version="1", texts=TEXTS, readiness=ReadinessChecks({}), registry=registry)
    async with _client(app) as client:
        answer = await client.get("/metrics")
    assert "qunban_pressed_total 3.0" in answer.text
    assert answer.headers["content-type"].startswith("text/plain")


async def test_updates_reach_the_webhook_and_nothing_else_does() -> None:
    fed: list[bytes] = []

    async def feed(raw: bytes) -> None:
        fed.append(raw)

    app = create_app(
        version="1",
        texts=TEXTS,
        readiness=ReadinessChecks({}),
        registry=CollectorRegistry(),
        webhook=Webhook(feed, "secret"),
    )
    async with _client(app) as client:
        answers = [
            (await client.request(method, path, content=b"{}", headers={SECRET_HEADER: secret})).status_code
            for method, path, secret in (
                ("POST", PATH, "secret"),
                ("POST", PATH, "guess"),
                ("GET", PATH, "secret"),
                ("POST", f"{PATH}/more", "secret"),
                ("GET", "/healthz", "guess"),
            )
        ]
    assert answers == [200, 401, 405, 404, 200]
    assert fed == [b"{}"]


async def test_what_stands_open_is_known_and_shows_no_secret(caplog: pytest.LogCaptureFixture) -> None:
    """A new route has to be thought about here: nothing but the webhook asks for a secret, so nothing may show data."""

    async def feed(raw: bytes) -> None:
        """Takes every update."""

    secret = "a-secret-of-the-web-app"
    app = create_app(
        version="1",
        texts=TEXTS,
        readiness=ReadinessChecks({"database": _lost}),
        registry=CollectorRegistry(),
        webhook=Webhook(feed, secret),
    )
    open_paths = {"/", "/docs", "/openapi.json", "/healthz", "/readyz", "/metrics"}
    own = {str(route.path) for route in app.routes if isinstance(route, Route)}
    assert own | set(app.openapi()["paths"]) == {*open_paths, PATH}
    caplog.set_level(logging.DEBUG)
    async with _client(app) as client:
        shown = [await client.get(path) for path in sorted(open_paths)]
        guessed = await client.post(PATH, content=b"{}", headers={SECRET_HEADER: "a-guess-at-the-secret"})
        assert guessed.status_code == 401
        assert (await client.post(PATH, content=b"{}", headers={SECRET_HEADER: secret})).status_code == 200
        for path in open_paths:
            assert (await client.post(path)).status_code == 405, "nothing but the webhook takes anything"
    for answer in (*shown, guessed):
        for hidden in (secret, "hunter2", "a-guess-at-the-secret"):
            assert hidden not in answer.text
            assert hidden not in caplog.text


async def test_the_front_page_says_in_chinese_that_the_service_runs(well: httpx.AsyncClient) -> None:
    answer = await well.get("/")
    assert answer.status_code == 200
    assert TEXTS.say("web.front.running") in answer.text
    assert "http" not in answer.text


async def test_the_interface_is_described_without_the_internet(well: httpx.AsyncClient) -> None:
    page = await well.get("/docs")
    assert page.status_code == 200
    for path in ("/healthz", "/readyz", "/metrics", "/openapi.json"):
        assert path in page.text
    assert "//" not in page.text.replace("<!doctype", "")
    assert (await well.get("/openapi.json")).json()["paths"].keys() >= {"/healthz", "/readyz", "/metrics"}


async def test_the_local_chat_has_the_root_but_not_health() -> None:
    chat = FastAPI()

    @chat.get("/")
    async def page() -> str:
        return "the chat"

    async with _client(_app({}, local_chat=chat)) as client:
        assert (await client.get("/")).json() == "the chat"
        assert (await client.get("/healthz")).json() == {"status": "ok"}


async def test_a_good_answer_of_the_chat_counts_for_a_while() -> None:
    now = 100.0
    asked: list[float] = []

    async def ask() -> None:
        asked.append(now)

    check = ChatCheck(ask, lambda: now, 30)
    assert await check() is None
    now += 29
    assert await check() is None
    assert len(asked) == 1
    now += 1
    assert await check() is None
    assert len(asked) == 2


async def test_a_failed_answer_of_the_chat_is_not_kept() -> None:
    answers = [ConnectionError(), None]

    async def ask() -> None:
        answer = answers.pop(0)
        if answer is not None:
            raise answer

    check = ChatCheck(ask, lambda: 5.0, 30)
    with pytest.raises(ConnectionError):
        await check()
    assert await check() is None
