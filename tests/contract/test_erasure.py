"""What names people is erased from tickets that ended long ago; what is counted stays."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from config.errors import ConfigError
from config.retention import load_retention
from models.database import Database
from routing.errors import ConcurrentChange
from routing.place import Place
from routing.subtask import Subtask, SubtaskState
from routing.ticket import Status
from routing.ticket_events import EventKind, Reporter, TicketEvent
from tests.contract.samples import NOW, full_ticket, open_ticket, settle

YEAR = timedelta(days=365)


async def test_a_ticket_that_ended_long_ago_names_nobody_any_more(database: Database) -> None:
    worker = await settle(database)
    async with database.unit_of_work() as work:
        full = await work.tickets.add(full_ticket("3栋502 王阿姨家漏水", worker.id), number_scope="G1", day="d")
        await work.tickets.add_reporter(Reporter(full.id, 77, "王阿姨", 5, NOW, solved=True, said="漏水"))
        await work.tickets.add_reporter(Reporter(full.id, 78, "李叔", 6, NOW, said="我家也是"))
        await work.tickets.link_message(full.id, "telegram", -1, 5)
        await work.tickets.record(
            TicketEvent(full.id, EventKind.OPENED, NOW, 77, "王阿姨", {"via": "talk", "evidence": [{"text": "漏水"}]}),
            TicketEvent(full.id, EventKind.CLAIMED, NOW, worker.account, worker.name, {"post": worker.id}),
        )
        read = await work.tickets.get(full.id)
        await work.tickets.save(
            replace(
                read,
                status=Status.ARCHIVED,
                archived_at=NOW - YEAR - timedelta(seconds=1),
                place=Place(building="3", room="502"),
                resolution="已联系13812345678处理",
            )
        )
        await work.commit()
    async with database.unit_of_work() as work:
        assert await work.tickets.erase(NOW - YEAR, NOW, limit=10) == 1
        await work.commit()
    async with database.unit_of_work() as work:
        erased = await work.tickets.get(full.id)
        assert (erased.number, erased.service_code, erased.status) == (full.number, full.service_code, Status.ARCHIVED)
        assert (erased.text, erased.reporter_id, erased.reporter_name, erased.attachments) == ("", None, "", ())
        assert erased.place == Place(building="3")
        assert erased.resolution == "已联系138****5678处理"
        reporters = await work.tickets.reporters(full.id)
        assert {(one.name, one.said, one.message_id) for one in reporters} == {("", "", None)}
        assert sorted((one.account, one.solved) for one in reporters) in (
            [(-2, None), (-1, True)],
            [(-2, True), (-1, None)],
        )
        assert await work.tickets.of_message("telegram", -1, 5) is None
        opened, claimed = await work.tickets.events(full.id)
        assert (opened.actor, opened.actor_name, opened.data) == (None, "", {"via": "talk"})
        assert (claimed.actor, claimed.actor_name) == (worker.account, worker.name)
        assert await work.tickets.erase(NOW - YEAR, NOW, limit=10) == 0


async def test_words_of_a_contradiction_and_of_sub_tasks_go_too(database: Database) -> None:
    worker = await settle(database)
    ended = await open_ticket(database, status=Status.ARCHIVED, archived_at=NOW - 2 * YEAR)
    async with database.unit_of_work() as work:
        await work.subtasks.add(Subtask(0, ended.id, worker.id, worker.id, NOW, "联系502王阿姨", SubtaskState.DONE))
        said = {"text": "王阿姨家没修好", "solved": True, "satisfaction": None}
        await work.tickets.record(
            TicketEvent(ended.id, EventKind.DISPUTED, NOW, 77, "王阿姨", said),
            TicketEvent(ended.id, EventKind.SUBTASK_GIVEN, NOW, worker.account, worker.name, {"post": worker.id}),
        )
        assert await work.tickets.erase(NOW - YEAR, NOW, limit=10) == 1
        (subtask,) = await work.subtasks.of_ticket(ended.id)
        disputed, asked = await work.tickets.events(ended.id)
        assert (subtask.task, subtask.state) == ("", SubtaskState.DONE)
        assert (disputed.actor, disputed.actor_name, disputed.data) == (
            None,
            "",
            {"solved": True, "satisfaction": None},
        )
        assert (asked.actor, asked.data) == (worker.account, {"post": worker.id})


async def test_who_read_a_ticket_before_it_was_erased_does_not_write_its_words_back(database: Database) -> None:
    await settle(database)
    read = await open_ticket(database, status=Status.ARCHIVED, archived_at=NOW - 2 * YEAR)
    async with database.unit_of_work() as work:
        assert await work.tickets.erase(NOW - YEAR, NOW, limit=10) == 1
        with pytest.raises(ConcurrentChange):
            await work.tickets.save(replace(read, urges=1))
        assert (await work.tickets.get(read.id)).text == ""


@pytest.mark.parametrize("status", [one for one in Status if one not in {Status.ARCHIVED, Status.WITHDRAWN}])
async def test_what_has_not_ended_is_kept_however_old(database: Database, status: Status) -> None:
    await settle(database)
    kept = await open_ticket(database, status=status, created_at=NOW - 3 * YEAR)
    async with database.unit_of_work() as work:
        assert await work.tickets.erase(NOW - YEAR, NOW, limit=10) == 0
        assert (await work.tickets.get(kept.id)).text == kept.text


async def test_what_ended_lately_is_kept_and_the_rest_goes_in_portions(database: Database) -> None:
    await settle(database)
    for _ in range(3):
        await open_ticket(database, status=Status.ARCHIVED, archived_at=NOW - 2 * YEAR)
    await open_ticket(database, status=Status.ARCHIVED, archived_at=NOW - YEAR)
    async with database.unit_of_work() as work:
        assert [await work.tickets.erase(NOW - YEAR, NOW, limit=2) for _ in range(3)] == [2, 1, 0]


@pytest.mark.parametrize("value", ["0", "-1", "2.5", "soon", ""])
def test_spans_are_whole_days(tmp_path: Path, value: str) -> None:
    path = tmp_path / "retention.yaml"
    path.write_text(
        f"personal_data_days: {value}\nmessages_days: 30\nupdates_days: 3\ninvitations_days: 30\ncare_days: 30\n"
        "care_looks_days: 9\n"
    )
    with pytest.raises(ConfigError) as refused:
        load_retention(path)
    assert refused.value.line == 1
