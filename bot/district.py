"""The use cases of a district, built from its configuration. They know no platform, no database and no web server.

Serving, replaying and the command line build them here alike, so what is tried on the command line is what serves.
"""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from bot.civic import CivicCases, civic_cases, civic_digest
from bot.services.approvals import ApprovalService
from bot.services.asking import AskingService
from bot.services.board import TicketBoard
from bot.services.callback import CallBackService
from bot.services.cards import CardMaker
from bot.services.care_list import CareListService
from bot.services.care_visits import CareVisitService
from bot.services.care_watch import CareWatch
from bot.services.civic_talk import CivicTalk
from bot.services.clock_telling import ClockTelling
from bot.services.clockwork import ClockService
from bot.services.closing_answers import ClosingAnswerService
from bot.services.confirmation import ConfirmationService
from bot.services.correction import CorrectionService
from bot.services.courtesies import CourtesyService
from bot.services.desk import TicketDesk
from bot.services.digests import DigestService
from bot.services.dispute_clock import DisputeClock
from bot.services.dispute_desk import DisputeDesk
from bot.services.dispute_meetings import MeetingService
from bot.services.dispute_talk import DisputeTalk
from bot.services.disputes import DisputeService
from bot.services.group_memory import GroupMemory
from bot.services.guide import GuideService
from bot.services.guide_digest import GuideDigestSection
from bot.services.guide_orders import GuideOrderService
from bot.services.hand_over import HandOverService
from bot.services.handling import HandlingService
from bot.services.help_calls import HelpService
from bot.services.intake import IntakeService
from bot.services.joining import JoiningService
from bot.services.joint import JointService
from bot.services.lists import ListService
from bot.services.lookup import LookupService
from bot.services.moves import MoveService
from bot.services.open_questions import OpenQuestionService
from bot.services.opening import OpeningService
from bot.services.organisation import OrganisationService
from bot.services.own_words import OwnWordsService
from bot.services.papers import PaperService
from bot.services.patrol import PatrolService
from bot.services.ports import Clock, UnitOfWork
from bot.services.private_talk import PrivateTalkService
from bot.services.progress import ProgressService
from bot.services.prompting import PromptService
from bot.services.registration import RegistrationService
from bot.services.rota import RotaService
from bot.services.rules import Rules
from bot.services.supervision import SupervisionService
from bot.services.undelivered import UndeliveredService
from bot.services.volunteer_digest import VolunteerDigest
from bot.services.volunteers import VolunteerService
from bot.services.whereabouts import WhereaboutsService
from bot.services.wording import Wording
from config.bundle import Configuration
from routing.clock_moments import ClockRules
from routing.triage.engine import Triage


@dataclass(frozen=True, slots=True)
class UseCases:
    """All use cases of one district."""

    rules: Rules
    clock: Clock
    intake: CivicTalk
    registration: RegistrationService
    prompts: PromptService
    handling: HandlingService
    hand_over: HandOverService
    joint: JointService
    joining: JoiningService
    correction: CorrectionService
    progress: ProgressService
    supervision: SupervisionService
    approvals: ApprovalService
    confirmation: ConfirmationService
    callback: CallBackService
    lists: ListService
    courtesies: CourtesyService
    private_talk: PrivateTalkService
    own_words: OwnWordsService
    organisation: OrganisationService
    patrol: PatrolService
    digests: DigestService
    undelivered: UndeliveredService
    clockwork: ClockService
    telling: ClockTelling
    moves: MoveService
    rota: RotaService
    civic: CivicCases
    care: CareListService
    visits: CareVisitService
    help_calls: HelpService
    volunteers: VolunteerService
    guide: GuideService
    guide_orders: GuideOrderService
    papers: PaperService
    questions: OpenQuestionService
    whereabouts: WhereaboutsService
    disputes: DisputeService
    meetings: MeetingService
    dispute_talk: DisputeTalk
    dispute_clock: DisputeClock


def rules_of(configuration: Configuration) -> Rules:
    """The rules as the use cases need them."""
    return Rules(
        clocks=ClockRules(
            catalogue=configuration.catalogue,
            sla=configuration.sla,
            calendar=configuration.calendar,
            policy=configuration.escalation,
            handling=configuration.handling,
            decision=configuration.callback.decision,
        ),
        duties=configuration.duties,
        wording=Wording(configuration.texts, configuration.catalogue, configuration.zone),
        conversation=configuration.conversation,
        addressed=configuration.addressed,
        callback=configuration.callback,
        support=configuration.council.support,
    )


def digests_of(configuration: Configuration, rules: Rules, platform: str, clock: Clock) -> DigestService:
    """The digests of the district, for the people of ``platform``."""
    _, visits = care_of(configuration, rules, platform, clock)
    civic = civic_digest(configuration, rules, platform=platform, clock=clock)
    sections = (visits, VolunteerDigest(rules.wording), GuideDigestSection(rules, configuration.guide), civic)
    return DigestService(rules, configuration.digests, platform=platform, clock=clock, sections=sections)


def care_of(
    configuration: Configuration, rules: Rules, platform: str, clock: Clock
) -> tuple[CareListService, CareVisitService]:
    """The care list of the district and its visits."""
    lists = CareListService(rules, configuration.care, clock, platform=platform)
    return lists, CareVisitService(rules, configuration.care, lists, clock, platform=platform)


def civic_sweeps(cases: UseCases) -> Mapping[str, Callable[[UnitOfWork], Awaitable[int]]]:
    """What the clock does to all that is no ticket: by the name of its job."""
    return {
        "projects": cases.civic.project_clock.sweep,
        "offers": cases.civic.offer_clock.sweep,
        "motions": cases.civic.motions.sweep,
        "votes": cases.civic.votes.sweep,
        "disputes": cases.dispute_clock.sweep,
    }


def use_cases(
    configuration: Configuration,
    triage: Triage,
    *,
    platform: str,
    clock: Clock,
    new_token: Callable[[], str] = lambda: secrets.token_urlsafe(16),
) -> UseCases:
    """Every use case of the district, for the people of ``platform``."""
    rules = rules_of(configuration)
    board = TicketBoard(rules, CardMaker(rules.wording))
    desk = TicketDesk(rules, board, clock)
    care = CareWatch(rules, configuration.care, board)
    help_calls = HelpService(desk, configuration.volunteers)
    opening = OpeningService(rules, board, clock, care, help_calls)
    joining = JoiningService(rules, board, opening, clock, care)
    memory = GroupMemory(
        forerunners=rules.conversation.before,
        lively=rules.conversation.join,
        reported=rules.conversation.same_person,
    )
    callback = CallBackService(desk, joining)
    hand_over = HandOverService(desk)
    handling = HandlingService(desk, hand_over)
    dispute_desk = DisputeDesk(rules, clock)
    disputes, meetings = DisputeService(dispute_desk, new_token), MeetingService(dispute_desk)
    civic = civic_cases(configuration, rules, desk, platform=platform, clock=clock)
    registration = RegistrationService(triage, rules, opening, joining, memory, civic.needs, clock, care)
    prompts = PromptService(rules, registration, clock)
    asking = AskingService(triage, rules, prompts, memory)
    questions = OpenQuestionService(rules, clock)
    whereabouts = WhereaboutsService(rules, registration, clock)
    guide = GuideService(triage, rules, configuration.guide, configuration.certificates, questions, registration, clock)
    care_list, visits = care_of(configuration, rules, platform, clock)
    lists = ListService(rules, clock)
    confirmation = ConfirmationService(desk)
    closing = ClosingAnswerService(rules, confirmation)
    courtesies = CourtesyService(rules, lists, LookupService(rules, board, clock), joining)
    return UseCases(
        rules=rules,
        clock=clock,
        intake=CivicTalk(
            configuration.needs,
            civic.needs,
            civic.motions,
            IntakeService(
                triage,
                rules,
                registration,
                asking,
                joining,
                callback,
                memory,
                clock,
                care,
                guide,
                courtesies,
                closing,
            ),
            clock,
        ),
        registration=registration,
        prompts=prompts,
        handling=handling,
        hand_over=hand_over,
        joint=JointService(desk),
        joining=joining,
        correction=CorrectionService(triage, desk, opening),
        progress=ProgressService(desk),
        supervision=SupervisionService(desk),
        approvals=ApprovalService(desk),
        confirmation=confirmation,
        callback=callback,
        lists=lists,
        courtesies=courtesies,
        own_words=OwnWordsService(desk, handling),
        private_talk=PrivateTalkService(triage, rules, joining, closing, clock),
        organisation=OrganisationService(rules, clock, new_token),
        patrol=PatrolService(triage, opening, desk),
        digests=digests_of(configuration, rules, platform, clock),
        undelivered=UndeliveredService(rules, board, clock),
        clockwork=ClockService(rules, board, clock),
        telling=ClockTelling(rules, board, clock),
        moves=MoveService(configuration.organisation, clock),
        rota=RotaService(rules, clock, platform=platform),
        civic=civic,
        care=care_list,
        visits=visits,
        help_calls=help_calls,
        volunteers=VolunteerService(desk, configuration.volunteers, help_calls, platform=platform),
        guide=guide,
        guide_orders=GuideOrderService(guide, registration, whereabouts, questions, desk),
        papers=PaperService(desk, configuration.guide.promise),
        questions=questions,
        whereabouts=whereabouts,
        disputes=disputes,
        meetings=meetings,
        dispute_talk=DisputeTalk(disputes, meetings, clock),
        dispute_clock=DisputeClock(dispute_desk),
    )
