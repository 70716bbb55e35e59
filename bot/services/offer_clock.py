"""What the clock does to offers: one that waits for the community's word is not left waiting."""

from __future__ import annotations

from dataclasses import replace

from bot.services.civic_board import CivicBoard
from bot.services.need_cards import short
from bot.services.offers import OfferService
from bot.services.ports import UnitOfWork
from routing.need_rules import NeedRules
from routing.outgoing import Content
from routing.partner import Offer, OfferState
from routing.promise import promise_step

BATCH = 20
"""Offers taken at once: a batch is one transaction, and another replica takes the next."""
_SHOWN = 40


class OfferClock:
    """Reminds the community of offers, and tells those above it of what it left undecided."""

    def __init__(self, rules: NeedRules, board: CivicBoard, offers: OfferService) -> None:
        self._rules = rules
        self._board = board
        self._offers = offers

    async def sweep(self, work: UnitOfWork, *, limit: int = BATCH) -> int:
        """Deals with up to ``limit`` due offers and says how many; the caller commits and calls again until none."""
        due = await work.civic.partners.take_due(self._board.clock(), limit=limit)
        for offer in due:
            if offer.state is not OfferState.PROPOSED:
                await work.civic.partners.save_offer(replace(offer, next_check_at=None))
            elif offer.decide_due_at is None:
                await work.civic.partners.save_offer(await self._offers.watched(work, offer))
            else:
                await self._look_at(work, offer)
        return len(due)

    async def _look_at(self, work: UnitOfWork, offer: Offer) -> None:
        board, now = self._board, self._board.clock()
        tree = await work.areas.tree()
        top, calendar = board.top(offer.area_code, tree), board.rules.clocks.calendar
        step = promise_step(offer.promise, self._rules.promise, calendar, now, top=top)
        community = [post.account for post in await board.community(work, offer.area_code)]
        due = board.rules.wording.moment(offer.promise.due_at)
        fields = {"number": offer.id, "name": offer.name, "text": short(offer.text, _SHOWN), "due": due}
        if step.remind:
            offer = replace(offer, reminded=True)
            line = board.rules.wording.say("offers.clock.remind", **fields)
            await board.tell(work, community, Content(lines=(line,)), silent=board.is_quiet())
        if step.escalate_to is not None:
            level, superiors = await board.at_level(work, offer.area_code, step.escalate_to)
            offer = replace(offer, level=level, escalated_at=now)
            names = "、".join(dict.fromkeys(post.name for post in superiors))
            line = board.rules.wording.say("offers.clock.late", **fields, names=names)
            told = [*community, *(post.account for post in superiors)]
            await board.tell(work, told, Content(lines=(line,)), silent=board.is_quiet())
            await self._offers.ask(work, offer, superiors)
        look = board.next_look(offer.promise, self._rules.promise, offer.area_code, tree)
        await work.civic.partners.save_offer(replace(offer, next_check_at=look))
