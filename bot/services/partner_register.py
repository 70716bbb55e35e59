"""The register of partners: what a file says of them, and what they give, which stands on the list at once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from bot.services.civic_board import path
from bot.services.ports import UnitOfWork
from routing.partner import Offer, OfferState, PartnerEntry

_ALL = 100_000


async def register_partners(
    work: UnitOfWork, entries: Sequence[PartnerEntry], at: datetime, *, platform: str
) -> tuple[Offer, ...]:
    """Adds and changes partners, and lists what they give and did not give before; returns these offers.

    The register is the community's own word, so nobody has to agree to what stands in it. What a file no longer names
    stays on the list until it is withdrawn.
    """
    tree = await work.areas.tree()
    kept = await work.civic.partners.put([entry.partner for entry in entries])
    new = []
    for partner, entry in zip(kept, entries, strict=True):
        known = {offer.text for offer in await work.civic.partners.offers_of([partner.id], 0)}
        for text in entry.gives:
            if text in known:
                continue
            offer = Offer(
                id=0,
                text=text,
                kind="",
                area_code=partner.area_code,
                area_path=path(tree, partner.area_code),
                state=OfferState.LISTED,
                platform=platform,
                offered_at=at,
                partner_id=partner.id,
            )
            new.append(await work.civic.partners.add_offer(offer))
    return tuple(new)


async def registered_partners(work: UnitOfWork) -> tuple[PartnerEntry, ...]:
    """Every partner with what it gives now."""
    given: dict[int, tuple[str, ...]] = {}
    for offer in await work.civic.partners.offers([OfferState.LISTED], limit=_ALL):
        if offer.partner_id is not None:
            given[offer.partner_id] = (*given.get(offer.partner_id, ()), offer.text)
    return tuple(PartnerEntry(one, given.get(one.id, ())) for one in await work.civic.partners.all())
