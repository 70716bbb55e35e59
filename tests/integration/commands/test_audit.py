"""Every command that prints what names residents keeps that it did, and by whom."""

from __future__ import annotations

import asyncio
import getpass
import json
from typing import Any

import pytest

from tests.cli import Shell
from tests.integration.commands.test_tickets import TICKETS, _fill


@pytest.fixture
def filled(district: Shell) -> Shell:
    asyncio.run(_fill(district, TICKETS))
    return district


def looks(shell: Shell, *arguments: str) -> list[dict[str, Any]]:
    ran = shell.run("audit", "list", "--json", *arguments)
    assert ran.exit_code == 0, ran.errors
    found: list[dict[str, Any]] = json.loads(ran.output)
    return found


def numbers(shell: Shell) -> list[str]:
    listed = json.loads(shell.run("tickets", "list", "--json").output)
    return sorted(ticket["number"] for ticket in listed)


@pytest.mark.parametrize(
    ("arguments", "what", "about", "count"),
    [
        (("tickets", "list", "--service", "property.elevator"), "tickets list", "service=property.elevator", 1),
        (("tickets", "list", "--limit", "2"), "tickets list", "", 2),
        (("tickets", "list", "--word", "13812345678"), "", "", 0),
        (("tickets", "export", "--since", "2020-01-01"), "tickets export", "since=2020-01-01", 3),
        (("tickets", "export", "--format", "json"), "tickets export", "", 3),
        (("parked", "show", "77"), "parked show", "77", 1),
        (("parked", "list"), "", "", 0),
        (("tickets", "forecast", "TD101-261122-001"), "", "", 0),
        (("volunteers", "list"), "", "", 0),
        (("partners", "list"), "", "", 0),
    ],
)
def test_what_is_kept(filled: Shell, arguments: tuple[str, ...], what: str, about: str, count: int) -> None:
    filled.run(*arguments)
    kept = [(one["what"], one["about"], one["count"]) for one in looks(filled)]
    assert kept == ([(what, about, count)] if what else [])


def test_who_why_and_of_which_ticket(filled: Shell) -> None:
    first, second, third = numbers(filled)
    assert filled.run("tickets", "show", second, "--why", "来电查询").exit_code == 0
    assert filled.run("tickets", "show", "TD999-1").exit_code == 1
    shown, listed = looks(filled)
    assert (shown["what"], shown["about"], shown["why"]) == ("tickets show", second, "来电查询")
    assert (shown["name"], shown["role"], shown["channel"]) == (getpass.getuser(), "operator", "console")
    assert [one["what"] for one in looks(filled, "--of", second)] == ["tickets show", "tickets list"]
    assert looks(filled, "--of", first) == [listed]
    assert looks(filled, "--of", third) == [listed]
    assert looks(filled, "--by", "nobody") == []
    assert len(looks(filled, "--by", getpass.getuser())) == 2
    table = filled.run("audit", "list").output
    assert "来电查询" in table
    assert second in table


def test_looks_at_the_care_list_stand_among_them(filled: Shell) -> None:
    ran = filled.run("care", "list", "--as", "1000000011", "--why", "冬季走访")
    assert ran.exit_code == 0, ran.errors
    (look,) = looks(filled)
    assert (look["what"], look["telegram_id"]) == ("care list", 1000000011)
    assert "冬季走访" in look["why"]
