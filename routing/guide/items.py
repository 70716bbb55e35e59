"""What the guide answers from: service items (办事指南), and certificates that no community issues."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from typing import ClassVar

from routing.errors import RoutingError

CERTIFICATE_SERVICE = "service.certificate"
"""The service that questions for certificates belong to."""


class Mode(StrEnum):
    """How an item can be done; communities name these four."""

    ONLINE = "online"
    """线上办: on the government's web service."""
    ASSISTED = "assisted"
    """帮代办: the community does it, or helps."""
    MOBILE = "mobile"
    """掌上办: on the telephone."""
    DIRECT = "direct"
    """直接办: in person, at the counter that decides."""


class UnknownItem(RoutingError):
    """The register holds no service item of this code."""

    code: ClassVar[str] = "unknown_item"

    def __init__(self, item_code: str) -> None:
        super().__init__(item_code)
        self.item_code = item_code


@dataclass(frozen=True, slots=True)
class ServiceItem:
    """One thing that residents can have done (事项), as the register of the district has it."""

    code: str
    """At most 16 characters of a-z, 0-9 and the underscore: buttons carry it."""
    name: str
    service_code: str
    """The service of the catalogue under which it becomes a ticket."""
    words: tuple[str, ...]
    """Terms each of which names it (see ``routing.guide.terms``)."""
    topics: tuple[str, ...] = ()
    """Terms that it shares with others: they lead to a question back and to no answer."""
    for_whom: str = ""
    documents: tuple[str, ...] = ()
    where: str = ""
    hours: str = ""
    modes: tuple[Mode, ...] = ()
    bookable: bool = False
    """预约: an appointment can be made."""
    after_hours: bool = False
    """延时: it can be done outside working hours."""
    limit: str = ""
    """How long it takes, in words."""
    fee: str = ""
    contact: str = ""
    checked: date | None = None
    """The day on which somebody last made sure that all of it is still true."""
    sample: bool = False
    """Whether it is only an example that no office has checked."""
    area_code: str = ""
    """The area in which it holds, with all below; empty for everywhere."""

    @property
    def is_delegable(self) -> bool:
        """帮我办: whether the community does it for people."""
        return Mode.ASSISTED in self.modes


@dataclass(frozen=True, slots=True)
class Certificate:
    """A certificate that communities do not issue: who does, and by which rule."""

    code: str
    name: str
    words: tuple[str, ...]
    issuer: str
    """Who issues it; empty where none is needed at all."""
    rule: str
    topics: tuple[str, ...] = ()

    @property
    def service_code(self) -> str:
        """The service that a question for it belongs to."""
        return CERTIFICATE_SERVICE


Entry = ServiceItem | Certificate
"""Something that a question can be answered with."""


@dataclass(frozen=True, slots=True)
class GuideRules:
    """What a district decides about the guide."""

    classes: Mapping[str, frozenset[str]]
    """Word classes by name, for terms such as ``@old+体检``."""
    asks: tuple[str, ...]
    """Terms that make a message a question."""
    blocks: tuple[str, ...]
    """Terms beside which it is none for the guide: done, gone wrong, joked about, announced."""
    promise: timedelta
    """资料齐全即办: within which a matter is done once its papers are complete."""
    recheck: timedelta
    """After which an item counts as unchecked."""
    answer_lifetime: timedelta
    """For how long the buttons under an answer work."""
    appointment_days: int
    """Working days that are offered for an appointment."""


@dataclass(frozen=True, slots=True)
class Guide:
    """All entries of a district by code; a code is an item's or a certificate's, never both."""

    entries: Mapping[str, Entry] = field(default_factory=dict)

    def __iter__(self) -> Iterator[Entry]:
        """The entries in the order of the files."""
        return iter(self.entries.values())

    def holding_in(self, area_codes: Collection[str]) -> frozenset[str]:
        """The codes of the entries that hold at a place: ``area_codes`` is the way from its area to the root, in order.

        Of items of the same name the one of the smallest area holds, so that a community may have its own.
        """
        depth = {code: len(area_codes) - position for position, code in enumerate(area_codes)}
        chosen: dict[str, tuple[int, str]] = {}
        for entry in self:
            area = entry.area_code if isinstance(entry, ServiceItem) else ""
            if not area or area in depth:
                found = depth.get(area, 0), entry.code
                if entry.name not in chosen or found[0] > chosen[entry.name][0]:
                    chosen[entry.name] = found
        return frozenset(code for _, code in chosen.values())

    @property
    def has_local_items(self) -> bool:
        """Whether some item holds in a part of the district only."""
        return any(isinstance(entry, ServiceItem) and entry.area_code for entry in self)

    def find(self, code: str) -> Entry | None:
        """The entry of this code."""
        return self.entries.get(code)


def guide_of(items: Iterable[ServiceItem], certificates: Iterable[Certificate]) -> Guide:
    """The guide of the register's items and the list of certificates; an item goes before a certificate."""
    entries: list[Entry] = [*certificates, *items]
    return Guide({entry.code: entry for entry in entries})


def unchecked(items: Iterable[ServiceItem], today: date, recheck: timedelta) -> tuple[ServiceItem, ...]:
    """The items that nobody has checked within ``recheck``, those that were never checked first, then the oldest."""
    old = [one for one in items if one.checked is None or today - one.checked > recheck]
    return tuple(sorted(old, key=lambda one: (one.checked or date.min, one.code)))
