"""Triage and rules as machine code do as their sources do, are never stale, and nobody needs a compiler."""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

import native
from tests.decisions import decided
from tests.unit.triage_fixture import packaged_triage


@pytest.mark.skipif(not native.has_compiler(), reason="there is no C compiler on this machine")
def test_the_compiled_form_decides_as_its_sources() -> None:
    path = os.pathsep.join(map(str, (native.make(), native.ROOT)))
    told = subprocess.run(
        [sys.executable, "-P", "-m", "tests.decisions"],
        env={**os.environ, "PYTHONPATH": path},
        capture_output=True,
        text=True,
        check=True,
    ).stdout.splitlines()
    assert json.loads(told[0]) == {"compiled": True}
    for compiled, interpreted in zip(told[1:], decided(packaged_triage()), strict=True):
        assert compiled == interpreted


@pytest.mark.skipif(not native.has_compiler(), reason="there is no C compiler on this machine")
def test_tickets_are_opened_kept_and_read_again_with_the_compiled_form() -> None:
    """What is stored is read again by the annotations of its class, which compiled classes do not keep."""
    flows = native.ROOT / "tests" / "integration"
    whole = [str(flows / f"test_flow_of_{name}.py") for name in ("a_report", "overdue", "the_rota")]
    some = "sqlite and (confirmed or emergency or chain or weekend or stand_in)"
    # The sources must not come before the compiled form, as they do in other tests.
    as_compiled = ["-p", "no:cacheprovider", "--import-mode=importlib", "--override-ini=pythonpath="]
    ran = subprocess.run(
        [sys.executable, "-P", "-m", "pytest", *as_compiled, *whole, "-k", some],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(map(str, (native.make(), native.ROOT)))},
        cwd=native.ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout[-3000:]


@pytest.fixture
def copied(tmp_path: Path) -> ModuleType:
    """The program in a folder of its own, with what it compiles."""
    for name in ("native.py", native.LOCK.name):
        shutil.copy(native.ROOT / name, tmp_path)
    shutil.copytree(native.ROOT / "routing", tmp_path / "routing")
    specification = importlib.util.spec_from_file_location("copied_native", tmp_path / "native.py")
    assert specification is not None
    assert specification.loader is not None
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


def test_without_a_compiler_one_line_says_that_it_runs_interpreted(copied: ModuleType) -> None:
    copied.NATIVE.mkdir(parents=True)
    ended = subprocess.run(
        [sys.executable, str(copied.ROOT / "native.py")],
        env={**os.environ, "PATH": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 1
    assert ended.stderr == "triage runs interpreted: no C compiler with Python's headers on this machine\n"
    # An older compiled form would come before the sources of today.
    assert not copied.NATIVE.exists()


def test_a_changed_source_is_compiled_anew(copied: ModuleType) -> None:
    copied.NATIVE.mkdir(parents=True)
    (copied.NATIVE / "made-of").write_text(copied.digest())
    assert copied.make() == copied.NATIVE
    assert copied.is_made_of(copied.digest())
    with (copied.ROOT / "routing" / "triage" / "scoring.py").open("a") as source:
        source.write("\n")
    assert not copied.is_made_of(copied.digest())


def test_every_module_of_triage_is_compiled_or_said_not_to_be() -> None:
    triage = {f"triage/{file.name}" for file in (native.ROOT / "routing" / "triage").glob("*.py")}
    assert triage - {"triage/__init__.py"} <= {*native.modules(), *native.INTERPRETED}
    assert set(native.INTERPRETED) <= triage
