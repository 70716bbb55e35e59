"""One message as triage reads it: its words where they may stand, its clauses, and what is denied or imagined in it."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence

from routing.triage.matcher import CompiledRule, Hit, HitIndex, Match, Matcher
from routing.triage.normalise import Normalised
from routing.triage.segment import Segmenter

CHECKED_LENGTH = 3
"""Hits up to this length must stand on word boundaries; longer ones hardly ever do not."""

_BREAK = re.compile(r"[\s,.;:!?、。…~\-—()\[\]【】「」\"'“”‘’]+")
_SENTENCE_BREAK = re.compile(r"[.!?。…\n;]+")
_NEGATION_REACH = 3
"""Characters that may stand between a negation and what it denies ("不是我家漏水")."""


class Reading:
    """The hits of a message, cleaned, with the questions that rules ask about them."""

    def __init__(
        self,
        text: Normalised,
        hits: Sequence[Hit],
        candidates: Sequence[CompiledRule],
        matcher: Matcher,
        segmenter: Segmenter,
    ) -> None:
        """Reads ``text`` for the ``candidates``: only their words, and those that deny or suppose, are looked at."""
        self.text = text
        self._idiom = matcher.slot("idiom")
        self._negation = matcher.slot("negation")
        self._hypothesis = matcher.slot("hypothesis")
        self._forbidding = matcher.forbidding
        self._modal = frozenset(map(matcher.slot, ("negation", "hypothesis", "relapse", "question_word")))
        wanted = matcher.slots_of(candidates) | self._modal | {self._idiom}
        self.index = HitIndex(self._clean(self._standing(hits, wanted, segmenter)), wanted)
        self._clauses = [match.start() for match in _BREAK.finditer(text.text)]
        self._sentences = [match.start() for match in _SENTENCE_BREAK.finditer(text.text)]

    def _standing(self, hits: Sequence[Hit], wanted: frozenset[int], segmenter: Segmenter) -> list[Hit]:
        """The hits that stand on word boundaries; words are only looked for where a short hit matters."""
        doubtful = [hit for hit in hits if hit.end - hit.start <= CHECKED_LENGTH and not wanted.isdisjoint(hit.slots)]
        if not doubtful:
            return list(hits)
        boundaries = segmenter.boundaries(self.text.text)
        fallen = {hit[:2] for hit in doubtful if not boundaries.allow(hit.start, hit.end)}
        return [hit for hit in hits if hit[:2] not in fallen] if fallen else list(hits)

    def _clean(self, hits: Sequence[Hit]) -> list[Hit]:
        """Without what an idiom covers (没电 in 手机没电) and without small words inside longer ones (没 in 没人管)."""
        idioms = [hit for hit in hits if self._idiom in hit.slots]
        kept: list[Hit] = []
        reach = -1
        for hit in hits:
            if any(idiom.start <= hit.start and hit.end <= idiom.end and idiom is not hit for idiom in idioms):
                continue
            # Hits come longest first from each start, so a hit that ends within reach lies inside an earlier one.
            if hit.end <= reach and not self._modal.isdisjoint(hit.slots):
                continue
            if not hit.slots <= self._forbidding:
                reach = max(reach, hit.end)
            kept.append(hit)
        return kept

    def clause(self, position: int) -> int:
        """The number of the clause at ``position`` (anything between two breaks, spaces too)."""
        return bisect_right(self._clauses, position)

    def sentence(self, position: int) -> int:
        """The number of the sentence at ``position``."""
        return bisect_right(self._sentences, position)

    def is_denied(self, match: Match) -> bool:
        """Whether a negation outside the match reaches one of its words ("不是漏水", "没有燃气味")."""
        own = {hit.start for hit in match.hits}
        for negation in self.index.of(self._negation):
            if any(hit.start <= negation.start < hit.end for hit in match.hits):
                continue
            reach = 0 if negation.end - negation.start == 1 else _NEGATION_REACH
            for start in own:
                if 0 <= start - negation.end <= reach and self.clause(start) == self.clause(negation.start):
                    return True
        return False

    def is_imagined(self, match: Match) -> bool:
        """Whether all of the match lies in what is only supposed ("要是停电就惨了").

        A supposition reaches to the end of its sentence, over at most one break; what was said before it stands
        ("瓷砖松了，万一掉下来谁负责").
        """
        for hypothesis in self.index.of(self._hypothesis):
            if any(hit.start <= hypothesis.start < hit.end for hit in match.hits):
                continue
            if (
                match.start >= hypothesis.end
                and self.sentence(match.start) == self.sentence(hypothesis.start)
                and self.clause(match.start) - self.clause(hypothesis.start) <= 1
            ):
                return True
        return False
