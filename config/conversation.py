"""Loads how messages belong together from ``conversation.yaml``."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from config.document import Node, read_document
from routing.catalogue import Catalogue
from routing.flood import FloodRules
from routing.followup import ConversationRules, FollowUpWords, plain

PACKAGED = Path(__file__).parent / "data" / "conversation.yaml"


def load_conversation(catalogue: Catalogue, path: Path = PACKAGED) -> ConversationRules:
    """The rules.

    Raises:
        ConfigError: a value is missing or unknown, a service is not in the catalogue, or a number is not positive.
    """
    fields = read_document(path).require(
        "windows",
        "shared",
        "outages",
        "households",
        "similarity",
        "limits",
        "join",
        "urge",
        "done",
        "undone",
        "correct",
        "detail",
    )
    windows = fields["windows"].require("same_person", "before", "join", "duplicate", "urge_again")
    households = fields["households"].require("urgent", "lead")
    return ConversationRules(
        words=_words(fields, catalogue),
        shared=_services(fields["shared"], catalogue),
        outages=_services(fields["outages"], catalogue),
        same_person=timedelta(minutes=_positive(windows["same_person"])),
        before=timedelta(minutes=_positive(windows["before"])),
        join=timedelta(minutes=_positive(windows["join"])),
        duplicate=timedelta(hours=_positive(windows["duplicate"])),
        urge_again=timedelta(minutes=_positive(windows["urge_again"])),
        households_urgent=int(_positive(households["urgent"])),
        households_lead=int(_positive(households["lead"])),
        similarity=_positive(fields["similarity"]),
        flood=_limits(fields["limits"]),
    )


def _limits(node: Node) -> FloodRules:
    limits = node.require("minutes", "person", "group")
    return FloodRules(
        window=timedelta(minutes=_positive(limits["minutes"])),
        person=int(_positive(limits["person"])),
        group=int(_positive(limits["group"])),
    )


def _words(fields: dict[str, Node], catalogue: Catalogue) -> FollowUpWords:
    join = fields["join"].require("whole", "also")
    done = fields["done"].require("whole", "services", "filler")
    undone = fields["undone"].require("whole", "filler")
    detail = fields["detail"].require("part", "to_neighbours")
    services: dict[str, str] = {}
    for code, node in done["services"].entries().items():
        if code not in catalogue:
            node.fail(f"no service {code!r} in the catalogue")
        services.update(dict.fromkeys(_plain(node), code))
    return FollowUpWords(
        join=frozenset(_plain(join["whole"])),
        also=_plain(join["also"]),
        urge=_plain(fields["urge"].require("part")["part"]),
        done=frozenset(_plain(done["whole"])),
        done_filler=_plain(done["filler"]),
        undone=frozenset(_plain(undone["whole"])),
        undone_filler=_plain(undone["filler"]),
        correct=_plain(fields["correct"].require("part")["part"]),
        detail=_plain(detail["part"]),
        to_neighbours=_plain(detail["to_neighbours"]),
        done_services=services,
    )


def _plain(node: Node) -> tuple[str, ...]:
    return tuple(dict.fromkeys(filter(None, map(plain, node.words()))))


def _services(node: Node, catalogue: Catalogue) -> frozenset[str]:
    codes = set[str]()
    for item in node.items():
        code = item.text()
        if code not in catalogue and code not in catalogue.groups:
            item.fail(f"no service or group {code!r} in the catalogue")
        codes.add(code)
    return frozenset(codes)


def _positive(node: Node) -> float:
    value = node.number()
    if value <= 0:
        node.fail(f"{node.text()!r} is not above zero")
    return value
