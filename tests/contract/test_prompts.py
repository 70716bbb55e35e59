"""Questions and dialogues."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from models.database import Database
from routing.groups import Dialogue, Prompt
from tests.contract.samples import NOW, ODD_TEXTS, message, open_ticket, settle

HOUR = timedelta(hours=1)


@pytest.mark.parametrize("text", ODD_TEXTS)
async def test_a_question_comes_back_as_it_was_and_is_erased(database: Database, text: str) -> None:
    prompt = Prompt(0, message(text), "gas.leak", NOW, NOW + HOUR)
    async with database.unit_of_work() as work:
        asked = await work.prompts.ask(prompt)
        await work.commit()
    assert asked == replace(prompt, id=asked.id)
    async with database.unit_of_work() as work:
        assert await work.prompts.get(asked.id) == asked
        assert await work.prompts.take(asked.id) == asked
        assert await work.prompts.get(asked.id) is None
        assert await work.prompts.take(asked.id) is None


async def test_of_two_who_answer_at_once_one_is_heard(database: Database) -> None:
    async with database.unit_of_work() as work:
        asked = await work.prompts.ask(Prompt(0, message("a"), "gas.leak", NOW, NOW + HOUR))
        await work.commit()

    async def take() -> bool:
        async with database.unit_of_work() as work:
            taken = await work.prompts.take(asked.id)
            await work.commit()
        return taken is not None

    assert sorted(await asyncio.gather(*(take() for _ in range(5)))) == [False] * 4 + [True]


async def test_the_number_of_an_erased_question_is_not_used_again(database: Database) -> None:
    prompt = Prompt(0, message("a"), "gas.leak", NOW, NOW + HOUR)
    async with database.unit_of_work() as work:
        first = await work.prompts.ask(prompt)
        await work.prompts.take(first.id)
        second = await work.prompts.ask(prompt)
        assert second.id > first.id, "or an old button would answer another question"


async def test_what_is_over_is_erased(database: Database) -> None:
    async with database.unit_of_work() as work:
        old = await work.prompts.ask(Prompt(0, message("a"), "gas.leak", NOW, NOW + HOUR))
        new = await work.prompts.ask(Prompt(0, message("a"), "gas.leak", NOW, NOW + 2 * HOUR))
        await work.prompts.begin(Dialogue("local", 1, 5, "reason", None, NOW + HOUR))
        await work.prompts.begin(Dialogue("local", 1, 6, "reason", None, NOW + 2 * HOUR))
        assert await work.prompts.expire(NOW + HOUR - timedelta(microseconds=1)) == 0
        assert await work.prompts.expire(NOW + HOUR) == 2
        assert await work.prompts.get(old.id) is None
        assert await work.prompts.get(new.id) == new
        assert await work.prompts.dialogue("local", 1, 5) is None
        assert await work.prompts.dialogue("local", 1, 6) is not None


async def test_a_new_dialogue_takes_the_place_of_the_old(database: Database) -> None:
    await settle(database)
    kept = await open_ticket(database)
    data = {"text": ODD_TEXTS[0], "list": [1, None], "nested": {"水": True}}
    first = Dialogue("local", -5, 7_000_000_001, "reason", kept.id, NOW, data)
    other = Dialogue("local", -5, 8, "photo", None, NOW)
    second = Dialogue("local", -5, 7_000_000_001, "sentence", None, NOW + HOUR, {})
    async with database.unit_of_work() as work:
        await work.prompts.begin(first)
        await work.prompts.begin(other)
        assert await work.prompts.dialogue("local", -5, 7_000_000_001) == first
        await work.prompts.begin(second)
        assert await work.prompts.dialogue("local", -5, 7_000_000_001) == second
        await work.prompts.end("local", -5, 7_000_000_001)
        await work.prompts.end("local", -5, 7_000_000_001)
        assert await work.prompts.dialogue("local", -5, 7_000_000_001) is None
        assert await work.prompts.dialogue("local", -5, 8) == other
