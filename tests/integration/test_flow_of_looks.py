"""Whoever is shown rooms, names and words of residents leaves a look behind, in the transaction of the look."""

from __future__ import annotations

from datetime import timedelta

import pytest
from structlog.testing import capture_logs

from bot.telegram.feed import UpdateFailed
from bot.telegram.menu import IN_GROUPS, IN_PRIVATE
from routing.audit import Look
from routing.volunteering import Volunteer, VolunteerState
from tests.town import GAO, GARDEN, HE, LI, TANG, ZHANG, Town

LEAK = "/report 3栋2单元502厨房下水道堵了，电话13812345678"


async def _looks(town: Town) -> list[Look]:
    async with town.database.unit_of_work() as work:
        return list(await work.audit.looks(town.clock() - timedelta(days=1)))


async def test_the_list_of_own_tickets(town: Town) -> None:
    await town.say(HE, HE, "/todo")
    assert await _looks(town) == [], "nothing was shown"
    await town.say(ZHANG, GARDEN, LEAK)
    await town.say(HE, HE, "/todo")
    assert "502" in (await town.texts(HE))[-1]
    (look,) = await _looks(town)
    ticket = await town.ticket()
    assert (look.account, look.what, look.channel, look.count) == (HE, "/todo", "chat", 1)
    assert (look.name, look.role, look.tickets) == ("何志强", "property", (ticket.id,))
    assert look.at == town.clock()


async def test_a_search(town: Town) -> None:
    await town.say(ZHANG, GARDEN, LEAK)
    await town.say(TANG, TANG, "/find 下水道")
    await town.say(GAO, GAO, "/find 13812345678")
    await town.say(GAO, GAO, "/find 没有这回事")
    assert [(look.account, look.about) for look in await _looks(town)] == [(GAO, "138****5678"), (TANG, "下水道")]
    await town.say(LI, LI, "/find 下水道")
    assert len(await _looks(town)) == 2, "who may not look has seen nothing"


async def test_what_shows_no_room_is_no_look(town: Town) -> None:
    await town.say(ZHANG, GARDEN, LEAK)
    town.clock.advance(days=30)
    for person, command in ((ZHANG, "/mine"), (TANG, "/overdue"), (TANG, "/digest")):
        await town.say(person, person, command)
        assert "502" not in (await town.texts(person))[-1]
    assert await _looks(town) == []


async def test_a_dispute(town: Town) -> None:
    await town.say(TANG, TANG, "/mediate TD101 停车位长期被占")
    async with town.database.unit_of_work() as work:
        (dispute,) = await work.disputes.find("", [])
    await town.say(TANG, TANG, f"/mediate {dispute.number}")
    assert [(look.what, look.about) for look in await _looks(town)] == [("/mediate", dispute.number)]


async def test_no_command_shows_a_room_or_a_neighbour_unseen(town: Town) -> None:
    """Every command that the menu offers: a room or a volunteer's name in the answer is a look."""
    await town.say(ZHANG, GARDEN, LEAK)
    await town.press_label(HE, HE, "认领")
    async with town.database.unit_of_work() as work:
        await work.volunteers.put(
            Volunteer(0, LI, "李志愿", "TD101-X1", ("bulb",), VolunteerState.ACTIVE, town.clock())
        )
        await work.commit()
    number, shown = (await town.ticket()).number, set[str]()
    asked = [(HE, "todo", "")]
    asked += [(TANG, command, words) for command in dict.fromkeys((*IN_PRIVATE, *IN_GROUPS)) for words in ("", number)]
    for person, command, words in asked:
        before, seen = len(await town.texts(person)), len(await _looks(town))
        await town.say(person, person, f"/{command} {words}".strip())
        answer = "\n".join((await town.texts(person))[before:])
        if "502" in answer or "李志愿" in answer:
            shown.add(command)
            assert len(await _looks(town)) == seen + 1, (person, command, words)
    assert shown == {"todo", "find", "hours", "mediate"}


async def test_looks_are_erased_in_time(town: Town) -> None:
    await town.say(ZHANG, GARDEN, LEAK)
    await town.say(HE, HE, "/todo")
    town.clock.advance(days=1094)
    await town.upkeep()
    async with town.database.unit_of_work() as work:
        assert len(await work.audit.looks(town.clock() - timedelta(days=2000))) == 1
    town.clock.advance(days=2)
    await town.upkeep()
    async with town.database.unit_of_work() as work:
        assert await work.audit.looks(town.clock() - timedelta(days=2000)) == ()


async def test_what_cannot_be_kept_is_not_shown(town: Town) -> None:
    await town.say(ZHANG, GARDEN, LEAK)
    async with town.database._engine.begin() as connection:
        await connection.exec_driver_sql("DROP TABLE look_tickets")
        await connection.exec_driver_sql("DROP TABLE looks")
    await town.people.say(HE, HE, "/todo")
    (raw,) = await town.fetch()
    with capture_logs(), pytest.raises(UpdateFailed):
        await town.feed.feed(raw)
    await town.outbox.run_once()
    assert not any("502" in text and "待办" in text for text in await town.texts(HE))
