"""Loads how long what names people is kept from ``retention.yaml``."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from config.document import Node, read_document
from routing.retention import Retention

PACKAGED = Path(__file__).parent / "data" / "retention.yaml"


def load_retention(path: Path = PACKAGED) -> Retention:
    """The spans.

    Raises:
        ConfigError: a value is missing or unknown, or is not a whole number of days above zero.
    """
    fields = read_document(path).require(
        "personal_data_days",
        "messages_days",
        "updates_days",
        "parked_days",
        "invitations_days",
        "care_days",
        "care_looks_days",
        "looks_days",
        "questions_days",
    )
    return Retention(
        personal_data=_days(fields["personal_data_days"]),
        messages=_days(fields["messages_days"]),
        updates=_days(fields["updates_days"]),
        parked=_days(fields["parked_days"]),
        invitations=_days(fields["invitations_days"]),
        care=_days(fields["care_days"]),
        care_looks=_days(fields["care_looks_days"]),
        looks=_days(fields["looks_days"]),
        questions=_days(fields["questions_days"]),
    )


def _days(node: Node) -> timedelta:
    if not node.text().isdecimal() or int(node.text()) == 0:
        node.fail(f"{node.text()!r} is not a whole number of days above zero")
    return timedelta(days=int(node.text()))
