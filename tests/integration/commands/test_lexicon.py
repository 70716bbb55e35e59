"""``qunban lexicon``: learning from files, and from what staff corrected."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest

from config.learned import read_learned
from models.database import Database
from routing.ticket import Status
from routing.ticket_events import EventKind, TicketEvent
from tests.cli import Shell
from tests.contract.samples import ticket
from tests.integration.commands.test_tickets import COMPLEX, NOW

TEXTS = [
    (text, label)
    for number in range(6)
    for text, label in ((f"第{number}回没水了", "water"), (f"灯又坏{number}次", "light"))
]
LABELLED = [
    {"id": "1", "text": "3栋2单元电梯坏了", "expect": "open", "service_code": ["property.elevator"]},
    {"id": "2", "text": "大家早上好", "expect": "ignore"},
]


@pytest.fixture
def labelled(shell: Shell) -> Path:
    path = shell.folder / "labelled.jsonl"
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in LABELLED), encoding="utf-8")
    return path


def _csv(shell: Shell, content: str) -> str:
    path = shell.folder / "texts.csv"
    path.write_text(content, encoding="utf-8")
    return str(path)


def test_any_labelled_texts_are_learned_and_measured(shell: Shell) -> None:
    file = _csv(shell, "text,label\n" + "".join(f"{text},{label}\n" for text, label in TEXTS))
    out = shell.folder / "own.txt"
    ran = shell.run("lexicon", "learn", file, "--out", str(out), "--version", "7", "--json")
    assert ran.exit_code == 0, ran.errors
    assert json.loads(ran.output) == {"kept_aside": {"label": 1.0}, "texts": 12, "labels": 2}
    lexicon = read_learned(out)
    assert (lexicon.labels, lexicon.version) == (("light", "water"), "7")
    assert lexicon.keywords["水"].weights["water"] > 0
    first = out.read_bytes()
    assert shell.run("lexicon", "learn", file, "--out", str(out), "--version", "7").exit_code == 0
    assert out.read_bytes() == first


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("text,kind\n没水了,water\n", "texts.csv:1: the columns text and label are needed"),
        ("text,label\n没水了,water\n灯坏了,\n", "texts.csv:3: text or label is missing"),
        ("text,label\n没水了,water\n", "at least two different labels"),
    ],
)
def test_bad_texts_are_refused(shell: Shell, content: str, reason: str) -> None:
    ran = shell.run("lexicon", "learn", _csv(shell, content))
    assert ran.exit_code == 1
    assert reason in ran.errors


async def _correct(shell: Shell) -> None:
    """A ticket that was no request, and one that a resident had to register and staff put under another service."""
    database = Database(f"sqlite+aiosqlite:///{shell.folder / 'var' / 'qunban.db'}")
    dismissed = ticket(text="4栋电梯坏了，快来修", status=Status.WITHDRAWN, **COMPLEX)
    moved = ticket(service_code="order.pet", text="鹦鹉天天学说话", via="registered", **COMPLEX)
    async with database.unit_of_work() as work:
        for one in (dismissed, moved):
            kept = await work.tickets.add(one, number_scope="TD101", day="261122")
            await work.tickets.record(TicketEvent(kept.id, EventKind.RECLASSIFIED, NOW, 1, "", {"before": "other"}))
        await work.commit()
    await database.close()


def test_corrections_become_suggestions_and_only_accepted_ones_are_applied(district: Shell, labelled: Path) -> None:
    asyncio.run(_correct(district))
    own = district.folder / "own"
    own.mkdir()
    district.environment["QUNBAN_CONFIG_DIR"] = str(own)
    file = district.folder / "suggestions.tsv"
    ran = district.run("lexicon", "suggest", "--out", str(file), "--labelled", str(labelled))
    assert ran.exit_code == 0, ran.errors
    assert "from 2 corrections" in ran.output
    lines = file.read_text("utf-8").splitlines()
    assert "?\t电梯\trequest\t-4\t1\tnone" in lines
    assert any(line.startswith("?\t鹦鹉\tservice:order.pet\t4\t1") for line in lines)

    apply = ("lexicon", "apply", str(file), "--labelled", str(labelled), "--version", "own-1")
    assert "nothing is accepted" in district.run(*apply).errors

    accepted = [f"+{line[1:]}" if line.startswith("?\t鹦鹉") else line for line in lines]
    file.write_text("\n".join(accepted), encoding="utf-8")
    ran = district.run(*apply)
    assert ran.exit_code == 0, ran.errors
    written = own / "learned" / "district.txt"
    lexicon = read_learned(written)
    assert set(lexicon.keywords) == {"鹦鹉"}
    assert lexicon.version == "own-1"
    assert "# own-1: 2 accepted, no figure changes." in written.read_text("utf-8").splitlines()
    assert district.run("config", "check", str(own)).exit_code == 0


def test_what_makes_labelled_messages_worse_is_refused(district: Shell, labelled: Path) -> None:
    own = district.folder / "own"
    own.mkdir()
    district.environment["QUNBAN_CONFIG_DIR"] = str(own)
    file = district.folder / "suggestions.tsv"
    file.write_text("+\t电梯\trequest\t-200\t1\n", encoding="utf-8")
    apply = ("lexicon", "apply", str(file), "--labelled", str(labelled), "--version", "own-1")
    ran = district.run(*apply)
    assert ran.exit_code == 1
    assert "found -1" in ran.errors
    assert not (own / "learned").exists()
    assert district.run(*apply, "--force").exit_code == 0
    assert read_learned(own / "learned" / "district.txt").keywords["电梯"].weights == {"request": -200.0}


@pytest.mark.parametrize("line", ["+\t电梯\trequest\tmuch\t1", "+\t电梯", "x\t电梯\trequest\t1\t1"])
def test_broken_suggestions_are_refused_with_their_line(district: Shell, labelled: Path, line: str) -> None:
    district.environment["QUNBAN_CONFIG_DIR"] = str(district.folder)
    file = district.folder / "suggestions.tsv"
    file.write_text(f"# comment\n{line}\n", encoding="utf-8")
    ran = district.run("lexicon", "apply", str(file), "--labelled", str(labelled), "--version", "1")
    assert ran.exit_code == 1
    assert "suggestions.tsv:2:" in ran.errors
