"""``python -m tests.decisions``: what triage decides about every message in ``tests/data``, to compare its two forms.

The first line tells the form; each further one is a decision with its evidence.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path

from routing.triage.engine import IS_COMPILED, Triage
from routing.triage.matters import matters_of
from tests.labelled import DATA
from tests.unit.triage_fixture import packaged_triage


def texts() -> list[str]:
    """Every message of the labelled files and of the chatter, and some that nobody writes."""
    found = [row["text"] for file in sorted(DATA.rglob("*.jsonl")) for row in _rows(file) if "text" in row]
    found += (DATA / "chatter_k.txt").read_text("utf-8").splitlines()
    found += ["", " ", "１１９室①号，㎡", "3號樓電梯壞了" * 40, "漏水" * 900, "İstanbul 3-2-502 没电"]
    return list(dict.fromkeys(found))


def decided(triage: Triage) -> Iterator[str]:
    """Each decision in one line, with the matters that a message is taken apart into."""
    for text in texts():
        decision = triage.decide(text)
        parts = [repr(part) for part in matters_of(triage, text, whole=decision)]
        yield json.dumps([text, repr(decision), repr(triage.decide(text, addressed=True)), parts], ensure_ascii=False)


def _rows(file: Path) -> list[dict[str, str]]:
    return [json.loads(line) for line in file.read_text("utf-8").splitlines()]


def main() -> None:
    sys.stdout.write(f"{json.dumps({'compiled': IS_COMPILED})}\n")
    for line in decided(packaged_triage()):
        sys.stdout.write(f"{line}\n")


if __name__ == "__main__":
    main()
