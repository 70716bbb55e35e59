"""What digests tell of needs, projects, suggestions and votes; nothing where there is nothing of them."""

from __future__ import annotations

from datetime import datetime

from bot.services.civic_board import path
from bot.services.need_cards import NeedCards, ProjectView, short
from bot.services.need_listing import NeedListing
from bot.services.ports import UnitOfWork
from bot.services.votes import VoteService
from bot.services.wording import Wording
from routing.motion import MotionState
from routing.need import ON_THE_LIST, NeedFilter, NeedState
from routing.partner import OfferState
from routing.project import ProjectState, current_step
from routing.vote import VoteState

_TOP = 3
"""How many of the most wanted needs are named."""
_MOST = 200


class CivicDigest:
    """A section of the digest of an area."""

    def __init__(self, wording: Wording, cards: NeedCards, listing: NeedListing, votes: VoteService) -> None:
        self._wording = wording
        self._cards = cards
        self._listing = listing
        self._votes = votes

    async def lines(self, work: UnitOfWork, area_code: str, start: datetime, end: datetime) -> tuple[str, ...]:
        """The three lists, answers that are owed, and votes; new and ended is what became so since ``start``."""
        prefix = path(await work.areas.tree(), area_code)
        return (
            *await self._needs(work, prefix, start, end),
            *await self._offers(work, prefix),
            *await self._projects(work, prefix, end),
            *await self._motions(work, prefix, end),
            *await self._votes_of(work, prefix, start),
        )

    async def _needs(self, work: UnitOfWork, prefix: str, start: datetime, end: datetime) -> list[str]:
        needs = work.civic.needs
        listed = await needs.count(NeedFilter(area_path=prefix, states=ON_THE_LIST))
        new = await needs.count(NeedFilter(area_path=prefix, since=start, until=end))
        if not listed and not new:
            return []
        claimed = await needs.count(NeedFilter(area_path=prefix, states=frozenset({NeedState.CLAIMED})))
        under_way = await needs.count(NeedFilter(area_path=prefix, states=frozenset({NeedState.UNDER_WAY})))
        open_ = NeedFilter(area_path=prefix, states=frozenset({NeedState.OPEN}))
        say = self._wording.say
        return [
            say("civic.needs_title"),
            say("civic.needs", new=new, listed=listed, claimed=claimed, under_way=under_way),
            *(
                say("civic.wanted", number=need.id, text=short(need.text, 30), count=need.voices)
                for need in await needs.find(open_, limit=_TOP)
            ),
        ]

    async def _offers(self, work: UnitOfWork, prefix: str) -> list[str]:
        waiting = await work.civic.partners.offers([OfferState.PROPOSED], area_path=prefix, limit=_MOST)
        return [self._wording.say("civic.offers_waiting", count=len(waiting))] if waiting else []

    async def _projects(self, work: UnitOfWork, prefix: str, now: datetime) -> list[str]:
        projects = await work.civic.projects.find([ProjectState.UNDER_WAY], area_path=prefix, limit=_MOST)
        views = [await self._listing.view(work, project) for project in projects]
        late = [view for view in views if self._is_late(view, now)]
        if not late:
            return []
        title = self._wording.say("civic.late_title", count=len(late))
        return [title, *(self._cards.project_line(view, now) for view in late)]

    async def _motions(self, work: UnitOfWork, prefix: str, now: datetime) -> list[str]:
        owed = await work.civic.motions.find([MotionState.OWED], area_path=prefix, limit=_MOST)
        if not owed:
            return []
        say, lines = self._wording.say, [self._wording.say("civic.owed_title", count=len(owed))]
        for motion in owed:
            ticket = await work.tickets.get(motion.ticket_id)
            key = "civic.owed_late" if motion.is_late(now) else "civic.owed"
            fields = {"number": ticket.number, "count": motion.supporters, "due": self._wording.moment(motion.due_at)}
            lines.append(say(key, **fields))
        return lines

    async def _votes_of(self, work: UnitOfWork, prefix: str, start: datetime) -> list[str]:
        running = await work.civic.votes.find([VoteState.RUNNING], area_path=prefix, limit=_MOST)
        closed = await work.civic.votes.find([VoteState.CLOSED], area_path=prefix, ended_since=start, limit=_MOST)
        found = sorted((*running, *closed), key=lambda vote: vote.id)
        if not found:
            return []
        return [self._wording.say("civic.votes_title"), *(self._votes.line(vote) for vote in found)]

    @staticmethod
    def _is_late(view: ProjectView, now: datetime) -> bool:
        step = current_step(view.steps)
        return step is not None and step.is_late(now)
