"""Every button and every command, tried by people of every role from another street: nothing changes, nothing leaks.

The buttons are read from the table that serves them and the commands from the routers, so a new one is tried as soon as
it exists; what everybody may do is listed here by hand.
"""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from itertools import product
from pkgutil import iter_modules
from typing import Any

import msgspec
import pytest
from sqlalchemy import select

from bot.telegram import routers as routers_package
from bot.telegram.routers import presses
from bot.telegram.routers.commands import Command
from models.database import Database
from models.tables import Base
from routing.staff import Role, Staff
from tests.town import GARDEN, HE, LI, TANG, ZHANG, ZOU, Town

ROOM, PHONE = "1203", "13812345678"
"""What only the handlers of the ticket may read."""
NAME = "王桂芳"
"""Somebody whom the ticket names, and whom others may look for."""

ELSEWHERE = "TD202"
OUTSIDERS = {role: 3_000_000_000 + number for number, role in enumerate(Role, start=1)}
RESIDENT = 3_000_000_099
"""Nobody's neighbour: without a post, and in none of the groups."""

ARGUMENTS = ("1", "satisfied")
"""What a button may carry behind its subject; a refusal has to come before any of it is looked at."""

OF_ANY_UPDATE = frozenset({"handled_updates", "outbox", "private_chats", "care_looks"})
"""Tables that any update may write to: that it came, what is answered, who may be written to, and who looked."""

FOR_EVERYBODY = frozenset(
    {
        # The catalogue of services is public, and asking for one concerns nobody but who asks.
        "guide_full",
        "guide_book",
        "guide_book_at",
        "guide_delegate",
        "guide_neither",
        "guide_pick",
        "guide_unanswered",
    }
)
"""Buttons that anybody may press."""

WRITES_ITS_OWN = frozenset(
    {"start", "report", "need", "offer", "volunteer", "duty", "leave", "patrol", "invite", "mine", "help"}
)
"""Commands by which anybody, or any holder of a post, writes something of their own that concerns no other street."""


def commands() -> set[str]:
    """Every command that a router of the dispatcher knows."""
    modules = (
        import_module(f"{routers_package.__name__}.{one.name}") for one in iter_modules(routers_package.__path__)
    )
    made = [make() for one in modules for name, make in vars(one).items() if name.endswith("_router")]
    return {
        held.callback._name
        for router in made
        for handler in router.message.handlers
        for held in handler.filters or ()
        if isinstance(held.callback, Command)
    }


def batched(items: list[str], size: int) -> Iterator[list[str]]:
    """The items in lists of ``size``."""
    for at in range(0, len(items), size):
        yield items[at : at + size]


async def everything(database: Database) -> dict[str, list[tuple[Any, ...]]]:
    """All rows of all tables, but those that any update writes."""
    found: dict[str, list[tuple[Any, ...]]] = {}
    async with database.unit_of_work() as work:
        for table in Base.metadata.sorted_tables:
            if table.name not in OF_ANY_UPDATE:
                rows = (await work._transaction.execute(select(table))).all()
                found[table.name] = sorted((tuple(map(repr, row)) for row in rows), key=repr)
    return found


async def waiting_words(database: Database) -> str:
    """What waits to be sent, as one text."""
    outbox = Base.metadata.tables["outbox"]
    async with database.unit_of_work() as work:
        rows = (await work._transaction.execute(select(outbox).where(outbox.c.state == "waiting"))).all()
    return "\n".join(map(str, rows))


class Sender:
    """Makes updates as the platform would, with buttons that no message ever offered."""

    def __init__(self, town: Town) -> None:
        self._town = town
        self._next = 5_000_000

    async def press(self, person: int, data: str, chat: int | None = None) -> None:
        await self._feed("callback_query", self._press(person, data, chat or person))

    async def say(self, person: int, text: str) -> None:
        command = text.partition(" ")[0]
        await self._feed(
            "message",
            {
                **self._message(person, person),
                "text": text,
                "entities": [{"type": "bot_command", "offset": 0, "length": len(command)}],
            },
        )

    def _press(self, person: int, data: str, chat: int) -> dict[str, Any]:
        return {
            "id": str(self._next),
            "from": _user(person),
            "chat_instance": "1",
            "data": data,
            "message": {**self._message(chat, chat), "text": "x"},
        }

    def _message(self, person: int, chat: int) -> dict[str, Any]:
        kind = {"id": chat, "type": "private", "first_name": "外"} if chat > 0 else {"id": chat, "type": "supergroup"}
        return {"message_id": 1, "date": 1_790_000_000, "chat": kind, "from": _user(abs(person))}

    async def _feed(self, kind: str, body: dict[str, Any]) -> None:
        # As the feed does, but the press is not answered: the platform knows nothing of it.
        self._next += 1
        async with self._town.database.unit_of_work() as work:
            raw = msgspec.json.encode({"update_id": self._next, kind: body})
            await self._town.feed._interaction.handle(work, raw)
            await work.commit()


def _user(person: int) -> dict[str, Any]:
    return {"id": person, "is_bot": False, "first_name": "外人"}


@pytest.fixture
async def busy_town(town: Town) -> Town:
    """A street with something of every kind in it, and people of every role in another one."""
    async with town.database.unit_of_work() as work:
        await work.staff.upsert([Staff(0, f"外{role}", role, ELSEWHERE, who) for role, who in OUTSIDERS.items()])
        await work.commit()
    await town.say(ZHANG, GARDEN, f"/report 3栋2单元{ROOM}单元门锁坏了，找{NAME}，电话{PHONE}")
    await town.press_label(HE, HE, "认领")
    await town.press_label(HE, HE, "延期")
    await town.say(LI, GARDEN, "/report 5栋楼道灯不亮")
    await town.say(ZHANG, GARDEN, "希望3栋楼下装几张长椅，老人走累了能歇歇")
    await town.press_label(ZOU, ZOU, "🤝 认领需求 1")
    await town.say(TANG, GARDEN, "/vote 要不要装长椅 | 要 | 不要")
    await town.say(TANG, TANG, f"/mediate 锦绣花园 {ROOM}的停车费怎么算，电话{PHONE}")
    return town


async def test_no_button_does_anything_for_people_of_another_street(busy_town: Town) -> None:
    town, sender = busy_town, Sender(busy_town)
    assert presses.ACTIONS >= FOR_EVERYBODY
    before = await everything(town.database)
    for actions in batched(sorted(presses.ACTIONS - FOR_EVERYBODY), 10):
        for action, person, argument in product(actions, (RESIDENT, *OUTSIDERS.values()), ARGUMENTS):
            await sender.press(person, f"p:{action}:1:{argument}")
        assert await everything(town.database) == before, actions
    said = await waiting_words(town.database)
    assert [secret for secret in (ROOM, PHONE) if secret in said] == []


async def test_no_command_tells_or_changes_anything_of_another_street(busy_town: Town) -> None:
    town, sender = busy_town, Sender(busy_town)
    known = commands()
    assert {"todo", "find", "urge", "digest", "care", "vote"} <= known
    number = (await town.tickets())[0].number
    await town.outbox.run_once()
    before = await everything(town.database)
    for command in sorted(known - WRITES_ITS_OWN):
        for person, words in product((RESIDENT, *OUTSIDERS.values()), ("", "1", number, NAME, "TD101-01")):
            await sender.say(person, f"/{command} {words}".strip())
        assert await everything(town.database) == before, command
        said = await waiting_words(town.database)
        assert [secret for secret in (ROOM, PHONE) if secret in said] == [], command
