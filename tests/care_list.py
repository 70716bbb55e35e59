"""A care list for tests of whole flows in the sample district."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from routing.care import CarePerson
from routing.place import Place
from tests.town import LI, ZHOU, Town

GRANNY = "王秀珍"
"""Lives alone in the managed complex; paired with the grid worker of another grid."""
OLD_LI = "李国庆"
"""Has an account, and no cadre."""

PERSONS = (
    CarePerson(
        0, GRANNY, ("elder_alone",), "TD101-X1", Place("3", "2", None, "302"), None, "0000-0000201", None, "耳背"
    ),
    CarePerson(0, OLD_LI, ("ill", "relief"), "TD101-X1", Place("5", "1", None, "101"), LI, "0000-0000202", None, ""),
)


async def list_persons(
    town: Town, persons: Sequence[CarePerson] = PERSONS, cadre: int = ZHOU
) -> tuple[CarePerson, ...]:
    """Puts people on the list, the first of them paired with ``cadre``."""
    async with town.database.unit_of_work() as work:
        post = min(await work.staff.of_account(cadre), key=lambda one: one.id)
        first, *others = persons
        await work.care.upsert([replace(first, cadre_id=post.id), *others])
        await work.commit()
    async with town.database.unit_of_work() as work:
        return await work.care.persons({one.area_code for one in persons})
