"""Every button: the action that it carries decides which use case is called."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from aiogram import Router
from aiogram.types import CallbackQuery

from bot.services.approvals import REASON
from bot.services.correction import CLASS_GROUP, CLASS_SET, SPLIT_OFF
from bot.services.desk import Answer, Press
from bot.services.handling import TRANSFER_TO
from bot.services.joining import NOT_YET
from bot.services.joint import CO_HANDLER, RECALL_FOR, RECALL_ONE
from bot.services.patrol import HAND_ON
from bot.services.prompting import DISMISS, REGISTER
from bot.services.subtask_cards import SUBTASK_CLAIM, SUBTASK_DONE
from bot.telegram import callbacks
from bot.telegram.talking import Talking
from routing.errors import NotAllowed
from routing.outgoing import Content
from routing.ticket import Action, RequestKind

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


async def _claim(talking: Talking, press: Press, data: callbacks.Press) -> Answer:
    return await talking.services.handling.claim(talking.work, press.actor, data.subject)


async def _offer_transfer(talking: Talking, press: Press, data: callbacks.Press) -> Answer:
    return await talking.services.handling.offer_transfer(talking.work, press, data.subject)


async def _transfer(talking: Talking, press: Press, data: callbacks.Press) -> Answer:
    post_id = int(data.argument) if data.argument.isdecimal() else 0
    return await talking.services.handling.transfer(talking.work, press, data.subject, post_id)


async def _resolve(talking: Talking, press: Press, data: callbacks.Press) -> Answer:
    return await talking.services.handling.begin_resolve(talking.work, press, data.subject)


async def _withdraw(talking: Talking, press: Press, data: callbacks.Press) -> Answer:
    return await talking.services.handling.withdraw(talking.work, press.actor, data.subject)


async def _urge(talking: Talking, press: Press, data: callbacks.Press) -> Answer:
    return await talking.services.supervision.urge(talking.work, press.actor, data.subject)


async def _acknowledge(talking: Talking, press: Press, data: callbacks.Press) -> Answer:
    return await talking.services.supervision.acknowledge(talking.work, press.actor, data.subject)


async def _progress(talking: Talking, press: Press, data: callbacks.Press) -> Answer:
    return await talking.services.progress.begin(talking.work, press, data.subject)


async def _approve(talking: Talking, press: Press, data: callbacks.Press) -> Answer:
    return await talking.services.approvals.decide(talking.work, press.actor, data.subject, approve=True)


async def _refuse(talking: Talking, press: Press, data: callbacks.Press) -> Answer:
    return await talking.services.approvals.decide(talking.work, press.actor, data.subject, approve=False)


async def _resume(talking: Talking, press: Press, data: callbacks.Press) -> Answer:
    return await talking.services.approvals.resume(talking.work, press.actor, data.subject)


async def _confirm(talking: Talking, press: Press, data: callbacks.Press) -> Answer:
    return await talking.services.confirmation.confirm(talking.work, press, data.subject)


async def _reopen(talking: Talking, press: Press, data: callbacks.Press) -> Answer:
    return await talking.services.confirmation.reopen(talking.work, press, data.subject)


async def _rate(talking: Talking, press: Press, data: callbacks.Press) -> Answer:
    return await talking.services.confirmation.rate(talking.work, press, data.subject, data.argument)


async def _register(talking: Talking, press: Press, data: callbacks.Press) -> Answer:
    return await _answered(talking, press, data, register=True)


async def _dismiss(talking: Talking, press: Press, data: callbacks.Press) -> Answer:
    return await _answered(talking, press, data, register=False)


async def _answered(talking: Talking, press: Press, data: callbacks.Press, *, register: bool) -> Answer:
    prompts = talking.services.prompts
    key = await prompts.answer(talking.work, data.subject, press.actor, register=register)
    line = talking.services.rules.wording.say(key)
    await talking.services.handling.change_message(talking.work, press, Content(lines=(line,)))
    return Answer(key)


async def _not_yet(talking: Talking, press: Press, data: callbacks.Press) -> Answer:
    return await talking.services.confirmation.not_yet(talking.work, press, data.subject)


async def _offer_services(talking: Talking, press: Press, data: callbacks.Press) -> Answer:
    return await talking.services.correction.offer_services(talking.work, press, data.subject)


async def _offer_group(talking: Talking, press: Press, data: callbacks.Press) -> Answer:
    return await talking.services.correction.offer_group(talking.work, press, data.subject, data.argument)


async def _reclassify(talking: Talking, press: Press, data: callbacks.Press) -> Answer:
    return await talking.services.correction.reclassify(talking.work, press, data.subject, data.argument)


async def _offer_reporters(talking: Talking, press: Press, data: callbacks.Press) -> Answer:
    return await talking.services.correction.offer_reporters(talking.work, press, data.subject)


async def _split(talking: Talking, press: Press, data: callbacks.Press) -> Answer:
    account = int(data.argument) if data.argument.lstrip("-").isdecimal() else 0
    return await talking.services.correction.split(talking.work, press, data.subject, account)


async def _uphold(talking: Talking, press: Press, data: callbacks.Press) -> Answer:
    return await talking.services.callback.decide(talking.work, press, data.subject, redo=False)


async def _redo(talking: Talking, press: Press, data: callbacks.Press) -> Answer:
    return await talking.services.callback.decide(talking.work, press, data.subject, redo=True)


async def _rate_unit(talking: Talking, press: Press, data: callbacks.Press) -> Answer:
    return await talking.services.callback.rate_unit(talking.work, press, data.subject, data.argument)


async def _accept(talking: Talking, press: Press, data: callbacks.Press) -> Answer:
    return await talking.services.hand_over.accept(talking.work, press, data.subject)


async def _decline(talking: Talking, press: Press, data: callbacks.Press) -> Answer:
    return await talking.services.hand_over.decline(talking.work, press, data.subject)


async def _invite(talking: Talking, press: Press, data: callbacks.Press) -> Answer:
    return await talking.services.joint.offer_helpers(talking.work, press, data.subject)


async def _ask_task(talking: Talking, press: Press, data: callbacks.Press) -> Answer:
    post_id = int(data.argument) if data.argument.isdecimal() else 0
    return await talking.services.joint.ask_task(talking.work, press, data.subject, post_id)


async def _claim_subtask(talking: Talking, press: Press, data: callbacks.Press) -> Answer:
    return await talking.services.joint.claim(talking.work, press, data.subject)


async def _finish_subtask(talking: Talking, press: Press, data: callbacks.Press) -> Answer:
    return await talking.services.joint.finish(talking.work, press, data.subject)


async def _offer_recall(talking: Talking, press: Press, data: callbacks.Press) -> Answer:
    return await talking.services.joint.offer_recall(talking.work, press, data.subject)


async def _offer_recall_reasons(talking: Talking, press: Press, data: callbacks.Press) -> Answer:
    return await talking.services.joint.offer_recall_reasons(talking.work, press, data.subject)


async def _recall(talking: Talking, press: Press, data: callbacks.Press) -> Answer:
    return await talking.services.joint.recall(talking.work, press, data.subject, data.argument)


async def _solve_on_spot(talking: Talking, press: Press, data: callbacks.Press) -> Answer:
    return await talking.services.patrol.solve(talking.work, press, data.subject)


async def _hand_on(talking: Talking, press: Press, data: callbacks.Press) -> Answer:
    return await talking.services.patrol.hand_on(talking.work, press, data.subject)


def _offer_reasons(kind: RequestKind) -> Pressed:
    async def offer(talking: Talking, press: Press, data: callbacks.Press) -> Answer:
        return await talking.services.approvals.offer_reasons(talking.work, press, data.subject, kind)

    return offer


def _ask(kind: RequestKind) -> Pressed:
    async def ask(talking: Talking, press: Press, data: callbacks.Press) -> Answer:
        return await talking.services.approvals.ask(talking.work, press, data.subject, kind, data.argument)

    return ask


_USE_CASES: dict[str, Pressed] = {
    Action.CLAIM: _claim,
    Action.TRANSFER: _offer_transfer,
    TRANSFER_TO: _transfer,
    Action.RESOLVE: _resolve,
    Action.WITHDRAW: _withdraw,
    Action.URGE: _urge,
    Action.ACKNOWLEDGE: _acknowledge,
    Action.PROGRESS: _progress,
    Action.ASK_RETURN: _offer_reasons(RequestKind.RETURN),
    Action.ASK_EXTENSION: _offer_reasons(RequestKind.EXTENSION),
    Action.ASK_HOLD: _offer_reasons(RequestKind.HOLD),
    Action.APPROVE: _approve,
    Action.REFUSE: _refuse,
    Action.RESUME: _resume,
    Action.CONFIRM: _confirm,
    Action.REOPEN: _reopen,
    Action.RATE: _rate,
    Action.RECLASSIFY: _offer_services,
    CLASS_GROUP: _offer_group,
    CLASS_SET: _reclassify,
    Action.SPLIT: _offer_reporters,
    SPLIT_OFF: _split,
    NOT_YET: _not_yet,
    Action.SOLVE_ON_SPOT: _solve_on_spot,
    HAND_ON: _hand_on,
    Action.ACCEPT: _accept,
    Action.INVITE: _invite,
    CO_HANDLER: _ask_task,
    SUBTASK_CLAIM: _claim_subtask,
    SUBTASK_DONE: _finish_subtask,
    Action.RECALL: _offer_recall,
    RECALL_ONE: _offer_recall_reasons,
    RECALL_FOR: _recall,
    Action.DECLINE: _decline,
    Action.UPHOLD: _uphold,
    Action.REDO: _redo,
    Action.RATE_UNIT: _rate_unit,
    REGISTER: _register,
    DISMISS: _dismiss,
    **{REASON[kind]: _ask(kind) for kind in RequestKind},
}
