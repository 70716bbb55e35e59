"""The staff register as a whole: who holds a post at a moment."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from routing.rota import Absence
from routing.staff import Role, Staff
from routing.staff_book import StaffBook

NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
LIN = Staff(1, "林晓", Role.GRID_WORKER, "G1", account=11)
ZHOU = Staff(2, "周建国", Role.GRID_WORKER, "G2", account=22, reachable=False)
LEAD = Staff(3, "罗敏", Role.GRID_LEAD, "G1", account=33)
ALSO_LIN = Staff(4, "林晓", Role.LIAISON, "B1", account=11)
NOBODY = Staff(5, "待定", Role.GRID_WORKER, "G1")
POSTS = (LIN, ZHOU, LEAD, ALSO_LIN, NOBODY)


def held(stand_in: int | None, now: datetime) -> Staff | None:
    return StaffBook(POSTS, [Absence(1, LIN.id, NOW, NOW + HOUR, stand_in)]).get(LIN.id, now)


@pytest.mark.parametrize(
    ("now", "stand_in", "name", "account", "on_duty", "reachable"),
    [
        (NOW - HOUR, 2, "林晓", 11, True, True),
        (NOW, 2, "周建国", 22, True, False),
        (NOW + HOUR, 2, "林晓", 11, True, True),
        (NOW, None, "林晓", 11, False, True),
        (NOW, 99, "林晓", 11, False, True),
    ],
)
def test_who_holds_a_post(
    now: datetime, stand_in: int | None, name: str, account: int, on_duty: bool, reachable: bool
) -> None:
    post = held(stand_in, now)
    assert post is not None
    assert (post.name, post.account, post.on_duty, post.reachable) == (name, account, on_duty, reachable)
    assert (post.id, post.role, post.area_code) == (LIN.id, LIN.role, LIN.area_code)


def test_a_person_has_their_own_posts_and_those_they_stand_in_for() -> None:
    book = StaffBook(POSTS, [Absence(1, LIN.id, NOW, NOW + HOUR, ZHOU.id)])
    assert [(post.id, post.account) for post in book.of_account(22, NOW)] == [(1, 22), (2, 22)]
    assert book.of_account(22, NOW + HOUR) == (ZHOU,)
    assert book.of_account(11, NOW) == (LIN, ALSO_LIN), "who is away keeps the posts"
    assert book.of_account(99, NOW) == ()


def test_posts_are_found_by_role_and_exact_area_in_the_order_of_the_register() -> None:
    book = StaffBook(POSTS)
    assert book.of_areas([Role.GRID_LEAD, Role.GRID_WORKER], ["G1", "B1"], NOW) == (LIN, LEAD, NOBODY)
    assert book.of_areas([Role.LIAISON], ["G1"], NOW) == ()
    assert book.get(99, NOW) is None
    assert sorted(book.ids_of_areas(["G1", "B1"])) == [1, 3, 4, 5]
