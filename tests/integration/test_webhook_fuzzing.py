"""Updates that are nearly right: fields of other types and sizes, missing, doubled, nested, in every place.

Whatever comes, the webhook answers that it is done (200) or that it was no update (400); nothing is asked for again,
because reading the same bytes a second time would end alike. What cannot be understood is parked with its kind of
error, and no log quotes what somebody wrote.
"""

from __future__ import annotations

import io
import json
import logging
import random
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import msgspec
import pytest
import structlog

from bot.logs import set_up_logs
from bot.web.webhook import PATH, SECRET_HEADER, Webhook
from tests.town import GARDEN, HE, LI, ZHANG, Town

SECRET = "a-secret-of-the-webhook"
WORDS = "单元门锁坏了请保密"
"""Stands in every update that is mutated, and so must not stand in any log."""

STRANGE: tuple[Any, ...] = (
    None,
    True,
    0,
    -1,
    2**31,
    2**63,
    -(2**63) - 1,
    10**400,
    1.5,
    1e308,
    "",
    "x",
    "\x00",
    "\ud7ff\u200f\u202e",
    "{0}%s<b>",
    "长" * 5000,
    [],
    [[[[]]]],
    [None],
    {},
    {"id": 1},
    {"id": "1", "type": []},
)

Mutation = Callable[[random.Random, dict[str, Any]], None]


def paths_in(value: Any, before: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every place in a JSON value, but its root."""
    if isinstance(value, dict):
        return [path for key in value for path in ((*before, key), *paths_in(value[key], (*before, key)))]
    if isinstance(value, list):
        return [path for at in range(len(value)) for path in ((*before, at), *paths_in(value[at], (*before, at)))]
    return []


def parent_of(update: Any, path: tuple[Any, ...]) -> Any:
    """What holds the place."""
    for key in path[:-1]:
        update = update[key]
    return update


def put_something_strange(chance: random.Random, update: dict[str, Any]) -> None:
    path = chance.choice(paths_in(update))
    parent_of(update, path)[path[-1]] = chance.choice(STRANGE)


def leave_out(chance: random.Random, update: dict[str, Any]) -> None:
    path = chance.choice(paths_in(update))
    del parent_of(update, path)[path[-1]]


def put_elsewhere(chance: random.Random, update: dict[str, Any]) -> None:
    source, target = chance.choice(paths_in(update)), chance.choice(paths_in(update))
    moved = msgspec.json.decode(msgspec.json.encode(parent_of(update, source)[source[-1]]))
    parent_of(update, target)[target[-1]] = moved


def add_something(chance: random.Random, update: dict[str, Any]) -> None:
    found = [update, *(parent_of(update, (*path, None)) for path in paths_in(update))]
    holder = chance.choice([one for one in found if isinstance(one, dict)])
    name = chance.choice(["message", "edited_message", "reply_to_message", "photo", "location", "entities", "chat"])
    holder[name] = chance.choice([*STRANGE, msgspec.json.decode(msgspec.json.encode(update))])


MUTATIONS: tuple[Mutation, ...] = (put_something_strange, leave_out, put_elsewhere, add_something)


def broken_text(chance: random.Random, raw: bytes) -> bytes:
    """The bytes of an update cut short, with some bytes replaced, or doubled."""
    at = chance.randrange(len(raw))
    return chance.choice(
        (raw[:at], raw[:at] + bytes([chance.randrange(256)]) + raw[at + 1 :], raw[:at] + raw, raw + raw[at:])
    )


async def _updates(town: Town) -> list[dict[str, Any]]:
    """Real updates of every kind that the product handles."""
    await town.say(ZHANG, GARDEN, f"3栋{WORDS}")
    await town.say(LI, GARDEN, f"/report 5栋{WORDS}，谢谢 @qunban_bot")
    card = await town.with_button(HE, HE, "认领")
    await town.press(HE, HE, card, "认领")
    await town.say(HE, HE, f"/find {WORDS}")
    await town.say(
        ZHANG, GARDEN, f"怎么还没人来，{WORDS}", reply_to=(await town.people.history(ZHANG, GARDEN))[-1]["message_id"]
    )
    found: list[dict[str, Any]] = [msgspec.json.decode(raw) for raw in town.fed]
    assert {"message", "callback_query"} <= {key for update in found for key in update}
    return found


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """What the product logs, in the form that operators read."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    output = io.StringIO()
    set_up_logs("debug", "json", output)
    yield output
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()


@pytest.mark.parametrize("seed", range(4))
async def test_nearly_right_updates_are_answered_and_never_asked_for_again(
    town: Town, seed: int, log: io.StringIO
) -> None:
    originals = await _updates(town)
    before = {ticket.id for ticket in await town.tickets()}
    app = Webhook(town.feed.feed, SECRET)
    chance = random.Random(seed)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://qunban") as http:
        for number in range(150):
            update = msgspec.json.decode(msgspec.json.encode(chance.choice(originals)))
            update["update_id"] = 1_000_000 + number
            for _ in range(chance.randrange(1, 4)):
                chance.choice(MUTATIONS)(chance, update)
            raw = _encoded(update)
            if chance.random() < 0.2:
                raw = broken_text(chance, raw)
            answer = await http.post(PATH, content=raw, headers={SECRET_HEADER: SECRET})
            assert answer.status_code in {200, 400}, raw
            assert answer.content == b"", raw
    assert WORDS not in log.getvalue()
    await town.settle()
    # Whoever is named in an update may have reported something; but nothing that was there is lost.
    assert before <= {ticket.id for ticket in await town.tickets()}


def _encoded(update: dict[str, Any]) -> bytes:
    return json.dumps(update, ensure_ascii=False).encode("utf-8", errors="surrogatepass")
