"""Posts of the people who handle tickets.

A row of the staff register is a post (岗位): a person in a role for an area. Who holds two posts has two rows with
the same account, and may do what either of them may.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """What a post is for."""

    GRID_WORKER = "grid_worker"
    LIAISON = "liaison"
    GRID_LEAD = "grid_lead"
    COMMUNITY = "community"
    STREET = "street"
    DEPARTMENT = "department"
    PROPERTY = "property"
    SUPERVISOR = "supervisor"
    ADMIN = "admin"


@dataclass(frozen=True, slots=True)
class DutyHours:
    """Hours of duty on some days of every week, in the district's own time.

    Days count from Monday (0) to Sunday (6), both included; times are minutes since midnight. Where ``closes`` is not
    after ``opens`` the duty lasts until the next morning.
    """

    first_day: int
    last_day: int
    opens: int
    closes: int


@dataclass(frozen=True, slots=True)
class Staff:
    """One post. ``account`` is the user id on the chat platform, if known; the private chat has the same id."""

    id: int
    name: str
    role: Role
    area_code: str
    account: int | None = None
    phone: str = ""
    skills: frozenset[str] = frozenset()
    on_duty: bool = True
    reachable: bool = True
    hours: tuple[DutyHours, ...] = ()
    """When it has duty; none means at all times."""

    def serves(self, service_code: str) -> bool:
        """Whether the post takes this service: no skills means all; a skill is a service code or its group."""
        return not self.skills or service_code in self.skills or service_code.split(".")[0] in self.skills


@dataclass(frozen=True, slots=True)
class Actor:
    """Somebody who presses a button or sends a command: an account and all of its posts (none for a resident)."""

    account: int
    name: str
    posts: tuple[Staff, ...] = ()

    def with_role(self, *roles: Role) -> tuple[Staff, ...]:
        """The posts of this person in any of ``roles``."""
        return tuple(post for post in self.posts if post.role in roles)
