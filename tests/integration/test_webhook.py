"""The route that the platform delivers updates to."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx
import pytest

from bot.telegram.decode import MalformedUpdate
from bot.telegram.feed import UpdateFailed
from bot.web.webhook import BODY_LIMIT, PATH, SECRET_HEADER, Webhook

SECRET = "s3cret-of-the-webhook"


class Feed:
    def __init__(self) -> None:
        self.fed: list[bytes] = []
        self.trouble: Exception | None = None

    async def feed(self, raw: bytes) -> None:
        self.fed.append(raw)
        if self.trouble is not None:
            raise self.trouble


@pytest.fixture
def feed() -> Feed:
    return Feed()


@pytest.fixture
async def client(feed: Feed) -> AsyncIterator[httpx.AsyncClient]:
    app = Webhook(feed.feed, SECRET)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://qunban") as http:
        yield http


async def test_an_update_is_acknowledged_once_it_is_fed(feed: Feed, client: httpx.AsyncClient) -> None:
    answer = await client.post(PATH, content=b'{"update_id": 1}', headers={SECRET_HEADER: SECRET})
    assert (answer.status_code, answer.content) == (200, b"")
    assert feed.fed == [b'{"update_id": 1}']


@pytest.mark.parametrize(
    "headers",
    [{}, {SECRET_HEADER: ""}, {SECRET_HEADER: "guess"}, {SECRET_HEADER: SECRET + "x"}, {SECRET_HEADER: SECRET.upper()}],
)
async def test_without_the_secret_nothing_is_read(
    feed: Feed, client: httpx.AsyncClient, headers: dict[str, str]
) -> None:
    read = False

    async def body() -> AsyncIterator[bytes]:
        nonlocal read
        read = True
        yield b'{"update_id": 1}'

    answer = await client.post(PATH, content=body(), headers=headers)
    assert answer.status_code == 401
    assert feed.fed == []
    assert not read


async def test_a_secret_beyond_ascii_is_wrong_and_not_an_error(client: httpx.AsyncClient) -> None:
    answer = await client.post(PATH, content=b"{}", headers={SECRET_HEADER.encode(): "密".encode()})
    assert answer.status_code == 401


async def test_too_big_a_body_is_refused(feed: Feed, client: httpx.AsyncClient) -> None:
    announced = await client.post(PATH, content=b"x" * (BODY_LIMIT + 1), headers={SECRET_HEADER: SECRET})

    async def endless() -> AsyncIterator[bytes]:
        while True:
            yield b"x" * 65536

    unannounced = await client.post(PATH, content=endless(), headers={SECRET_HEADER: SECRET})
    assert (announced.status_code, unannounced.status_code) == (413, 413)
    assert feed.fed == []


async def test_the_biggest_body_passes(feed: Feed, client: httpx.AsyncClient) -> None:
    answer = await client.post(PATH, content=b"x" * BODY_LIMIT, headers={SECRET_HEADER: SECRET})
    assert answer.status_code == 200
    assert len(feed.fed[0]) == BODY_LIMIT


async def test_a_failed_update_is_asked_for_again(feed: Feed, client: httpx.AsyncClient) -> None:
    feed.trouble = UpdateFailed(1, 1)
    answer = await client.post(PATH, content=b"{}", headers={SECRET_HEADER: SECRET})
    assert answer.status_code == 503
    assert int(answer.headers["retry-after"]) > 0


async def test_what_is_no_update_is_a_bad_request(feed: Feed, client: httpx.AsyncClient) -> None:
    feed.trouble = MalformedUpdate(None)
    answer = await client.post(PATH, content=b"?", headers={SECRET_HEADER: SECRET})
    assert answer.status_code == 400


def test_an_empty_secret_is_refused(feed: Feed) -> None:
    with pytest.raises(ValueError, match="secret"):
        Webhook(feed.feed, "")
