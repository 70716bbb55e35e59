"""Opening a dispute (三方协商), naming its parties, and hearing what each has to say."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from dataclasses import replace

from bot.services.audit import note_look
from bot.services.desk import Answer, Press
from bot.services.dispute_desk import DisputeDesk, words_of
from bot.services.opening import path_of
from bot.services.ports import UnitOfWork
from routing.area_naming import areas_named
from routing.areas import AreaTree
from routing.dispute import (
    MEDIATORS,
    Dispute,
    DisputeEvent,
    Party,
    PartyKind,
    UnknownDispute,
    dispute_id_of,
    is_of,
    may_lead,
    stated,
)
from routing.dispute_states import OPEN_DISPUTES, DisputeMove
from routing.errors import NotAllowed, QunbanError
from routing.outgoing import Content, Outgoing
from routing.staff import Actor, Role, Staff
from routing.ticket import Ticket

LINK = "party-"
"""What the link begins with by which a person joins as a party."""
MOST_PARTIES = 8
LONGEST_NAME = 20
SHOWN = 20
_TICKET_NUMBER = re.compile(r"\d{6}-\d+$", re.ASCII)
"""How a ticket's number ends: the day and the count of that day. No area is called like this."""


class TooManyParties(QunbanError):
    """A dispute has as many parties as one meeting bears."""

    code = "too_many_parties"

    def __init__(self, most: int) -> None:
        super().__init__(most)
        self.most = most


class DisputePlaceUnclear(QunbanError):
    """What stands where the place stands names no area, or several, and is no ticket's number either."""

    code = "dispute_place_unclear"

    def __init__(self, where: str) -> None:
        super().__init__(where)
        self.where = where


class PartyLinkInvalid(QunbanError):
    """The link of a party was used already, or never existed."""

    code = "party_link_invalid"


class DisputeService:
    """Opens disputes and gathers their parties and statements."""

    def __init__(self, desk: DisputeDesk, new_token: Callable[[], str]) -> None:
        self._desk = desk
        self._new_token = new_token

    async def open(self, work: UnitOfWork, actor: Actor, platform: str, where: str, subject: str) -> Answer:
        """Opens a dispute for an area (its code or name) or out of a ticket (its number).

        The community is a party from the beginning; so are the property company where the place has just one, and
        whoever reported the ticket under a name and can be written to. Raises ``NotAllowed`` for who does not mediate
        there, ``DisputePlaceUnclear`` and ``UnknownTicket``.
        """
        tree = await work.areas.tree()
        ticket = None
        code = where if where in tree else None
        if code is None:
            named = areas_named(where, tree)
            code = named[0].code if len(named) == 1 else None
        if code is None:
            if not _TICKET_NUMBER.search(where):
                raise DisputePlaceUnclear(where[:LONGEST_NAME])
            ticket = await work.tickets.by_number(where.upper())
            code = ticket.area_code
        post = _mediator(actor, tree, code)
        words = words_of(subject or (ticket.text if ticket is not None else ""))
        dispute = Dispute(
            id=0,
            area_code=code,
            area_path=ticket.area_path if ticket is not None else path_of(tree, code),
            subject=words,
            platform=platform,
            opened_by=post.id,
            lead_post=post.id,
            opened_at=self._desk.clock(),
            ticket_id=ticket.id if ticket is not None else None,
            parties=(Party(0, PartyKind.COMMITTEE, post.name, post_id=post.id),),
        )
        company = await self._company(work, dispute)
        reporter = await self._reporter(work, platform, ticket)
        dispute = replace(dispute, parties=tuple(filter(None, (*dispute.parties, company, reporter))))
        dispute = await work.disputes.add(dispute)
        if ticket is not None:
            # Whose words the subject is made of is shown to who mediates.
            await note_look(work, actor, "/mediate", dispute.opened_at, [ticket], about=dispute.number)
        await work.disputes.record(
            DisputeEvent(dispute.id, "opened", dispute.opened_at, actor.account, post.name, {"area": code})
        )
        await self._desk.show(work, dispute)
        return Answer("dispute.opened", {"number": dispute.number})

    async def show(self, work: UnitOfWork, actor: Actor, written: str) -> Content:
        """The card of one dispute, for who mediates it or is a party; raises ``UnknownDispute``."""
        dispute_id = dispute_id_of(written)
        if dispute_id is None:
            raise UnknownDispute(written)
        dispute = await work.disputes.get(dispute_id)
        concerned = any(may_lead(post, dispute) for post in actor.posts)
        if not concerned and not any(is_of(actor, party) for party in dispute.parties):
            raise NotAllowed("dispute")
        await note_look(work, actor, "/mediate", self._desk.clock(), (), about=dispute.number, count=1)
        return self._desk.cards.card(await self._desk.view(work, dispute, actor.account))

    async def own(self, work: UnitOfWork, actor: Actor) -> Content:
        """The disputes that go on of the person's areas, and those that the person is a party of."""
        tree, states = await work.areas.tree(), sorted(OPEN_DISPUTES)
        found = {one.id: one for one in await work.disputes.find(states=states, account=actor.account)}
        for post in actor.with_role(*MEDIATORS, Role.STREET):
            if post.area_code in tree:
                found |= {one.id: one for one in await work.disputes.find(path_of(tree, post.area_code), states)}
        say = self._desk.rules.wording.say
        if not found:
            return Content(lines=(say("dispute.none"), say("dispute.usage")) if actor.posts else (say("dispute.none"),))
        lines = [
            self._desk.cards.line(one, await self._desk.area_name(work, one)) for one in list(found.values())[:SHOWN]
        ]
        return Content(say("dispute.list", count=len(found)), tuple(lines))

    async def begin_party(self, work: UnitOfWork, press: Press, dispute_id: int, kind: str) -> Answer:
        """Asks the mediator for the name of a party."""
        await self._desk.lead(work, press.actor, dispute_id, DisputeMove.NAME_PARTY)
        if kind not in {one.value for one in PartyKind}:
            raise NotAllowed("dispute")
        await self._desk.ask(work, press, DisputeMove.NAME_PARTY, dispute=dispute_id, kind=kind)
        words = self._desk.rules.wording.say(f"dispute.kind.{kind}")
        return await self._asked(work, press, Answer("dispute.tell_name", {"kind": words}))

    async def name_party(self, work: UnitOfWork, actor: Actor, dispute_id: int, kind: str, text: str) -> Content:
        """Adds a party. Who holds a post around the place, or reported the ticket, is known by the name.

        Anybody else joins by the link that the mediator passes on, and until then the mediator answers for them.
        """
        dispute, *_ = await self._desk.lead(work, actor, dispute_id, DisputeMove.NAME_PARTY)
        if len(dispute.parties) >= MOST_PARTIES:
            raise TooManyParties(MOST_PARTIES)
        name = words_of(text, LONGEST_NAME)
        party = await self._known(work, dispute, PartyKind(kind), name)
        token = ""
        if not party.is_reached:
            token = self._new_token()
            party = replace(party, token_hash=_hash(token))
        dispute = await work.disputes.add_party(dispute, party)
        added = dispute.parties[-1]
        await self._desk.put(work, dispute, actor, DisputeMove.NAME_PARTY, party=added.id, kind=kind)
        say = self._desk.rules.wording.say
        if added.is_reached:
            return Content(lines=(say("dispute.party_reached", name=name),))
        return Content(lines=(say("dispute.party_link", name=name), f"/start {LINK}{added.id}-{token}"))

    async def join(self, work: UnitOfWork, platform: str, actor: Actor, payload: str) -> Answer | None:
        """Makes the person the party of the link; none where it is no such link. Raises ``PartyLinkInvalid``."""
        written = payload.removeprefix(LINK)
        party_id, _, token = written.partition("-")
        if written == payload or not (party_id.isascii() and party_id.isdecimal() and len(party_id) <= 18):
            return None
        try:
            dispute = await work.disputes.of_party(int(party_id))
        except UnknownDispute:
            raise PartyLinkInvalid from None
        party = dispute.party(int(party_id))
        if not party.token_hash or party.token_hash != _hash(token) or dispute.platform != platform:
            raise PartyLinkInvalid
        joined = replace(party, account=actor.account, token_hash="")
        parties = tuple(joined if one.id == party.id else one for one in dispute.parties)
        await self._desk.put(work, replace(dispute, parties=parties), actor, "joined", party=party.id)
        return Answer("dispute.joined", {"name": party.name, "number": dispute.number})

    async def begin_statement(self, work: UnitOfWork, press: Press, party_id: int) -> Answer:
        """Asks for a party's statement."""
        heard = await self._desk.hear(work, press.actor, party_id, DisputeMove.STATE)
        await self._desk.ask(work, press, DisputeMove.STATE, party=party_id)
        key = "dispute.tell_statement_for" if heard.through else "dispute.tell_statement"
        return await self._asked(work, press, Answer(key, {"name": heard.party.name}))

    async def state(self, work: UnitOfWork, actor: Actor, party_id: int, text: str) -> Answer:
        """Keeps a party's statement."""
        heard = await self._desk.hear(work, actor, party_id, DisputeMove.STATE)
        dispute = stated(heard.dispute, party_id, words_of(text), heard.now, heard.through)
        await self._desk.put(work, dispute, actor, DisputeMove.STATE, party=party_id, through=heard.through)
        return Answer("dispute.stated", {"name": heard.party.name, "number": dispute.number})

    async def _asked(self, work: UnitOfWork, press: Press, answer: Answer) -> Answer:
        line = self._desk.rules.wording.say(answer.key, **answer.fields)
        await work.outbox.add(Outgoing(press.platform, press.actor.account, Content(lines=(line,))))
        return answer

    async def _company(self, work: UnitOfWork, dispute: Dispute) -> Party | None:
        codes = [code for code in dispute.area_path.split("/") if code]
        posts = await work.staff.posts([Role.PROPERTY], codes)
        return Party(0, PartyKind.PROPERTY, posts[0].name, post_id=posts[0].id) if len(posts) == 1 else None

    @staticmethod
    async def _reporter(work: UnitOfWork, platform: str, ticket: Ticket | None) -> Party | None:
        if ticket is None or ticket.anonymous or ticket.reporter_id is None:
            return None
        reached = await work.civic.private_chats.among(platform, [ticket.reporter_id])
        account = ticket.reporter_id if ticket.reporter_id in reached else None
        return Party(0, PartyKind.RESIDENT, ticket.reporter_name, account=account) if account is not None else None

    async def _known(self, work: UnitOfWork, dispute: Dispute, kind: PartyKind, name: str) -> Party:
        """The party, with the post around the place whose holder has this name, if there is just one."""
        codes = [code for code in dispute.area_path.split("/") if code]
        posts = [post for post in await work.staff.posts(list(Role), codes) if post.name == name and post.account]
        found = posts[0] if len({post.account for post in posts}) == 1 else None
        return Party(0, kind, name, post_id=found.id if found is not None else None)


def _mediator(actor: Actor, tree: AreaTree, code: str) -> Staff:
    posts = actor.with_role(*MEDIATORS, Role.STREET)
    post = next((post for post in posts if tree.within(code, post.area_code)), None)
    if post is None:
        raise NotAllowed("dispute")
    return post


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
