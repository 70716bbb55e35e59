"""Two districts share one database and one bot; nothing of one is seen, told, claimed or changed in the other."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import cast

import pytest

from bot.services.opening import path_of
from routing.digest_schedule import Period
from routing.errors import NotAllowed
from routing.queries import TicketFilter
from routing.staff import Actor
from routing.ticket import Status
from routing.ticket_events import EventKind
from tests.town import (
    ADMIN,
    GAO,
    GARDEN,
    HE,
    LIN,
    LUO,
    STAFF_ROOM,
    TANG,
    ZHANG,
    Town,
    running_town,
)
from tests.two_districts import ACCOUNTS, CHATS, both, in_twin, twin

LOCK = "/report 3栋单元门锁坏了，关不上"


@pytest.fixture
async def towns(database_url: str) -> AsyncIterator[Town]:
    """Both districts, with one ticket in the first."""
    async with running_town(database_url, people=both()) as town:
        await town.say(ZHANG, GARDEN, LOCK)
        yield town


def _there(account: int) -> int:
    return account + ACCOUNTS


async def _hears_nothing(town: Town, number: str) -> None:
    """Nobody of the second district, in private or in a group, has read the number."""
    rooms = [(account, account) for account in {post.account for post in twin().staff if post.account is not None}]
    rooms += [(room.members[0], room.chat_id) for room in twin().rooms]
    found = await asyncio.gather(*(town.texts(user, chat) for user, chat in rooms))
    assert not [(room, text) for room, texts in zip(rooms, found, strict=True) for text in texts if number in text]


async def test_a_ticket_climbs_to_the_top_of_its_own_district_only(towns: Town) -> None:
    first = await towns.ticket()
    await towns.say(_there(ZHANG), GARDEN + CHATS, LOCK)
    mine, other = await towns.tickets()
    assert mine.id == first.id
    assert other.area_path.startswith("XC/XD/")
    assert other.number.startswith("XD101-01-")
    for _ in range(40):
        towns.clock.advance(hours=8)
        await towns.sweep()
    own = {post.name: post for post in both().staff if post.area_code.startswith("X")}
    for ticket, prefix in ((mine, "T"), (other, "X")):
        climbed = [event for event in await towns.events(ticket) if event.kind is EventKind.ESCALATED]
        assert climbed
        told = [post for event in climbed for post in cast("list[int]", event.data["to"])]
        async with towns.database.unit_of_work() as work:
            posts = [await work.staff.get(post) for post in told]
        assert {post.area_code[0] for post in posts} == {prefix}
        assert {post.name for post in posts} <= own.keys(), "the same people stand there by name"
    await _hears_nothing(towns, mine.number)


async def test_lists_digests_and_exports_end_at_the_root(towns: Town) -> None:
    ticket = await towns.ticket()
    towns.clock.advance(hours=3)
    await towns.sweep()
    for command in ("/find 门锁", "/overdue"):
        await towns.say(GAO, GAO, command)
        assert any(ticket.number in text for text in await towns.texts(GAO))
        await towns.say(_there(GAO), _there(GAO), command)
    await towns.say(_there(GAO), _there(GAO), f"/find {ticket.number}")
    await towns.say(_there(GAO), _there(GAO), f"/urge {ticket.number}")
    await towns.say(_there(LIN), _there(LIN), "/todo")
    await towns.say(_there(GAO), _there(GAO), "/digest")
    await _hears_nothing_but_the_own_words(towns, ticket.number)
    async with towns.database.unit_of_work() as work:
        tree = await work.areas.tree()
        for code, count in (("TC", 1), ("XC", 0)):
            digest = await towns.cases.digests.compose(work, code, Period.DAY, towns.clock.now)
            assert (digest.new, len(digest.red)) == (count, count)
            wanted = TicketFilter(area_path=path_of(tree, code))
            assert len(await work.tickets.find(wanted, limit=5)) == count
    await towns.send_digests()
    await _hears_nothing_but_the_own_words(towns, ticket.number)


async def _hears_nothing_but_the_own_words(town: Town, number: str) -> None:
    """The same, apart from what the supervisor of the second district wrote."""
    for account in {post.account for post in twin().staff if post.account is not None}:
        for message in await town.people.history(account, account):
            if message["from"]["is_bot"]:
                text = str(message.get("text", ""))
                assert number not in text or "没有" in text, text


async def test_a_forged_press_from_the_other_district_is_refused(towns: Town) -> None:
    """A button's data holds the ticket's number, so anybody could send it; what counts is the post of who does."""
    ticket = await towns.ticket()
    await towns.say(_there(ZHANG), GARDEN + CHATS, LOCK)
    theirs = await towns.with_button(_there(HE), _there(HE), "认领")
    # The card of the other district's ticket, pressed by a handler of the first.
    mine = await towns.with_button(HE, HE, "认领")
    data = {row["callback_data"] for card in (mine, theirs) for line in _rows(card) for row in line}
    assert len(data) > 1
    for account in (HE, LIN, LUO, TANG, GAO, ADMIN):
        async with towns.database.unit_of_work() as work:
            posts = await work.staff.of_account(_there(account))
            with pytest.raises(NotAllowed):
                await towns.cases.handling.claim(work, Actor(_there(account), "", posts), ticket.id)
    assert (await towns.tickets())[0].status is Status.DISPATCHED


def _rows(card: dict[str, object]) -> list[list[dict[str, str]]]:
    return card["reply_markup"]["inline_keyboard"]  # type: ignore[index,no-any-return]


async def test_an_administrator_reaches_no_further_than_the_own_root(towns: Town) -> None:
    organisation = towns.cases.organisation
    async with towns.database.unit_of_work() as work:
        admin = Actor(_there(ADMIN), "管理员", await work.staff.of_account(_there(ADMIN)))
        group = await work.groups.get("telegram", GARDEN)
        assert group is not None
        with pytest.raises(NotAllowed):
            await organisation.bind(work, admin, group, "TD101-X1")
        with pytest.raises(NotAllowed):
            await organisation.bind(work, admin, group, in_twin("TD101-X1"))
        with pytest.raises(NotAllowed):
            await organisation.invite(work, admin, "网格员", "TD101-01")
        shown = "".join((await organisation.groups(work, admin)).lines)
        titles = {group.title for group in twin().groups}
        assert shown.count("\n") == 0
        assert all(title in shown for title in titles)
        listed = (await organisation.groups(work, admin)).lines
        assert len(listed) == len(twin().groups)


async def test_nobody_of_the_other_district_stands_in(towns: Town) -> None:
    """Names are the same in both; a leave finds the person of the own district, and no one else."""
    await towns.say(_there(LIN), _there(LIN), "/leave 11-24 11-25 周建国")
    async with towns.database.unit_of_work() as work:
        absences = await work.staff.absences(towns.clock.now)
        assert absences
        posts = {post.id: post for post in await work.staff.all()}
        for absence in absences:
            assert absence.stand_in_id is not None
            assert posts[absence.post_id].area_code.startswith("X")
            assert posts[absence.stand_in_id].area_code.startswith("X")


async def test_the_same_trouble_in_both_is_two_tickets_with_own_groups(towns: Town) -> None:
    first = await towns.ticket()
    await towns.say(_there(ZHANG), GARDEN + CHATS, LOCK)
    other = (await towns.tickets())[-1]
    assert other.id != first.id
    assert any(other.number in text for text in await towns.texts(_there(TANG), STAFF_ROOM + CHATS))
    assert not any(other.number in text for text in await towns.texts(TANG, STAFF_ROOM))
    await towns.say(ZHANG, ZHANG, "/mine")
    assert not any(other.number in text for text in await towns.texts(ZHANG))
