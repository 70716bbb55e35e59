"""The use cases of needs, projects, suggestions and votes, put together; ``bot.district`` has all the others."""

from __future__ import annotations

from dataclasses import dataclass

from bot.services.civic_board import CivicBoard
from bot.services.civic_digest import CivicDigest
from bot.services.desk import TicketDesk
from bot.services.matching import MatchingService
from bot.services.motions import MotionService
from bot.services.need_cards import NeedCards
from bot.services.need_listing import NeedListing
from bot.services.needs import NeedService
from bot.services.offer_clock import OfferClock
from bot.services.offers import OfferService
from bot.services.ports import Clock
from bot.services.project_clock import ProjectClock
from bot.services.project_plan import PlanService
from bot.services.projects import ProjectService
from bot.services.rules import Rules
from bot.services.votes import VoteService
from config.bundle import Configuration


@dataclass(frozen=True, slots=True)
class CivicCases:
    """These use cases of one district."""

    needs: NeedService
    offers: OfferService
    offer_clock: OfferClock
    projects: ProjectService
    plans: PlanService
    project_clock: ProjectClock
    motions: MotionService
    votes: VoteService


def civic_cases(
    configuration: Configuration, rules: Rules, desk: TicketDesk, *, platform: str, clock: Clock
) -> CivicCases:
    """The use cases, for the people of ``platform``."""
    board, cards, matching, listing = _lists(configuration, rules, platform, clock)
    offers = OfferService(configuration.needs, cards, board, matching)
    projects = ProjectService(configuration.needs, cards, board, listing)
    return CivicCases(
        needs=NeedService(configuration.needs, cards, board, listing, desk),
        offers=offers,
        offer_clock=OfferClock(configuration.needs, board, offers),
        projects=projects,
        plans=PlanService(configuration.needs, board, listing, projects),
        project_clock=ProjectClock(configuration.needs, board, listing, projects),
        motions=MotionService(configuration.council.support, board, desk),
        votes=VoteService(configuration.council.votes, board),
    )


def civic_digest(configuration: Configuration, rules: Rules, *, platform: str, clock: Clock) -> CivicDigest:
    """The section that digests have of them."""
    board, cards, _, listing = _lists(configuration, rules, platform, clock)
    return CivicDigest(rules.wording, cards, listing, VoteService(configuration.council.votes, board))


def civic_matching(configuration: Configuration, rules: Rules, *, platform: str, clock: Clock) -> MatchingService:
    """What proposes needs and offers to each other, for those who need nothing else."""
    _, _, matching, _ = _lists(configuration, rules, platform, clock)
    return matching


def _lists(
    configuration: Configuration, rules: Rules, platform: str, clock: Clock
) -> tuple[CivicBoard, NeedCards, MatchingService, NeedListing]:
    board = CivicBoard(rules, clock, platform=platform)
    cards = NeedCards(rules.wording, configuration.needs)
    matching = MatchingService(configuration.needs, cards, board)
    return board, cards, matching, NeedListing(configuration.needs, cards, board, matching)
