"""What every use case of a dispute does: lock, check who may, change, record, and bring all cards up to date."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.services.awaited_words import LIFETIME, await_words
from bot.services.desk import Press
from bot.services.dispute_cards import DisputeCards, DisputeView
from bot.services.ports import Clock, UnitOfWork
from bot.services.rules import Rules
from bot.services.wording import display_area
from routing.dispute import Dispute, DisputeEvent, Party, leading_post, next_state, require_voice
from routing.dispute_states import DisputeMove
from routing.errors import QunbanError
from routing.outgoing import Content, Outgoing
from routing.staff import Actor, Staff

EXPECTS_DISPUTE = "dispute"
"""The bot waits for words about a dispute; what they are is in the dialogue's data."""
SHORTEST, LONGEST = 2, 1000


class DisputeWordsUnclear(QunbanError):
    """What was written for a dispute is too short or too long."""

    code = "dispute_words_unclear"

    def __init__(self, shortest: int, longest: int) -> None:
        super().__init__(shortest, longest)
        self.shortest = shortest
        self.longest = longest


@dataclass(frozen=True, slots=True)
class Heard:
    """A party whose answer is taken: the dispute locked, and through whom the answer comes."""

    dispute: Dispute
    party: Party
    through: str
    """The name of the mediator who answers for it; empty where the party answers."""
    now: datetime


class DisputeDesk:
    """Shared by the use cases of disputes."""

    def __init__(self, rules: Rules, clock: Clock) -> None:
        self.rules = rules
        self.clock = clock
        self.cards = DisputeCards(rules.wording)

    async def lead(
        self, work: UnitOfWork, actor: Actor, dispute_id: int, move: DisputeMove
    ) -> tuple[Dispute, Staff, datetime]:
        """Locks the dispute for a move of whoever mediates; raises ``NotAllowed`` and ``IllegalDisputeMove``."""
        dispute = await work.disputes.lock(dispute_id)
        post = leading_post(actor, dispute)
        next_state(dispute, move)
        return dispute, post, self.clock()

    async def hear(self, work: UnitOfWork, actor: Actor, party_id: int, move: DisputeMove) -> Heard:
        """Locks the dispute for a move of a party, or of the mediator for one that is not in the chat."""
        dispute = await work.disputes.of_party(party_id)
        party = dispute.party(party_id)
        require_voice(actor, dispute, party)
        next_state(dispute, move)
        through = "" if party.is_reached else leading_post(actor, dispute).name
        return Heard(dispute, party, through, self.clock())

    async def put(self, work: UnitOfWork, dispute: Dispute, actor: Actor, what: str, **data: object) -> None:
        """Writes the changed dispute with what happened and shows it to everybody concerned."""
        await work.disputes.save(dispute)
        name = actor.posts[0].name if actor.posts else actor.name
        await work.disputes.record(DisputeEvent(dispute.id, what, self.clock(), actor.account, name, data))
        await self.show(work, dispute)

    async def show(self, work: UnitOfWork, dispute: Dispute) -> None:
        """Brings the card of everybody concerned up to date, and of whoever still has one."""
        topic = f"dispute:{dispute.id}"
        accounts = dict.fromkeys(await self.accounts(work, dispute))
        accounts |= dict.fromkeys(chat for _, chat, _ in await work.outbox.topics.chats(topic))
        messages = []
        for account in accounts:
            content = self.cards.card(await self.view(work, dispute, account))
            messages.append(
                Outgoing(platform=dispute.platform, chat_id=account, content=content, card=True, topic=topic)
            )
        await work.outbox.add(*messages)

    async def view(self, work: UnitOfWork, dispute: Dispute, account: int) -> DisputeView:
        """The dispute as this person sees it."""
        viewer = Actor(account, "", await work.staff.of_account(account))
        return DisputeView(dispute, viewer, await self.area_name(work, dispute))

    async def area_name(self, work: UnitOfWork, dispute: Dispute) -> str:
        """The complex or area as residents know it."""
        area = display_area(await work.areas.tree(), dispute.area_code)
        return area.name if area is not None else dispute.area_code

    async def accounts(self, work: UnitOfWork, dispute: Dispute) -> tuple[int, ...]:
        """Who mediates, then everybody who speaks for a party."""
        found = [(await work.staff.get(dispute.lead_post)).account]
        found += [
            (await work.staff.get(party.post_id)).account if party.post_id else party.account
            for party in dispute.parties
        ]
        return tuple(dict.fromkeys(account for account in found if account is not None))

    async def tell(
        self,
        work: UnitOfWork,
        dispute: Dispute,
        key: str,
        *,
        but: int | None = None,
        silent: bool = False,
        **fields: object,
    ) -> None:
        """One sentence to everybody concerned but the person who caused it."""
        line = self.rules.wording.say(key, number=dispute.number, **fields)
        await work.outbox.add(
            *(
                Outgoing(platform=dispute.platform, chat_id=account, content=Content(lines=(line,)), silent=silent)
                for account in await self.accounts(work, dispute)
                if account != but
            )
        )

    async def ask(self, work: UnitOfWork, press: Press, move: DisputeMove, **data: object) -> None:
        """Awaits the person's next message in the private chat as the words of a move."""
        until, words_for = self.clock() + LIFETIME, {"move": move.value, **data}
        await await_words(work, press.platform, press.actor.account, EXPECTS_DISPUTE, until, data=words_for)


def words_of(text: str, longest: int = LONGEST) -> str:
    """What was written, without needless blanks; raises ``DisputeWordsUnclear``."""
    words = "\n".join(" ".join(line.split()) for line in text.strip().splitlines() if line.strip())
    if not SHORTEST <= len(words) <= longest:
        raise DisputeWordsUnclear(SHORTEST, longest)
    return words
