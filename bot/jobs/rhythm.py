"""How often the outbox is looked at, and what in it is renewed or taken over when."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Rhythm:
    """Times of the outbox's runner, in seconds."""

    poll: float = 1.0
    """How often the outbox is looked at unasked: for rows of other processes and for those whose pause is over."""
    renewal: float = 5.0
    """How often the leases of the rows in hand are renewed; well below what a lease lasts."""
    watch: float = 8.0
    """Rows of others are taken over only by who has seen the database work for so long.

    After the database was away nobody could renew or mark, so everything that is being sent looks abandoned. This lets
    each process write down first what it has: above the longest waits between tries of reading and of marking.
    """


STEADY = Rhythm()
