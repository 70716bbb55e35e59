"""Says in Chinese why triage decided as it did, word by word."""

from __future__ import annotations

from collections.abc import Iterable

from bot.services.wording import Wording
from routing.triage.decision import Ask, Evidence, EvidenceKind, Matter
from routing.triage.engine import Explanation
from routing.triage.evidence_rows import evidence_in


class Explainer:
    """Turns evidence into sentences."""

    def __init__(self, wording: Wording) -> None:
        self._wording = wording

    def explanation(self, explained: Explanation) -> tuple[str, ...]:
        """The decision, the place, every hit and cue, and the scores beside the thresholds."""
        say, decision = self._wording.say, explained.decision
        if isinstance(decision, Matter):
            kind = "ask" if isinstance(decision, Ask) else "open"
            words = {
                "service": self._wording.service(decision.service_code),
                "appeal": say(f"appeal.{decision.appeal_type}"),
                "urgency": say(f"urgency.{decision.urgency}"),
            }
            lines = [say(f"explain.decision.{kind}", **words)]
        else:
            lines = [say("explain.decision.ignore")]
        if decision.place is not None:
            lines.append(say("explain.place", place=self._wording.place_within(decision.place)))
        lines += self.evidence(decision.evidence)
        lines += [
            say(
                "explain.score",
                service=self._wording.service(code),
                before=before,
                after=after,
                open=explained.thresholds.open,
                ask=explained.thresholds.ask,
            )
            for code, before, after in explained.scores
        ]
        return tuple(lines)

    def evidence(self, found: Iterable[Evidence]) -> list[str]:
        """One line for each piece of evidence, in the order of the text."""
        ordered = sorted(found, key=lambda one: (one.start, one.end, -abs(one.weight)))
        return self._distinct((one.kind.value, one.rule, one.text, one.weight, one.service) for one in ordered)

    def recorded(self, data: object) -> list[str]:
        """The same for the evidence that an event of a ticket keeps; what is no evidence is passed over."""
        return self.evidence(evidence_in(data))

    def _distinct(self, evidence: Iterable[tuple[str, str, str, float, str | None]]) -> list[str]:
        """Several rules often see the same words; a person needs to hear of them once, with the heaviest weight."""
        heaviest: dict[tuple[str, str, str | None], tuple[str, float]] = {}
        for kind, rule, text, weight, service in evidence:
            key = (kind, text, service)
            if key not in heaviest or abs(weight) > abs(heaviest[key][1]):
                heaviest[key] = (rule, weight)
        return [
            self._line(kind, rule, text, weight, service) for (kind, text, service), (rule, weight) in heaviest.items()
        ]

    def _line(self, kind: str, rule: str, text: str, weight: float, service: str | None) -> str:
        say = self._wording.say
        if kind == EvidenceKind.ADDRESSED:
            return say("explain.addressed")
        if kind in {EvidenceKind.SERVICE, EvidenceKind.CANCELLED}:
            key = "explain.hit" if kind == EvidenceKind.SERVICE else "explain.cancelled"
            name = self._wording.service(service) if service else ""
            return say(key, text=text, service=name, weight=f"{weight:.2f}")
        if kind == EvidenceKind.LEARNED:
            if service:
                return say(
                    "explain.learned.service",
                    text=text,
                    service=self._wording.service(service),
                    weight=f"{weight:+.2f}",
                )
            return say(f"explain.learned.{'for' if weight > 0 else 'against'}", text=text, weight=f"{weight:+.2f}")
        name = rule.partition(":")[0]
        known = f"explain.cue.{name}"
        cue = say(known) if known in self._wording.texts else say("explain.cue.other", name=name)
        return say(f"explain.{kind}", text=text, cue=cue, weight=f"{weight:.2f}")
