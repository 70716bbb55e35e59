"""The file of suggestions that a person goes through: one a line, accepted where a plus stands before it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from bot.commands.shell import fail

if TYPE_CHECKING:
    from routing.triage.suggesting import Suggestion

ACCEPTED, OPEN = "+", "?"

_HEAD = """\
# Suggestions from corrections. Put + in the place of ? before what you accept, then: qunban lexicon apply FILE
# accept\tkeyword\tlabel\tweight\tcorrections\tchange on the labelled messages
"""


def write_suggestions(path: Path, suggestions: Iterable[tuple[Suggestion, Mapping[str, int]]]) -> None:
    """Writes suggestions with what each changes by itself; none is accepted yet."""
    lines = [_HEAD]
    for one, change in suggestions:
        told = ", ".join(f"{name.replace('_', ' ')} {count:+d}" for name, count in change.items()) or "none"
        lines.append(f"{OPEN}\t{one.keyword}\t{one.label}\t{one.weight:g}\t{one.texts}\t{told}\n")
    path.write_text("".join(lines), encoding="utf-8")


def read_accepted(path: Path) -> list[Suggestion]:
    """The accepted suggestions; ends the command at a line that is none."""
    from routing.triage.suggesting import Suggestion

    found: list[Suggestion] = []
    for number, line in enumerate(path.read_text(encoding="utf-8-sig").splitlines(), start=1):
        if not line.strip() or line.startswith(("#", OPEN)):
            continue
        try:
            sign, keyword, label, weight, texts, *_ = line.split("\t")
            one = Suggestion(keyword, label, float(weight), int(texts))
        except ValueError:
            fail(f"{path}:{number}: no suggestion: sign, keyword, label, weight and corrections are separated by tabs")
        if sign != ACCEPTED or not keyword:
            fail(f"{path}:{number}: a line begins with {ACCEPTED} or {OPEN}")
        found.append(one)
    return found
