"""``make compile``: triage, and the rules that every report passes, as machine code in ``build/native``.

``make run`` and the image put it before the sources. mypyc compiles the modules as they are, so there is one source for
both forms, and no compiler is needed to edit, test or run it. Without one, or where compiling fails, one line says so
and the product runs interpreted.
"""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
import sysconfig
import tempfile
import venv
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

ROOT = Path(__file__).parent
NATIVE = ROOT / "build" / "native"
"""The package ``routing`` once more, with its compiled modules."""
LOCK = ROOT / "requirements-compile.lock"

COMPILED = (
    "triage/*.py",
    "catalogue.py",
    "script.py",
    *("addressed.py", "areas.py", "assign.py", "calendar.py", "care_match.py", "clock_moments.py", "followup.py"),
    *("moments.py", "need_rules.py", "placement.py", "relation.py", "rota.py", "sla.py", "staff_book.py", "texts.py"),
)
"""What every message passes through, then what every report does, in ``routing``."""
INTERPRETED = {
    "triage/evaluation.py": "runs at the desk of whoever tunes the lexicon, never for a message",
    "triage/learning.py": "as above",
    "triage/suggesting.py": "as above",
}
"""What of these is left as it is, and why."""

_INLINED = ["-fvisibility=hidden", "-fno-semantic-interposition"]
"""Nobody else calls what is compiled, so that the compiler may put one function into another."""

_RUNTIME = ("librt.vecs", "mypy_extensions")
"""What of mypyc the compiled modules need when they run; it is put beside them, so that nothing has to be installed."""

_MADE_OF = "made-of"
"""The file in ``NATIVE`` that tells what it was made of, so that it can never be stale."""


class NotCompiled(Exception):
    """There is no compiled form, and why."""


def main(arguments: list[str]) -> int:
    """Brings ``NATIVE`` up to date; tells in one line where that cannot be. Returns the exit code."""
    if arguments[:1] == ["--into"]:
        _compile(Path(arguments[1]))
        return 0
    try:
        make()
    except NotCompiled as reason:
        print(f"triage runs interpreted: {reason}", file=sys.stderr)
        return 1
    return 0


def make() -> Path:
    """The folder with the compiled form of the present sources, compiled now where it is not there.

    Raises:
        NotCompiled: the machine has no C compiler, or compiling failed; then the folder is gone.
    """
    sources = digest()
    if is_made_of(sources):
        return NATIVE
    shutil.rmtree(NATIVE, ignore_errors=True)
    if not has_compiler():
        raise NotCompiled("no C compiler with Python's headers on this machine")
    NATIVE.parent.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=NATIVE.parent, prefix="making-") as folder:
        made = Path(folder) / "native"
        log = NATIVE.parent / "compile.log"
        with log.open("w") as output:
            print("compiling triage and the rules of reports, which takes about a minute", file=sys.stderr)
            command = [str(_python_with_mypyc(output.fileno())), __file__, "--into", str(made)]
            if subprocess.run(command, stdout=output, stderr=output, check=False).returncode != 0:
                raise NotCompiled(f"compiling failed, see {log}")
        (made / _MADE_OF).write_text(sources)
        shutil.rmtree(NATIVE, ignore_errors=True)
        made.rename(NATIVE)
    return NATIVE


def is_made_of(sources: str) -> bool:
    """Whether the compiled form is there, of these ``sources``."""
    made_of = NATIVE / _MADE_OF
    return made_of.exists() and made_of.read_text() == sources


def digest() -> str:
    """Stands for all that the compiled form depends on: the sources, this program, the lock and the Python."""
    found = hashlib.sha256(str(sysconfig.get_config_var("EXT_SUFFIX")).encode())
    for file in (Path(__file__), LOCK, *sorted((ROOT / "routing").rglob("*.py"))):
        found.update(f"{file.relative_to(ROOT)}\0".encode() + file.read_bytes() + b"\0")
    return found.hexdigest()


def has_compiler() -> bool:
    """Whether there is a C compiler, and Python's headers for it."""
    command = str(sysconfig.get_config_var("CC") or "cc").split()[0]
    return shutil.which(command) is not None and (Path(sysconfig.get_path("include")) / "Python.h").exists()


def modules() -> list[str]:
    """The modules that are compiled, as paths in ``routing``."""
    routing = ROOT / "routing"
    found = sorted({str(file.relative_to(routing)) for pattern in COMPILED for file in routing.glob(pattern)})
    return [one for one in found if one not in INTERPRETED and not one.endswith("__init__.py")]


def _python_with_mypyc(output: int) -> Path:
    """A Python that has mypyc: this one, or else one of its own, for whoever only runs the product."""
    if find_spec("mypyc") is not None and find_spec("setuptools") is not None:
        return Path(sys.executable)
    compiler = NATIVE.parent / "compiler"
    python = compiler / "bin" / "python"
    if not python.exists():
        venv.create(compiler, with_pip=True)
    install = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--require-hashes"]
    install += ["--requirement", str(LOCK)]
    if subprocess.run(install, stdout=output, stderr=output, check=False).returncode != 0:
        raise NotCompiled("mypyc could not be installed")
    return python


def _compile(target: Path) -> None:
    """Compiles a copy of ``routing`` into the folder ``target``; this Python must have mypyc."""
    import os

    from mypyc.build import mypycify
    from setuptools import setup

    shutil.copytree(ROOT / "routing", target / "routing", ignore=shutil.ignore_patterns("__pycache__", "*.md"))
    # Away from the project's file, whose checks have been made by then; libraries are not looked into.
    os.chdir(target)
    extensions = mypycify(
        ["--ignore-missing-imports", "--no-site-packages", *(f"routing/{one}" for one in modules())],
        group_name="qunban",
        target_dir=str(target / "c"),
        debug_level="0",
    )
    for extension in extensions:
        extension.extra_compile_args += _INLINED
    setup(
        name="qunban-native",
        packages=[],
        ext_modules=extensions,
        script_args=["--quiet", "build_ext", "--inplace", "--build-temp", str(target / "c")],
    )
    for name in _RUNTIME:
        folder = (target / name.replace(".", "/")).parent
        folder.mkdir(exist_ok=True)
        shutil.copy(str(import_module(name).__file__), folder)
    for left in ("c", ".mypy_cache", "build"):
        shutil.rmtree(target / left, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
