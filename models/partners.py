"""The register of partners, and what they offer."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import fields, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Select, insert, select, update

from models.columns import area_path_end
from models.tables_needs import OfferRow, PartnerRow
from models.transaction import Transaction
from routing.partner import Offer, OfferState, Partner, UnknownOffer, UnknownPartner

_FIELDS = tuple(field.name for field in fields(Partner))
_COLUMNS = tuple(getattr(PartnerRow, name) for name in _FIELDS)
_OFFER_FIELDS = tuple(field.name for field in fields(Offer))
_OFFER_COLUMNS = tuple(getattr(OfferRow, name) for name in _OFFER_FIELDS)


class SqlPartnerStore:
    """Partners and offers in the database."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    async def put(self, partners: Sequence[Partner]) -> tuple[Partner, ...]:
        """Adds partners, or changes those of the same name in the same area; returns them with their ids."""
        kept = []
        for partner in partners:
            statement = self._transaction.insert(PartnerRow).values(
                {name: getattr(partner, name) for name in _FIELDS if name != "id"}
            )
            changed = {name: statement.excluded[name] for name in ("kind", "account", "phone")}
            rows = await self._transaction.execute(
                statement.on_conflict_do_update(index_elements=["name", "area_code"], set_=changed).returning(
                    PartnerRow.id
                )
            )
            kept.append(replace(partner, id=rows.scalar_one()))
        return tuple(kept)

    async def get(self, partner_id: int) -> Partner:
        """The partner of this id; raises ``UnknownPartner``."""
        rows = await self._transaction.execute(select(*_COLUMNS).where(PartnerRow.id == partner_id))
        row = rows.one_or_none()
        if row is None:
            raise UnknownPartner(partner_id)
        return Partner(*row)

    async def all(self) -> tuple[Partner, ...]:
        """Every partner, by area and name."""
        rows = await self._transaction.execute(select(*_COLUMNS).order_by(PartnerRow.area_code, PartnerRow.name))
        return tuple(Partner(*row) for row in rows)

    async def of_account(self, account: int) -> tuple[Partner, ...]:
        """The partners whose contact this person is."""
        rows = await self._transaction.execute(
            select(*_COLUMNS).where(PartnerRow.account == account).order_by(PartnerRow.id)
        )
        return tuple(Partner(*row) for row in rows)

    async def add_offer(self, offer: Offer) -> Offer:
        """Keeps a new offer; returns it with its number."""
        values = {name: getattr(offer, name) for name in _OFFER_FIELDS if name != "id"}
        ids = await self._transaction.execute(insert(OfferRow).values(values).returning(OfferRow.id))
        return replace(offer, id=ids.scalar_one())

    async def offer(self, offer_id: int) -> Offer:
        """The offer of this number; raises ``UnknownOffer``."""
        return await self._one(select(*_OFFER_COLUMNS).where(OfferRow.id == offer_id), offer_id)

    async def lock_offer(self, offer_id: int) -> Offer:
        """The same, and no other transaction changes it before this one ends; raises ``UnknownOffer``."""
        return await self._one(select(*_OFFER_COLUMNS).where(OfferRow.id == offer_id).with_for_update(), offer_id)

    async def _one(self, query: Select[*tuple[Any, ...]], offer_id: int) -> Offer:
        row = (await self._transaction.execute(query)).one_or_none()
        if row is None:
            raise UnknownOffer(offer_id)
        return Offer(*row)

    async def save_offer(self, offer: Offer) -> None:
        """Writes the state of an offer."""
        values = {name: getattr(offer, name) for name in _OFFER_FIELDS if name != "id"}
        await self._transaction.execute(update(OfferRow).where(OfferRow.id == offer.id).values(values))

    async def offers(self, states: Collection[OfferState], *, area_path: str = "", limit: int) -> tuple[Offer, ...]:
        """The offers in any of these states that lie in an area (anywhere where it is empty), the oldest first."""
        query = select(*_OFFER_COLUMNS).where(OfferRow.state.in_(sorted(states)))
        if area_path:
            query = query.where(OfferRow.area_path >= area_path, OfferRow.area_path < area_path_end(area_path))
        rows = await self._transaction.execute(query.order_by(OfferRow.id).limit(limit))
        return tuple(Offer(*row) for row in rows)

    async def offers_of(self, partner_ids: Collection[int], account: int) -> tuple[Offer, ...]:
        """What these partners offer and what this person offered, the oldest first."""
        mine = OfferRow.partner_id.in_(sorted(partner_ids)) | (OfferRow.account == account)
        rows = await self._transaction.execute(select(*_OFFER_COLUMNS).where(mine).order_by(OfferRow.id))
        return tuple(Offer(*row) for row in rows)

    async def take_due(self, now: datetime, *, limit: int) -> tuple[Offer, ...]:
        """Offers that the clock has to look at, locked until this transaction ends.

        What another process has locked is left to it.
        """
        rows = await self._transaction.execute(
            select(*_OFFER_COLUMNS)
            .where(OfferRow.next_check_at <= now)
            .order_by(OfferRow.id)
            .limit(limit)
            .with_for_update(skip_locked=True)
        )
        return tuple(Offer(*row) for row in rows)
