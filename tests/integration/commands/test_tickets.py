"""Tickets, digests and parked updates by the command line."""

from __future__ import annotations

import asyncio
import csv
import io
import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from models.database import Database
from routing.catalogue import Urgency
from routing.message import Attachment
from routing.place import Place
from routing.ticket import Status, Ticket
from routing.ticket_events import EventKind, Reporter, TicketEvent
from tests.cli import Shell
from tests.contract.samples import ticket

NOW = datetime.now(UTC)
COMPLEX = {"area_code": "TD101-X1", "area_path": "TC/TD/TD1/TD101/TD101-X1/"}
ELSEWHERE = {"area_code": "TD201", "area_path": "TC/TD/TD2/TD201/"}


def _ticket(service: str, **fields: object) -> Ticket:
    return ticket(
        **{
            "service_code": service,
            "platform": "telegram",
            "created_at": NOW,
            "dispatched_at": NOW,
            "accept_due_at": NOW + timedelta(days=1),
            "resolve_due_at": NOW + timedelta(days=2),
            **COMPLEX,
            **fields,
        }
    )


TICKETS = (
    _ticket(
        "property.elevator",
        text="=HYPERLINK(电梯坏了)",
        urgency=Urgency.URGENT,
        place=Place(building="3", room="502"),
        attachments=(Attachment("photo", "f"),),
        reporter_name="张敏",
    ),
    _ticket(
        "property.facility",
        status=Status.IN_PROGRESS,
        dispatched_at=NOW - timedelta(days=20),
        accept_due_at=NOW - timedelta(days=19),
        resolve_due_at=NOW - timedelta(days=18),
        claimed_at=NOW - timedelta(days=19),
        first_claimed_at=NOW - timedelta(days=19),
        created_at=NOW - timedelta(days=20),
        via="patrol",
    ),
    _ticket("environment.noise", status=Status.RESOLVED, resolved_at=NOW, resolution="已劝导", **ELSEWHERE),
)


async def _fill(shell: Shell, tickets: Sequence[Ticket]) -> None:
    database = Database(f"sqlite+aiosqlite:///{shell.folder / 'var' / 'qunban.db'}")
    async with database.unit_of_work() as work:
        (worker,) = await work.staff.of_account(1000000006)
        for number, one in enumerate(tickets):
            kept = await work.tickets.add(one, number_scope="TD101", day="261122")
            if number == 1:
                kept = await work.tickets.save(replace(kept, assignee_id=worker.id))
            await work.tickets.record(
                TicketEvent(kept.id, EventKind.OPENED, one.created_at, 1, "张敏", {"via": "talk", "evidence": WHY})
            )
            await work.tickets.add_reporter(Reporter(kept.id, 1, "张敏", 5, one.created_at))
        await work.updates.failed("telegram", 77, '{"text":"我家漏水"}'.encode(), "RuntimeError", NOW)
        await work.updates.park("telegram", 77, NOW)
        await work.commit()
    await database.close()


@pytest.fixture
def desk(district: Shell) -> Shell:
    asyncio.run(_fill(district, TICKETS))
    return district


def _numbers(shell: Shell, *arguments: str) -> set[str]:
    ran = shell.run("tickets", "list", *arguments, "--json")
    assert ran.exit_code == 0, ran.errors
    return {found["number"] for found in json.loads(ran.output)}


LIFT, LAMP, NOISE = "TD101-261122-001", "TD101-261122-002", "TD101-261122-003"
WHY = [["service", "lift + broken", "电梯坏", 0, 3, 0.8, "property.elevator"]]


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ((), {LIFT, LAMP, NOISE}),
        (("--area", "TD101"), {LIFT, LAMP}),
        (("--area", "TD2"), {NOISE}),
        (("--status", "open"), {LIFT, LAMP}),
        (("--status", "resolved"), {NOISE}),
        (("--status", "resolved", "--status", "dispatched"), {LIFT, NOISE}),
        (("--colour", "red"), {LAMP}),
        (("--colour", "green"), {LIFT}),
        (("--service", "environment.noise"), {NOISE}),
        (("--assignee", "林晓燕"), {LAMP}),
        (("--assignee", "1000000006"), {LAMP}),
        (("--assignee", "none"), {LIFT, NOISE}),
        (("--word", "电梯"), {LIFT}),
        (("--via", "patrol", "--via", "patrol_solved"), {LAMP}),
        (("--until", (NOW - timedelta(days=10)).strftime("%Y-%m-%d")), {LAMP}),
        (("--since", (NOW - timedelta(days=10)).strftime("%Y-%m-%d")), {LIFT, NOISE}),
    ],
)
def test_lists_are_narrowed(desk: Shell, arguments: tuple[str, ...], expected: set[str]) -> None:
    assert _numbers(desk, *arguments) == expected


def test_a_list_has_a_limit(desk: Shell) -> None:
    assert len(_numbers(desk, "--limit", "2")) == 2


@pytest.mark.parametrize(
    ("arguments", "exit_code", "says"),
    [
        (("--area", "NOWHERE"), 1, "no area has the code NOWHERE"),
        (("--service", "no.such"), 1, "no.such"),
        (("--status", "lost"), 2, "lost"),
        (("--colour", "blue"), 2, "blue"),
        (("--assignee", "没有这人"), 2, "没有这人"),
        (("--since", "yesterday"), 2, "yesterday"),
    ],
)
def test_what_cannot_be_listed(desk: Shell, arguments: tuple[str, ...], exit_code: int, says: str) -> None:
    ran = desk.run("tickets", "list", *arguments)
    assert ran.exit_code == exit_code
    assert says in ran.errors


def test_one_ticket_with_its_history(desk: Shell) -> None:
    shown = json.loads(desk.run("tickets", "show", LIFT, "--json").output)
    assert (shown["service_code"], shown["urgency"], shown["photos"]) == ("property.elevator", "urgent", 1)
    assert shown["place"] == {"building": "3", "room": "502"}
    assert [event["kind"] for event in shown["events"]] == ["opened"]
    assert [reporter["name"] for reporter in shown["reporters"]] == ["张敏"]
    assert shown["created_at"].endswith("+08:00")
    text = desk.run("tickets", "show", LIFT).output
    assert "service_code: property.elevator" in text
    assert "opened 张敏" in text
    assert "    命中 “电梯坏” → 电梯（0.80）" in text
    assert shown["events"][0]["data"]["evidence"][0]["rule"] == "lift + broken"


def test_a_ticket_that_is_not_there(desk: Shell) -> None:
    ran = desk.run("tickets", "show", "TD101-261122-999")
    assert ran.exit_code == 1
    assert "TD101-261122-999" in ran.errors


def test_an_export_is_safe_in_a_spreadsheet(desk: Shell) -> None:
    rows = list(csv.DictReader(io.StringIO(desk.run("tickets", "export", "--service", "property.elevator").output)))
    assert [row["number"] for row in rows] == [LIFT]
    assert rows[0]["text"] == "'=HYPERLINK(电梯坏了)"
    assert (rows[0]["building"], rows[0]["room"], rows[0]["unit"]) == ("3", "502", "")


def test_an_export_as_json_or_to_a_file(desk: Shell) -> None:
    as_json = json.loads(desk.run("tickets", "export", "--format", "json").output)
    assert {row["number"] for row in as_json} == {LIFT, LAMP, NOISE}
    assert json.loads(desk.run("tickets", "export", "--json").output) == as_json
    ran = desk.run("tickets", "export", "-o", "tickets.csv")
    assert ran.output == ""
    assert "3 tickets" in ran.errors
    with (desk.folder / "tickets.csv").open(encoding="utf-8-sig", newline="") as file:
        assert len(list(csv.DictReader(file))) == 3


def test_the_digest_of_an_area(desk: Shell) -> None:
    text = desk.run("digest", "--area", "TD101", "--period", "day").output
    assert "桂花园社区" in text
    assert LAMP in text
    figures = json.loads(desk.run("digest", "--area", "TD101", "--period", "month", "--json").output)
    assert LAMP in json.dumps(figures)
    assert desk.run("digest", "--area", "NOWHERE").exit_code == 1
    assert desk.run("digest", "--area", "TD101", "--period", "year").exit_code == 2
    assert desk.run("digest", "--area", "TD101", "--at", "later").exit_code == 2


def test_parked_updates_are_listed_without_what_was_written(desk: Shell) -> None:
    listed = desk.run("parked", "list", "--json")
    (update,) = json.loads(listed.output)
    assert (update["update_id"], update["error"], update["failures"]) == (77, "RuntimeError", 1)
    assert "漏水" not in listed.output
    shown = json.loads(desk.run("parked", "show", "77").output)
    assert shown["payload"] == {"text": "我家漏水"}
    assert desk.run("parked", "show", "78").exit_code == 1


def test_a_parked_update_is_handled_once_what_broke_it_is_mended(district: Shell) -> None:
    district.run("groups", "bind", "-1001000000001", "TD101-X1")
    message = {
        "message_id": 5,
        "date": int(NOW.timestamp()),
        "chat": {"id": -1001000000001, "type": "supergroup", "title": "群"},
        "from": {"id": 1000000001, "is_bot": False, "first_name": "张敏"},
        "text": "3栋2单元电梯坏了，来人修一下",
    }
    asyncio.run(_park(district, {71: {"update_id": 71, "message": message}, 72: {"update_id": 72, "message": 5}}))
    ran = district.run("parked", "replay", "--all", "--json")
    assert ran.exit_code == 1
    outcomes = {one["update_id"]: one["outcome"] for one in json.loads(ran.output)}
    assert outcomes == {71: "handled", 72: "failed"}
    assert [one["update_id"] for one in json.loads(district.run("parked", "list", "--json").output)] == [72]
    (opened,) = json.loads(district.run("tickets", "list", "--json").output)
    assert opened["service_code"] == "property.elevator"
    again = district.run("parked", "replay", "71")
    assert again.exit_code == 1
    assert again.output.strip() == "71: not parked"
    assert district.run("parked", "replay").exit_code == 2


async def _park(shell: Shell, updates: dict[int, object]) -> None:
    database = Database(f"sqlite+aiosqlite:///{shell.folder / 'var' / 'qunban.db'}")
    async with database.unit_of_work() as work:
        for update_id, update in updates.items():
            payload = json.dumps(update, ensure_ascii=False).encode()
            for _ in range(5):
                await work.updates.failed("telegram", update_id, payload, "RuntimeError", NOW)
            await work.updates.park("telegram", update_id, NOW)
        await work.commit()
    await database.close()


def test_colours_are_those_of_what_is_overdue(desk: Shell) -> None:
    rows = json.loads(desk.run("colours", "--area", "TD101", "--json").output)
    (own,) = [row for row in rows if row["name"] == "桂花园社区"]
    assert (own["kind"], own["colour"]) == ("area", "red")
    assert 0 < own["overdue"] <= own["open"]
    assert "桂花园社区" in desk.run("colours", "--area", "TD101").output
    names = {row["name"] for row in json.loads(desk.run("colours", "--area", "TD3", "--json").output)}
    assert "桂花园社区" not in names


def test_a_forecast_tells_what_will_happen_and_changes_nothing(desk: Shell) -> None:
    before = desk.run("tickets", "show", LIFT, "--json").output
    ran = desk.run("tickets", "forecast", LIFT, "--json")
    assert ran.exit_code == 0, ran.errors
    foretold = json.loads(ran.output)
    levels = [one["level"] for one in foretold if one["level"]]
    assert levels == list(range(1, len(levels) + 1))
    assert any(one["release"] is False and one["reminders"] == ["accept"] for one in foretold)
    assert any(one["to"] for one in foretold)
    words = desk.run("tickets", "forecast", LIFT)
    assert "提醒认领" in words.output
    assert "级上报" in words.output
    assert desk.run("tickets", "show", LIFT, "--json").output == before
    assert "没有到期事项" not in words.output
    assert desk.run("tickets", "forecast", LIFT, "--at", "soon").exit_code == 2
    assert desk.run("tickets", "forecast", "NONE-1").exit_code == 1
