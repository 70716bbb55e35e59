"""Proposes offers and needs to each other; the partner decides by a button, and the community has the last word."""

from __future__ import annotations

from bot.services.civic_board import CivicBoard, path
from bot.services.need_cards import NOT_FOR_US, NeedCards, proposal_topic
from bot.services.ports import UnitOfWork
from routing.areas import STREET, AreaTree
from routing.need import Need, NeedFilter, NeedState
from routing.need_matching import best_needs, best_offers
from routing.need_rules import NeedRules
from routing.outgoing import Button
from routing.partner import Offer, OfferState

_COMPARED = 500
"""Offers or needs of a street that are looked at."""


class MatchingService:
    """Finds what fits and tells the partners."""

    def __init__(self, rules: NeedRules, cards: NeedCards, board: CivicBoard) -> None:
        self._rules = rules
        self._cards = cards
        self._board = board

    async def propose_for_need(self, work: UnitOfWork, need: Need) -> int:
        """Proposes a need to the partners whose offers fit; returns to how many.

        Whoever has a card of it from before has that one changed.
        """
        tree = await work.areas.tree()
        scope = _street(need.area_code, tree)
        offers = await work.civic.partners.offers([OfferState.LISTED], area_path=scope, limit=_COMPARED)
        found = best_offers(need, offers, tree, self._rules)
        by_id, told = {offer.id: offer for offer in offers}, set[int]()
        say = self._board.rules.wording.say
        for match in found:
            offer = by_id[match.offer_id]
            if offer.partner_id is None:
                continue
            partner = await work.civic.partners.get(offer.partner_id)
            if partner.account is None or partner.account in told:
                continue
            told.add(partner.account)
            line = say("needs.proposed_offer", text=offer.text[:60])
            buttons = (self._cards.claim_button(need, offer.id), self._pass_button(need.id))
            title = say("needs.proposed_title", number=need.id, kind=self._cards.kind(need.kind))
            wanted = say("needs.proposed_need", text=need.text[:200], count=need.voices)
            content = self._cards.matches(title, [(match, f"{wanted}\n{line}")], buttons)
            await self._board.show(work, proposal_topic(need.id), {partner.account: content})
        return len(told)

    async def follow(self, work: UnitOfWork, need: Need) -> None:
        """Brings what was proposed up to date: nobody is left with a button for what is taken, met or off the list."""
        chats = await work.outbox.topics.chats(proposal_topic(need.id))
        if not chats:
            return
        if need.state is NeedState.OPEN:
            await self.propose_for_need(work, need)
            return
        over = self._cards.settled_proposal(need)
        contents = {chat_id: over for _, chat_id, _ in chats}
        await self._board.show(work, proposal_topic(need.id), contents, silent=True)

    async def propose_for_offer(self, work: UnitOfWork, offer: Offer, account: int) -> int:
        """Proposes the needs that fit an offer to who made it; returns how many."""
        tree = await work.areas.tree()
        wanted = NeedFilter(area_path=_street(offer.area_code, tree), states=frozenset({NeedState.OPEN}))
        needs = {need.id: need for need in await work.civic.needs.find(wanted, limit=_COMPARED)}
        found = best_needs(offer, needs.values(), tree, self._rules)
        if not found:
            return 0
        say = self._board.rules.wording.say
        lines = [(match, self._cards.need_line(needs[match.need_id])) for match in found]
        buttons = self._cards.rows([self._cards.claim_button(needs[match.need_id], offer.id) for match in found])
        title = say("offers.fits_title", number=offer.id, count=len(found))
        await self._board.tell(work, [account], self._cards.matches(title, lines, *buttons))
        return len(found)

    def _pass_button(self, need_id: int) -> Button:
        return Button(self._board.rules.wording.say(f"button.{NOT_FOR_US}"), NOT_FOR_US, need_id)


def _street(area_code: str, tree: AreaTree) -> str:
    """The path of the street around an area, or of the area itself where there is none."""
    street = tree.nearest(area_code, STREET) if area_code in tree else None
    return path(tree, street.code if street is not None else area_code)
