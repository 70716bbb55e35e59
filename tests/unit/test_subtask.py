"""Sub-tasks: every move tried, and what holds a ticket open."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from routing.errors import NotAllowed
from routing.permissions import co_handling_post
from routing.staff import Actor
from routing.subtask import Subtask, SubtaskOver, SubtasksOpen, SubtaskState, require_all_done, require_move
from tests.unit.staffed_ticket import POSTS

S = SubtaskState
LEGAL = {(S.ASKED, S.CLAIMED), (S.ASKED, S.DONE), (S.ASKED, S.WITHDRAWN), (S.CLAIMED, S.DONE), (S.CLAIMED, S.WITHDRAWN)}
SUBTASK = Subtask(1, 1, post_id=3, given_by=1, given_at=datetime(2026, 11, 23, tzinfo=UTC), task="清理楼道")


@pytest.mark.parametrize("before", S)
@pytest.mark.parametrize("after", S)
def test_moves(before: SubtaskState, after: SubtaskState) -> None:
    subtask = replace(SUBTASK, state=before)
    if (before, after) in LEGAL:
        require_move(subtask, after)
    else:
        with pytest.raises(SubtaskOver):
            require_move(subtask, after)


def test_a_ticket_waits_for_all_its_parts() -> None:
    done, recalled = replace(SUBTASK, state=S.DONE), replace(SUBTASK, state=S.WITHDRAWN)
    require_all_done("N", ())
    require_all_done("N", (done, recalled))
    with pytest.raises(SubtasksOpen) as refused:
        require_all_done("N", (done, SUBTASK, recalled, replace(SUBTASK, state=S.CLAIMED)))
    assert (refused.value.number, refused.value.count) == ("N", 2)


@pytest.mark.parametrize("who", POSTS)
def test_only_who_was_asked_answers(who: str) -> None:
    actor = Actor(POSTS[who].account or 0, who, (POSTS[who],))
    if who == "worker":
        assert co_handling_post(actor, SUBTASK) == POSTS[who]
    else:
        with pytest.raises(NotAllowed):
            co_handling_post(actor, SUBTASK)
