"""One triage over the packaged lexicon for all tests of a run: loading the dictionary takes about a second."""

from __future__ import annotations

from functools import lru_cache

from config.lexicon import build_triage
from routing.triage.engine import Triage


@lru_cache(maxsize=1)
def packaged_triage() -> Triage:
    """The triage that serves groups."""
    return build_triage()
