"""Loads the rules of suggestions and votes from ``council.yaml``."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import time
from pathlib import Path

from config.document import Node, read_document
from config.handling import whole_number
from config.needs import promise_of, services_of
from config.sla import positive_hours
from routing.catalogue import Catalogue
from routing.motion import SupportRules
from routing.vote import Ballot, VoteRules

PACKAGED = Path(__file__).parent / "data" / "council.yaml"

_TRUTH = {"true": True, "false": False}


@dataclass(frozen=True, slots=True)
class Council:
    """The rules of both."""

    support: SupportRules
    votes: VoteRules


def load_council(catalogue: Catalogue, path: Path = PACKAGED) -> Council:
    """The rules.

    Raises:
        ConfigError: a value is missing or unknown, a service is not in the catalogue, or a number is out of range.
    """
    fields = read_document(path).require("suggestions", "votes")
    return Council(_support(fields["suggestions"], catalogue), _votes(fields["votes"]))


def _support(node: Node, catalogue: Catalogue) -> SupportRules:
    fields = node.require(
        "services", "share_of_households", "least", "most", "answer_hours", "answer_length", "promise"
    )
    share = fields["share_of_households"].number()
    if not 0 <= share <= 1:
        fields["share_of_households"].fail(f"{fields['share_of_households'].text()!r} is no share between 0 and 1")
    length = fields["answer_length"].require("shortest", "longest")
    least, most = whole_number(fields["least"], least=1), whole_number(fields["most"], least=1)
    if most < least:
        fields["most"].fail(f"{most} is less than the {least} of 'least'")
    return SupportRules(
        services=services_of(fields["services"], catalogue),
        least=least,
        share=share,
        most=most,
        answer_within=positive_hours(fields["answer_hours"]),
        promise=promise_of(fields["promise"]),
        shortest_answer=whole_number(length["shortest"], least=1),
        longest_answer=whole_number(length["longest"], least=1),
    )


def _votes(node: Node) -> VoteRules:
    fields = node.require(
        "ballot",
        "default_hours",
        "shortest_hours",
        "longest_hours",
        "ends_at",
        "options",
        "longest_title",
        "staff_vote",
    )
    options = fields["options"].require("most", "longest")
    ballot, staff = fields["ballot"].text(), fields["staff_vote"].text()
    if ballot not in {one.value for one in Ballot}:
        fields["ballot"].fail(f"{ballot!r} is none of {', '.join(one.value for one in Ballot)}")
    if staff not in _TRUTH:
        fields["staff_vote"].fail(f"{staff!r} is neither true nor false")
    shortest, longest = positive_hours(fields["shortest_hours"]), positive_hours(fields["longest_hours"])
    default = positive_hours(fields["default_hours"])
    if not shortest <= default <= longest:
        fields["default_hours"].fail("is not between the shortest and the longest")
    return VoteRules(
        ballot=Ballot(ballot),
        shortest=shortest,
        longest=longest,
        default=default,
        ends_at=_time(fields["ends_at"]),
        most_options=whole_number(options["most"], least=2),
        longest_option=whole_number(options["longest"], least=1),
        longest_title=whole_number(fields["longest_title"], least=1),
        staff_vote=_TRUTH[staff],
    )


def _time(node: Node) -> time:
    try:
        return time.fromisoformat(node.text())
    except ValueError:
        node.fail(f"{node.text()!r} is no time of day")
