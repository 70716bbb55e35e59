"""Loads what people say to the bot itself from ``addressed.yaml``."""

from __future__ import annotations

from pathlib import Path

from config.document import Node, read_document
from routing.addressed import AddressedWords, Aside
from routing.followup import plain

PACKAGED = Path(__file__).parent / "data" / "addressed.yaml"


def load_addressed(path: Path = PACKAGED) -> AddressedWords:
    """The words; raises ``ConfigError`` where a section is missing or unknown."""
    fields = read_document(path).require("asides", "answer")
    asides = fields["asides"].require(*Aside, "progress", "filler")
    answer = fields["answer"].require("agree", "decline", "beside", "beside_decline")
    return AddressedWords(
        asides={kind: _words(asides[kind]) for kind in Aside},
        filler=_words(asides["filler"]),
        progress=_words(asides["progress"]),
        consent=_words(answer["agree"]),
        refusal=_words(answer["decline"]),
        beside_answer=_words(answer["beside"]),
        before_refusal=_words(answer["beside_decline"]),
    )


def _words(node: Node) -> frozenset[str]:
    return frozenset(filter(None, map(plain, node.words())))
