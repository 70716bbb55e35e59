"""Disputes of several parties by the command line."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime

import pytest

from models.database import Database
from routing.dispute import Dispute, DisputeEvent, Party, PartyKind
from routing.dispute_states import DisputeState
from tests.cli import Shell

OPENED = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)


@pytest.fixture
def desk(district: Shell) -> Shell:
    """The sample district with two disputes."""
    asyncio.run(_keep(district))
    return district


async def _keep(shell: Shell) -> None:
    database = Database(f"sqlite+aiosqlite:///{shell.folder / 'var' / 'qunban.db'}")
    async with database.unit_of_work() as work:
        post = (await work.staff.all())[0]
        garden = Dispute(
            id=0,
            area_code="TD101-X1",
            area_path="TC/TD/TD1/TD101/TD101-01/TD101-X1/",
            subject="电梯维修费怎么分摊",
            platform="telegram",
            opened_by=post.id,
            lead_post=post.id,
            opened_at=OPENED,
            meeting_at=OPENED,
            state=DisputeState.MEETING,
            parties=(
                Party(0, PartyKind.COMMITTEE, "唐丽", post_id=post.id),
                Party(0, PartyKind.OWNERS, "马建平", statement="应从公共收益里出", stated_through="唐丽"),
            ),
        )
        elsewhere = Dispute(
            id=0,
            area_code="TD201",
            area_path="TC/TD/TD2/TD201/",
            subject="停车费",
            platform="telegram",
            opened_by=post.id,
            lead_post=post.id,
            opened_at=OPENED,
        )
        added = await work.disputes.add(garden)
        await work.disputes.record(DisputeEvent(added.id, "opened", OPENED, 5, "唐丽", {"area": "TD101-X1"}))
        await work.disputes.add(elsewhere)
        await work.commit()
    await database.close()


def listed(shell: Shell, *options: str) -> list[str]:
    """The areas of the disputes that are listed."""
    ran = shell.run("disputes", "list", *options, "--json")
    assert ran.exit_code == 0, ran.errors
    return [one["area"] for one in json.loads(ran.output)]


def test_lists_are_narrowed_and_hold_nothing_of_what_was_said(desk: Shell) -> None:
    assert listed(desk) == ["TD201", "TD101-X1"]
    assert listed(desk, "--area", "TD101") == ["TD101-X1"]
    assert listed(desk, "--state", "meeting") == ["TD101-X1"]
    assert listed(desk, "--state", "solved") == []
    table = desk.run("disputes", "list").output
    assert "D0001" in table
    assert "2026-11-23T10:00+08:00" in table
    assert "马建平" not in table
    assert desk.run("disputes", "list", "--area", "NOWHERE").exit_code == 1


def test_one_is_shown_with_its_parties_and_what_happened(desk: Shell) -> None:
    data = json.loads(desk.run("disputes", "show", "d0001", "--json").output)
    assert (data["number"], data["state"], data["subject"]) == ("D0001", "meeting", "电梯维修费怎么分摊")
    assert [(one["kind"], one["name"], one["in_chat"]) for one in data["parties"]] == [
        ("committee", "唐丽", True),
        ("owners", "马建平", False),
    ]
    assert data["parties"][1]["stated_through"] == "唐丽"
    assert [(one["kind"], one["by"]) for one in data["events"]] == [("opened", "唐丽")]
    words = desk.run("disputes", "show", "D0001").output
    assert "- owners 马建平: 应从公共收益里出" in words
    assert "meeting: 2026-11-23T10:00+08:00" in words


@pytest.mark.parametrize("number", ["D0009", "9", "nothing"])
def test_what_is_no_dispute_is_refused(desk: Shell, number: str) -> None:
    ran = desk.run("disputes", "show", number)
    assert (ran.exit_code, "unknown_dispute" in ran.errors) == (1, True)
