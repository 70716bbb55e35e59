"""What the guide says: short answers for the group, whole lists for the private chat. Pure functions of an entry."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from bot.services.wording import Wording
from routing.guide.checklist import Appointment
from routing.guide.items import Certificate, Entry, ServiceItem
from routing.outgoing import Button, Content
from routing.script import Script

GUIDE_FULL = "guide_full"
"""材料清单: the whole entry, in private."""
GUIDE_DELEGATE = "guide_delegate"
"""帮我办."""
GUIDE_BOOK = "guide_book"
"""预约: asks when."""
GUIDE_BOOK_AT = "guide_book_at"
GUIDE_UNANSWERED = "guide_unanswered"
"""没答上."""
GUIDE_PICK = "guide_pick"
"""One of the entries of a question back."""
GUIDE_NEITHER = "guide_neither"
"""None of them."""

START_ITEM = "item-"
"""Begins the parameter of a link that opens the bot's private chat on an entry."""

_A_ROW = 2
"""More do not fit beside each other on a telephone without a line break."""


class GuideCards:
    """Makes the contents of answers."""

    def __init__(self, wording: Wording, promise: timedelta) -> None:
        self._wording = wording
        self._minutes = int(promise.total_seconds() // 60)

    def answer(self, entry: Entry, script: Script, prompt_id: int | None) -> Content:
        """The short answer; without ``prompt_id`` it has no buttons that order anything."""
        if isinstance(entry, Certificate):
            return self._with_buttons(self._certificate(entry, script), entry, script, prompt_id)
        say = self._wording.say
        lines = [self._documents(entry, script)]
        if entry.where:
            lines.append(say("guide.where", script, text=entry.where))
        if entry.hours:
            lines.append(say("guide.hours", script, text=entry.hours))
        if entry.limit and entry.fee:
            lines.append(say("guide.limit_and_fee", script, limit=entry.limit, fee=entry.fee))
        elif entry.limit or entry.fee:
            lines.append(say(f"guide.{'limit' if entry.limit else 'fee'}", script, text=entry.limit or entry.fee))
        content = Content(say("guide.title", script, name=entry.name), tuple(lines))
        return self._with_buttons(content, entry, script, prompt_id)

    def whole(self, entry: Entry, script: Script) -> Content:
        """Everything about the entry, for the private chat."""
        if isinstance(entry, Certificate):
            return self._certificate(entry, script)
        say = self._wording.say
        lines = [
            say("guide.paper", script, index=index, name=name) for index, name in enumerate(entry.documents, start=1)
        ] or [say("guide.no_documents", script)]
        told = {
            "for_whom": entry.for_whom,
            "where": entry.where,
            "hours": entry.hours,
            "limit": entry.limit,
            "fee": entry.fee,
            "contact": entry.contact,
        }
        lines += [say(f"guide.{name}", script, text=text) for name, text in told.items() if text]
        if entry.modes:
            names = "、".join(self._wording.say(f"guide_mode.{mode}") for mode in entry.modes)
            lines.append(say("guide.modes", script, names=names))
        if entry.after_hours:
            lines.append(say("guide.after_hours", script))
        if entry.is_delegable and entry.documents:
            lines.append(say("guide.promise", script, minutes=self._minutes))
        if entry.checked is not None:
            lines.append(say("guide.checked", script, day=entry.checked.isoformat()))
        if entry.sample:
            lines.append(say("guide.sample", script))
        return Content(say("guide.papers_title", script, name=entry.name), tuple(lines))

    def which(self, entries: Sequence[Entry], script: Script, prompt_id: int) -> Content:
        """The question back, an entry on each button."""
        say = self._wording.say
        rows = [
            (Button(say("guide.choice", script, name=entry.name), GUIDE_PICK, prompt_id, entry.code),)
            for entry in entries
        ]
        rows.append((Button(say("button.guide_neither", script), GUIDE_NEITHER, prompt_id),))
        asked = (
            say("guide.which_one", script, name=entries[0].name) if len(entries) == 1 else say("guide.which", script)
        )
        return Content(lines=(asked,), buttons=tuple(rows))

    def when(self, item: ServiceItem, offered: Sequence[Appointment], script: Script, prompt_id: int) -> Content:
        """The half days that are offered for an appointment."""
        buttons = [
            Button(self.appointment(one, script), GUIDE_BOOK_AT, prompt_id, f"{index}.{item.code}")
            for index, one in enumerate(offered)
        ]
        asked = self._wording.say("guide.choose_appointment", script, name=item.name)
        return Content(lines=(asked,), buttons=_rows(buttons))

    def appointment(self, appointment: Appointment, script: Script = Script.HANS) -> str:
        """A half day in words: 11-24 上午."""
        half = self._wording.say(f"half.{appointment.half}")
        return self._wording.say("guide.appointment", script, day=f"{appointment.day:%m-%d}", half=half)

    def _certificate(self, entry: Certificate, script: Script) -> Content:
        say = self._wording.say
        issuer = (
            say("guide.certificate_issuer", script, text=entry.issuer)
            if entry.issuer
            else say("guide.certificate_none", script)
        )
        lines = (issuer, say("guide.certificate_rule", script, text=entry.rule))
        return Content(say("guide.certificate_title", script, name=entry.name), lines)

    def _documents(self, item: ServiceItem, script: Script) -> str:
        if not item.documents:
            return self._wording.say("guide.no_documents", script)
        return self._wording.say("guide.documents", script, names="、".join(item.documents))

    def _with_buttons(self, content: Content, entry: Entry, script: Script, prompt_id: int | None) -> Content:
        actions = [GUIDE_FULL] if isinstance(entry, ServiceItem) else []
        if prompt_id is not None:
            if isinstance(entry, ServiceItem) and entry.is_delegable:
                actions.append(GUIDE_DELEGATE)
            if isinstance(entry, ServiceItem) and entry.bookable:
                actions.append(GUIDE_BOOK)
            actions.append(GUIDE_UNANSWERED)
        buttons = [
            Button(self._wording.say(f"button.{action}", script), action, prompt_id or 0, entry.code)
            for action in actions
        ]
        return Content(content.title, content.lines, _rows(buttons))


def _rows(buttons: Sequence[Button]) -> tuple[tuple[Button, ...], ...]:
    return tuple(tuple(buttons[start : start + _A_ROW]) for start in range(0, len(buttons), _A_ROW))
