"""Where a dispute may stand, and the one table of legal moves."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType


class DisputeState(StrEnum):
    """Where a dispute stands."""

    COLLECTING = "collecting"
    """Parties are named and say their part (征集意见)."""
    SCHEDULING = "scheduling"
    """A day is proposed, and not all have accepted it (约定时间)."""
    MEETING = "meeting"
    """The day is agreed (已约定)."""
    CONFIRMING = "confirming"
    """The outcome is written, and not all have confirmed it (待确认)."""
    SOLVED = "solved"
    """Every party has confirmed the outcome (已化解)."""
    UNSOLVED = "unsolved"
    """The parties did not agree (未化解)."""
    HANDED_OVER = "handed_over"
    """The street mediates from here on (移交街道)."""


class DisputeMove(StrEnum):
    """What can be done; the value is also the stable code of its button where it has one."""

    NAME_PARTY = "dp_party"
    STATE = "dp_say"
    PROPOSE = "dp_date"
    ACCEPT = "dp_accept"
    DECLINE = "dp_decline"
    AGREE = "dp_agree"
    """The last party accepted the day."""
    CONCLUDE = "dp_outcome"
    CONFIRM = "dp_confirm"
    OBJECT = "dp_object"
    SETTLE = "dp_settle"
    """The last party confirmed the outcome."""
    LEAVE_UNSOLVED = "dp_unsolved"
    HAND_OVER = "dp_street"


_S, _M = DisputeState, DisputeMove


DISPUTE_TRANSITIONS: Mapping[tuple[DisputeState, DisputeMove], DisputeState] = MappingProxyType(
    {
        (_S.COLLECTING, _M.NAME_PARTY): _S.COLLECTING,
        (_S.COLLECTING, _M.STATE): _S.COLLECTING,
        (_S.COLLECTING, _M.PROPOSE): _S.SCHEDULING,
        (_S.COLLECTING, _M.LEAVE_UNSOLVED): _S.UNSOLVED,
        (_S.COLLECTING, _M.HAND_OVER): _S.HANDED_OVER,
        # Who is named late has to accept the day too.
        (_S.SCHEDULING, _M.NAME_PARTY): _S.SCHEDULING,
        (_S.SCHEDULING, _M.STATE): _S.SCHEDULING,
        (_S.SCHEDULING, _M.PROPOSE): _S.SCHEDULING,
        (_S.SCHEDULING, _M.ACCEPT): _S.SCHEDULING,
        (_S.SCHEDULING, _M.DECLINE): _S.SCHEDULING,
        (_S.SCHEDULING, _M.AGREE): _S.MEETING,
        (_S.SCHEDULING, _M.LEAVE_UNSOLVED): _S.UNSOLVED,
        (_S.SCHEDULING, _M.HAND_OVER): _S.HANDED_OVER,
        (_S.MEETING, _M.STATE): _S.MEETING,
        # Another day, or a second meeting.
        (_S.MEETING, _M.PROPOSE): _S.SCHEDULING,
        (_S.MEETING, _M.CONCLUDE): _S.CONFIRMING,
        (_S.MEETING, _M.LEAVE_UNSOLVED): _S.UNSOLVED,
        (_S.MEETING, _M.HAND_OVER): _S.HANDED_OVER,
        (_S.CONFIRMING, _M.CONCLUDE): _S.CONFIRMING,
        (_S.CONFIRMING, _M.CONFIRM): _S.CONFIRMING,
        (_S.CONFIRMING, _M.SETTLE): _S.SOLVED,
        # What one party objects to is written anew, talked over once more, or left unsolved.
        (_S.CONFIRMING, _M.OBJECT): _S.MEETING,
        (_S.CONFIRMING, _M.LEAVE_UNSOLVED): _S.UNSOLVED,
        (_S.CONFIRMING, _M.HAND_OVER): _S.HANDED_OVER,
        (_S.UNSOLVED, _M.PROPOSE): _S.SCHEDULING,
        (_S.UNSOLVED, _M.HAND_OVER): _S.HANDED_OVER,
        (_S.HANDED_OVER, _M.PROPOSE): _S.SCHEDULING,
        (_S.HANDED_OVER, _M.LEAVE_UNSOLVED): _S.UNSOLVED,
    }
)
"""Every legal move; what is not here is refused."""


OPEN_DISPUTES = frozenset({_S.COLLECTING, _S.SCHEDULING, _S.MEETING, _S.CONFIRMING})
"""Somebody still mediates."""
