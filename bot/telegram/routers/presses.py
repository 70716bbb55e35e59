"""Every button: one table says which use case the action that it carries calls, and with what."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

from aiogram import Router
from aiogram.types import CallbackQuery

from bot.district import UseCases
from bot.services.approvals import REASON
from bot.services.correction import CLASS_GROUP, CLASS_SET, SPLIT_OFF
from bot.services.desk import Answer, Press
from bot.services.guide_cards import (
    GUIDE_BOOK,
    GUIDE_BOOK_AT,
    GUIDE_DELEGATE,
    GUIDE_FULL,
    GUIDE_NEITHER,
    GUIDE_PICK,
    GUIDE_UNANSWERED,
)
from bot.services.handling import TRANSFER_TO
from bot.services.help_calls import HELP_KIND
from bot.services.help_cards import (
    HELP_CLAIM,
    HELP_CONFIRM,
    HELP_DONE,
    HELP_GIVE_BACK,
    HELP_MINUTES,
    HELP_REJECT,
)
from bot.services.joining import NOT_YET
from bot.services.joint import CO_HANDLER, RECALL_FOR, RECALL_ONE
from bot.services.motions import SUPPORT
from bot.services.need_cards import (
    NEED_CLAIM,
    NEED_CLOSE_FOR,
    NEED_JOIN,
    NOT_FOR_US,
    OFFER_WITHDRAW,
    PROJECT_LEAVE,
    PROJECT_STEP,
)
from bot.services.patrol import HAND_ON
from bot.services.prompting import DISMISS, REGISTER
from bot.services.subtask_cards import SUBTASK_CLAIM, SUBTASK_DONE
from bot.services.visit_cards import NOT_MET, VISITED
from bot.services.volunteers import VOLUNTEER_KIND, VOLUNTEER_NO, VOLUNTEER_YES
from bot.services.votes import CHOOSE
from bot.services.whereabouts import IN_AREA
from bot.telegram import callbacks
from bot.telegram.talking import Talking
from routing.civic_rights import CivicAction
from routing.dispute_states import DisputeMove
from routing.errors import NotAllowed
from routing.outgoing import Content
from routing.ticket import Action, RequestKind

_NUMBER = re.compile(r"-?[0-9]{1,18}")

UseCase = Callable[..., Awaitable[Answer]]
Pressed = Callable[[Talking, Press, callbacks.Press], Awaitable[Answer]]


def presses_router() -> Router:
    """One handler for all buttons of ours; buttons of unknown form are answered as stale."""
    router = Router(name="presses")
    router.callback_query.register(pressed, callbacks.Press.filter())
    router.callback_query.register(unknown)
    return router


async def pressed(query: CallbackQuery, callback_data: callbacks.Press, talking: Talking) -> Answer:
    """Calls the use case of the button."""
    if query.message is None:
        raise NotAllowed(callback_data.action)
    press = Press(talking.actor, talking.platform, query.message.chat.id, query.message.message_id)
    use_case = _USE_CASES.get(callback_data.action)
    if use_case is None:
        raise NotAllowed(callback_data.action)
    return await use_case(talking, press, callback_data)


async def unknown(query: CallbackQuery) -> Answer:
    """A button of another version of the product, or a forged one."""
    return Answer("error.stale_button", is_alert=True)


def _by_actor(chosen: Callable[[UseCases], UseCase], **more: Any) -> Pressed:
    """Calls with the person and the subject: nothing of the message changes in place."""

    async def call(talking: Talking, press: Press, data: callbacks.Press) -> Answer:
        return await chosen(talking.services)(talking.work, press.actor, data.subject, **more)

    return call


def _on_message(chosen: Callable[[UseCases], UseCase], *read: Callable[[str], object], **more: Any) -> Pressed:
    """Calls with the press and the subject, and with what each of ``read`` makes of the button's argument."""

    async def call(talking: Talking, press: Press, data: callbacks.Press) -> Answer:
        arguments = (one(data.argument) for one in read)
        return await chosen(talking.services)(talking.work, press, data.subject, *arguments, **more)

    return call


def _number(argument: str) -> int:
    """A post's id or an account; 0, which is nobody, where it is none."""
    return int(argument) if _NUMBER.fullmatch(argument) else 0


def _place_in_list(argument: str) -> int:
    """A place in a list, from 0; -1, which is none, where it is no number."""
    return int(argument) if re.fullmatch(r"[0-9]{1,3}", argument) else -1


def _kind(kind: RequestKind) -> Callable[[str], RequestKind]:
    return lambda _: kind


async def _answer_prompt(talking: Talking, press: Press, data: callbacks.Press, *, register: bool) -> Answer:
    prompts = talking.services.prompts
    told = await prompts.answer(talking.work, data.subject, press.actor.account, register=register)
    line = talking.services.rules.wording.say(told.key, told.script)
    await talking.services.handling.change_message(talking.work, press, Content(lines=(line,)))
    return told


_USE_CASES: dict[str, Pressed] = {
    Action.ASK_VOLUNTEERS: _on_message(lambda cases: cases.help_calls.offer_kinds),
    HELP_KIND: _on_message(lambda cases: cases.help_calls.ask, str),
    HELP_CLAIM: _on_message(lambda cases: cases.help_calls.claim),
    HELP_GIVE_BACK: _on_message(lambda cases: cases.help_calls.give_back),
    HELP_DONE: _on_message(lambda cases: cases.help_calls.ask_minutes),
    HELP_MINUTES: _on_message(lambda cases: cases.help_calls.report, _number),
    HELP_CONFIRM: _on_message(lambda cases: cases.help_calls.confirm),
    HELP_REJECT: _on_message(lambda cases: cases.help_calls.reject),
    VOLUNTEER_KIND: _on_message(lambda cases: cases.volunteers.toggle, str),
    VOLUNTEER_YES: _on_message(lambda cases: cases.volunteers.decide, accept=True),
    VOLUNTEER_NO: _on_message(lambda cases: cases.volunteers.decide, accept=False),
    VISITED: _on_message(lambda cases: cases.visits.begin_report),
    NOT_MET: _on_message(lambda cases: cases.visits.not_met),
    Action.CLAIM: _by_actor(lambda cases: cases.handling.claim),
    Action.WITHDRAW: _by_actor(lambda cases: cases.handling.withdraw),
    Action.URGE: _by_actor(lambda cases: cases.supervision.urge),
    Action.ACKNOWLEDGE: _by_actor(lambda cases: cases.supervision.acknowledge),
    Action.APPROVE: _by_actor(lambda cases: cases.approvals.decide, approve=True),
    Action.REFUSE: _by_actor(lambda cases: cases.approvals.decide, approve=False),
    Action.RESUME: _by_actor(lambda cases: cases.approvals.resume),
    Action.TRANSFER: _on_message(lambda cases: cases.handling.offer_transfer),
    TRANSFER_TO: _on_message(lambda cases: cases.handling.transfer, _number),
    Action.RESOLVE: _on_message(lambda cases: cases.handling.begin_resolve),
    Action.PROGRESS: _on_message(lambda cases: cases.progress.begin),
    Action.ASK_RETURN: _on_message(lambda cases: cases.approvals.offer_reasons, _kind(RequestKind.RETURN)),
    Action.ASK_EXTENSION: _on_message(lambda cases: cases.approvals.offer_reasons, _kind(RequestKind.EXTENSION)),
    Action.ASK_HOLD: _on_message(lambda cases: cases.approvals.offer_reasons, _kind(RequestKind.HOLD)),
    **{REASON[kind]: _on_message(lambda cases: cases.approvals.ask, _kind(kind), str) for kind in RequestKind},
    Action.CONFIRM: _on_message(lambda cases: cases.confirmation.confirm),
    Action.REOPEN: _on_message(lambda cases: cases.confirmation.reopen),
    Action.RATE: _on_message(lambda cases: cases.confirmation.rate, str),
    NOT_YET: _on_message(lambda cases: cases.confirmation.not_yet),
    Action.RECLASSIFY: _on_message(lambda cases: cases.correction.offer_services),
    CLASS_GROUP: _on_message(lambda cases: cases.correction.offer_group, str),
    CLASS_SET: _on_message(lambda cases: cases.correction.reclassify, str),
    Action.SPLIT: _on_message(lambda cases: cases.correction.offer_reporters),
    SPLIT_OFF: _on_message(lambda cases: cases.correction.split, _number),
    Action.SOLVE_ON_SPOT: _on_message(lambda cases: cases.patrol.solve),
    HAND_ON: _on_message(lambda cases: cases.patrol.hand_on),
    Action.ACCEPT: _on_message(lambda cases: cases.hand_over.accept),
    Action.DECLINE: _on_message(lambda cases: cases.hand_over.decline),
    Action.INVITE: _on_message(lambda cases: cases.joint.offer_helpers),
    CO_HANDLER: _on_message(lambda cases: cases.joint.ask_task, _number),
    SUBTASK_CLAIM: _on_message(lambda cases: cases.joint.claim),
    SUBTASK_DONE: _on_message(lambda cases: cases.joint.finish),
    Action.RECALL: _on_message(lambda cases: cases.joint.offer_recall),
    RECALL_ONE: _on_message(lambda cases: cases.joint.offer_recall_reasons),
    RECALL_FOR: _on_message(lambda cases: cases.joint.recall, str),
    Action.UPHOLD: _on_message(lambda cases: cases.callback.decide, redo=False),
    Action.REDO: _on_message(lambda cases: cases.callback.decide, redo=True),
    Action.RATE_UNIT: _on_message(lambda cases: cases.callback.rate_unit, str),
    DisputeMove.NAME_PARTY: _on_message(lambda cases: cases.disputes.begin_party, str),
    DisputeMove.STATE: _on_message(lambda cases: cases.disputes.begin_statement),
    DisputeMove.PROPOSE: _on_message(lambda cases: cases.meetings.begin_date),
    DisputeMove.ACCEPT: _on_message(lambda cases: cases.meetings.accept, _number),
    DisputeMove.DECLINE: _on_message(lambda cases: cases.meetings.decline, _number),
    DisputeMove.CONCLUDE: _on_message(lambda cases: cases.meetings.begin_outcome),
    DisputeMove.CONFIRM: _on_message(lambda cases: cases.meetings.confirm, _number),
    DisputeMove.OBJECT: _on_message(lambda cases: cases.meetings.begin_objection),
    DisputeMove.LEAVE_UNSOLVED: _on_message(lambda cases: cases.meetings.begin_end, move=DisputeMove.LEAVE_UNSOLVED),
    DisputeMove.HAND_OVER: _on_message(lambda cases: cases.meetings.begin_end, move=DisputeMove.HAND_OVER),
    IN_AREA: _on_message(lambda cases: cases.whereabouts.choose, str),
    Action.TICK: _on_message(lambda cases: cases.papers.tick, _place_in_list),
    GUIDE_FULL: _on_message(lambda cases: cases.guide_orders.whole, str),
    GUIDE_PICK: _on_message(lambda cases: cases.guide_orders.pick, str),
    GUIDE_DELEGATE: _on_message(lambda cases: cases.guide_orders.delegate, str),
    GUIDE_BOOK: _on_message(lambda cases: cases.guide_orders.offer_appointments, str),
    GUIDE_BOOK_AT: _on_message(lambda cases: cases.guide_orders.book, str),
    GUIDE_UNANSWERED: _on_message(lambda cases: cases.guide_orders.not_answered, str),
    GUIDE_NEITHER: _on_message(lambda cases: cases.guide_orders.neither),
    Action.LIST_AS_NEED: _on_message(lambda cases: cases.civic.needs.list_ticket),
    NEED_JOIN: _on_message(lambda cases: cases.civic.needs.join),
    CivicAction.CLOSE_NEED: _on_message(lambda cases: cases.civic.needs.offer_reasons),
    NEED_CLOSE_FOR: _on_message(lambda cases: cases.civic.needs.close, str),
    NOT_FOR_US: _on_message(lambda cases: cases.civic.needs.pass_over),
    CivicAction.APPROVE_OFFER: _on_message(lambda cases: cases.civic.offers.decide, approve=True),
    CivicAction.REFUSE_OFFER: _on_message(lambda cases: cases.civic.offers.decide, approve=False),
    OFFER_WITHDRAW: _on_message(lambda cases: cases.civic.offers.withdraw),
    NEED_CLAIM: _on_message(lambda cases: cases.civic.projects.claim, _number),
    CivicAction.AGREE: _on_message(lambda cases: cases.civic.projects.agree),
    CivicAction.DISAGREE: _on_message(lambda cases: cases.civic.projects.disagree),
    CivicAction.CANCEL: _on_message(lambda cases: cases.civic.projects.cancel),
    CivicAction.FINISH: _on_message(lambda cases: cases.civic.projects.finish),
    PROJECT_STEP: _on_message(lambda cases: cases.civic.projects.step_done, _number),
    PROJECT_LEAVE: _on_message(lambda cases: cases.civic.projects.leave),
    SUPPORT: _on_message(lambda cases: cases.civic.motions.support),
    CivicAction.ANSWER: _on_message(lambda cases: cases.civic.motions.begin_answer),
    CHOOSE: _on_message(lambda cases: cases.civic.votes.choose, str),
    REGISTER: partial(_answer_prompt, register=True),
    DISMISS: partial(_answer_prompt, register=False),
}

ACTIONS = frozenset(_USE_CASES)
"""The action of every button of the product."""
