"""The labelled messages in ``tests/data``: our own wording, in the format that ``qunban evaluate`` reads.

Of ``labelled.jsonl`` odd lines were used for tuning the lexicon, even lines were kept aside; both halves have floors.
``labelled_later.jsonl`` was written against a finished lexicon and then used for tuning too.
"""

from __future__ import annotations

import json
from pathlib import Path

from routing.catalogue import Urgency
from routing.place import Place
from routing.triage.evaluation import Labelled

DATA = Path(__file__).parent / "data"
LABELLED = DATA / "labelled.jsonl"
LATER = DATA / "labelled_later.jsonl"


def read_labelled(path: Path = LABELLED) -> list[Labelled]:
    """All lines of a labelled file."""
    return [_row(line) for line in path.read_text(encoding="utf-8").splitlines()]


def _row(line: str) -> Labelled:
    row = json.loads(line)
    return Labelled(
        id=row["id"],
        text=row["text"],
        expect=row["expect"],
        services=tuple(row["service_code"]),
        appeal_types=tuple(row["appeal_type"]),
        urgency=Urgency(row["urgency"]),
        place=Place(**row["place"]) if row["place"] else None,
    )
