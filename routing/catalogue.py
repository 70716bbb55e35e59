"""The service catalogue: what residents can ask for and who handles it by default.

The codes are stable names: labelled messages, tickets and exports use them. The clocks of a
service live with the SLA table, not here; :attr:`Service.sla` is only the key into it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from routing.errors import RoutingError

OTHER: Final = "other"
"""The code of a request that is addressed to the community but fits no service."""


class Urgency(StrEnum):
    """How pressing a matter is; apart from the colour, which tells the state of its clock."""

    EMERGENCY = "emergency"
    URGENT = "urgent"
    NORMAL = "normal"

    @property
    def rank(self) -> int:
        """Bigger is more pressing, for choosing the worst of several."""
        return ("normal", "urgent", "emergency").index(self)


class AppealType(StrEnum):
    """What a message asks for (诉求类型, as on the 12345 line)."""

    CONSULT = "consult"
    HELP = "help"
    COMPLAINT = "complaint"
    REPORT = "report"
    SUGGESTION = "suggestion"
    PRAISE = "praise"


class OwnerKind(StrEnum):
    """Who handles a service by default; the complex's management kind turns PROPERTY into an organisation."""

    PROPERTY = "property"
    GRID = "grid"
    COMMUNITY = "community"
    UTILITY = "utility"
    STREET = "street"


class UnknownService(RoutingError):
    """The catalogue holds no service of this code."""

    code = "unknown_service"

    def __init__(self, service_code: str) -> None:
        super().__init__(service_code)
        self.service_code = service_code


@dataclass(frozen=True, slots=True)
class Service:
    """One kind of matter that can become a ticket."""

    code: str
    group: str
    name: str
    owner: OwnerKind
    sla: str
    description: str
    needs_place: bool = True
    """Whether a handler can do nothing before knowing where (false for questions and praise)."""


@dataclass(frozen=True, slots=True)
class Catalogue:
    """All services by code, and the names of their groups."""

    services: Mapping[str, Service]
    groups: Mapping[str, str] = field(default_factory=dict)

    def get(self, code: str) -> Service:
        """The service of ``code``.

        Raises:
            UnknownService: no service has this code.
        """
        try:
            return self.services[code]
        except KeyError:
            raise UnknownService(code) from None

    def of(self, code: str) -> Service:
        """The service of a ticket; one that has left the catalogue since it was opened goes by :data:`OTHER`."""
        return self.services.get(code) or self.get(OTHER)

    def __contains__(self, code: str) -> bool:
        return code in self.services
