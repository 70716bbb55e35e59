"""How fast a platform lets us speak, as arithmetic over moments in seconds that are passed in.

Sliding windows are kept, not average rates: after a quiet minute an average would let 20 messages go at once and 20
more within the next minute.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Rate:
    """At most ``count`` messages in any ``seconds``."""

    count: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Pace:
    """What was lately sent, or is promised to be sent, to a chat (or to all of them together).

    ``moments`` are in ascending order; ``paused_until`` is the end of a pause that the platform asked for.
    """

    moments: tuple[float, ...] = ()
    paused_until: float | None = None

    def without(self, moment: float, messages: int) -> Pace:
        """The pace without so many messages of this moment, which somebody did not use."""
        moments = list(self.moments)
        for _ in range(min(messages, moments.count(moment))):
            moments.remove(moment)
        return replace(self, moments=tuple(moments))


LONGEST_PAUSE_SECONDS = 3600.0
"""After so long a message is tried again, whatever the platform asked for.

A pause that ends later than this was written before the clock was set back, and binds nobody.
"""
EVERYBODY = 0
"""Stands for all chats together where paces are kept by chat; no chat has this number."""


def earliest(moments: Sequence[float], rate: Rate, at: float, messages: int = 1) -> float:
    """The first moment from ``at`` on at which so many more may go beside those of ``moments`` (ascending).

    More messages than the rate ever allows at once go when it is all free.
    """
    beside = rate.count - min(messages, rate.count)
    for first, last in zip(moments, moments[beside:], strict=False):
        # These moments and ours are too many for one window, so ours comes when the first of them has left it.
        if max(last, at) - min(first, at) < rate.seconds:
            at = first + rate.seconds
    return at
