"""One triage over the packaged lexicon for all tests of a run: loading the dictionary takes about a second."""

from __future__ import annotations

from functools import lru_cache

from config.lexicon import build_triage
from routing.catalogue import Urgency
from routing.triage.decision import Decision, Ignore
from routing.triage.engine import Triage


@lru_cache(maxsize=1)
def packaged_triage() -> Triage:
    """The triage that serves groups."""
    return build_triage()


@lru_cache(maxsize=1)
def rules_alone() -> Triage:
    """The triage without anything learned: what its rules say is the same whatever examples there are."""
    packaged = packaged_triage()
    return Triage(packaged.lexicon, packaged.catalogue)


def urgency_of(decision: Decision) -> Urgency | None:
    """How urgent a decision is, or nothing where it is silent."""
    return None if isinstance(decision, Ignore) else decision.urgency
