"""Somebody of the staff cannot be reached: whoever is next in the chain hears of their tickets."""

from __future__ import annotations

from bot.telegram.decode import update_id_of
from routing.ticket import Status
from tests.town import GARDEN, HE, LIN, LUO, TANG, ZHANG, Town

LOCK = "/report 3栋单元门锁坏了，关不上"


async def _told(town: Town, account: int, number: str) -> int:
    return len([text for text in await town.texts(account) if f"工单 {number} 的消息送不到" in text])


async def _told_of(town: Town, number: str) -> dict[int, int]:
    """Who was told instead, and how often."""
    counts = {account: await _told(town, account, number) for account in (LIN, LUO, TANG)}
    return {account: count for account, count in counts.items() if count}


async def test_the_next_in_the_chain_hears_of_every_ticket_of_who_blocked_the_bot(town: Town) -> None:
    await town.say(ZHANG, GARDEN, LOCK)
    before = await town.ticket()
    await town.people.block(HE)
    await town.settle()
    told = await _told_of(town, before.number)
    assert told
    async with town.database.unit_of_work() as work:
        assert not any(post.reachable for post in await work.staff.of_account(HE))
    # The one who was told has the card, and may give it to somebody else.
    for account in told:
        assert any(f"单号 {before.number}" in text for text in await town.texts(account))
    assert (await town.ticket()).status is Status.DISPATCHED

    town.clock.advance(hours=1, minutes=45)
    await town.sweep()
    assert await _told_of(town, before.number) == told, "once is enough"


async def test_who_is_told_instead_may_be_out_of_reach_too(town: Town) -> None:
    await town.say(ZHANG, GARDEN, LOCK)
    ticket = await town.ticket()
    for account in (LUO, LIN, HE):
        await town.people.block(account)
    await town.settle()
    assert await _told(town, TANG, ticket.number) >= 1
    town.clock.advance(hours=3)
    await town.sweep()
    assert any("超期工单上报" in text and ticket.number in text for text in await town.texts(TANG))


async def test_a_message_that_finds_nobody_tells_the_next(town: Town) -> None:
    """The update that tells of the block may be lost, or come late; then the first message finds out."""
    await town.say(ZHANG, GARDEN, LOCK)
    ticket = await town.ticket()
    await town.people.block(HE)
    town.offset = max(update_id_of(raw) or 0 for raw in await town.fetch()) + 1
    town.clock.advance(hours=1, minutes=45)
    await town.sweep()
    async with town.database.unit_of_work() as work:
        assert not any(post.reachable for post in await work.staff.of_account(HE))
    told = await _told_of(town, ticket.number)
    assert set(told.values()) == {1}, "once, though several messages could not be delivered"


async def test_a_resident_out_of_reach_is_nobodys_trouble(town: Town) -> None:
    await town.say(ZHANG, ZHANG, "/start")
    await town.say(ZHANG, GARDEN, LOCK)
    ticket = await town.ticket()
    await town.people.block(ZHANG)
    await town.press_label(HE, HE, "认领")
    for one in (LIN, LUO, TANG):
        assert await _told(town, one, ticket.number) == 0
