"""Every export and every list with hostile names, titles and words in every column that people fill.

No cell becomes a formula, no terminal is given orders, nothing is taken for a pattern, and nothing fails.
"""

from __future__ import annotations

import asyncio
import csv
import io
import json
import sqlite3
from collections.abc import Iterator
from typing import Any

import pytest
import typer.main

from bot.cli import app
from config.csv_table import escaped, unescaped
from config.overlay import PACKAGED
from models.database import Database
from routing.dispute import Dispute, Party, PartyKind
from routing.need import Need, NeedState
from routing.script import Script
from routing.volunteering import Volunteer, VolunteerState
from routing.vote import Ballot, Choice, Vote, VoteState
from tests.cli import Shell
from tests.hostile import HOSTILE
from tests.integration.commands.test_tickets import NOW, TICKETS, _fill

FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
ORDERS = ("\x1b", "\x9b", "\x07", "\u202e", "\u2067")
READABLE = [unescaped(escaped(value)) for value in HOSTILE if all(character >= " " for character in value)]
PARTNER_COLUMNS = "name,kind,area_code,telegram_id,phone,gives"
CARE_COLUMNS = "name,kinds,area_code,building,unit,room,telegram_id,phone,cadre,note,listed"
PATH = "TC/TD/TD1/TD101/TD101-X1/"
WHO = ("--as", "1000000011", "--why", "测试导出")

PEOPLE_FILL = {
    "areas": ("name",),
    "posts": ("name", "phone"),
    "chat_groups": ("title",),
    "tickets": ("text", "reporter_name", "resolution"),
    "ticket_events": ("actor_name",),
    "ticket_reporters": ("name", "said"),
    "partners": ("name", "phone"),
    "offers": ("text",),
    "needs": ("text",),
    "volunteers": ("name",),
    "care_persons": ("name", "building", "unit", "room", "phone", "note"),
    "votes": ("title",),
    "vote_choices": ("name",),
    "disputes": ("subject", "outcome", "reason"),
    "dispute_parties": ("name", "statement"),
}
"""Columns that hold what people wrote or are called."""

EXPORTS: dict[tuple[str, ...], tuple[str, ...]] = {
    ("areas", "export"): (),
    ("staff", "export"): (),
    ("tickets", "export"): (),
    ("partners", "export"): (),
    ("needs", "export"): (),
    ("volunteers", "export"): (),
    ("care", "export"): WHO,
    ("items", "export"): (),
}
LISTS = (
    ("tickets", "list"),
    ("tickets", "show", "TD101-261122-001"),
    ("partners", "list"),
    ("needs", "list"),
    ("needs", "show", "1"),
    ("volunteers", "list"),
    ("care", "list", *WHO),
    ("care", "visits", *WHO),
    ("groups", "list"),
    ("votes", "list"),
    ("votes", "show", "1"),
    ("disputes", "list"),
    ("disputes", "show", "D0001"),
    ("digest", "--area", "TD101"),
    ("colours",),
    ("audit", "list"),
)


@pytest.fixture
def filled(district: Shell) -> Shell:
    """In every register that can be exported as many rows as there are hostile values."""
    asyncio.run(_fill(district, TICKETS * (len(HOSTILE) // len(TICKETS) + 1)))
    partners = [f"伙伴{number},merchant,TD101,,0000-{number},免费理发" for number in range(len(HOSTILE))]
    care = [f"居民{number},elder_alone,TD101-X1,1,1,{number + 100},,,1000000011,,yes" for number in range(len(HOSTILE))]
    (district.folder / "partners.csv").write_text("\n".join((PARTNER_COLUMNS, *partners)), "utf-8")
    (district.folder / "care.csv").write_text("\n".join((CARE_COLUMNS, *care)), "utf-8")
    for command in (
        ("partners", "import", "partners.csv"),
        ("care", "import", "care.csv", "--as", "1000000015", "--why", "测试导入"),
        ("items", "import", str(PACKAGED / "service_items.yaml")),
    ):
        ran = district.run(*command)
        assert ran.exit_code == 0, ran.errors
    asyncio.run(_add(f"sqlite+aiosqlite:///{district.folder}/var/qunban.db"))
    return district


async def _add(url: str) -> None:
    database = Database(url)
    async with database.unit_of_work() as work:
        (post, *_) = await work.staff.of_account(1000000011)
        for number in range(len(HOSTILE)):
            await work.volunteers.put(Volunteer(0, number, "王芳", "TD101-X1", ("bulb",), VolunteerState.ACTIVE, NOW))
            await work.civic.needs.add(
                Need(0, "装长椅", "seating", NeedState.OPEN, "TD101-X1", PATH, "telegram", Script.HANS, NOW, account=5)
            )
        vote = await work.civic.votes.add(
            Vote(
                id=0,
                title="换门禁吗",
                options=("换", "不换"),
                ballot=Ballot.NAMED,
                state=VoteState.RUNNING,
                area_code="TD101-X1",
                area_path=PATH,
                platform="telegram",
                chat_id=-1001000000001,
                thread_id=None,
                called_by=post.name,
                opened_at=NOW,
                closes_at=NOW,
            )
        )
        await work.civic.votes.choose(Choice(vote.id, 5, "张敏", 0, NOW))
        parties = (Party(0, PartyKind.RESIDENT, "张敏", account=5, statement="占了三年"),)
        await work.disputes.add(
            Dispute(0, "TD101-X1", PATH, "停车位", "telegram", post.id, post.id, NOW, parties=parties)
        )
        await work.commit()
    await database.close()


def _spoil(shell: Shell) -> None:
    """Puts hostile values into everything that people fill, in each column another one for each row."""
    with sqlite3.connect(shell.folder / "var" / "qunban.db") as file:
        file.create_function("hostile", 1, lambda number: HOSTILE[number % len(HOSTILE)])
        for table, columns in PEOPLE_FILL.items():
            for at, column in enumerate(columns):
                # Of two partners in one area the names differ.
                end = " || id" if (table, column) == ("partners", "name") else ""
                file.execute(f"UPDATE {table} SET {column} = hostile(rowid + {at}){end}")
        revisions = [row[1] for row in file.execute("PRAGMA table_info(register_revision)") if row[1] != "id"]
        file.execute("UPDATE register_revision SET " + ", ".join(f"{name} = {name} + 1" for name in revisions))


def _commands(group: Any, before: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from _commands(command, (*before, name))
        else:
            yield (*before, name)


def test_every_export_is_tried_here() -> None:
    commands = set(_commands(typer.main.get_command(app)))
    assert {name for name in commands if name[-1] == "export"} == set(EXPORTS)


def test_no_cell_of_an_export_becomes_a_formula(filled: Shell) -> None:
    _spoil(filled)
    for command, more in EXPORTS.items():
        ran = filled.run(*command, *more)
        assert ran.exit_code == 0, (command, ran.errors)
        # A spreadsheet begins a row at any line end that is not quoted.
        rows = list(csv.reader(io.StringIO(ran.output, newline="")))
        assert len({len(row) for row in rows}) == 1, command
        cells = [cell for row in rows[1:] for cell in row]
        assert not [cell for cell in cells if cell.lstrip(" \u3000").startswith(FORMULA_SIGNS)], command
        if command != ("items", "export"):
            found = {unescaped(cell) for cell in cells}
            assert {read for read in READABLE if read not in found} == set(), command


def test_no_list_gives_orders_to_a_terminal(filled: Shell) -> None:
    _spoil(filled)
    for arguments in LISTS:
        ran = filled.run(*arguments)
        assert ran.exit_code == 0, (arguments, ran.errors)
        assert not [mark for mark in ORDERS if mark in ran.output], arguments
    ran = filled.run("tickets", "list", "--json")
    assert not [mark for mark in ORDERS if mark in ran.output]
    found: list[dict[str, Any]] = json.loads(ran.output)
    assert {ticket["text"] for ticket in found} == set(HOSTILE), "JSON tells what it was"
