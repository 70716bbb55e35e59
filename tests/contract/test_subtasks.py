"""Sub-tasks: what is kept is what is read, and each list has what it says."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from models.database import Database
from routing.subtask import Subtask, SubtaskState, UnknownSubtask
from tests.contract.samples import NOW, ODD_TEXTS, open_ticket, settle


@pytest.mark.parametrize("text", ODD_TEXTS)
async def test_a_subtask_is_read_as_it_was_written(database: Database, text: str) -> None:
    worker = await settle(database)
    ticket = await open_ticket(database)
    asked = Subtask(0, ticket.id, worker.id, worker.id, NOW, text)
    async with database.unit_of_work() as work:
        kept = await work.subtasks.add(asked)
        await work.commit()
    full = replace(
        kept,
        state=SubtaskState.WITHDRAWN,
        claimed_at=NOW + timedelta(minutes=1),
        done_at=NOW + timedelta(minutes=2),
        withdrawn_at=NOW + timedelta(minutes=3),
        reason=text,
    )
    async with database.unit_of_work() as work:
        assert await work.subtasks.lock(kept.id) == replace(asked, id=kept.id)
        await work.subtasks.save(full)
        await work.commit()
    async with database.unit_of_work() as work:
        assert await work.subtasks.get(kept.id) == await work.subtasks.lock(kept.id) == full


async def test_lists_of_a_ticket_and_of_what_a_post_owes(database: Database) -> None:
    worker = await settle(database)
    one, other = await open_ticket(database), await open_ticket(database)
    async with database.unit_of_work() as work:
        asked = await work.subtasks.add(Subtask(0, one.id, worker.id, worker.id, NOW, "清理"))
        claimed = await work.subtasks.add(
            Subtask(0, other.id, worker.id, worker.id, NOW, "围挡", SubtaskState.CLAIMED, claimed_at=NOW)
        )
        done = await work.subtasks.add(
            Subtask(0, one.id, worker.id, worker.id, NOW, "断电", SubtaskState.DONE, done_at=NOW)
        )
        await work.commit()
    async with database.unit_of_work() as work:
        assert await work.subtasks.of_ticket(one.id) == (asked, done)
        assert await work.subtasks.open_of([worker.id]) == (asked, claimed)
        assert await work.subtasks.open_of([worker.id + 1]) == ()
        assert await work.subtasks.open_of([]) == ()
        with pytest.raises(UnknownSubtask):
            await work.subtasks.lock(done.id + 1)
