"""Asks the package index whether anything that the product installs has a known weakness: ``make audit``.

A weakness fails the run and is named. An index that tells nothing of weaknesses (a mirror, a closed network) is said in
one line and fails nothing, since then nothing is known either way.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

LOCK = Path(__file__).parents[1] / "requirements.lock"
SECONDS = 120


def main() -> int:
    """Prints what was found; 1 where there is a weakness."""
    command = [sys.executable, "-m", "pip_audit", "--disable-pip", "--require-hashes", "--requirement", str(LOCK)]
    try:
        ran = subprocess.run(
            [*command, "--format", "json", "--timeout", "10", "--progress-spinner", "off"],
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )
        found = json.loads(ran.stdout)["dependencies"]
    except (subprocess.TimeoutExpired, json.JSONDecodeError, KeyError):
        sys.stdout.write("audit: the package index cannot be asked from here; nothing was audited\n")
        return 0
    return report(found)


def report(dependencies: list[dict[str, Any]]) -> int:
    """Prints one line for each weakness, and a last one with the counts."""
    audited = [one for one in dependencies if "skip_reason" not in one]
    weak = [(one, weakness) for one in audited for weakness in one["vulns"]]
    for one, weakness in weak:
        better = ", ".join(weakness["fix_versions"]) or "no version yet"
        sys.stdout.write(f"audit: {one['name']} {one['version']} has {weakness['id']}; mended in {better}\n")
    if not audited:
        sys.stdout.write("audit: the package index here tells nothing of weaknesses; nothing was audited\n")
    else:
        sys.stdout.write(f"audit: {len(audited)} of {len(dependencies)} packages audited, {len(weak)} weaknesses\n")
    return 1 if weak else 0


if __name__ == "__main__":
    sys.exit(main())
