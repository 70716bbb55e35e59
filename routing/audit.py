"""Who looked at what names residents: an operator's answer to "who has seen my report?"."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

MOST_NAMED = 1000
"""A look at more tickets than this (an export) names none of them; ``about`` says which they were."""


@dataclass(frozen=True, slots=True)
class Look:
    """One look: who, when, at what, by which way, and why where that was said."""

    at: datetime
    account: int | None
    """None for who worked on the command line, which knows the system account alone."""
    name: str
    role: str
    area_code: str
    """The area of the post by which they looked; empty on the command line."""
    what: str
    """The command, as "tickets show" or "/find"."""
    channel: str
    """"chat" or "console"."""
    about: str = ""
    """What was asked for: a number, a word, a filter."""
    why: str = ""
    count: int = 0
    """How many tickets, persons or other entries were shown."""
    tickets: tuple[int, ...] = ()
    """The ids of those tickets, at most ``MOST_NAMED``; none where there were more."""

    @property
    def names_all(self) -> bool:
        """Whether ``tickets`` are all that were shown."""
        return self.count <= MOST_NAMED
