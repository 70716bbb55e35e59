"""Where somebody lives who writes in private: a private chat has no area of its own, so it is asked once."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, replace

from bot.services.awaited_words import LIFETIME, await_words
from bot.services.desk import Answer, Press
from bot.services.ports import Clock, UnitOfWork
from bot.services.prompting import PROMPT_LIFETIME, PromptGone, PromptNotYours
from bot.services.registration import RegistrationService
from bot.services.rules import Rules
from routing.area_naming import areas_named
from routing.areas import Area
from routing.catalogue import OTHER
from routing.conversation import wishes_no_name, without_name
from routing.groups import Dialogue, GroupKind, GroupState, Prompt
from routing.message import Attachment, IncomingMessage
from routing.outgoing import Button, Content, Outgoing, reply_to
from routing.script import Script, script_of
from routing.staff import Actor

IN_AREA = "in_area"
"""The button that names where the writer lives."""
EXPECTS_AREA = "area"
"""The writer is to say where they live."""
EXPECTS_REPORT = "report_in"
"""The next message is a report: its writer came from a group by its link, sent its photos, or asked to stay unknown."""
NAMELESS = "匿名"
"""What a report begins with whose writer stays unknown (``without_name``)."""

LINK = "in-"
"""What a link from a group begins with, before the code of its area."""
MOST_OFFERED = 12

_A_ROW = 2
_LONGEST_ARGUMENT = 20
_LINKABLE = re.compile(r"[A-Za-z0-9_-]{1,60}")


class WhereaboutsService:
    """Registers what is said in private, in the area that is known, named, chosen or linked."""

    def __init__(self, rules: Rules, registration: RegistrationService, clock: Clock) -> None:
        self._rules = rules
        self._registration = registration
        self._clock = clock

    async def register(self, work: UnitOfWork, message: IncomingMessage, *, via: str) -> None:
        """Registers a private message; where nothing tells the area, asks for it and keeps the message until then.

        Photos alone, and the wish to stay unknown alone, wait for the words that belong to them.
        """
        waiting = await self._dialogue(work, message, EXPECTS_REPORT)
        data: Mapping[str, object] = waiting.data if waiting is not None else {}
        if message.attachments and not message.text.strip():
            await self._await_words(work, message, data)
            return
        if await self.stay_unknown(work, message):
            return
        if waiting is not None:
            await work.prompts.end(message.platform, message.chat_id, message.sender_id)
            message = replace(message, attachments=(*_photos(data), *message.attachments))
        if data.get("nameless") and without_name(message.text) is None:
            message = replace(message, text=f"{NAMELESS} {message.text}")
        tree, linked = await work.areas.tree(), str(data.get("area", ""))
        bound = linked if linked in tree else await self._registration.last_area(work, message)
        named = areas_named(message.text, tree) if bound is None else ()
        if len(named) == 1:
            bound = named[0].code
        if bound is None and not message.text.strip() and not message.attachments:
            await self._registration.answer(work, message, "intake.empty_report")
            return
        if bound is None:
            await self._ask(work, message, named, "intake.which_of_them" if named else "intake.which_area")
            return
        await self._registration.register(work, message, via=via, bound=bound)

    async def stay_unknown(self, work: UnitOfWork, message: IncomingMessage) -> bool:
        """Keeps the wish to stay unknown (匿名, 可以匿名举报吗) for the report that follows; false for all else."""
        if message.attachments or not wishes_no_name(message.text):
            return False
        waiting = await self._dialogue(work, message, EXPECTS_REPORT)
        data = {**(waiting.data if waiting is not None else {}), "nameless": True}
        until = self._clock() + LIFETIME
        await await_words(work, message.platform, message.sender_id, EXPECTS_REPORT, until, data=data)
        await self._registration.answer(work, message, "intake.nameless_next")
        return True

    async def awaits_nameless(self, work: UnitOfWork, message: IncomingMessage) -> bool:
        """Whether the message is the report of somebody who has just asked to stay unknown."""
        waiting = await self._dialogue(work, message, EXPECTS_REPORT)
        return waiting is not None and bool(waiting.data.get("nameless"))

    async def _await_words(self, work: UnitOfWork, message: IncomingMessage, data: Mapping[str, object]) -> None:
        """Keeps photos for the report that follows; of an album the bot asks once."""
        kept = [asdict(one) for one in (*_photos(data), *message.attachments)]
        until = self._clock() + LIFETIME
        more = {**data, "photos": kept, "album": message.media_group_id}
        await await_words(work, message.platform, message.sender_id, EXPECTS_REPORT, until, data=more)
        if message.media_group_id is None or data.get("album") != message.media_group_id:
            is_spoken = any(one.kind == "voice" for one in message.attachments)
            await self._registration.answer(work, message, "intake.voice_first" if is_spoken else "intake.files_first")

    async def choose(self, work: UnitOfWork, press: Press, prompt_id: int, area_code: str) -> Answer:
        """Registers the message that waits, in the area of the button; raises ``PromptGone``, ``PromptNotYours``."""
        prompt = await work.prompts.get(prompt_id)
        if prompt is None or prompt.expires_at <= self._clock():
            raise PromptGone
        if prompt.message.sender_id != press.actor.account:
            raise PromptNotYours
        area = (await work.areas.tree()).get(area_code)
        answer = Answer("intake.area_chosen", {"area": area.name}, script=script_of(prompt.message.text))
        line = self._rules.wording.say(answer.key, answer.script, **answer.fields)
        await work.outbox.add(Outgoing(press.platform, press.chat_id, Content(lines=(line,)), edits=press.message_id))
        await self._resume(work, prompt, area)
        return answer

    async def take(self, work: UnitOfWork, message: IncomingMessage) -> bool:
        """Takes the name of an area as the answer; false where none is waited for, or something else was said."""
        waiting = await self._dialogue(work, message, EXPECTS_AREA)
        prompt_id = waiting.data.get("prompt") if waiting is not None else None
        prompt = await work.prompts.get(prompt_id) if isinstance(prompt_id, int) else None
        named = areas_named(message.text, await work.areas.tree())
        if prompt is None or prompt.expires_at <= self._clock() or not named:
            return False
        if len(named) == 1:
            await self._resume(work, prompt, named[0])
        else:
            await work.prompts.take(prompt.id)
            await self._ask(work, prompt.message, named, "intake.which_of_them")
        return True

    async def begin(self, work: UnitOfWork, platform: str, actor: Actor, payload: str) -> Answer | None:
        """Keeps the area of the group whose link was followed for the next message; none where it is no such link."""
        code, tree = payload.removeprefix(LINK), await work.areas.tree()
        if not payload.startswith(LINK) or code not in tree:
            return None
        until = self._clock() + LIFETIME
        await await_words(work, platform, actor.account, EXPECTS_REPORT, until, data={"area": code})
        return Answer("intake.report_in", {"area": tree.get(code).name})

    async def link_of(self, work: UnitOfWork, platform: str, chat_id: int, bot_name: str) -> str | None:
        """The link by which residents of a group report in private; none where the group is bound to no area."""
        group = await work.groups.get(platform, chat_id)
        code = group.area_code if group is not None else None
        if code is None or not _LINKABLE.fullmatch(code):
            return None
        return f"https://t.me/{bot_name}?start={LINK}{code}"

    async def _resume(self, work: UnitOfWork, prompt: Prompt, area: Area) -> None:
        said = prompt.message
        await work.prompts.take(prompt.id)
        await work.prompts.end(said.platform, said.chat_id, said.sender_id)
        await self._registration.register(work, said, via="private", bound=area.code)

    async def _ask(self, work: UnitOfWork, message: IncomingMessage, named: tuple[Area, ...], key: str) -> None:
        now, script = self._clock(), script_of(message.text)
        prompt = await work.prompts.ask(
            Prompt(0, replace(message, reply_to=None), OTHER, asked_at=now, expires_at=now + PROMPT_LIFETIME)
        )
        await work.prompts.begin(
            Dialogue(
                platform=message.platform,
                chat_id=message.chat_id,
                account=message.sender_id,
                expects=EXPECTS_AREA,
                ticket_id=None,
                expires_at=now + LIFETIME,
                data={"prompt": prompt.id},
            )
        )
        areas = named or await self._of_groups(work, message.platform)
        buttons = await self._buttons(work, prompt, areas, script)
        await work.outbox.add(reply_to(message, Content(self._rules.wording.say(key, script), buttons=buttons)))

    async def _buttons(
        self, work: UnitOfWork, prompt: Prompt, areas: tuple[Area, ...], script: Script
    ) -> tuple[tuple[Button, ...], ...]:
        tree = await work.areas.tree()
        offered = [area for area in areas if area.code.isascii() and len(area.code) <= _LONGEST_ARGUMENT]
        twice = {area.name for area in offered if sum(one.name == area.name for one in offered) > 1}
        found = []
        for area in offered[:MOST_OFFERED]:
            above = tree.path(area.code)[1:2]
            label = f"{above[0].name}{area.name}" if area.name in twice and above else area.name
            found.append(Button(label, IN_AREA, prompt.id, area.code))
        return tuple(tuple(found[start : start + _A_ROW]) for start in range(0, len(found), _A_ROW))

    @staticmethod
    async def _of_groups(work: UnitOfWork, platform: str) -> tuple[Area, ...]:
        """The areas of the residents' groups, each once, in the order of the register."""
        tree = await work.areas.tree()
        codes = {
            group.area_code
            for group in await work.groups.all()
            if group.platform == platform and group.kind is GroupKind.RESIDENTS and group.state is GroupState.ACTIVE
        }
        return tuple(area for area in tree if area.code in codes)

    async def _dialogue(self, work: UnitOfWork, message: IncomingMessage, expects: str) -> Dialogue | None:
        found = await work.prompts.dialogue(message.platform, message.chat_id, message.sender_id)
        is_meant = found is not None and found.expects == expects and found.expires_at > self._clock()
        return found if is_meant else None


def _photos(data: Mapping[str, object]) -> tuple[Attachment, ...]:
    kept = data.get("photos")
    return tuple(Attachment(**one) for one in kept if isinstance(one, Mapping)) if isinstance(kept, list) else ()
