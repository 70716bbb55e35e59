"""``python -m tests.browser_setup``: makes sure that browser tests find a Chromium, or says why they are left out.

On Debian as root the distribution's own packages are installed; Playwright's download of a browser is never used.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Final

NAMES: Final = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
PACKAGES: Final = ("chromium", "fonts-noto-cjk", "fonts-noto-color-emoji")
INSTALL_SECONDS: Final = 900
LAUNCH_ARGUMENTS: Final = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
"""Chromium as root and without a screen, and without calls to its maker's hosts."""
LEFT_OUT: Final = "browser tests are left out: no Chromium on this machine"


def find_chromium() -> str | None:
    """The path of a Chromium, or None."""
    return next((found for name in NAMES if (found := shutil.which(name, path=_search_path()))), None)


def _search_path() -> str:
    return os.pathsep.join([os.environ.get("PATH", ""), "/usr/bin"])


def may_install() -> bool:
    """Whether this is Debian (or kin) and the user is root."""
    return Path("/etc/debian_version").exists() and shutil.which("apt-get") is not None and os.geteuid() == 0


def install() -> None:
    """Installs Chromium and fonts; a failure is told by the missing browser, not by an exception."""
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    commands = (["apt-get", "-qq", "update"], ["apt-get", "-qq", "-y", "--no-install-recommends", "install", *PACKAGES])
    for command in commands:
        try:
            subprocess.run(command, env=environment, check=False, timeout=INSTALL_SECONDS, stdout=subprocess.DEVNULL)
        except (OSError, subprocess.TimeoutExpired) as failure:
            sys.stderr.write(f"{' '.join(command[:3])}: {failure}\n")


def main() -> None:
    if find_chromium() is None and may_install():
        sys.stderr.write("installing Chromium for the browser tests\n")
        install()
    if find_chromium() is None:
        sys.stderr.write(f"{LEFT_OUT}\n")


if __name__ == "__main__":
    main()
