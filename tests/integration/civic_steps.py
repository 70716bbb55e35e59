"""Steps that the flows of needs and of projects share: a wish, its card in the group, a partner who claims it."""

from __future__ import annotations

from routing.need import Need, NeedFilter
from routing.project import Project
from tests.sandbox_server import Json
from tests.town import GARDEN, TANG, ZHANG, ZOU, Town

BENCH = "希望3栋楼下装几张长椅，老人走累了能歇歇"


async def needs(town: Town) -> tuple[Need, ...]:
    async with town.database.unit_of_work() as work:
        return await work.civic.needs.find(NeedFilter(), limit=100)


async def need(town: Town) -> Need:
    (one,) = await needs(town)
    return one


async def project(town: Town, project_id: int = 1) -> Project:
    async with town.database.unit_of_work() as work:
        return await work.civic.projects.get(project_id)


async def card(town: Town, number: int = 1, user: int = ZHANG, chat: int = GARDEN) -> Json:
    """The need's card in the group."""
    found = [one for one in await town.people.history(user, chat) if f"需求 {number}：" in str(one.get("text"))]
    assert len(found) == 1, [one.get("text") for one in found]
    return found[0]


async def claimed(town: Town) -> None:
    """A bench is wanted, and the bank has claimed it."""
    await town.say(ZHANG, GARDEN, BENCH)
    await town.press_label(ZOU, ZOU, "🤝 认领需求 1")


async def under_way(town: Town) -> None:
    await claimed(town)
    await town.press_label(TANG, TANG, "同意")


def forged(action: str, subject: int, argument: str = "") -> str:
    return f"p:{action}:{subject}:{argument}"


async def any_card(town: Town, person: int) -> Json:
    return await town.say(person, person, "/help")
