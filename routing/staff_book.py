"""The staff register as a whole, to be looked things up in without asking a database each time."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from datetime import datetime

from routing.rota import Absence, as_held, away_at
from routing.staff import Role, Staff


class StaffBook:
    """Posts and absences; says who holds a post at a moment. It never changes: a changed register is a new book."""

    def __init__(self, posts: Iterable[Staff] = (), absences: Iterable[Absence] = ()) -> None:
        """``posts`` in the order of the register; ``absences`` that are over may be left out."""
        self.posts = tuple(posts)
        self._by_id = {post.id: post for post in self.posts}
        self._by_account: dict[int, list[Staff]] = {}
        self._by_area: dict[str, list[Staff]] = {}
        for post in self.posts:
            self._by_area.setdefault(post.area_code, []).append(post)
            if post.account is not None:
                self._by_account.setdefault(post.account, []).append(post)
        self._absences = tuple(absences)

    def get(self, post_id: int, now: datetime) -> Staff | None:
        """The post as it is held at ``now``, or none where there is no such post."""
        post = self._by_id.get(post_id)
        return None if post is None else self._held(post, away_at(self._absences, now))

    def of_account(self, account: int, now: datetime) -> tuple[Staff, ...]:
        """The posts that a person holds, away or not, and those that the person stands in for at ``now``."""
        found = {post.id: post for post in self._by_account.get(account, ())}
        for absence in away_at(self._absences, now).values():
            stand_in = self._by_id.get(absence.stand_in_id) if absence.stand_in_id is not None else None
            if stand_in is not None and stand_in.account == account and absence.post_id in self._by_id:
                found.setdefault(absence.post_id, replace(self._by_id[absence.post_id], account=account))
        return tuple(found[post_id] for post_id in sorted(found))

    def of_areas(self, roles: Collection[Role], area_codes: Collection[str], now: datetime) -> tuple[Staff, ...]:
        """The posts in any of these roles for exactly these areas, on duty or not, as they are held at ``now``."""
        wanted = set(roles)
        found = [post for code in set(area_codes) for post in self._by_area.get(code, ()) if post.role in wanted]
        away = away_at(self._absences, now)
        return tuple(self._held(post, away) for post in sorted(found, key=_id))

    def ids_of_areas(self, area_codes: Iterable[str]) -> list[int]:
        """The ids of all posts for exactly these areas."""
        return [post.id for code in area_codes for post in self._by_area.get(code, ())]

    def _held(self, post: Staff, away: Mapping[int, Absence]) -> Staff:
        return as_held(post, away.get(post.id), self._by_id)


def _id(post: Staff) -> int:
    return post.id
