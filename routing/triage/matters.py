"""Several matters in one message: each becomes a ticket with its own part of the text."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Container, Iterator, Sequence
from dataclasses import fields, replace
from itertools import pairwise
from typing import Final, NamedTuple

from routing.catalogue import Urgency
from routing.place import Place
from routing.triage.decision import Ask, Decision, OpenTicket
from routing.triage.engine import Triage
from routing.triage.normalise import normalise
from routing.triage.places import may_name_place, place_in

_CLAUSE: Final = re.compile(r"[^，,。．！!？?；;、\n\r \u3000]+[，,。．！!？?；;、\n\r \u3000]*")

_ITEM: Final = re.compile(
    r"(?:^|(?<=[\s，,。.；;：:！!？?、）)]))\s*(?:(?P<number>\d{1,2}|[一二三四五六七八九])\s?(?:[、)）．:：]|\.(?!\d))"
    r"|第?(?P<word>[一二三四五六])(?:是|点))|(?P<circle>[①-⑨⒈-⒐])"
)
"""The head of an item of a numbered list: 1、 2. （3） 一、 二是 第三点 ④."""
_ORDER: Final = "一二三四五六七八九"

MOST_MATTERS: Final = 4
"""More than so many matters in one message are a list of grievances that one person has to read as a whole."""

_SHORTEST: Final = 3
_JOINTS: Final = "，,、；; \n\r\u3000"
"""What stands between two matters and belongs to neither."""
_BREAK: Final = re.compile(r"[\n；;]")
"""After such a mark a new matter may begin without a word for it."""

_ANOTHER: Final = re.compile(
    r"另外|还有|顺便|顺带|再就是|再有|再者|其次|同时|此外|以及|旁边|边上|第[二三四]|[二三四]是|^[2-4②③④][.、)）]|"
    r"也(?:是|没|不|坏|灭|瞎|断|停|漏|堵|满|掉|松|烂|破|裂|臭|脏|丢|被|遭|要|该|得|在|有|很|好|特别)"
)
"""Words by which people go on to another matter. Without one, or another place, a clause only tells the course."""

_SAME_THERE: Final = re.compile(
    r"[\w#-]{2,8}?(?:那边|这边|那里|这里)?的?(?:也|同样|照样)"
    r"(?:是|一样|这样|坏|停|堵|漏|灭|黑|瞎|瘫|不(?:行|亮|动|走|通|能|响|热)|没(?:人|[电水亮修清收]|反应|信号))\w{0,4}[!！。~]*"
)
"""The whole of a clause that says of another place what was said before: 5栋的也坏了, 8号楼也是."""


def matters_of(
    triage: Triage,
    text: str,
    *,
    addressed: bool = False,
    has_media: bool = False,
    whole: Decision | None = None,
    outages: Container[str] = (),
) -> tuple[Decision, ...]:
    """The decisions about a message: usually one; several where clauses of it would each open a ticket of its own.

    A clause that opens nothing by itself belongs to the matter before it, and one without a place is where the one
    before it was. The same trouble in two buildings or stairwells is two matters, unless its service is one of
    ``outages``, which strike a whole complex at once. An emergency is never taken apart: who reads it must see all of
    it at once. ``whole`` is what was decided about all of the text, where that is known already.
    """
    if whole is None:
        whole = triage.decide(text, addressed=addressed, has_media=has_media)
    if not isinstance(whole, OpenTicket) or whole.urgency is Urgency.EMERGENCY:
        return (whole,)
    if not _may_hold_several(text):
        return (whole,)
    clauses = list(_decided(triage, text))
    starts = list(_opening(triage, text, clauses, outages))
    services = {one.matter.service_code for one in starts}
    if len(services) < 2:
        starts = list(_opening(triage, text, clauses, outages, of=whole.service_code))
    elif whole.service_code not in services:
        return (whole,)
    if len(starts) < 2:
        return (whole,)
    parts: list[OpenTicket] = []
    where: Place | None = None
    for index, one in enumerate(starts):
        end = starts[index + 1].start if index + 1 < len(starts) else len(text)
        # What follows the clause belongs to the matter, too, and may say where it is: "…漏水，我家在2栋1单元".
        before = text[: one.start] if index == 0 else ""
        named = triage.decide(before + _without_number(text[one.start : end])).place
        where = _within(named, where) if named else where
        part = _without_number(text[0 if index == 0 else one.told_from : end]).strip(_JOINTS)
        matter = replace(one.matter, part=part, place=where)
        known = next((place for place, other in enumerate(parts) if not _differ(matter, other, outages)), None)
        if known is not None:
            parts[known] = replace(parts[known], part=f"{parts[known].part}，{part}")
        else:
            parts.append(matter)
    return tuple(parts) if 1 < len(parts) <= MOST_MATTERS else (whole,)


def _may_hold_several(text: str) -> bool:
    """Whether a second matter could begin anywhere, told without triage: most reports are one sentence or two."""
    if _BREAK.search(text) or _items(text):
        return True
    clauses = [clause for clause in _CLAUSE.findall(text) if len(clause.strip()) >= _SHORTEST]
    if len(clauses) < 2:
        return False
    if any(_ANOTHER.search(clause.strip()) for clause in clauses):
        return True
    # Most reports say where in one clause only, which a quick look tells.
    placed = [text for text in [normalise(clause).text for clause in clauses] if may_name_place(text)]
    return len(placed) >= 2 and sum(place_in(text) is not None for text in placed) >= 2


class _Start(NamedTuple):
    """Where a matter begins in the text, and which it is."""

    start: int
    told_from: int
    """Where one reads what it is: a clause like "5栋的也坏了" says nothing without the one before it."""
    matter: OpenTicket
    named: Place | None
    """The place as far as the clause itself names one; that of the matter goes on from where the one before it was."""


class _Clause(NamedTuple):
    """A stretch of the text that may be a matter of its own, and what is decided about it alone."""

    start: int
    said: str
    decision: Decision


def _decided(triage: Triage, text: str) -> Iterator[_Clause]:
    for start, end in _spans(text, _items(text)):
        said = _without_number(text[start:end])
        if len(said.strip()) >= _SHORTEST:
            yield _Clause(start, said, triage.decide(said))


def _opening(
    triage: Triage, text: str, clauses: Sequence[_Clause], outages: Container[str], *, of: str | None = None
) -> Iterator[_Start]:
    """The clauses that begin a matter: they would open a ticket by themselves, and say that it is another one.

    Where all of the text is ``of`` one service, only that one is looked for, and a clause need not be sure of it.
    """
    last: _Start | None = None
    heads = _items(text)
    for start, said, decision in clauses:
        if isinstance(decision, Ask) and (heads or decision.service_code == of):
            # Whoever numbers what is wrong wants every point of it seen to.
            decision = OpenTicket(**{one.name: getattr(decision, one.name) for one in fields(decision)})
        if isinstance(decision, OpenTicket) and decision.service_code == (of or decision.service_code):
            matter, told_from = decision, start
        elif last is not None and _SAME_THERE.fullmatch(said.strip(_JOINTS)):
            matter, told_from = last.matter, last.told_from
        else:
            continue
        # What stands before the first matter is read once only: there may be hundreds of clauses.
        where = last.matter.place if last is not None else triage.decide(text[:start]).place
        matter = replace(matter, place=_within(decision.place, where) if decision.place else where)
        if last is not None:
            if not _differ(matter, last.matter, outages):
                continue
            if not (heads or _is_another(said, decision.place, last.named) or text[:start].endswith(("\n", "；", ";"))):
                continue
        last = _Start(start, told_from, matter, decision.place)
        yield last


def _items(text: str) -> list[int]:
    """Where the heads of a numbered list stand; none where the numbers do not count up from one."""
    heads: list[int] = []
    for head in _ITEM.finditer(text):
        if _number(head) == len(heads) + 1:
            heads.append(head.start())
    return heads if len(heads) > 1 else []


def _number(head: re.Match[str]) -> int:
    written = head["number"] or head["word"]
    if head["circle"]:
        return int(unicodedata.normalize("NFKC", head["circle"]).rstrip("."))
    return int(written) if written.isdigit() else _ORDER.index(written) + 1


def _spans(text: str, heads: Sequence[int]) -> Iterator[tuple[int, int]]:
    """The stretches that may be matters of their own: the items of a list, else the clauses."""
    if heads:
        yield from pairwise([*heads, len(text)])
    else:
        yield from (clause.span() for clause in _CLAUSE.finditer(text))


def _without_number(said: str) -> str:
    """An item of a list without the number before it."""
    head = _ITEM.match(said)
    return said[head.end() :] if head else said


def _differ(one: OpenTicket, other: OpenTicket, outages: Container[str]) -> bool:
    """Whether two matters are not the same: of other services, or in two buildings or stairwells."""
    if one.service_code != other.service_code:
        return True
    if one.service_code in outages or one.place is None or other.place is None:
        return False
    place, before = one.place, other.place
    if place.building and before.building and place.building != before.building:
        return True
    return bool(place.unit and before.unit and place.unit != before.unit)


def _within(place: Place, before: Place | None) -> Place:
    """The place, which goes on in the building that was named before it where it names a part of one only."""
    if before is None or place.building or not place.is_numbered:
        return place
    return replace(place, building=before.building, unit=place.unit or before.unit)


def _is_another(said: str, place: Place | None, before: Place | None) -> bool:
    if _ANOTHER.search(said.strip()):
        return True
    return place is not None and before is not None and place != before
