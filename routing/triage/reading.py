"""One message as triage reads it: its words where they may stand, its clauses, and what is denied or imagined in it."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Sequence
from operator import itemgetter

from routing.triage.hits import CompiledRule, Hit, HitIndex, Match
from routing.triage.matcher import IDIOM, Matcher, Words
from routing.triage.normalise import Normalised
from routing.triage.segment import Segmenter

CHECKED_LENGTH = 3
"""Hits up to this length must stand on word boundaries; longer ones hardly ever do not."""

_BREAK = re.compile(r"[\s,.;:!?、。…~\-—()\[\]【】「」\"'“”‘’]+")
_SENTENCE_BREAK = re.compile(r"[.!?。…\n;]+")
_HOME = re.compile(r"(?:单元|[-—#])1[12]\d(?!\d)|(?<!\d)1[12]\d[室房户]")
"""Where 110, 119 and 120 are homes and nobody to call."""
_by_start = itemgetter(1)
_NEGATION_REACH = 3
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
        self.index = HitIndex(_clean(text.text, words, rules, matcher, segmenter))
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


def _clean(
    text: str, words: Words, rules: Sequence[CompiledRule], matcher: Matcher, segmenter: Segmenter
) -> dict[int, list[Hit]]:
    """The hits that matter, by slot: where a short one matters it must stand on word boundaries; what an idiom covers
    (没电 in 手机没电), homes with the number of an emergency call and small words inside longer ones (没 in 没人管) are
    left out."""
    boundaries = segmenter.boundaries(text)
    inside, slots = boundaries.inside, matcher.slots
    wanted = matcher.watched.union(*[rule.asked for rule in rules])
    covered: list[tuple[int, int]] = []
    idioms = matcher.fillers(matcher.slot(IDIOM))
    if not idioms.isdisjoint(words.numbers):
        covered = [
            (start, end)
            for number, start, end in words.hits
            if number in idioms and (end - start > CHECKED_LENGTH or boundaries.allow(start, end))
        ]
    if "11" in text or "120" in text:
        covered += [match.span() for match in _HOME.finditer(text)]
    modal, forbidding, question = matcher.modal, matcher.forbidding, matcher.slot("question_word")
    # They come by their ends, so that turned round and sorted by start, which keeps the rest, longer ones lead.
    ordered = words.hits[::-1]
    ordered.sort(key=_by_start)
    by_slot: defaultdict[int, list[Hit]] = defaultdict(list)
    reach = -1
    for hit in ordered:
        number, start, end = hit
        asked = slots[number] & wanted
        # Most hits begin and end where words do; only the others need a closer look.
        if (
            asked
            and (start in inside or end in inside)
            and end - start <= CHECKED_LENGTH
            and not boundaries.allow(start, end)
        ):
            continue
        if covered and any(first <= start and end <= last and (start, end) != (first, last) for first, last in covered):
            continue
        # Hits come longest first from each start, so a hit that ends within reach lies inside an earlier one.
        if end > reach:
            if number not in forbidding:
                reach = end
        elif asked and not modal.isdisjoint(asked):
            # Of 有人 (in 有人要跳楼) only the asking sense goes; it names somebody as well.
            asked -= {question}
            if not modal.isdisjoint(asked):
                continue
        for slot in asked:
            by_slot[slot].append(hit)
    return by_slot
