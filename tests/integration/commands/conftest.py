"""A folder for every test, in which ``qunban`` is run as a user would run it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from config.overlay import PACKAGED
from tests.cli import Shell

AREAS = str(PACKAGED / "sample" / "areas.csv")
STAFF = str(PACKAGED / "sample" / "staff.csv")


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    """Nothing but an empty folder: the database is not migrated yet."""
    return Shell(tmp_path)


@pytest.fixture(scope="session")
def imported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with the registers of the sample district, imported by the commands themselves, to copy."""
    folder = tmp_path_factory.mktemp("district")
    shell = Shell(folder)
    assert shell.run("areas", "import", AREAS).exit_code == 0
    assert shell.run("staff", "import", STAFF).exit_code == 0
    return folder / "var"


@pytest.fixture
def district(shell: Shell, imported: Path) -> Shell:
    """The registers of the sample district."""
    shutil.copytree(imported, shell.folder / "var")
    return shell
