"""Long polling against a Bot API server: nothing is lost, order is kept, trouble is waited out."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import msgspec
import pytest
from starlette.responses import JSONResponse
from starlette.types import Receive, Scope, Send
from structlog.testing import capture_logs

from bot.sandbox.faults import GARBLED
from bot.telegram.feed import UpdateFailed
from bot.telegram.poller import Poller
from bot.telegram.sender import open_bot
from tests.bare_server import running_app
from tests.sandbox_server import RunningSandbox, running_sandbox
from tests.sandbox_world import GARDEN, NEIGHBOUR, RESIDENT, WORLD


@pytest.fixture
async def server() -> AsyncIterator[RunningSandbox]:
    async with running_sandbox(WORLD) as running:
        yield running


class Taken:
    """What was fed, by its text; ``before`` may hold it up or refuse it."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self.attempts: list[str] = []
        self.before: Callable[[str], Awaitable[None]] | None = None
        self._grown = asyncio.Condition()

    async def feed(self, raw: bytes) -> None:
        update = msgspec.json.decode(raw)
        text = str(update.get("message", {}).get("text", ""))
        if not text:
            return
        self.attempts.append(text)
        if self.before is not None:
            await self.before(text)
        async with self._grown:
            self.texts.append(text)
            self._grown.notify_all()

    async def until(self, *texts: str) -> None:
        """Waits until all of these were taken."""
        async with asyncio.timeout(15), self._grown:
            await self._grown.wait_for(lambda: set(texts) <= set(self.texts))


async def no_wait(seconds: float) -> None:
    await asyncio.sleep(0)


def poller(server: RunningSandbox, taken: Taken, **fields: object) -> Poller:
    return Poller(
        api_url=server.url,
        token=server.token,
        feed=taken.feed,
        randomness=lambda: 0.5,
        poll_seconds=5,
        **{"sleep": no_wait, **fields},  # type: ignore[arg-type]
    )


@asynccontextmanager
async def polling(polls: Poller) -> AsyncIterator[None]:
    task = asyncio.create_task(polls.run())
    try:
        yield
    finally:
        polls.stop()
        async with asyncio.timeout(15):
            await task


async def test_what_is_said_is_fed_and_confirmed(server: RunningSandbox) -> None:
    taken = Taken()
    await server.people.say(RESIDENT, GARDEN, "先")
    async with polling(poller(server, taken)):
        await taken.until("先")
        await server.people.say(RESIDENT, GARDEN, "后")
        await taken.until("后")
    assert taken.texts == ["先", "后"]
    await server.people.settle()
    again = Taken()
    async with polling(poller(server, again)):
        await server.people.say(RESIDENT, GARDEN, "新")
        await again.until("新")
    assert again.texts == ["新"], "what was confirmed does not come again"


async def test_one_chat_is_in_order_and_does_not_hold_up_another(server: RunningSandbox) -> None:
    taken, release = Taken(), asyncio.Event()

    async def hold_first(text: str) -> None:
        if text == "花园1":
            await release.wait()

    taken.before = hold_first
    for text in ("花园1", "花园2"):
        await server.people.say(RESIDENT, GARDEN, text)
    await server.people.add_chat(-1001000000779, "另一个群", [NEIGHBOUR])
    await server.people.set_bot(-1001000000779, NEIGHBOUR, "administrator")
    await server.people.say(NEIGHBOUR, -1001000000779, "别处")
    async with polling(poller(server, taken)):
        await taken.until("别处")
        assert not {"花园1", "花园2"} & set(taken.texts)
        release.set()
        await taken.until("花园2")
    said = [text for text in taken.texts if text.startswith("花园")]
    assert said == ["花园1", "花园2"]


async def test_a_failed_update_is_fed_again_before_the_next_of_its_chat(server: RunningSandbox) -> None:
    taken, failures = Taken(), iter([UpdateFailed(1, 1), UpdateFailed(1, 2)])

    async def fail_twice(text: str) -> None:
        if text == "坏" and (failure := next(failures, None)):
            raise failure

    taken.before = fail_twice
    await server.people.say(RESIDENT, GARDEN, "坏")
    await server.people.say(RESIDENT, GARDEN, "好")
    async with polling(poller(server, taken)):
        await taken.until("坏", "好")
    assert taken.attempts == ["坏", "坏", "坏", "好"]


async def test_what_was_not_finished_at_the_stop_comes_again(server: RunningSandbox) -> None:
    taken = Taken()
    first = poller(server, taken)

    async def never(text: str) -> None:
        first.stop()
        raise UpdateFailed(1, None)

    taken.before = never
    await server.people.say(RESIDENT, GARDEN, "要紧")
    async with polling(first):
        pass
    assert taken.texts == []
    again = Taken()
    async with polling(poller(server, again)):
        await again.until("要紧")
    assert again.texts == ["要紧"]


async def test_the_stop_lets_finish_what_was_taken(server: RunningSandbox) -> None:
    taken, begun = Taken(), asyncio.Event()
    polls = poller(server, taken)

    async def slowly(text: str) -> None:
        begun.set()
        await asyncio.sleep(0.1)

    taken.before = slowly
    await server.people.say(RESIDENT, GARDEN, "一")
    async with polling(polls):
        await begun.wait()
    assert taken.texts == ["一"]
    await server.people.settle()


@pytest.mark.parametrize("kind", ["server_error", "too_many_requests", "lost_answer", *GARBLED])
async def test_trouble_of_the_platform_is_waited_out(server: RunningSandbox, kind: str) -> None:
    taken, waits = Taken(), []

    async def note(seconds: float) -> None:
        waits.append(seconds)
        await asyncio.sleep(0)

    await server.people.say(RESIDENT, GARDEN, "还在吗")
    await server.people.plan_fault(kind, count=3, method="getUpdates")
    with capture_logs() as logs:
        async with polling(poller(server, taken, sleep=note)):
            await taken.until("还在吗")
    assert taken.texts == ["还在吗"]
    assert len(waits) == 3, "each failure is waited out, so that a broken proxy is not asked without end"
    assert [entry["event"] for entry in logs].count("polling_failed") == 3
    assert "还在吗" not in repr(logs)


@pytest.mark.parametrize("kind", GARBLED)
async def test_an_unreadable_answer_to_the_first_questions_is_waited_out(server: RunningSandbox, kind: str) -> None:
    taken = Taken()
    await server.people.say(RESIDENT, GARDEN, "还在吗")
    await server.people.plan_fault(kind, count=2, method="getWebhookInfo")
    async with polling(poller(server, taken)):
        await taken.until("还在吗")
    assert taken.texts == ["还在吗"]


async def test_no_platform_silences_the_poller_for_longer_than_some_minutes() -> None:
    waits: list[float] = []

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        refusal = {"ok": False, "error_code": 429, "parameters": {"retry_after": 10**12}}
        await JSONResponse(refusal, 429)(scope, receive, send)

    async def note(seconds: float) -> None:
        waits.append(seconds)
        polls.stop()

    async with running_app(answer) as url:
        polls = Poller(api_url=url, token="1:x", feed=Taken().feed, randomness=lambda: 1.0, sleep=note)
        async with asyncio.timeout(15):
            await polls.run()
    assert waits == [300]


async def test_a_platform_that_is_away_is_asked_less_and_less_often() -> None:
    waits: list[float] = []
    polls = Poller(api_url="http://127.0.0.1:9", token="1:x", feed=Taken().feed, randomness=lambda: 1.0, sleep=no_wait)

    async def note(seconds: float) -> None:
        waits.append(seconds)
        if len(waits) == 8:
            polls.stop()

    polls._sleep = note
    async with asyncio.timeout(15):
        await polls.run()
    assert waits == [1, 2, 4, 8, 16, 32, 60, 60]
    assert not polls.is_connected


async def test_a_webhook_that_is_set_is_removed_and_its_updates_stay(server: RunningSandbox) -> None:
    bot = open_bot(server.token, server.url)
    await bot.set_webhook("http://127.0.0.1:9/telegram/webhook", secret_token="x")
    await bot.session.close()
    await server.people.say(RESIDENT, GARDEN, "早就说了")
    taken = Taken()
    async with polling(poller(server, taken)):
        await taken.until("早就说了")
    assert taken.texts == ["早就说了"]
