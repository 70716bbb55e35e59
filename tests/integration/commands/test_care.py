"""The care list on the command line: in the name of somebody who may, with a reason, whole or not at all."""

from __future__ import annotations

import json
from typing import Any

import pytest

from config.overlay import PACKAGED
from tests.cli import Ran, Shell

LIST = str(PACKAGED / "sample" / "care.csv")
TANG, XIE, GAO, LUO, LIN, ADMIN, OTHER_COMMUNITY = (
    1000000011,
    1000000013,
    1000000014,
    1000000012,
    1000000006,
    1000000015,
    1000000037,
)
WHY = "核对台账"
HEADER = "name,kinds,area_code,building,unit,room,telegram_id,phone,cadre,note,listed\n"


def run(shell: Shell, command: str, *more: str, account: int = TANG, why: str = WHY) -> Ran:
    reason = () if command == "looks" else ("--why", why)
    return shell.run("care", command, *more, "--as", str(account), *reason)


def data(ran: Ran) -> Any:
    assert ran.exit_code == 0, ran.errors
    return json.loads(ran.output)


@pytest.fixture
def listed(district: Shell) -> Shell:
    """The sample's list, imported by the administrator, who may write it and not read it."""
    assert data(run(district, "import", LIST, "--json", account=ADMIN)) == {"persons": 5, "changed": 5}
    return district


def test_what_goes_in_comes_out_for_the_own_area(listed: Shell) -> None:
    assert run(listed, "export", "-o", "mine.csv").exit_code == 0
    exported = (listed.folder / "mine.csv").read_text(encoding="utf-8-sig")
    assert exported.count("\n") == 5
    assert "覃德明" not in exported, "that is another community's"
    assert data(run(listed, "import", "mine.csv", "--json")) == {"persons": 4, "changed": 0}


@pytest.mark.parametrize(
    ("account", "fields"),
    [
        (
            TANG,
            {"id", "area_code", "kinds", "name", "building", "unit", "room", "phone", "telegram_id", "cadre", "note"},
        ),
        (XIE, {"id", "area_code", "kinds", "name", "building", "unit", "room", "cadre"}),
        (GAO, {"id", "area_code", "kinds", "cadre"}),
        (LUO, {"id", "area_code", "kinds", "name", "building", "unit", "room", "phone", "cadre", "note"}),
    ],
)
def test_a_list_has_the_fields_of_the_role(listed: Shell, account: int, fields: set[str]) -> None:
    found = data(run(listed, "list", "--json", account=account))
    assert found
    assert {frozenset(one) for one in found} == {frozenset(fields | {"waiting_visits"})}


@pytest.mark.parametrize("account", [XIE, GAO, LUO, LIN, ADMIN])
def test_nobody_but_the_community_exports(listed: Shell, account: int) -> None:
    ran = run(listed, "export", account=account)
    assert ran.exit_code == 1
    assert "may not do this" in ran.errors
    assert "王秀珍" not in ran.output


def test_who_is_nobody_and_who_says_no_reason_is_refused(listed: Shell) -> None:
    assert "nobody in the staff register" in run(listed, "list", account=999).errors
    assert "--why" in run(listed, "list", why=" ").errors
    assert listed.run("care", "list").exit_code == 2


def test_every_use_is_kept_and_told(listed: Shell) -> None:
    run(listed, "list")
    run(listed, "export")
    run(listed, "list", account=LIN)
    found = data(run(listed, "looks", "--json"))
    kept = [(one["telegram_id"], one["command"], one["channel"], one["count"]) for one in found]
    assert kept == [(TANG, "export", "console", 4), (TANG, "list", "console", 4), (ADMIN, "import", "console", 5)]
    assert all(one["why"].startswith(f"{WHY} (") for one in found)
    assert run(listed, "looks", account=LIN).exit_code == 1


def test_every_problem_of_a_file_is_named_and_nothing_is_imported(district: Shell) -> None:
    (district.folder / "bad.csv").write_text(
        HEADER
        + "王秀珍,elder_alone,TD101-X1,3,2,302,,,孟小菊,,yes\n"
        + "李,rich,NOWHERE,,9单元楼,房间,x,电话,没有的人,,maybe\n"
        + "王秀珍,elder_alone,TD101-X1,3栋,2单元,302室,,,孟小菊,,yes\n"
        + "崔大爷,ill,TD102-X1,1,1,103,,,曾强,,\n",
        encoding="utf-8",
    )
    ran = run(district, "import", "bad.csv")
    assert ran.exit_code == 1
    for problem in (
        "bad.csv:3: name: too_short",
        "bad.csv:3: kinds: unknown_kind",
        "bad.csv:3: area_code: unknown_area",
        "bad.csv:3: unit: bad_unit",
        "bad.csv:3: room: bad_room",
        "bad.csv:3: telegram_id: no_number",
        "bad.csv:3: phone: bad_phone",
        "bad.csv:3: cadre: unknown_cadre",
        "bad.csv:3: listed: neither_yes_nor_no",
        "bad.csv:4: name: duplicate_person",
        "bad.csv:5: area_code: not_your_area",
    ):
        assert problem in ran.errors
    assert data(run(district, "list", "--json")) == []


def test_who_is_taken_off_the_list_is_gone_from_it(listed: Shell) -> None:
    number = next(one["id"] for one in data(run(listed, "list", "--json")) if one["name"] == "王秀珍")
    assert run(listed, "remove", str(number), account=OTHER_COMMUNITY).exit_code == 1
    assert data(run(listed, "remove", str(number), "--json")) == {"removed": number}
    assert "王秀珍" not in run(listed, "list").output
    (listed.folder / "off.csv").write_text(HEADER + "李长顺,ill|relief,TD101-X1,5,1,101,,,,,no\n", encoding="utf-8")
    assert data(run(listed, "import", "off.csv", "--json"))["changed"] == 1
    assert "李长顺" not in run(listed, "list").output


def test_visits_are_listed(listed: Shell) -> None:
    assert data(run(listed, "visits", "--json")) == []
    assert run(listed, "visits", account=LIN).exit_code == 1
