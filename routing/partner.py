"""Who gives what: organisations paired with areas, volunteers, and the resources that they offer (资源清单)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType

from routing.errors import RoutingError
from routing.promise import Promise


class PartnerKind(StrEnum):
    """What a partner is."""

    ORGANISATION = "organisation"
    """An office or a company that is paired with an area (单位)."""
    PARTY_MEMBER = "party_member"
    """A member of the Party who reports to the community where they live (在职党员)."""
    SOCIAL = "social"
    """An association, a foundation, a club (社会组织)."""
    MERCHANT = "merchant"
    """A shop of the neighbourhood (商户)."""
    VOLUNTEER = "volunteer"
    """A neighbour who offered something in the chat (志愿者)."""


@dataclass(frozen=True, slots=True)
class Partner:
    """Somebody who helps in an area. ``account`` is that of the contact in the chat, if known."""

    id: int
    name: str
    kind: PartnerKind
    area_code: str
    account: int | None = None
    phone: str = ""


@dataclass(frozen=True, slots=True)
class PartnerEntry:
    """A row of the register: a partner and what it gives, in its own words."""

    partner: Partner
    gives: tuple[str, ...] = ()


class OfferState(StrEnum):
    """Where an offer stands."""

    PROPOSED = "proposed"
    """Said in the chat; the community has not looked at it."""
    LISTED = "listed"
    """On the list of resources."""
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


OFFER_TRANSITIONS: Mapping[OfferState, frozenset[OfferState]] = MappingProxyType(
    {
        OfferState.PROPOSED: frozenset({OfferState.LISTED, OfferState.REFUSED, OfferState.WITHDRAWN}),
        OfferState.LISTED: frozenset({OfferState.WITHDRAWN}),
        OfferState.REFUSED: frozenset(),
        OfferState.WITHDRAWN: frozenset(),
    }
)
"""Every legal move. What is listed stays so after a project: a club that taught one course may teach another."""


@dataclass(frozen=True, slots=True)
class Offer:
    """What a partner gives. Times are aware UTC."""

    id: int
    text: str
    kind: str
    """A kind of need (``NeedKind.code``); where it is empty, its words tell."""
    area_code: str
    area_path: str
    state: OfferState
    platform: str
    offered_at: datetime
    account: int | None = None
    """Who offered it in the chat."""
    name: str = ""
    """What that person is called, until the offer has a partner."""
    partner_id: int | None = None
    decide_due_at: datetime | None = None
    """Until when the community decides, while the offer waits for it."""
    reminded: bool = False
    level: int = 0
    escalated_at: datetime | None = None
    next_check_at: datetime | None = None

    @property
    def promise(self) -> Promise:
        """The word that the community owes, as the clock sees it."""
        due_at = self.decide_due_at or self.offered_at
        return Promise(self.offered_at, due_at, self.reminded, self.level, self.escalated_at)


class UnknownOffer(RoutingError):
    """No offer has this id."""

    code = "unknown_offer"

    def __init__(self, offer_id: int) -> None:
        super().__init__(offer_id)
        self.offer_id = offer_id


class UnknownPartner(RoutingError):
    """No partner has this id."""

    code = "unknown_partner"

    def __init__(self, partner_id: int) -> None:
        super().__init__(partner_id)
        self.partner_id = partner_id


class OfferOver(RoutingError):
    """The offer was decided on or withdrawn already."""

    code = "offer_over"

    def __init__(self, offer_id: int) -> None:
        super().__init__(offer_id)
        self.offer_id = offer_id


def require_offer_move(offer: Offer, state: OfferState) -> None:
    """Raises ``OfferOver`` where the offer cannot come to ``state`` from where it is."""
    if state not in OFFER_TRANSITIONS[offer.state]:
        raise OfferOver(offer.id)
