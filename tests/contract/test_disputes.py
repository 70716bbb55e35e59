"""Disputes in the database: what is kept, found and erased."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from models.database import Database
from routing.dispute import Dispute, DisputeEvent, Party, PartyKind, UnknownDispute
from routing.dispute_states import DisputeState
from tests.contract.samples import NOW, settle

YEAR = timedelta(days=365)


async def kept(database: Database, **changes: object) -> Dispute:
    """A dispute of two parties."""
    worker = await settle(database)
    made = Dispute(
        id=0,
        area_code=worker.area_code,
        area_path=f"C/{worker.area_code}/",
        subject="电梯维修费怎么分摊",
        platform="telegram",
        opened_by=worker.id,
        lead_post=worker.id,
        opened_at=NOW,
        parties=(
            Party(0, PartyKind.COMMITTEE, "唐丽", post_id=worker.id),
            Party(0, PartyKind.OWNERS, "马建平", account=77, token_hash="hash"),
        ),
    )
    async with database.unit_of_work() as work:
        added = await work.disputes.add(replace(made, **changes))  # type: ignore[arg-type]
        await work.disputes.record(DisputeEvent(added.id, "opened", NOW, 9, "唐丽", {"area": made.area_code}))
        await work.commit()
    return added


async def test_the_clock_gets_each_due_dispute_once(database: Database) -> None:
    due = await kept(database, remind_at=NOW)
    await kept(database, remind_at=NOW + YEAR)
    await kept(database)
    async with database.unit_of_work() as work:
        assert await work.disputes.take_due(NOW - timedelta(seconds=1), limit=5) == ()
        assert await work.disputes.take_due(NOW, limit=5) == (due,)
        await work.disputes.save(replace(due, remind_at=None))
        await work.commit()
    async with database.unit_of_work() as work:
        assert await work.disputes.take_due(NOW, limit=5) == ()


async def test_what_is_kept_comes_back(database: Database) -> None:
    one = await kept(database)
    assert [party.id > 0 for party in one.parties] == [True, True]
    changed = replace(
        one,
        state=DisputeState.MEETING,
        proposed_at=NOW,
        meeting_at=NOW,
        round=3,
        outcome="物业先垫付",
        parties=(replace(one.parties[0], accepted=True, statement="社区协调"), replace(one.parties[1], accepted=False)),
    )
    async with database.unit_of_work() as work:
        assert await work.disputes.get(one.id) == one
        assert await work.disputes.of_party(one.parties[1].id) == one
        await work.disputes.save(changed)
        third = await work.disputes.add_party(changed, Party(0, PartyKind.OTHER, "维保单位"))
        await work.commit()
    async with database.unit_of_work() as work:
        assert await work.disputes.lock(one.id) == third
        (event,) = await work.disputes.events(one.id)
        assert (event.kind, event.at, event.data) == ("opened", NOW, {"area": one.area_code})
        for missing in (work.disputes.get(999), work.disputes.lock(999), work.disputes.of_party(999)):
            with pytest.raises(UnknownDispute):
                await missing


async def test_they_are_found_by_area_state_party_and_end(database: Database) -> None:
    one = await kept(database)
    async with database.unit_of_work() as work:
        find = work.disputes.find
        assert await find() == await find(one.area_path) == await find(account=77) == (one,)
        assert await find("elsewhere/") == await find(account=78) == await find(states=[DisputeState.SOLVED]) == ()
        assert await find(since=NOW + YEAR) == (one,), "it goes on"
        await work.disputes.save(replace(one, state=DisputeState.UNSOLVED, closed_at=NOW))
        assert [found.id for found in await find(since=NOW)] == [one.id]
        assert await find(since=NOW + timedelta(seconds=1)) == ()


@pytest.mark.parametrize("ended", ["closed_at", "handed_at"])
async def test_words_and_names_are_erased_once_it_is_long_over(database: Database, ended: str) -> None:
    state = DisputeState.SOLVED if ended == "closed_at" else DisputeState.HANDED_OVER
    one = await kept(database, state=state, outcome="物业先垫付", **{ended: NOW - 2 * YEAR})
    async with database.unit_of_work() as work:
        assert await work.disputes.erase(NOW - 3 * YEAR, NOW) == 0
        assert await work.disputes.erase(NOW - YEAR, NOW) == 1
        assert await work.disputes.erase(NOW - YEAR, NOW) == 0
        erased = await work.disputes.get(one.id)
        assert (erased.subject, erased.outcome, erased.state) == ("", "", state)
        assert [(party.kind, party.name, party.account) for party in erased.parties] == [
            (PartyKind.COMMITTEE, "", None),
            (PartyKind.OWNERS, "", None),
        ]
        assert await work.disputes.events(one.id) == ()


async def test_what_goes_on_is_kept_however_old(database: Database) -> None:
    await kept(database, opened_at=NOW - 3 * YEAR)
    async with database.unit_of_work() as work:
        assert await work.disputes.erase(NOW - YEAR, NOW) == 0
