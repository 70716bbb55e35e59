"""What residents need and no duty covers (需求清单): its states and the legal moves between them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType

from routing.errors import RoutingError
from routing.script import Script


class NeedState(StrEnum):
    """Where a need stands."""

    OPEN = "open"
    """On the list; whoever can help may claim it (待认领)."""
    CLAIMED = "claimed"
    """A partner has claimed it, and the community has not agreed yet (待社区确认)."""
    UNDER_WAY = "under_way"
    """Both sides agreed: there is a project (实施中)."""
    MET = "met"
    """The project is complete (已办成)."""
    CLOSED = "closed"
    """Taken off the list by the community, with a reason (已下架)."""


ON_THE_LIST = frozenset({NeedState.OPEN, NeedState.CLAIMED, NeedState.UNDER_WAY})
"""People may still put themselves behind it."""

NEED_TRANSITIONS: Mapping[NeedState, frozenset[NeedState]] = MappingProxyType(
    {
        NeedState.OPEN: frozenset({NeedState.CLAIMED, NeedState.CLOSED}),
        # A claim that is not agreed to, or taken back, leaves the need open for others. It is answered before the need
        # can be taken off the list: somebody waits for that.
        NeedState.CLAIMED: frozenset({NeedState.UNDER_WAY, NeedState.OPEN}),
        NeedState.UNDER_WAY: frozenset({NeedState.MET, NeedState.OPEN}),
        NeedState.MET: frozenset(),
        NeedState.CLOSED: frozenset({NeedState.OPEN}),
    }
)
"""Every legal move; what is not here is refused."""


@dataclass(frozen=True, slots=True)
class Need:
    """One entry of the list. Times are aware UTC."""

    id: int
    """Also its number, by which people call it."""
    text: str
    """In the words of who asked first, without telephone numbers: it may be read by everybody."""
    kind: str
    """``NeedKind.code``, or empty where no word tells one."""
    state: NeedState
    area_code: str
    area_path: str
    platform: str
    script: Script
    listed_at: datetime
    account: int | None
    """Who asked first; staff who put it on the list for somebody are not meant."""
    group_chat_id: int | None = None
    group_thread_id: int | None = None
    source_message_id: int | None = None
    """The message of the group in which it was said."""
    ticket_id: int | None = None
    """The ticket that it came from."""
    claimed_at: datetime | None = None
    ended_at: datetime | None = None
    reason: str = ""
    """Why it was taken off the list: a code."""
    voices: int = 0
    """How many people stand behind it, who asked first included."""


@dataclass(frozen=True, slots=True)
class Voice:
    """One person who wants it too: one voice for each account."""

    need_id: int
    account: int
    name: str
    joined_at: datetime


@dataclass(frozen=True, slots=True)
class NeedFilter:
    """Which needs a list shows."""

    area_path: str = ""
    """Those in the area, or all where it is empty."""
    states: frozenset[NeedState] = frozenset()
    """In any of these states, or in any at all where none is named."""
    since: datetime | None = None
    until: datetime | None = None
    """Listed within this span."""


class UnknownNeed(RoutingError):
    """No need has this number."""

    code = "unknown_need"

    def __init__(self, need_id: int) -> None:
        super().__init__(need_id)
        self.need_id = need_id


class NeedMoved(RoutingError):
    """The need stands elsewhere by now: a button of yesterday, or of two who pressed the second."""

    code = "need_moved"

    def __init__(self, need_id: int, state: NeedState) -> None:
        super().__init__(need_id, state)
        self.need_id = need_id
        self.state = state


def require_need_move(need: Need, state: NeedState) -> None:
    """Raises ``NeedMoved`` where the need cannot come to ``state`` from where it is."""
    if state not in NEED_TRANSITIONS[need.state]:
        raise NeedMoved(need.id, need.state)


def require_on_the_list(need: Need) -> None:
    """Raises ``NeedMoved`` where nobody can stand behind the need any more."""
    if need.state not in ON_THE_LIST:
        raise NeedMoved(need.id, need.state)
