"""Loads the rules of volunteers from ``volunteers.yaml``."""

from __future__ import annotations

import re
from pathlib import Path

from config.document import Node, read_document
from config.handling import whole_number
from config.sla import positive_hours
from routing.care_match import plain_words
from routing.catalogue import Catalogue
from routing.organisation import Organisation
from routing.volunteering import HelpKind, HelpRules

PACKAGED = Path(__file__).parent / "data" / "volunteers.yaml"

_CODE = re.compile(r"[a-z0-9_]{1,20}", re.ASCII)
_LONGEST_MINUTES = 24 * 60


def load_volunteers(organisation: Organisation, catalogue: Catalogue, path: Path = PACKAGED) -> HelpRules:
    """The rules.

    Raises:
        ConfigError: a value is missing, unknown or impossible, a kind is written twice, names no service, or
            is automatic and has no words.
    """
    fields = read_document(path).require(
        "kinds", "around", "most_asked", "claim_hours", "report_hours", "confirm_hours", "minutes"
    )
    kinds: list[HelpKind] = []
    for node in fields["kinds"].items():
        kind = _kind(node, catalogue)
        if any(kind.code == other.code or kind.name == other.name for other in kinds):
            node.fail(f"{kind.code!r} is written twice")
        kinds.append(kind)
    if not kinds:
        fields["kinds"].fail("at least one kind is needed")
    if fields["around"].text() not in organisation.levels:
        fields["around"].fail(f"{fields['around'].text()!r} is no level of the district")
    minutes = tuple(whole_number(node, least=1) for node in fields["minutes"].items())
    if not minutes or max(minutes) > _LONGEST_MINUTES:
        fields["minutes"].fail("minutes of up to a day are needed")
    return HelpRules(
        kinds=tuple(kinds),
        around=fields["around"].text(),
        most_asked=whole_number(fields["most_asked"], least=1),
        claim_within=positive_hours(fields["claim_hours"]),
        report_within=positive_hours(fields["report_hours"]),
        confirm_within=positive_hours(fields["confirm_hours"]),
        minutes=minutes,
    )


def _kind(node: Node, catalogue: Catalogue) -> HelpKind:
    entries = node.only("code", "name", "words", "services", "automatic")
    for name in ("code", "name"):
        if name not in entries:
            node.fail(f"{name!r} is missing")
    if not _CODE.fullmatch(entries["code"].text()):
        entries["code"].fail("a code has at most 20 small letters, digits and underscores")
    services = [one.text() for one in entries["services"].items()] if "services" in entries else []
    for service in services:
        if service not in catalogue and service not in catalogue.groups:
            entries["services"].fail(f"{service!r} is no service of the catalogue")
    words = tuple(plain_words(one.text()) for one in entries["words"].items()) if "words" in entries else ()
    automatic = entries["automatic"].text() if "automatic" in entries else "false"
    if automatic not in {"true", "false"}:
        entries["automatic"].fail("true or false is needed")
    if automatic == "true" and not words:
        node.fail("a kind that is automatic needs words")
    return HelpKind(entries["code"].text(), entries["name"].text(), words, frozenset(services), automatic == "true")
