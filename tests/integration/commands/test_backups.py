"""``qunban backup`` and ``qunban restore``: whole copies of a database in use, and nothing lost by a wrong call."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from models.migrate import head_revision
from tests.cli import Shell

DATABASE = Path("var", "qunban.db")


def areas(shell: Shell) -> str:
    """The register as the command prints it."""
    return shell.run("areas", "export").output


def forget_all_areas(shell: Shell) -> None:
    """Empties the register behind the product's back."""
    with closing(sqlite3.connect(shell.folder / DATABASE)) as database, database:
        database.execute("PRAGMA foreign_keys = OFF")
        database.execute("DELETE FROM areas")


def test_a_copy_brings_back_what_was_there(district: Shell) -> None:
    before = areas(district)
    made = json.loads(district.run("backup", "copy.db", "--json").output)
    assert made == {
        "path": "copy.db",
        "revision": head_revision(),
        "tickets": 0,
        "waiting_messages": 0,
        "replaced": None,
    }
    forget_all_areas(district)
    assert areas(district) != before
    put_back = json.loads(district.run("restore", "copy.db", "--force", "--json").output)
    assert areas(district) == before
    assert (district.folder / put_back["replaced"]).is_file()


def test_a_copy_is_made_while_others_write_and_holds_only_what_is_committed(district: Shell) -> None:
    with closing(sqlite3.connect(district.folder / DATABASE, isolation_level=None)) as writer:
        writer.execute("BEGIN IMMEDIATE")
        writer.execute("UPDATE areas SET name = 'half done'")
        assert district.run("backup", "copy.db").exit_code == 0
        writer.execute("ROLLBACK")
    with closing(sqlite3.connect(district.folder / "copy.db")) as copy:
        assert copy.execute("SELECT count(*) FROM areas WHERE name = 'half done'").fetchone() == (0,)
    assert not list(district.folder.glob("copy.db-*")), "a copy is one file"


def test_an_empty_machine_takes_a_copy(district: Shell, tmp_path: Path) -> None:
    before = areas(district)
    assert district.run("backup", "copy.db").exit_code == 0
    other = Shell(tmp_path / "other")
    other.folder.mkdir()
    assert other.run("restore", str(district.folder / "copy.db")).exit_code == 0
    assert areas(other) == before


def test_nothing_is_overwritten_unless_told(district: Shell) -> None:
    (district.folder / "notes.db").write_text("not to be lost", encoding="utf-8")
    refused = district.run("backup", "notes.db")
    assert refused.exit_code == 1
    assert "--replace" in refused.errors
    assert (district.folder / "notes.db").read_text(encoding="utf-8") == "not to be lost"
    assert district.run("backup", "copy.db").exit_code == 0
    before = areas(district)
    refused = district.run("restore", "copy.db")
    assert refused.exit_code == 1
    assert "--force" in refused.errors
    assert areas(district) == before


def test_a_database_in_use_is_not_replaced(district: Shell) -> None:
    assert district.run("backup", "copy.db").exit_code == 0
    with closing(sqlite3.connect(district.folder / DATABASE)) as service:
        service.execute("SELECT count(*) FROM areas").fetchone()
        refused = district.run("restore", "copy.db", "--force")
        assert refused.exit_code == 1
        assert "in use" in refused.errors
        assert service.execute("SELECT count(*) FROM areas").fetchone() != (0,)
    assert not list((district.folder / "var").glob("*.before-*"))


def test_what_cannot_be_used_is_refused_and_leaves_the_data(district: Shell) -> None:
    before = areas(district)
    folder = district.folder
    (folder / "text.db").write_text("no database at all\n" * 400, encoding="utf-8")
    with closing(sqlite3.connect(folder / "other.db")) as other, other:
        other.execute("CREATE TABLE anything (id)")
    assert district.run("backup", "newer.db").exit_code == 0
    with closing(sqlite3.connect(folder / "newer.db")) as newer, newer:
        newer.execute("UPDATE alembic_version SET version_num = '9999'")
    assert district.run("backup", "torn.db").exit_code == 0
    whole = (folder / "torn.db").read_bytes()
    (folder / "torn.db").write_bytes(whole[: len(whole) // 2])
    for name, reason in {
        "text.db": "damaged",
        "other.db": "no database of this product",
        "newer.db": "newer version",
        "torn.db": "damaged",
        "nothing.db": "no such file",
    }.items():
        refused = district.run("restore", name, "--force")
        assert (refused.exit_code, reason in refused.errors) == (1, True), (name, refused.errors)
    assert areas(district) == before
    assert not list((folder / "var").glob("*.unfinished"))


@pytest.mark.parametrize("command", ["backup", "restore"])
def test_postgresql_is_left_to_its_own_tools(shell: Shell, command: str) -> None:
    shell.environment["QUNBAN_DATABASE_URL"] = "postgresql://somebody:secret@127.0.0.1:1/qunban"
    (shell.folder / "copy.db").write_bytes(b"")
    refused = shell.run(command, "other.db" if command == "backup" else "copy.db")
    assert refused.exit_code == 1
    assert "pg_dump" in refused.errors
    assert "secret" not in refused.errors
