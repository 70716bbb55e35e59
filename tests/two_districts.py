"""Two districts in one database: the packaged sample and a twin of it, with the same names and other numbers."""

from __future__ import annotations

from dataclasses import replace

from config.sample import SampleDistrict
from tests.town import sample

ACCOUNTS, CHATS = 500_000, -500_000
"""What is added to an account, and to a group's number, of the sample to get that of the twin."""


def in_twin(code: str) -> str:
    """The code in the twin of an area of the sample."""
    return f"X{code[1:]}"


def twin() -> SampleDistrict:
    """A district with a root of its own; people have the same names as in the sample, and other accounts."""
    district = sample()
    return replace(
        district,
        areas=tuple(
            replace(area, code=in_twin(area.code), parent_code=area.parent_code and in_twin(area.parent_code))
            for area in district.areas
        ),
        staff=tuple(
            replace(post, area_code=in_twin(post.area_code), account=post.account and post.account + ACCOUNTS)
            for post in district.staff
        ),
        groups=tuple(
            replace(group, chat_id=group.chat_id + CHATS, area_code=group.area_code and in_twin(group.area_code))
            for group in district.groups
        ),
        personas=tuple(replace(one, user_id=one.user_id + ACCOUNTS) for one in district.personas),
        rooms=tuple(
            replace(
                room,
                chat_id=room.chat_id + CHATS,
                title=f"{room.title}（二区）",
                members=tuple(member + ACCOUNTS for member in room.members),
                admins=tuple(admin + ACCOUNTS for admin in room.admins),
            )
            for room in district.rooms
        ),
        partners=(),
        care=(),
    )


def both() -> SampleDistrict:
    """The sample and its twin together."""
    one, other = sample(), twin()
    return replace(
        one,
        areas=one.areas + other.areas,
        staff=one.staff + other.staff,
        groups=one.groups + other.groups,
        personas=one.personas + other.personas,
        rooms=one.rooms + other.rooms,
    )
