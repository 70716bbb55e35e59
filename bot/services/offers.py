"""The list of resources (资源清单): what partners and neighbours offer, and the community's word on it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from bot.services.civic_board import CivicBoard, path
from bot.services.desk import Answer, Press
from bot.services.matching import MatchingService
from bot.services.need_cards import OFFER_WITHDRAW, NeedCards, offer_topic
from bot.services.needs import LONGEST, SHORTEST, NeedUnclear
from bot.services.ports import UnitOfWork
from routing.civic_rights import CivicAction, civic_post, may
from routing.errors import NotAllowed
from routing.message import IncomingMessage
from routing.need_rules import NeedRules
from routing.outgoing import Button, Content
from routing.partner import Offer, OfferState, Partner, PartnerKind, require_offer_move
from routing.privacy import mask_numbers
from routing.staff import Actor, Staff

_LISTED = 100


class OfferService:
    """Use cases of those who offer, and of the community that decides."""

    def __init__(self, rules: NeedRules, cards: NeedCards, board: CivicBoard, matching: MatchingService) -> None:
        self._rules = rules
        self._cards = cards
        self._board = board
        self._matching = matching

    async def propose(self, work: UnitOfWork, actor: Actor, message: IncomingMessage) -> Answer:
        """``/offer 内容``: waits for the community's word before it stands on the list."""
        text = " ".join(message.text.split())
        if not text:
            return Answer("offers.usage")
        if not SHORTEST <= len(text) <= LONGEST:
            raise NeedUnclear(SHORTEST, LONGEST)
        tree = await work.areas.tree()
        partners = await work.civic.partners.of_account(actor.account)
        group = await work.groups.get(message.platform, message.chat_id)
        partner = partners[0] if partners else None
        area_code = partner.area_code if partner is not None else (group.area_code if group is not None else None)
        if area_code is None:
            return Answer("offers.say_in_group")
        proposed = Offer(
            id=0,
            text=mask_numbers(text),
            kind=self._rules.kind_of(text),
            area_code=area_code,
            area_path=path(tree, area_code),
            state=OfferState.PROPOSED,
            platform=message.platform,
            offered_at=self._board.clock(),
            account=actor.account,
            name=actor.name,
            partner_id=partner.id if partner is not None else None,
        )
        offer = await work.civic.partners.add_offer(await self.watched(work, proposed))
        await self.ask(work, offer, await self._board.community(work, area_code))
        return Answer("offers.proposed", {"number": offer.id})

    async def watched(self, work: UnitOfWork, offer: Offer) -> Offer:
        """The offer with the limit that the community has from now on, and with the clock's next look at it."""
        due = self._board.rules.clocks.calendar.add_working(self._board.clock(), self._rules.agree_within)
        offer = replace(offer, decide_due_at=due)
        tree = await work.areas.tree()
        look = self._board.next_look(offer.promise, self._rules.promise, offer.area_code, tree)
        return replace(offer, next_check_at=look)

    async def ask(self, work: UnitOfWork, offer: Offer, posts: Collection[Staff]) -> None:
        """Shows these people the card by which an offer is decided on."""
        partner = await work.civic.partners.get(offer.partner_id) if offer.partner_id is not None else None
        card = self._card(offer, partner, decide=True)
        accounts = {post.account for post in posts if post.account is not None}
        await self._board.show(work, offer_topic(offer.id), dict.fromkeys(sorted(accounts), card))

    async def decide(self, work: UnitOfWork, press: Press, offer_id: int, *, approve: bool) -> Answer:
        """同意 puts it on the list and proposes what fits; 不同意 tells who offered it."""
        offer = await work.civic.partners.lock_offer(offer_id)
        civic_post(press.actor, CivicAction.APPROVE_OFFER if approve else CivicAction.REFUSE_OFFER, offer.area_path)
        state = OfferState.LISTED if approve else OfferState.REFUSED
        require_offer_move(offer, state)
        partner = await work.civic.partners.get(offer.partner_id) if offer.partner_id is not None else None
        if approve and partner is None:
            partner = await self._volunteer(work, offer)
        partner_id = partner.id if partner is not None else None
        offer = replace(offer, state=state, partner_id=partner_id, next_check_at=None)
        await work.civic.partners.save_offer(offer)
        await self._show(work, offer, partner)
        say = self._board.rules.wording.say
        key = "offers.listed_notice" if approve else "offers.refused_notice"
        account = partner.account if partner is not None else offer.account
        await self._tell(work, account, Content(lines=(say(key, number=offer.id, text=offer.text[:60]),)))
        if approve and account is not None:
            await self._matching.propose_for_offer(work, offer, account)
        return Answer("offers.listed" if approve else "offers.refused", {"number": offer_id})

    async def withdraw(self, work: UnitOfWork, press: Press, offer_id: int) -> Answer:
        """撤回, by who offers or by the community. Projects that began with it go on."""
        offer = await work.civic.partners.lock_offer(offer_id)
        partner = await work.civic.partners.get(offer.partner_id) if offer.partner_id is not None else None
        if not self._is_theirs(press.actor, offer, partner):
            civic_post(press.actor, CivicAction.REFUSE_OFFER, offer.area_path)
        require_offer_move(offer, OfferState.WITHDRAWN)
        offer = replace(offer, state=OfferState.WITHDRAWN, next_check_at=None)
        await work.civic.partners.save_offer(offer)
        await self._show(work, offer, partner)
        return Answer("offers.withdrawn", {"number": offer_id})

    async def listed(self, work: UnitOfWork, actor: Actor, chat_id: int) -> Answer | Content:
        """``/offers``: what stands on the list of the community; in private also one's own, with a button to withdraw.

        The community sees what waits for its word first, with the buttons to give it.
        """
        scopes = await self._board.scopes(work, actor, chat_id, around=True)
        partners = await work.civic.partners.of_account(actor.account)
        is_private = chat_id == actor.account
        own = await work.civic.partners.offers_of([one.id for one in partners], actor.account) if is_private else ()
        if not scopes and not own:
            return Answer("needs.say_in_group")
        found: dict[int, Offer] = {one.id: one for one in own if one.state in _SHOWN}
        for scope in scopes:
            for one in await work.civic.partners.offers([OfferState.LISTED], area_path=scope, limit=_LISTED):
                found.setdefault(one.id, one)
            if is_private and may(actor, CivicAction.APPROVE_OFFER, scope):
                waiting = await work.civic.partners.offers([OfferState.PROPOSED], area_path=scope, limit=_LISTED)
                found.update({one.id: one for one in waiting})
        say = self._board.rules.wording.say
        if not found:
            return Content(lines=(say("offers.none"), say("offers.how")))
        ordered = sorted(found.values(), key=lambda one: (one.state is not OfferState.PROPOSED, one.id))
        shown = ordered[: self._rules.shown]
        givers = {one.id: one for one in partners}
        lines, rows = [], []
        for one in shown:
            if one.partner_id is not None and one.partner_id not in givers:
                givers[one.partner_id] = await work.civic.partners.get(one.partner_id)
            partner = givers.get(one.partner_id) if one.partner_id is not None else None
            lines.append(self._cards.offer_line(one, partner))
            if is_private:
                rows += [row for row in (self._buttons(actor, one, partner),) if row]
        if len(ordered) > len(shown):
            lines.append(say("lists.more", count=len(ordered) - len(shown)))
        lines.append(say("offers.how"))
        return Content(say("offers.list_title", count=len(ordered)), tuple(lines), tuple(rows))

    def _buttons(self, actor: Actor, offer: Offer, partner: Partner | None) -> tuple[Button, ...]:
        say = self._board.rules.wording.say
        if offer.state is OfferState.PROPOSED and may(actor, CivicAction.APPROVE_OFFER, offer.area_path):
            return tuple(
                Button(say(f"offers.{action}", number=offer.id), action, offer.id)
                for action in (CivicAction.APPROVE_OFFER, CivicAction.REFUSE_OFFER)
            )
        if self._is_theirs(actor, offer, partner):
            return (Button(say("offers.withdraw_one", number=offer.id), OFFER_WITHDRAW, offer.id),)
        return ()

    @staticmethod
    def _is_theirs(actor: Actor, offer: Offer, partner: Partner | None) -> bool:
        return actor.account in {offer.account, partner.account if partner is not None else None}

    async def _volunteer(self, work: UnitOfWork, offer: Offer) -> Partner:
        """The neighbour who offered it as a partner; a namesake keeps the name, the newcomer's number is added."""
        if offer.account is None:
            raise NotAllowed(CivicAction.APPROVE_OFFER)
        known = await work.civic.partners.of_account(offer.account)
        if known:
            return known[0]
        names = {one.name for one in await work.civic.partners.all() if one.area_code == offer.area_code}
        name = offer.name or str(offer.account)
        if name in names:
            name = f"{name}{offer.account % 10_000:04}"
        volunteer = Partner(0, name, PartnerKind.VOLUNTEER, offer.area_code, account=offer.account)
        (kept,) = await work.civic.partners.put([volunteer])
        return kept

    def _card(self, offer: Offer, partner: Partner | None, *, decide: bool) -> Content:
        say = self._board.rules.wording.say
        lines = (
            say("offers.text", text=offer.text),
            say("offers.from", name=self._cards.giver(offer, partner)),
            say("offers.state_line", state=say(f"offers.state.{offer.state}")),
        )
        buttons = tuple(
            Button(say(f"button.{action}"), action, offer.id)
            for action in (CivicAction.APPROVE_OFFER, CivicAction.REFUSE_OFFER)
        )
        title = say("offers.title", number=offer.id, kind=self._cards.kind(offer.kind))
        return Content(title, lines, (buttons,) if decide else ())

    async def _show(self, work: UnitOfWork, offer: Offer, partner: Partner | None) -> None:
        """Brings the cards of those who could decide up to date: the buttons go."""
        chats = await work.outbox.topics.chats(offer_topic(offer.id))
        content = self._card(offer, partner, decide=False)
        await self._board.show(work, offer_topic(offer.id), {chat: content for _, chat, _ in chats}, silent=True)

    async def _tell(self, work: UnitOfWork, account: int | None, content: Content) -> None:
        if account is not None and await work.civic.private_chats.among(self._board.platform, [account]):
            await self._board.tell(work, [account], content)


_SHOWN = frozenset({OfferState.PROPOSED, OfferState.LISTED})
