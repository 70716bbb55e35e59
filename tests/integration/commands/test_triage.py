"""Triage, evaluation, replay and due times by the command line."""

from __future__ import annotations

import json
import shutil
import subprocess

import pytest

from config.overlay import PACKAGED
from tests.cli import PROGRAM, Shell, bare_environment

LIFT = "3栋2单元电梯坏了，物业来修一下"
TALK = "今天晚上吃火锅"


def test_decisions_come_in_the_order_of_the_messages(shell: Shell) -> None:
    (shell.folder / "talk.jsonl").write_text(
        f"{TALK}\n{json.dumps({'text': LIFT}, ensure_ascii=False)}\n\n{TALK}\n", encoding="utf-8"
    )
    ran = shell.run("triage", "talk.jsonl")
    assert ran.exit_code == 0, ran.errors
    first, second, third = (json.loads(line) for line in ran.output.splitlines())
    assert [first["decision"], second["decision"], third["decision"]] == ["ignore", "open", "ignore"]
    assert second["service_code"] == "property.elevator"
    assert second["place"] == {"building": "3", "unit": "2"}
    assert {"appeal_type", "urgency", "confidence", "evidence"} <= second.keys()
    assert second["evidence"][0]["text"] in LIFT
    assert first["service_code"] is None


def test_standard_input_is_read_where_no_file_is_named(shell: Shell) -> None:
    ran = shell.run("triage", stdin=f"{LIFT}\n")
    assert json.loads(ran.output)["decision"] == "open"


@pytest.mark.parametrize("bad", ['{"text": ', '{"words": "x"}', '{"text": 5}'])
def test_a_broken_line_is_named_after_what_came_before_it(shell: Shell, bad: str) -> None:
    ran = shell.run("triage", stdin=f"{LIFT}\n{bad}\n{LIFT}\n")
    assert ran.exit_code == 1
    assert "line 2" in ran.errors
    assert "Traceback" not in ran.errors
    assert len(ran.output.splitlines()) == 1


def test_a_district_lays_its_own_lexicon_over_the_packaged_one(shell: Shell) -> None:
    layer = shell.folder / "own" / "lexicon"
    layer.mkdir(parents=True)
    (layer / "own.yaml").write_text(
        "words:\n  drone: 无人机\n  buzz: 嗡嗡响\nservices:\n  environment.noise:\n    open:\n      - drone + buzz\n",
        encoding="utf-8",
    )
    shell.environment["QUNBAN_CONFIG_DIR"] = "own"
    checked = shell.run("config", "check")
    assert checked.exit_code == 0, checked.errors
    assert str(layer / "own.yaml").endswith("own.yaml")
    assert "own.yaml" in checked.output


def test_an_error_in_the_configuration_is_named_by_file_and_line(shell: Shell) -> None:
    own = shell.folder / "own"
    own.mkdir()
    sound = (PACKAGED / "sla.yaml").read_text("utf-8")
    (own / "sla.yaml").write_text(
        f"# Own limits.\n{sound.replace('accept_hours: 0.25', 'accept_hours: soon')}", "utf-8"
    )
    line = 1 + sound[: sound.index("accept_hours: 0.25")].count("\n") + 1
    (own / "slas.yaml").write_text("classes: {}\n", encoding="utf-8")
    ran = shell.run("config", "check", "own", "--json")
    assert ran.exit_code == 1
    problems = {(problem["path"], problem["line"]) for problem in json.loads(ran.output)["problems"]}
    assert ("own/sla.yaml", line) in problems
    assert ("own/slas.yaml", None) in problems
    shell.environment["QUNBAN_CONFIG_DIR"] = "own"
    started = shell.run("due", "property.elevator", "--at", "2026-11-20T10:00")
    assert started.exit_code == 1
    assert f"own/sla.yaml:{line}" in started.errors


def test_a_sample_district_of_ones_own_is_checked_as_well(shell: Shell) -> None:
    own = shell.folder / "own" / "sample"
    shutil.copytree(PACKAGED / "sample", own)
    staff = (own / "staff.csv").read_text("utf-8").splitlines()
    (own / "staff.csv").write_text("\n".join([*staff, "周八,grid_worker,NOWHERE,,,,yes"]), encoding="utf-8")
    ran = shell.run("config", "check", "own")
    assert ran.exit_code == 1
    assert f"staff.csv:{len(staff) + 1}: area_code" in ran.errors


def test_the_packaged_configuration_is_sound(shell: Shell) -> None:
    ran = shell.run("config", "check")
    assert ran.exit_code == 0, ran.errors
    assert "0 problem(s)" in ran.output
    assert "sla.yaml" in ran.output


def test_due_times_and_why(shell: Shell) -> None:
    ran = shell.run("due", "property.facility", "--at", "2026-11-20T17:00", "--json")
    answer = json.loads(ran.output)
    assert answer["accept_due_at"] == "2026-11-23T10:00:00+08:00"
    assert answer["clock"] == "working"
    assert any("2026-11-21、2026-11-22" in step for step in answer["why"])
    shown = shell.run("due", "property.facility", "--at", "2026-11-20T17:00").output
    assert "accept_due_at: 2026-11-23T10:00:00+08:00" in shown


def test_due_times_of_a_file(shell: Shell) -> None:
    rows = [
        {"service": "property.elevator", "at": "2026-02-14T10:00:00+08:00", "urgency": "emergency"},
        {"service": "property.facility", "at": "2026-02-14T02:00:00Z"},
    ]
    (shell.folder / "due.jsonl").write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    first, second = (json.loads(line) for line in shell.run("due", "--file", "due.jsonl").output.splitlines())
    assert (first["accept_due_at"], first["clock"]) == ("2026-02-14T10:15:00+08:00", "24x7")
    assert (second["accept_due_at"], second["clock"]) == ("2026-02-14T12:00:00+08:00", "working")


@pytest.mark.parametrize(
    ("arguments", "exit_code", "says"),
    [
        (("due", "no.such", "--at", "2026-11-20"), 1, "no.such"),
        (("due", "property.facility", "--at", "tomorrow"), 2, "tomorrow"),
        (("due", "property.facility"), 2, "--at"),
        (("due", "property.facility", "--at", "2026-11-20", "--urgency", "asap"), 2, "asap"),
        (("due",), 2, "--file"),
    ],
)
def test_what_has_no_due_time(shell: Shell, arguments: tuple[str, ...], exit_code: int, says: str) -> None:
    ran = shell.run(*arguments)
    assert ran.exit_code == exit_code
    assert says in ran.errors


def test_a_bad_line_of_a_file_of_due_times_is_named(shell: Shell) -> None:
    (shell.folder / "due.jsonl").write_text('{"service": "no.such", "at": "2026-11-20"}\n', encoding="utf-8")
    ran = shell.run("due", "--file", "due.jsonl")
    assert ran.exit_code == 1
    assert "due.jsonl:1: no service no.such" in ran.errors


def test_evaluation_counts_and_lists_the_misses(shell: Shell) -> None:
    rows: list[dict[str, object]] = [
        {"id": "a", "text": LIFT, "expect": "open", "service_code": ["property.elevator"], "appeal_type": ["report"]},
        {"id": "b", "text": TALK, "expect": "ignore", "service_code": [], "place": {"building": "9"}},
    ]
    (shell.folder / "labels.jsonl").write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    report = json.loads(shell.run("evaluate", "labels.jsonl", "--json").output)
    assert report["found"] == {"hits": 1, "total": 1, "share": 1.0}
    assert report["false_tickets"]["total"] == 1
    assert [miss["id"] for miss in report["misses"] if miss["what"] == "place"] == ["a", "b"]
    shown = shell.run("evaluate", "labels.jsonl").output
    assert "false tickets\t0.0%\t0/1" in shown


def test_a_row_without_a_right_label_is_named(shell: Shell) -> None:
    (shell.folder / "labels.jsonl").write_text('{"text": "x", "expect": "maybe"}\n', encoding="utf-8")
    ran = shell.run("evaluate", "labels.jsonl")
    assert ran.exit_code == 1
    assert "labels.jsonl:1" in ran.errors


def test_scenes_go_through_the_real_intake(shell: Shell) -> None:
    scenes: list[dict[str, object]] = [
        {
            "id": "lift",
            "messages": [
                {"at": "10:00", "from": "李姐", "text": LIFT},
                {"at": "10:01", "from": "李姐", "photo": True},
                {"at": "10:02", "from": "老王", "text": TALK},
            ],
        },
        {"id": "talk", "messages": [{"from": "老王", "text": TALK}]},
        {
            "id": "registered",
            "messages": [
                {"from": "小陈", "text": "门口那盏灯挺暗的"},
                {"from": "老王", "text": "登记", "reply_to": 0},
                {"from": "老王", "text": "/report 健身器材坏了一个"},
            ],
        },
    ]
    (shell.folder / "scenes.jsonl").write_text("\n".join(map(json.dumps, scenes)), encoding="utf-8")
    ran = shell.run("replay", "scenes.jsonl")
    assert ran.exit_code == 0, ran.errors
    lift, talk, registered = (json.loads(line) for line in ran.output.splitlines())
    assert lift == {
        "id": "lift",
        "tickets": [
            {
                "service_code": "property.elevator",
                "urgency": "normal",
                "place": {"building": "3", "unit": "2"},
                "reporters": ["李姐"],
                "from_messages": [0, 1],
                "photos": 1,
            }
        ],
        "replied_to": [0],
    }
    assert talk == {"id": "talk", "tickets": [], "replied_to": []}
    assert [ticket["reporters"] for ticket in registered["tickets"]] == [["小陈"], ["老王"]]
    assert 2 in registered["replied_to"]
    assert not (shell.folder / "var").exists()


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("[]", "no JSON object"),
        ('{"id": "x"}', "messages"),
        ('{"messages": [{"text": "x", "reply_to": 3}]}', "reply_to"),
        ('{"messages": [{"text": "x", "at": "noon"}]}', "noon"),
    ],
)
def test_a_line_that_is_no_scene_is_named(shell: Shell, line: str, says: str) -> None:
    (shell.folder / "scenes.jsonl").write_text(line, encoding="utf-8")
    ran = shell.run("replay", "scenes.jsonl")
    assert ran.exit_code == 1
    assert "scenes.jsonl:1" in ran.errors
    assert says in ran.errors


def test_triage_starts_without_chat_client_web_framework_and_database(shell: Shell) -> None:
    script = (
        "import sys; from bot.cli import app\n"
        "try: app(['triage'])\n"
        "except SystemExit: pass\n"
        "print(sorted({name.partition('.')[0] for name in sys.modules} & "
        "{'aiogram', 'fastapi', 'sqlalchemy', 'aiohttp', 'apscheduler', 'uvicorn'}), file=sys.stderr)"
    )
    ran = subprocess.run(
        [PROGRAM[0], "-c", script],
        cwd=shell.folder,
        env=bare_environment({}),
        input=LIFT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert ran.stderr.strip().splitlines()[-1] == "[]"


def test_every_command_explains_itself(shell: Shell) -> None:
    for command in (
        ("run",), ("migrate",), ("areas", "import"), ("areas", "export"), ("staff", "import"), ("staff", "export"),
        ("groups", "bind"), ("groups", "list"), ("triage",), ("replay",), ("evaluate",), ("due",), ("tickets", "list"),
        ("tickets", "show"), ("tickets", "export"), ("digest",), ("config", "check"), ("parked", "list"),
    ):  # fmt: skip
        ran = shell.run(*command, "--help")
        assert ran.exit_code == 0, command
        assert f"Usage: qunban {' '.join(command)}" in ran.output
