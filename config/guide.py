"""Loads how questions are answered from ``guide.yaml``, and the certificates that no community issues."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

from config.document import Node, read_document
from routing.guide.items import Certificate, GuideRules
from routing.guide.terms import BadTerm, parse_term

PACKAGED = Path(__file__).parent / "data" / "guide.yaml"
PACKAGED_CERTIFICATES = Path(__file__).parent / "data" / "certificates.yaml"

LONGEST_CODE = 16
"""Characters of a code: what a button can carry beside its own word and an appointment."""

_NUMBERS = ("promise_minutes", "recheck_days", "answer_hours", "appointment_days")


def load_guide_rules(path: Path = PACKAGED) -> GuideRules:
    """The rules.

    Raises:
        ConfigError: a value is missing or unknown, is not a whole number above zero, or a term cannot be read.
    """
    fields = read_document(path).require(*_NUMBERS, "classes", "asks", "blocks")
    classes = {
        name: frozenset(word.lower() for word in node.words()) for name, node in fields["classes"].entries().items()
    }
    return GuideRules(
        classes=classes,
        asks=terms_in(fields["asks"], classes),
        blocks=terms_in(fields["blocks"], classes),
        promise=timedelta(minutes=_whole(fields["promise_minutes"])),
        recheck=timedelta(days=_whole(fields["recheck_days"])),
        answer_lifetime=timedelta(hours=_whole(fields["answer_hours"])),
        appointment_days=_whole(fields["appointment_days"]),
    )


def load_certificates(rules: GuideRules, path: Path = PACKAGED_CERTIFICATES) -> tuple[Certificate, ...]:
    """The certificates that no community issues, in the order of the file.

    Raises:
        ConfigError: a field is missing or unknown, a code is bad or given twice, or a term cannot be read.
    """
    entries = read_document(path).require("version", "certificates")
    certificates: dict[str, Certificate] = {}
    for node in entries["certificates"].items():
        fields = node.only("code", "name", "words", "topics", "issuer", "rule")
        for name in ("code", "name", "words", "rule"):
            if name not in fields:
                node.fail(f"{name!r} is missing")
        code = fields["code"].text()
        if not is_item_code(code):
            fields["code"].fail(f"{code!r}: a code has at most {LONGEST_CODE} small letters, digits and underscores")
        if code in certificates:
            fields["code"].fail(f"{code!r} is given twice")
        certificates[code] = Certificate(
            code=code,
            name=fields["name"].text(),
            words=terms_in(fields["words"], rules.classes),
            topics=terms_in(fields["topics"], rules.classes) if "topics" in fields else (),
            issuer=fields["issuer"].text() if "issuer" in fields else "",
            rule=fields["rule"].text(),
        )
    return tuple(certificates.values())


def is_item_code(code: str) -> bool:
    """Whether a button can carry the code."""
    allowed = set("abcdefghijklmnopqrstuvwxyz0123456789_")
    return 0 < len(code) <= LONGEST_CODE and set(code) <= allowed


def terms_in(node: Node, classes: Mapping[str, frozenset[str]]) -> tuple[str, ...]:
    """The terms of an entry, each once; raises ``ConfigError`` for one that cannot be read."""
    terms = tuple(dict.fromkeys(node.words()))
    for term in terms:
        try:
            parse_term(term, classes)
        except BadTerm as error:
            node.fail(str(error))
    return terms


def _whole(node: Node) -> int:
    if not node.text().isdecimal() or int(node.text()) == 0:
        node.fail(f"{node.text()!r} is not a whole number above zero")
    return int(node.text())
