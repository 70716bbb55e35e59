"""Loads the rules of needs, resources and projects from ``needs.yaml``."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from config.document import Node, read_document
from config.handling import whole_number
from config.sla import positive_hours
from routing.catalogue import AppealType, Catalogue
from routing.followup import plain
from routing.need_rules import MatchRules, NeedKind, NeedRules, PlannedStep
from routing.promise import PromiseRules

PACKAGED = Path(__file__).parent / "data" / "needs.yaml"

_SIDES = {"partner": True, "community": False}
_WORKING_DAY = timedelta(hours=8)
_LONGEST_CODE = 20


def load_needs(catalogue: Catalogue, path: Path = PACKAGED) -> NeedRules:
    """The rules.

    Raises:
        ConfigError: a value is missing or unknown, a service is not in the catalogue, or a number is out of range.
    """
    fields = read_document(path).require(
        "kinds",
        "services",
        "appeals",
        "wishes",
        "faults",
        "join",
        "join_minutes",
        "similarity",
        "match",
        "steps",
        "agree_hours",
        "promise",
        "shown",
        "most_a_day",
    )
    return NeedRules(
        kinds=_kinds(fields["kinds"]),
        services=services_of(fields["services"], catalogue),
        appeals=frozenset(_appeal(node) for node in fields["appeals"].items()),
        wishes=words_of(fields["wishes"]),
        faults=words_of(fields["faults"]),
        join=frozenset(words_of(fields["join"])),
        join_within=timedelta(minutes=whole_number(fields["join_minutes"], least=1)),
        similarity=_between(fields["similarity"], 0, 100),
        match=_match(fields["match"]),
        steps=tuple(_step(node) for node in fields["steps"].items()),
        promise=promise_of(fields["promise"]),
        agree_within=positive_hours(fields["agree_hours"]),
        shown=whole_number(fields["shown"], least=1),
        most_a_day=whole_number(fields["most_a_day"], least=1),
    )


def promise_of(node: Node) -> PromiseRules:
    """When a promise is reminded of and when it goes up."""
    fields = node.require("remind_at", "repeat_hours")
    share = fields["remind_at"].number()
    if not 0 < share < 1:
        fields["remind_at"].fail(f"{fields['remind_at'].text()!r} is no share between 0 and 1")
    return PromiseRules(remind_at=share, repeat=positive_hours(fields["repeat_hours"]))


def services_of(node: Node, catalogue: Catalogue) -> frozenset[str]:
    """Service codes that the catalogue has."""
    for item in node.items():
        if item.text() not in catalogue:
            item.fail(f"{item.text()!r} is not in the catalogue")
    return frozenset(item.text() for item in node.items())


def words_of(node: Node) -> tuple[str, ...]:
    """Words in the spelling in which messages are compared, each once."""
    return tuple(dict.fromkeys(filter(None, map(plain, node.words()))))


def _kinds(node: Node) -> dict[str, NeedKind]:
    kinds: dict[str, NeedKind] = {}
    for code, entry in node.entries().items():
        if not (code.isascii() and len(code) <= _LONGEST_CODE):
            entry.fail(f"{code!r} is no code of at most {_LONGEST_CODE} letters")
        fields = entry.require("name", "words")
        words = words_of(fields["words"])
        if not words:
            fields["words"].fail("at least one word is needed")
        kinds[code] = NeedKind(code, fields["name"].text(), words)
    return kinds


def _appeal(node: Node) -> AppealType:
    if node.text() not in {appeal.value for appeal in AppealType}:
        node.fail(f"{node.text()!r} is none of {', '.join(appeal.value for appeal in AppealType)}")
    return AppealType(node.text())


def _match(node: Node) -> MatchRules:
    names = ("same_kind", "same_area", "same_community", "same_street", "like_words", "least")
    fields = node.require(*names, "most")
    weights = {name: _between(fields[name], 0, 1) for name in names}
    return MatchRules(most=whole_number(fields["most"], least=1), **weights)


def _step(node: Node) -> PlannedStep:
    fields = node.require("name", "days", "by")
    if fields["by"].text() not in _SIDES:
        fields["by"].fail(f"{fields['by'].text()!r} is neither partner nor community")
    days = fields["days"].number()
    if not 0 < days <= 365:
        fields["days"].fail(f"{fields['days'].text()!r} is no number of working days up to 365")
    return PlannedStep(fields["name"].text(), days * _WORKING_DAY, _SIDES[fields["by"].text()])


def _between(node: Node, least: float, most: float) -> float:
    number = node.number()
    if not least <= number <= most:
        node.fail(f"{node.text()!r} is not between {least:g} and {most:g}")
    return number
