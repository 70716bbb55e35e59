"""jieba is loaded without setuptools, and works like that."""

from __future__ import annotations

import subprocess
import sys


def _says(program: str) -> str:
    """What a process of its own prints: here jieba may have been imported by other tests."""
    command = [sys.executable, "-W", "ignore", "-c", program]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert not done.returncode, done.stderr
    return done.stdout.strip()


def test_what_setuptools_would_add_is_not_loaded_and_can_still_be() -> None:
    program = "import sys, routing.triage.dictionary; print('pkg_resources' in sys.modules)"
    assert _says(program) == "False"


def test_the_dictionary_is_read_without_it() -> None:
    program = "from routing.triage.dictionary import read_dictionary; print(read_dictionary().count(chr(10)) > 300_000)"
    assert _says(program) == "True"


def test_jieba_cuts_without_it() -> None:
    program = (
        "import routing.triage.dictionary, jieba; jieba.setLogLevel('ERROR'); print('/'.join(jieba.cut('电梯又停了')))"
    )
    assert _says(program) == "电梯/又/停/了"
