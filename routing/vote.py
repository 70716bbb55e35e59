"""A simple vote in a group: its states, its ballots and its count."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum
from types import MappingProxyType

from routing.errors import RoutingError


class VoteState(StrEnum):
    """Where a vote stands."""

    RUNNING = "running"
    CLOSED = "closed"
    """Counted; the result is on record."""
    CANCELLED = "cancelled"


VOTE_TRANSITIONS: Mapping[VoteState, frozenset[VoteState]] = MappingProxyType(
    {
        VoteState.RUNNING: frozenset({VoteState.CLOSED, VoteState.CANCELLED}),
        VoteState.CLOSED: frozenset(),
        VoteState.CANCELLED: frozenset(),
    }
)
"""Every legal move; a result stands."""


class Ballot(StrEnum):
    """Who can see what somebody chose."""

    ANONYMOUS = "anonymous"
    """Nobody, and the counts stay hidden until the end, so that nobody follows the crowd (不记名)."""
    NAMED = "named"
    """Counts are shown at once, and who chose what is on record (记名)."""


@dataclass(frozen=True, slots=True)
class VoteRules:
    """What ``council.yaml`` says of votes."""

    ballot: Ballot
    """How it is where nobody says."""
    shortest: timedelta
    longest: timedelta
    default: timedelta
    """How long a vote runs where no end is named."""
    ends_at: time
    """When a vote ends that names only a day."""
    most_options: int
    longest_option: int
    longest_title: int
    staff_vote: bool
    """Whether people with a post in the area have a voice as well."""


@dataclass(frozen=True, slots=True)
class Vote:
    """One question put to a group. Times are aware UTC."""

    id: int
    title: str
    options: tuple[str, ...]
    ballot: Ballot
    state: VoteState
    area_code: str
    area_path: str
    platform: str
    chat_id: int
    thread_id: int | None
    called_by: str
    """The name of who called it."""
    opened_at: datetime
    closes_at: datetime
    ended_at: datetime | None = None
    result: tuple[int, ...] = ()
    """The voices for each option, once it is closed."""


@dataclass(frozen=True, slots=True)
class Choice:
    """What one person chose: one voice for each account, which may change until the end."""

    vote_id: int
    account: int
    name: str
    option: int
    """The position among the options, from 0."""
    at: datetime


@dataclass(frozen=True, slots=True)
class Tally:
    """The count of a vote: the voices for each option, in their order."""

    counts: tuple[int, ...]

    @property
    def total(self) -> int:
        """How many voted."""
        return sum(self.counts)

    @property
    def leading(self) -> tuple[int, ...]:
        """The options with the most voices, several where they are equal; none where nobody voted."""
        most = max(self.counts, default=0)
        return tuple(at for at, count in enumerate(self.counts) if count == most) if most else ()

    def percent(self, option: int) -> int:
        """The share of an option in whole percent; 0 where nobody voted."""
        return round(100 * self.counts[option] / self.total) if self.total else 0


class UnknownVote(RoutingError):
    """No vote has this number."""

    code = "unknown_vote"

    def __init__(self, vote_id: int) -> None:
        super().__init__(vote_id)
        self.vote_id = vote_id


class VoteOver(RoutingError):
    """The vote is closed or was cancelled."""

    code = "vote_over"

    def __init__(self, vote_id: int) -> None:
        super().__init__(vote_id)
        self.vote_id = vote_id


class NoVoice(RoutingError):
    """The person has no voice in this vote: a post, or another group."""

    code = "no_voice"


class VoteMalformed(RoutingError):
    """The command does not say what is to be voted on; ``what`` is "title", "options", "option" or "twice"."""

    code = "vote_malformed"

    def __init__(self, what: str) -> None:
        super().__init__(what)
        self.what = what


class VoteEndUnclear(RoutingError):
    """The end is no time to come, or a vote would be too short or too long with it."""

    code = "vote_end_unclear"

    def __init__(self, written: str) -> None:
        super().__init__(written)
        self.written = written


@dataclass(frozen=True, slots=True)
class VoteCall:
    """What stands behind ``/vote``."""

    title: str
    options: tuple[str, ...]
    ballot: Ballot
    closing: str
    """The end as it was written; empty where none was."""


_BALLOT_WORDS = {
    "记名": Ballot.NAMED,
    "公开": Ballot.NAMED,
    "实名": Ballot.NAMED,
    "不记名": Ballot.ANONYMOUS,
    "无记名": Ballot.ANONYMOUS,
    "匿名": Ballot.ANONYMOUS,
}


def parse_call(
    written: str, rules: VoteRules, *, is_time: Callable[[str], bool], seems_time: Callable[[str], bool]
) -> VoteCall:
    """Reads ``title | option | option | … | end | 记名``; the last two may be left out.

    ``is_time`` tells whether a part can be read as a time. Only the last part is taken as the end, and only where two
    options are left without it, so that options may be times as well (几点开会). ``seems_time`` tells whether a part is
    meant as a time, though none that can be an end: behind options that are no times it would be one by mistake.

    Raises:
        VoteMalformed: there is no title, there are fewer than two options or too many, one is too long or twice.
        VoteEndUnclear: what stands where the end stands is no time to come.
    """
    parts = [" ".join(part.split()) for part in written.replace("｜", "|").split("|")]
    title, rest = parts[0], [part for part in parts[1:] if part]
    ballot, closing = rules.ballot, ""
    if rest and rest[-1] in _BALLOT_WORDS:
        ballot = _BALLOT_WORDS[rest.pop()]
    if len(rest) > 2 and is_time(rest[-1]):
        closing = rest.pop()
    elif len(rest) > 2 and seems_time(rest[-1]) and not any(map(seems_time, rest[:-1])):
        raise VoteEndUnclear(rest[-1])
    if not title or len(title) > rules.longest_title:
        raise VoteMalformed("title")
    if not 2 <= len(rest) <= rules.most_options:
        raise VoteMalformed("options")
    if any(len(option) > rules.longest_option for option in rest):
        raise VoteMalformed("option")
    if len(set(rest)) < len(rest):
        raise VoteMalformed("twice")
    return VoteCall(title, tuple(rest), ballot, closing)


def require_length(opened_at: datetime, closes_at: datetime, rules: VoteRules, written: str) -> None:
    """Raises ``VoteEndUnclear`` where a vote would be too short for people to see it, or too long to remember it.

    ``written`` is the end as it was written.
    """
    if not rules.shortest <= closes_at - opened_at <= rules.longest:
        raise VoteEndUnclear(written)


def require_vote_move(vote: Vote, state: VoteState) -> None:
    """Raises ``VoteOver`` where the vote cannot come to ``state`` from where it is."""
    if state not in VOTE_TRANSITIONS[vote.state]:
        raise VoteOver(vote.id)


def require_open(vote: Vote, now: datetime) -> None:
    """Raises ``VoteOver`` where a voice comes too late; what the clock has not closed yet is over all the same."""
    if vote.state is not VoteState.RUNNING or now >= vote.closes_at:
        raise VoteOver(vote.id)


def tally(options: Sequence[str], choices: Iterable[int]) -> Tally:
    """Counts choices, given as positions; what is no option is not counted."""
    counts = [0] * len(options)
    for choice in choices:
        if 0 <= choice < len(counts):
            counts[choice] += 1
    return Tally(tuple(counts))
