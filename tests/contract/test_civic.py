"""Needs, partners, projects, suggestions and votes: what is kept is what is read, and each list has what it says."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import timedelta
from typing import Any

import pytest

from models.database import Database
from routing.motion import Motion, MotionState, UnknownMotion
from routing.need import Need, NeedFilter, NeedState, UnknownNeed, Voice
from routing.partner import Offer, OfferState, Partner, PartnerKind, UnknownOffer, UnknownPartner
from routing.project import Project, ProjectState, ProjectStep, UnknownProject
from routing.script import Script
from routing.vote import Ballot, Choice, UnknownVote, Vote, VoteState
from tests.contract.samples import NOW, ODD_TEXTS, open_ticket, settle

HOUR = timedelta(hours=1)
NEED = Need(0, "长椅", "seating", NeedState.OPEN, "G1", "D/D-S1/D-S1-C1/G1/", "local", Script.HANS, NOW, account=5)
OFFER = Offer(0, "捐长椅", "seating", "G1", "D/D-S1/D-S1-C1/G1/", OfferState.LISTED, "local", NOW)
PARTNER = Partner(0, "某银行", PartnerKind.ORGANISATION, "G1", account=7)
VOTE = Vote(
    0, "题", ("甲", "乙"), Ballot.NAMED, VoteState.RUNNING, "G1", "D/G1/", "local", -5, None, "唐丽", NOW, NOW + HOUR
)


def differs(full: object, plain: object, *same: str) -> None:
    """Every field of ``full`` is another than that of ``plain``, so that none can be forgotten."""
    for field in fields(full):  # type: ignore[arg-type]  # A dataclass of any kind.
        assert field.name in same or getattr(full, field.name) != getattr(plain, field.name), field.name


async def add_need(database: Database, **more: Any) -> Need:
    async with database.unit_of_work() as work:
        kept = await work.civic.needs.add(replace(NEED, **more))
        await work.commit()
    return kept


@pytest.mark.parametrize("text", ODD_TEXTS)
async def test_a_need_is_read_as_it_was_written(database: Database, text: str) -> None:
    await settle(database)
    source = await open_ticket(database)
    kept = await add_need(database, text=text)
    full = replace(
        kept,
        text=text + "。",
        kind="reading",
        state=NeedState.CLOSED,
        area_code="X1",
        area_path="D/D-S1/D-S1-C1/G1/X1/",
        platform="telegram",
        script=Script.HANT,
        listed_at=NOW + HOUR,
        account=6,
        group_chat_id=-1_001_234_567_890,
        group_thread_id=3,
        source_message_id=9_000_000_001,
        ticket_id=source.id,
        claimed_at=NOW + 2 * HOUR,
        ended_at=NOW + 3 * HOUR,
        reason=text or "duplicate",
    )
    differs(full, kept, "id", "voices")
    async with database.unit_of_work() as work:
        assert await work.civic.needs.lock(kept.id) == replace(NEED, id=kept.id, text=text)
        await work.civic.needs.save(full)
        await work.commit()
    async with database.unit_of_work() as work:
        assert await work.civic.needs.get(kept.id) == full
        assert await work.civic.needs.of_message("telegram", -1_001_234_567_890, 9_000_000_001) == full
        assert await work.civic.needs.of_message("local", -1_001_234_567_890, 9_000_000_001) is None
        with pytest.raises(UnknownNeed):
            await work.civic.needs.get(kept.id + 1)


async def test_one_voice_for_each_account(database: Database) -> None:
    await settle(database)
    need = await add_need(database)
    async with database.unit_of_work() as work:
        needs = work.civic.needs
        said = [await needs.add_voice(Voice(need.id, account, "人", NOW)) for account in (5, 6, 5)]
        assert said == [True, True, False]
        assert [voice.account for voice in await needs.voices(need.id)] == [5, 6]
        assert (await needs.get(need.id)).voices == 2


async def test_needs_are_found_by_place_state_and_time_the_most_wanted_first(database: Database) -> None:
    await settle(database)
    first = await add_need(database)
    wanted = await add_need(database, voices=3, area_path="D/D-S1/D-S1-C1/G10/", group_chat_id=-5)
    met = await add_need(database, state=NeedState.MET, listed_at=NOW + HOUR, group_chat_id=-5)
    async with database.unit_of_work() as work:
        needs = work.civic.needs

        async def ids(**of: Any) -> list[int]:
            found = await needs.find(NeedFilter(**of), limit=10)
            assert await needs.count(NeedFilter(**of)) == len(found)
            return [one.id for one in found]

        assert await ids() == [wanted.id, first.id, met.id]
        assert await ids(area_path="D/D-S1/D-S1-C1/G1/") == [first.id, met.id]
        assert await ids(states=frozenset({NeedState.OPEN})) == [wanted.id, first.id]
        assert await ids(since=NOW + HOUR) == [met.id]
        assert await ids(until=NOW + HOUR) == [wanted.id, first.id]
        assert len(await needs.find(NeedFilter(), limit=1)) == 1
        assert await needs.newest_in("local", -5, NOW) == wanted
        assert await needs.newest_in("local", -5, NOW + HOUR) is None
        assert await needs.newest_in("local", -6, NOW) is None
        assert await needs.listed_by("local", 5, NOW) == 3
        assert await needs.listed_by("local", 5, NOW + HOUR) == 1


async def test_who_asked_is_erased_once_it_is_long_over(database: Database) -> None:
    await settle(database)
    open_, over = await add_need(database), await add_need(database, state=NeedState.MET, ended_at=NOW)
    async with database.unit_of_work() as work:
        needs = work.civic.needs
        for need in (open_, over):
            await needs.add_voice(Voice(need.id, 5, "人", NOW))
        assert await needs.erase(NOW, NOW + HOUR) == 0
        assert await needs.erase(NOW + HOUR, NOW + HOUR) == 1
        assert await needs.erase(NOW + HOUR, NOW + HOUR) == 0
        assert (await needs.voices(over.id), len(await needs.voices(open_.id))) == ((), 1)
        assert ((await needs.get(over.id)).account, (await needs.get(over.id)).voices) == (None, 1)


@pytest.mark.parametrize("text", ODD_TEXTS)
async def test_partners_and_offers_are_read_as_they_were_written(database: Database, text: str) -> None:
    await settle(database)
    async with database.unit_of_work() as work:
        store = work.civic.partners
        (bank,) = await store.put([PARTNER])
        (again,) = await store.put([replace(PARTNER, kind=PartnerKind.MERCHANT, account=8, phone=text)])
        assert again.id == bank.id
        assert await store.get(bank.id) == again
        assert await store.all() == (again,)
        assert (await store.of_account(8), await store.of_account(7)) == ((again,), ())
        kept = await store.add_offer(OFFER)
        full = replace(
            kept,
            text=text + "。",
            kind="reading",
            area_code="X1",
            area_path="D/D-S1/D-S1-C1/G1/X1/",
            state=OfferState.PROPOSED,
            platform="telegram",
            offered_at=NOW + HOUR,
            account=9,
            name=text or "人",
            partner_id=bank.id,
            decide_due_at=NOW + 2 * HOUR,
            reminded=True,
            level=1,
            escalated_at=NOW + 3 * HOUR,
            next_check_at=NOW + 4 * HOUR,
        )
        differs(full, kept, "id")
        assert await store.offer(kept.id) == kept
        await store.save_offer(full)
        assert await store.take_due(NOW + 3 * HOUR, limit=5) == ()
        assert await store.take_due(NOW + 4 * HOUR, limit=5) == (full,)
        assert await store.lock_offer(kept.id) == full
        assert await store.offers([OfferState.PROPOSED], area_path="D/D-S1/", limit=5) == (full,)
        assert await store.offers([OfferState.PROPOSED], area_path="E/", limit=5) == ()
        assert await store.offers([OfferState.LISTED], limit=5) == ()
        assert await store.offers_of([bank.id], 0) == await store.offers_of([], 9) == (full,)
        with pytest.raises(UnknownPartner):
            await store.get(bank.id + 1)
        with pytest.raises(UnknownOffer):
            await store.offer(kept.id + 1)


async def test_projects_and_their_steps(database: Database) -> None:
    await settle(database)
    need = await add_need(database)
    async with database.unit_of_work() as work:
        (bank,) = await work.civic.partners.put([PARTNER])
        offer = await work.civic.partners.add_offer(OFFER)
        projects = work.civic.projects
        plain = Project(
            0, need.id, bank.id, ProjectState.CLAIMED, "G1", "D/D-S1/D-S1-C1/G1/", "local", NOW, NOW + 8 * HOUR
        )
        kept = await projects.add(plain)
        assert await projects.get(kept.id) == kept
        full = replace(
            kept,
            state=ProjectState.UNDER_WAY,
            area_code="X1",
            area_path="D/X1/",
            platform="telegram",
            claimed_at=NOW + HOUR,
            agree_due_at=NOW + 2 * HOUR,
            offer_id=offer.id,
            agreed_at=NOW + 3 * HOUR,
            ended_at=NOW + 4 * HOUR,
            reminded=True,
            level=2,
            escalated_at=NOW + 5 * HOUR,
            next_check_at=NOW + 6 * HOUR,
        )
        differs(full, kept, "id", "need_id", "partner_id")
        await projects.save(full)
        assert await projects.lock(kept.id) == full
        assert await projects.of_need(need.id) == (full,)
        assert await projects.of_partners([bank.id], [ProjectState.UNDER_WAY]) == (full,)
        assert await projects.of_partners([bank.id], [ProjectState.DONE]) == ()
        assert await projects.find([ProjectState.UNDER_WAY], area_path="D/X1/", limit=5) == (full,)
        assert await projects.find([ProjectState.UNDER_WAY], area_path="D/X2/", limit=5) == ()
        assert await projects.take_due(NOW + 5 * HOUR, limit=5) == ()
        assert await projects.take_due(NOW + 6 * HOUR, limit=5) == (full,)
        step = ProjectStep(0, kept.id, 1, "对接", by_partner=False, planned_at=NOW, due_at=NOW + HOUR)
        await projects.add_steps([step, replace(step, position=2, name="做", by_partner=True)])
        first, second = await projects.steps(kept.id)
        assert (replace(first, id=0), second.name) == (step, "做")
        done = replace(
            first,
            position=3,
            name="验收",
            by_partner=True,
            planned_at=NOW + HOUR,
            due_at=NOW + 2 * HOUR,
            done_at=NOW + 3 * HOUR,
            reminded=True,
            level=1,
            escalated_at=NOW + 4 * HOUR,
            next_check_at=NOW + HOUR,
        )
        differs(done, first, "id", "project_id")
        await projects.save_step(done)
        assert await projects.steps(kept.id) == (second, done)
        assert await projects.steps_of([kept.id, 99]) == {kept.id: (second, done)}
        assert await projects.take_due(NOW + HOUR, limit=5) == (full,)
        with pytest.raises(UnknownProject):
            await projects.lock(kept.id + 1)


async def test_a_motion_is_read_as_it_was_written(database: Database) -> None:
    await settle(database)
    ticket = await open_ticket(database)
    async with database.unit_of_work() as work:
        motions = work.civic.motions
        kept = await motions.add(Motion(0, ticket.id, MotionState.OWED, "G1", "D/G1/", 10, NOW, NOW + HOUR))
        assert await motions.of_ticket(ticket.id) == await motions.lock(kept.id) == kept
        full = replace(
            kept,
            state=MotionState.ANSWERED,
            area_code="X1",
            area_path="D/X1/",
            supporters=11,
            reached_at=NOW + HOUR,
            due_at=NOW + 2 * HOUR,
            answer=ODD_TEXTS[0],
            answered_at=NOW + 3 * HOUR,
            answered_by="唐丽",
            reminded=True,
            level=1,
            escalated_at=NOW + 4 * HOUR,
            next_check_at=NOW + 5 * HOUR,
        )
        differs(full, kept, "id", "ticket_id")
        await motions.save(full)
        assert await motions.of_ticket(ticket.id) == full
        assert await motions.of_ticket(ticket.id + 1) is None
        assert await motions.find([MotionState.ANSWERED], area_path="D/X1/", limit=5) == (full,)
        assert await motions.find([MotionState.OWED], limit=5) == ()
        assert await motions.take_due(NOW + 4 * HOUR, limit=5) == ()
        assert await motions.take_due(NOW + 5 * HOUR, limit=5) == (full,)
        with pytest.raises(UnknownMotion):
            await motions.lock(kept.id + 1)


async def test_votes_and_voices(database: Database) -> None:
    await settle(database)
    async with database.unit_of_work() as work:
        votes = work.civic.votes
        kept = await votes.add(VOTE)
        assert await votes.get(kept.id) == kept
        assert await votes.choose(Choice(kept.id, 5, "张", 0, NOW)) is None
        assert await votes.choose(Choice(kept.id, 6, "李", 0, NOW)) is None
        assert await votes.choose(Choice(kept.id, 5, "张敏", 1, NOW + HOUR)) == 0
        assert await votes.choices(kept.id) == (
            Choice(kept.id, 6, "李", 0, NOW),
            Choice(kept.id, 5, "张敏", 1, NOW + HOUR),
        )
        assert await votes.take_due(NOW, limit=5) == ()
        assert await votes.take_due(NOW + HOUR, limit=5) == (kept,)
        full = replace(
            kept,
            title=ODD_TEXTS[0],
            options=(ODD_TEXTS[1], ODD_TEXTS[2]),
            ballot=Ballot.ANONYMOUS,
            state=VoteState.CLOSED,
            area_code="X1",
            area_path="D/X1/",
            platform="telegram",
            chat_id=-6,
            thread_id=3,
            called_by="别人",
            opened_at=NOW + HOUR,
            closes_at=NOW + 2 * HOUR,
            ended_at=NOW + 3 * HOUR,
            result=(1, 1),
        )
        differs(full, kept, "id")
        await votes.save(full)
        assert await votes.lock(kept.id) == full
        assert await votes.take_due(NOW + 9 * HOUR, limit=5) == ()
        assert await votes.find(limit=5) == await votes.find([VoteState.CLOSED], area_path="D/", limit=5) == (full,)
        assert await votes.find([VoteState.RUNNING], limit=5) == ()
        assert await votes.find(ended_since=NOW + 4 * HOUR, limit=5) == ()
        # Only named votes keep who chose what, and those for a while.
        assert await votes.erase(NOW + 9 * HOUR) == 0
        await votes.save(replace(full, ballot=Ballot.NAMED))
        assert await votes.erase(NOW + 3 * HOUR) == 0
        assert await votes.erase(NOW + 9 * HOUR) == 2
        await votes.choose(Choice(kept.id, 5, "张", 0, NOW))
        await votes.forget_choices(kept.id)
        assert await votes.choices(kept.id) == ()
        with pytest.raises(UnknownVote):
            await votes.get(kept.id + 1)


async def test_who_can_be_written_to(database: Database) -> None:
    async with database.unit_of_work() as work:
        chats = work.civic.private_chats
        for account in (5, 6, 5):
            await chats.started("local", account)
        assert await chats.among("local", [5, 6, 7]) == {5, 6}
        assert await chats.among("other", [5]) == await chats.among("local", []) == frozenset()
        await chats.stopped("local", 5)
        assert await chats.among("local", [5, 6, 7]) == {6}
