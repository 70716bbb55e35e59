"""Turns people on the care list and their visits into lines, each with only what the reader may see."""

from __future__ import annotations

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from bot.services.wording import Wording, display_area
from routing.areas import AreaTree
from routing.care import CareField, CareLook, CarePerson
from routing.care_visits import CareRules, Visit, VisitState
from routing.staff import Staff

_SEPARATOR = "｜"


@dataclass(frozen=True, slots=True)
class Seen:
    """Somebody on the list with what the reader may see of them."""

    person: CarePerson
    fields: AbstractSet[CareField]
    cadre: Staff | None = None
    visits: Sequence[Visit] = ()


class CarePages:
    """Makes the lines."""

    def __init__(self, wording: Wording, care: CareRules) -> None:
        self._wording = wording
        self._care = care

    def line(self, seen: Seen, tree: AreaTree) -> str:
        """One line of a list."""
        person, fields, say = seen.person, seen.fields, self._wording.say
        parts = [say("care.number", id=person.id)]
        if CareField.NAME in fields:
            parts.append(person.name)
        if CareField.KINDS in fields:
            parts.append(self.kinds(person))
        parts += self._home(person, fields, tree)
        if CareField.CADRE in fields:
            parts.append(say("care.cadre", name=seen.cadre.name) if seen.cadre else say("care.no_cadre"))
        if CareField.VISITS in fields and seen.visits:
            parts.append(say("care.waiting", count=len(seen.visits)))
        return _SEPARATOR.join(parts)

    def whole(self, seen: Seen, tree: AreaTree) -> tuple[str, ...]:
        """Everything that the reader may see of one person, a line each."""
        person, fields, say = seen.person, seen.fields, self._wording.say
        lines = []
        if CareField.NAME in fields:
            lines.append(say("care.field.name", value=person.name))
        if CareField.KINDS in fields:
            lines.append(say("care.field.kinds", value=self.kinds(person)))
        lines += [say("care.field.home", value=home) for home in self._home(person, fields, tree)]
        if CareField.PHONE in fields and person.phone:
            lines.append(say("care.field.phone", value=person.phone))
        if CareField.ACCOUNT in fields and person.account is not None:
            lines.append(say("care.field.account", value=person.account))
        if CareField.CADRE in fields:
            lines.append(say("care.cadre", name=seen.cadre.name) if seen.cadre else say("care.no_cadre"))
        if CareField.NOTE in fields and person.note:
            lines.append(say("care.field.note", value=person.note))
        if CareField.VISITS in fields:
            lines += [self.visit(visit, with_report=CareField.NOTE in fields) for visit in seen.visits]
        return tuple(lines)

    def visit(self, visit: Visit, *, with_report: bool) -> str:
        """A visit: its occasion, until when, how it stands, and what was found, for those who may know it."""
        say, moment = self._wording.say, self._wording.moment
        fields = {"occasion": self.occasion(visit.occasion), "state": say(f"care.visit.state.{visit.state}")}
        if visit.state is VisitState.DONE and visit.ended_at is not None:
            line = say("care.visit.ended", at=moment(visit.ended_at), **fields)
        else:
            line = say("care.visit.due", due=moment(visit.due_at), **fields)
        return f"{line}：{visit.report}" if with_report and visit.report else line

    def look(self, look: CareLook) -> str:
        """One use of the list."""
        say = self._wording.say
        what = say(f"care.command.{look.command}")
        whom = (
            say("care.number", id=look.person_id) if look.person_id is not None else say("care.persons", n=look.count)
        )
        known = f"role.{look.role}"
        role = say(known) if known in self._wording.texts else look.role
        who = f"{role} {look.name}".strip()
        by = say(f"care.channel.{look.channel}")
        return _SEPARATOR.join((self._wording.moment(look.at), who, f"{what} {whom}", by, look.why))

    def kinds(self, person: CarePerson) -> str:
        """The names of the kinds of hardship."""
        return "、".join(self._care.kinds.get(kind, kind) for kind in person.kinds)

    def occasion(self, code: str) -> str:
        """The name of an occasion; one that configuration no longer has is shown as it is."""
        return next((one.name for one in self._care.occasions if one.code == code), code)

    def _home(self, person: CarePerson, fields: AbstractSet[CareField], tree: AreaTree) -> list[str]:
        if CareField.ADDRESS in fields:
            return [self._wording.home(tree, person.area_code, person.place)]
        if CareField.AREA in fields:
            area = display_area(tree, person.area_code)
            return [area.name if area is not None else person.area_code]
        return []
