"""``make audit`` fails for a known weakness only, and says where it could not look."""

from __future__ import annotations

import pytest

from tests.audit import report

SOUND = {"name": "anyio", "version": "4.0", "vulns": []}
SKIPPED = {"name": "uvloop", "skip_reason": "Dependency not found"}
WEAK = {"name": "jinja2", "version": "2.0", "vulns": [{"id": "CVE-2024-1", "fix_versions": ["3.1.6"]}]}


def test_a_weakness_is_named_with_the_version_that_mends_it(capsys: pytest.CaptureFixture[str]) -> None:
    assert report([SOUND, WEAK, SKIPPED]) == 1
    assert capsys.readouterr().out.splitlines() == [
        "audit: jinja2 2.0 has CVE-2024-1; mended in 3.1.6",
        "audit: 2 of 3 packages audited, 1 weaknesses",
    ]


def test_an_index_that_knows_nothing_fails_nothing_and_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    assert report([SKIPPED]) == 0
    assert "nothing was audited" in capsys.readouterr().out


def test_sound_packages_pass(capsys: pytest.CaptureFixture[str]) -> None:
    assert report([SOUND]) == 0
    assert capsys.readouterr().out == "audit: 1 of 1 packages audited, 0 weaknesses\n"
