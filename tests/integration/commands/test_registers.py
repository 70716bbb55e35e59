"""The registers by the command line: imported whole or not at all, exported as they came."""

from __future__ import annotations

import json

from tests.cli import Shell
from tests.integration.commands.conftest import AREAS, STAFF


def test_areas_and_posts_come_back_as_they_went_in(district: Shell) -> None:
    for register, count in (("areas", 90), ("staff", 64)):
        first = district.run(register, "export", "--output", f"{register}.csv")
        assert first.exit_code == 0
        again = district.run(register, "import", f"{register}.csv", "--json")
        assert again.exit_code == 0, again.errors
        assert json.loads(again.output) == {("areas" if register == "areas" else "posts"): count, "changed": 0}


def test_an_export_can_be_read_by_programs_and_by_spreadsheets(district: Shell) -> None:
    piped = district.run("areas", "export").output
    assert piped.startswith("code,name,level,")
    district.run("areas", "export", "-o", "areas.csv")
    assert (district.folder / "areas.csv").read_bytes().startswith(b"\xef\xbb\xbfcode,")


def test_json_of_the_registers(district: Shell) -> None:
    areas = json.loads(district.run("areas", "export", "--json").output)
    assert {"code": "TD101", "level": "community"}.items() <= next(a for a in areas if a["code"] == "TD101").items()
    posts = json.loads(district.run("staff", "export", "--json").output)
    assert next(post for post in posts if post["name"] == "林晓燕")["role"] == "grid_worker"


def test_a_bad_row_is_named_and_nothing_is_imported(shell: Shell) -> None:
    file = shell.folder / "areas.csv"
    file.write_text(
        "code,name,level,parent_code,kind,management,aliases,households\n"
        "TC,棠川市,city,,ordinary,,,\n"
        "TD,棠东区,district,NOWHERE,ordinary,,,\n"
        "TE,棠西区,district,TC,ordinary,,,many\n",
        encoding="utf-8",
    )
    ran = shell.run("areas", "import", "areas.csv")
    assert ran.exit_code == 1
    assert "areas.csv:3: parent_code" in ran.errors
    assert "areas.csv:4: households" in ran.errors
    assert "Traceback" not in ran.errors
    assert shell.run("areas", "export", "--json").output.strip() == "[]"


def test_posts_of_unknown_areas_are_refused(shell: Shell) -> None:
    ran = shell.run("staff", "import", STAFF)
    assert ran.exit_code == 1
    assert ":2: area_code" in ran.errors
    assert shell.run("staff", "export", "--json").output.strip() == "[]"


def test_wrong_usage_is_told_apart_from_wrong_data(shell: Shell) -> None:
    assert shell.run("areas", "import", "missing.csv").exit_code == 2
    assert shell.run("areas", "destroy").exit_code == 2
    assert shell.run().exit_code == 2


def test_groups_are_bound_and_listed(district: Shell) -> None:
    assert district.run("groups", "bind", "-1001234", "TD101-X1").exit_code == 0
    bound = district.run("groups", "bind", "-1005678", "TD101", "--staff", "--title", "工作群", "--json")
    assert json.loads(bound.output) == {
        "chat_id": -1005678,
        "title": "工作群",
        "kind": "staff",
        "area_code": "TD101",
        "state": "active",
    }
    assert {group["chat_id"] for group in json.loads(district.run("groups", "list", "--json").output)} == {
        -1001234,
        -1005678,
    }
    assert "-1001234" not in district.run("groups", "list", "--staff").output
    rebound = json.loads(district.run("groups", "bind", "-1005678", "TD102", "--json").output)
    assert (rebound["title"], rebound["kind"], rebound["area_code"]) == ("工作群", "residents", "TD102")


def test_a_group_cannot_be_bound_to_an_area_that_is_not_there(district: Shell) -> None:
    ran = district.run("groups", "bind", "-1001234", "TD999")
    assert ran.exit_code == 1
    assert ran.errors.strip() == "qunban: no area has the code TD999"
    assert json.loads(district.run("groups", "list", "--json").output) == []


def test_an_older_database_is_left_to_migrate(shell: Shell) -> None:
    import sqlite3

    assert shell.run("migrate").exit_code == 0
    with sqlite3.connect(shell.folder / "var" / "qunban.db") as connection:
        connection.execute("UPDATE alembic_version SET version_num = 'old'")
    ran = shell.run("areas", "import", AREAS)
    assert ran.exit_code == 1
    assert "qunban migrate" in ran.errors
    assert "revision old" in ran.errors


def test_migrating_twice_changes_nothing(shell: Shell) -> None:
    first = json.loads(shell.run("migrate", "--json").output)
    second = json.loads(shell.run("migrate", "--json").output)
    assert first["before"] is None
    assert second["before"] == second["after"] == first["after"]


def test_a_database_that_is_away_is_one_line(shell: Shell) -> None:
    shell.environment["QUNBAN_DATABASE_URL"] = "postgresql+asyncpg://qunban:hunter2@127.0.0.1:1/qunban"
    ran = shell.run("groups", "list")
    assert ran.exit_code == 1
    assert len(ran.errors.strip().splitlines()) == 1
    assert "hunter2" not in ran.errors
    assert "database" in ran.errors


def test_a_grid_moves_from_a_day_on_or_at_once(district: Shell) -> None:
    planned = district.run("areas", "move", "TD101-01", "TD102", "--from", "2099-01-01")
    assert planned.output.strip() == "TD101-01 below TD102 from 2099-01-01: planned"
    now = json.loads(district.run("areas", "move", "TD101-02", "TD102", "--json").output)
    assert now["state"] == "done"
    listed = json.loads(district.run("areas", "moves", "--json").output)
    assert [(one["code"], one["state"]) for one in listed] == [("TD101-02", "done"), ("TD101-01", "planned")]
    parents = {one["code"]: one["parent_code"] for one in json.loads(district.run("areas", "export", "--json").output)}
    assert (parents["TD101-01"], parents["TD101-02"]) == ("TD101", "TD102")
    refused = district.run("areas", "move", "TD101-01", "TD1")
    assert refused.exit_code == 1
    assert "TD101-01 cannot move below TD1: wrong_parent_level" in refused.errors


def test_somebody_is_away_and_somebody_stands_in(district: Shell) -> None:
    days = ("--from", "2099-11-24", "--to", "2099-11-26")
    ran = district.run("staff", "absence", "林晓燕", *days, "--substitute", "周建国")
    assert ran.output.strip() == "林晓燕 is away from 2099-11-24 to 2099-11-26, 周建国 stands in"
    assert district.run("staff", "absence", "林晓燕", *days, "--json").exit_code == 0
    (listed,) = json.loads(district.run("staff", "absences", "--json").output)
    assert listed == {
        "name": "林晓燕",
        "role": "grid_worker",
        "area_code": "TD101-01",
        "from": "2099-11-24",
        "to": "2099-11-26",
        "substitute": None,
    }
    for refused in (
        ("没这个人", *days),
        ("林晓燕", *days, "--substitute", "没这个人"),
        ("林晓燕", *days[2:], "--from", "2099-12-01"),
    ):
        assert district.run("staff", "absence", *refused).exit_code == 1


def test_colours_of_a_quiet_district_are_none(district: Shell) -> None:
    assert json.loads(district.run("colours", "--json").output) == []
    assert district.run("colours", "--area", "NOWHERE").exit_code == 1
