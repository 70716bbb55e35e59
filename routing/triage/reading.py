"""One message as triage reads it: its words where they may stand, its clauses, and what is denied or imagined in it."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from typing import Final

from routing.triage.hits import CompiledRule, Hit, HitIndex, Match
from routing.triage.matcher import QUESTION_WORD, REPAIRED, Matcher
from routing.triage.normalise import Normalised
from routing.triage.roles import Words
from routing.triage.segment import Boundaries, Segmenter
from routing.triage.standing_walk import CHECKED_LENGTH, is_covered

_BREAK: Final = re.compile(r"[\s,.;:!?、。…~\-—()\[\]【】「」\"'“”‘’]+")
_SENTENCE_BREAK: Final = re.compile(r"[.!?。…\n;]+")
_HOME: Final = re.compile(r"(?:单元|[-—#])1[12]\d(?!\d)|(?<!\d)1[12]\d[室房户]")
"""Where 110, 119 and 120 are homes and nobody to call."""
_UNDONE: Final = re.compile(r"[没未无冇莫不](?:有|得|见)?(?:[人谁给去来把我帮再]|哪个|一个|哪家|物业)*$")
"""What stands before a repair that nobody made ("没人清运了", "还没到账")."""
_UNDONE_REACH: Final = 6
_NEGATION_REACH: Final = 3
"""Characters that may stand between a negation and what it denies ("不是我家漏水")."""


class Reading:
    """The hits of a message, cleaned, with the questions that rules ask about them."""

    def __init__(
        self,
        text: Normalised,
        words: Words,
        rules: Sequence[CompiledRule],
        matcher: Matcher,
        segmenter: Segmenter,
    ) -> None:
        """Reads ``text`` for the ``rules``: only their words, and those that deny or suppose, are looked at."""
        self.text = text
        self._breaks: list[int] | None = None
        self._sentence_breaks: list[int] | None = None
        self.index = _standing(text.text, words, rules, matcher, segmenter)
        self._negations = self.index.of(matcher.slot("negation"))
        self._hypotheses = self.index.of(matcher.slot("hypothesis"))
        self.takes_back = bool(self._negations or self._hypotheses)
        """Whether anything in the message may be denied or imagined."""

    def clause(self, position: int) -> int:
        """The number of the clause at ``position`` (anything between two breaks, spaces too)."""
        if self._breaks is None:
            self._breaks = [match.start() for match in _BREAK.finditer(self.text.text)]
        return bisect_right(self._breaks, position)

    def sentence(self, position: int) -> int:
        """The number of the sentence at ``position``."""
        if self._sentence_breaks is None:
            self._sentence_breaks = [match.start() for match in _SENTENCE_BREAK.finditer(self.text.text)]
        return bisect_right(self._sentence_breaks, position)

    def is_denied(self, match: Match) -> bool:
        """Whether a negation outside the match reaches one of its words ("不是漏水", "没有燃气味")."""
        for _, start, end in self._negations:
            if any(first <= start < last for _, first, last in match.hits):
                continue
            reach = 0 if end - start == 1 else _NEGATION_REACH
            for _, first, _ in match.hits:
                if 0 <= first - end <= reach and self.clause(first) == self.clause(start):
                    return True
        return False

    def is_imagined(self, match: Match) -> bool:
        """Whether all of the match lies in what is only supposed ("要是停电就惨了").

        A supposition reaches to the end of its sentence, over at most one break; what was said before it stands
        ("瓷砖松了，万一掉下来谁负责").
        """
        for _, start, end in self._hypotheses:
            if any(first <= start < last for _, first, last in match.hits):
                continue
            if (
                match.start >= end
                and self.sentence(match.start) == self.sentence(start)
                and self.clause(match.start) - self.clause(start) <= 1
            ):
                return True
        return False


def _standing(
    text: str, words: Words, rules: Sequence[CompiledRule], matcher: Matcher, segmenter: Segmenter
) -> HitIndex:
    """The hits that matter, by slot: where a short one matters it must stand on word boundaries; what an idiom covers
    (没电 in 手机没电), homes with the number of an emergency call and small words inside longer ones (没 in 没人管) are
    left out."""
    boundaries = segmenter.boundaries(text)
    covered = [match.span() for match in _HOME.finditer(text)] if "11" in text or "120" in text else []
    if matcher.standing is not None:
        return matcher.standing.by_slot(text, rules, matcher.watched, boundaries, covered, _is_undone)
    inside = boundaries.inside
    wanted = matcher.borrow_marks()
    for slot in matcher.watched:
        wanted.add(slot)
    for rule in rules:
        for slot in rule.asked:
            wanted.add(slot)
    hits = matcher.hits(words)
    if matcher.has_idiom(words):
        covered += _idioms(hits, matcher, boundaries)
    question, repaired = matcher.slot(QUESTION_WORD), matcher.slot(REPAIRED)
    by_slot: dict[int, list[Hit]] = {}
    reach = -1
    for hit in hits:
        number, start, end = hit
        role = matcher.roles[number]
        slots = role.slots
        is_asked = wanted.has_any(slots)
        # Most hits begin and end where words do; only the others need a closer look.
        if (
            is_asked
            and (inside[start] or inside[end])
            and end - start <= CHECKED_LENGTH
            and not boundaries.allow(start, end)
        ):
            continue
        if covered and is_covered(covered, start, end):
            continue
        # Hits come longest first from each start, so a hit that ends within reach lies inside an earlier one.
        is_inner = end <= reach
        if not is_inner:
            if not role.is_forbidding:
                reach = end
        elif role.is_lost_inside:
            continue
        if is_asked:
            for slot in slots:
                # Of 有人 (in 有人要跳楼) only the asking sense goes; it names somebody as well.
                if wanted.has(slot) and not (is_inner and slot == question):
                    if slot == repaired and _is_undone(text, start):
                        continue
                    filling = by_slot.get(slot)
                    if filling is None:
                        by_slot[slot] = [hit]
                    else:
                        filling.append(hit)
    matcher.give_back(wanted)
    return HitIndex(by_slot)


def _idioms(hits: list[Hit], matcher: Matcher, boundaries: Boundaries) -> list[tuple[int, int]]:
    """Where sayings stand."""
    return [
        (start, end)
        for number, start, end in hits
        if matcher.roles[number].is_idiom and (end - start > CHECKED_LENGTH or boundaries.allow(start, end))
    ]


def _is_undone(text: str, start: int) -> bool:
    """Whether nobody made the repair that a word at ``start`` tells of."""
    return _UNDONE.search(text, max(0, start - _UNDONE_REACH), start) is not None
