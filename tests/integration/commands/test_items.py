"""``qunban items``: the register goes in whole or not at all, comes out as it went in, and is asked questions."""

from __future__ import annotations

import json

import pytest

from config.overlay import PACKAGED
from tests.cli import Shell
from tests.unit.guide_fixture import QUESTIONS

SAMPLES = str(PACKAGED / "service_items.yaml")


@pytest.fixture
def stocked(district: Shell) -> Shell:
    """A register with the sample items."""
    ran = district.run("items", "import", SAMPLES, "--json")
    assert ran.exit_code == 0, ran.errors
    assert json.loads(ran.output) == {"items": 49, "changed": 49, "removed": 0}
    return district


@pytest.mark.parametrize("name", ["items.csv", "items.yaml"])
def test_items_come_back_as_they_went_in(stocked: Shell, name: str) -> None:
    assert stocked.run("items", "export", "--output", name).exit_code == 0
    again = stocked.run("items", "import", name, "--replace", "--json")
    assert json.loads(again.output) == {"items": 49, "changed": 0, "removed": 0}, again.errors


def test_a_second_import_changes_what_changed_and_takes_off_only_when_told(stocked: Shell) -> None:
    file = stocked.folder / "own.yaml"
    file.write_text(
        "items:\n  - {code: low_income, name: 低保, service: service.relief, words: 低保}\n", encoding="utf-8"
    )
    added = json.loads(stocked.run("items", "import", "own.yaml", "--json").output)
    assert added == {"items": 1, "changed": 1, "removed": 0}
    replaced = stocked.run("items", "import", "own.yaml", "--replace")
    assert replaced.output.strip() == "1 items read, 0 new or changed, 48 taken off"
    assert [one["name"] for one in json.loads(stocked.run("items", "list", "--json").output)] == ["低保"]


def test_a_bad_file_is_refused_with_line_and_field_and_changes_nothing(stocked: Shell) -> None:
    file = stocked.folder / "bad.csv"
    file.write_text(
        "code,name,service,words,checked,area\n"
        "good,好,service.health,好事\n"
        "Bad-Code,坏,service.none,坏++事,2026-02-30,TD999\n"
        "no_crime,占用,service.health,占用\n",
        encoding="utf-8",
    )
    for command in ("import", "check"):
        ran = stocked.run("items", command, "bad.csv")
        assert ran.exit_code == 1
        for problem in ("3: code: bad_code", "3: service: unknown_service", "3: words: bad_term", "3: checked: no_day"):
            assert f"bad.csv:{problem}" in ran.errors
        assert "bad.csv:3: area: unknown_area ('TD999')" in ran.errors
        assert "bad.csv:4: code: duplicate_code" in ran.errors
    assert len(json.loads(stocked.run("items", "list", "--json").output)) == 49


def test_items_are_listed_and_shown(stocked: Shell) -> None:
    listed = stocked.run("items", "list", "--service", "service.residence").output.splitlines()
    assert listed[0].split("\t")[:3] == ["code", "name", "service"]
    assert [line.split("\t")[0] for line in listed[1:]][:2] == ["residence_permit", "tenancy_register"]
    shown = stocked.run("items", "show", "residence_permit").output
    assert "name: 居住证办理" in shown
    assert "documents: 身份证原件、一寸白底照片" in shown
    assert json.loads(stocked.run("items", "show", "residence_permit", "--json").output)["bookable"] is True
    ran = stocked.run("items", "show", "nothing")
    assert (ran.exit_code, ran.errors.strip()) == (1, "qunban: no service item nothing")


def test_what_nobody_checked_is_named(stocked: Shell) -> None:
    file = stocked.folder / "own.yaml"
    file.write_text(
        "items:\n"
        "  - {code: never, name: 从未核对, service: service.health, words: 从未}\n"
        "  - {code: old, name: 很久以前, service: service.health, words: 从未, checked: 2020-01-01}\n"
        "  - {code: fresh, name: 刚核对, service: service.health, words: 刚才, checked: 2999-01-01}\n",
        encoding="utf-8",
    )
    checked = stocked.run("items", "check", "own.yaml").output
    assert "3 items, 2 not checked for 180 days" in checked
    assert "never: 从未核对, checked never" in checked
    assert "从未: names never, old" in checked
    stocked.run("items", "import", "own.yaml", "--replace")
    data = json.loads(stocked.run("items", "list", "--unchecked", "--json").output)
    assert [one["code"] for one in data] == ["never", "old"]


def test_questions_are_scored(stocked: Shell) -> None:
    samples = json.loads(stocked.run("items", "evaluate", str(QUESTIONS), "--samples", "--json").output)
    register = json.loads(stocked.run("items", "evaluate", str(QUESTIONS), "--json").output)
    assert samples == register
    assert samples["right"]["total"] >= 150
    assert samples["right"]["hits"] / samples["right"]["total"] >= 0.9
    file = stocked.folder / "own.jsonl"
    file.write_text('{"id": "x", "text": "居住证怎么办", "items": ["low_income"]}\n', encoding="utf-8")
    table = stocked.run("items", "evaluate", "own.jsonl").output
    assert "wrong\t100.0%\t1/1" in table
    assert "x\tlow_income\tresidence_permit\t居住证怎么办" in table
    file.write_text('{"text": "居住证怎么办"}\n', encoding="utf-8")
    assert '"items" is no list of codes' in stocked.run("items", "evaluate", "own.jsonl").errors
