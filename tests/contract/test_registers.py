"""Areas, posts, invitations and chat groups."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy.exc import IntegrityError

from models.database import Database
from routing.areas import Area, AreaKind, Management
from routing.errors import UnknownArea, UnknownPost
from routing.groups import Group, GroupKind, GroupState, Invitation
from routing.outgoing import Content, Outgoing
from routing.staff import Role, Staff
from routing.ticket import Status
from tests.contract.samples import AREAS, NOW, ODD_TEXTS, open_ticket, settle


async def test_areas_come_back_as_they_were(database: Database) -> None:
    odd = [
        Area(f"O{index}", text, text, "D", AreaKind.DEDICATED, Management.ENTRUSTED, (text, "b"), 0)
        for index, text in enumerate(ODD_TEXTS)
    ]
    async with database.unit_of_work() as work:
        assert await work.areas.upsert([*AREAS, *odd]) == len(AREAS) + len(odd)
        await work.commit()
    async with database.unit_of_work() as work:
        assert list(await work.areas.tree()) == [*AREAS, *odd]


async def test_upserting_counts_only_what_differs(database: Database) -> None:
    await settle(database)
    renamed = replace(AREAS[3], name="一号网格", households=413)
    async with database.unit_of_work() as work:
        assert await work.areas.upsert(AREAS) == 0
        assert await work.areas.upsert([*AREAS[:3], renamed, replace(AREAS[4], aliases=("菜市",))]) == 2
        assert await work.areas.upsert([]) == 0
        await work.commit()
    async with database.unit_of_work() as work:
        tree = await work.areas.tree()
        assert tree.get("G1") == renamed
        assert [area.code for area in tree] == [area.code for area in AREAS], "the order of the register stays"


async def test_a_parent_may_come_after_its_child_but_must_come(database: Database) -> None:
    async with database.unit_of_work() as work:
        await work.areas.upsert([Area("B", "b", "grid", "A"), Area("A", "a", "community")])
        await work.commit()
    async with database.unit_of_work() as work:
        await work.areas.upsert([Area("C", "c", "grid", "nowhere")])
        with pytest.raises(IntegrityError):
            await work.commit()
    async with database.unit_of_work() as work:
        assert "C" not in await work.areas.tree()


async def test_the_tree_is_read_again_once_another_process_changed_it(database_url: str, database: Database) -> None:
    await settle(database)
    async with database.unit_of_work() as work:
        first = await work.areas.tree()
        assert await work.areas.tree() is first
    async with database.unit_of_work() as work:
        assert await work.areas.tree() is first, "an unchanged register is not read again"
    other = Database(database_url)
    async with other.unit_of_work() as work:
        await work.areas.upsert([Area("G2", "二网格", "grid", "D-S1-C1")])
        await work.commit()
    await other.close()
    async with database.unit_of_work() as work:
        assert "G2" in await work.areas.tree()


async def test_a_change_rolled_back_is_seen_by_nobody_else(database: Database) -> None:
    await settle(database)
    async with database.unit_of_work() as work:
        await work.areas.upsert([Area("G2", "二网格", "grid", "D-S1-C1")])
        assert "G2" in await work.areas.tree(), "the unit of work sees its own change"
    async with database.unit_of_work() as work:
        await work.areas.upsert([Area("G3", "三网格", "grid", "D-S1-C1")])
        await work.commit()
    async with database.unit_of_work() as work:
        tree = await work.areas.tree()
        assert "G3" in tree
        assert "G2" not in tree
        with pytest.raises(UnknownArea):
            tree.get("G2")


async def test_posts_come_back_as_they_were(database: Database) -> None:
    await settle(database)
    async with database.unit_of_work() as work:
        kept = [
            await work.staff.add(
                Staff(0, text, role, "G1", 2_000_000_000 + index, text, frozenset({text, "water"}), False, False)
            )
            for index, (text, role) in enumerate(zip(ODD_TEXTS, [*Role, Role.ADMIN], strict=True))
        ]
        await work.commit()
    async with database.unit_of_work() as work:
        assert [await work.staff.get(post.id) for post in kept] == kept
        assert (await work.staff.all())[1:] == tuple(kept)
        assert kept[0].name == ODD_TEXTS[0]
        with pytest.raises(UnknownPost):
            await work.staff.get(999_999)


async def test_posts_are_found_by_account_and_by_place(database: Database) -> None:
    worker = await settle(database)
    async with database.unit_of_work() as work:
        lead = await work.staff.add(Staff(0, "李芳", Role.GRID_LEAD, "G10", account=worker.account))
        await work.staff.add(Staff(0, "王强", Role.GRID_WORKER, "G10", account=5))
        assert worker.account is not None
        assert await work.staff.of_account(worker.account) == (worker, lead)
        assert await work.staff.of_account(404) == ()
        assert await work.staff.posts([Role.GRID_WORKER, Role.GRID_LEAD], ["G1"]) == (worker,)
        assert await work.staff.posts([Role.GRID_LEAD], ["G1", "G10"]) == (lead,)
        assert await work.staff.posts([], ["G1"]) == ()
        assert await work.staff.posts([Role.ADMIN], []) == ()


async def test_a_post_held_already_is_not_added_twice(database: Database) -> None:
    worker = await settle(database)
    async with database.unit_of_work() as work:
        assert worker.account is not None
        await work.staff.set_on_duty(worker.account, False)
        assert await work.staff.add(replace(worker, id=0)) == worker
        assert await work.staff.all() == (worker,)


async def test_the_register_of_staff_can_be_imported_again(database: Database) -> None:
    await settle(database)
    unknown = Staff(0, "赵敏", Role.LIAISON, "X1", phone="000")
    known = Staff(0, "钱伟", Role.LIAISON, "X1", account=77, skills=frozenset({"water"}))
    async with database.unit_of_work() as work:
        assert await work.staff.upsert([unknown, known]) == 2
        assert await work.staff.upsert([unknown, known]) == 0
        await work.commit()
    async with database.unit_of_work() as work:
        assert await work.staff.set_reachable(77, False) == 1
        # A new telephone, an account for one who had none, and a file that no longer names the account of the other.
        changed = await work.staff.upsert(
            [replace(unknown, account=78, phone="111"), replace(known, account=None, skills=frozenset({"power"}))]
        )
        assert changed == 2
        await work.commit()
    async with database.unit_of_work() as work:
        _, first, second = await work.staff.all()
        assert (first.name, first.account, first.phone) == ("赵敏", 78, "111")
        assert (second.name, second.account, second.skills) == ("钱伟", 77, frozenset({"power"}))
        assert not second.reachable, "no register knows whether a person can be reached"
        assert await work.staff.upsert([replace(second, name="钱小伟", role=Role.GRID_LEAD)]) == 1
        assert (await work.staff.get(second.id)).role is Role.GRID_LEAD


async def test_two_of_the_same_name_stay_two(database: Database) -> None:
    await settle(database)
    async with database.unit_of_work() as work:
        one = Staff(0, "张伟", Role.LIAISON, "X1", account=81)
        other = Staff(0, "张伟", Role.LIAISON, "X1", account=82)
        assert await work.staff.upsert([one, other]) == 2
        assert await work.staff.upsert([one, other]) == 0
        assert [post.account for post in (await work.staff.all())[1:]] == [81, 82]


async def test_duty_and_reach_are_kept_for_all_posts_of_a_person(database: Database) -> None:
    worker = await settle(database)
    assert worker.account is not None
    async with database.unit_of_work() as work:
        await work.staff.add(Staff(0, "李芳", Role.GRID_LEAD, "G10", account=worker.account))
        assert await work.staff.set_on_duty(worker.account, False) == 2
        assert await work.staff.set_on_duty(worker.account, False) == 0
        assert await work.staff.set_reachable(worker.account, False) == 2
        assert await work.staff.set_reachable(404, False) == 0
        assert [(post.on_duty, post.reachable) for post in await work.staff.all()] == [(False, False)] * 2


async def test_loads_count_open_tickets_only(database: Database) -> None:
    worker = await settle(database)
    for status in Status:
        await open_ticket(database, assignee_id=worker.id, status=status)
    await open_ticket(database)
    async with database.unit_of_work() as work:
        assert await work.staff.loads([worker.id, 404]) == {worker.id: 3, 404: 0}
        assert await work.staff.loads([]) == {}


async def test_an_invitation_is_used_once_and_in_time(database: Database) -> None:
    await settle(database)
    invitation = Invitation("hash", "liaison", "G1", 9, NOW + timedelta(hours=1))
    async with database.unit_of_work() as work:
        await work.staff.add_invitation(invitation)
        await work.staff.add_invitation(replace(invitation, token_hash="late"))
        await work.commit()

    async def use(account: int) -> Invitation | None:
        async with database.unit_of_work() as work:
            used = await work.staff.use_invitation("hash", account, NOW)
            await work.commit()
            return used

    assert sorted(map(bool, await asyncio.gather(*map(use, range(1, 6))))) == [False] * 4 + [True]
    async with database.unit_of_work() as work:
        assert await work.staff.use_invitation("late", 1, NOW + timedelta(hours=1)) is None
        assert await work.staff.use_invitation("late", 1, NOW) == replace(invitation, token_hash="late")
        assert await work.staff.use_invitation("other", 1, NOW) is None
        await work.commit()
    async with database.unit_of_work() as work:
        expires = NOW + timedelta(hours=1)
        await work.staff.add_invitation(replace(invitation, token_hash="young", expires_at=expires + timedelta(days=1)))
        assert await work.staff.prune_invitations(expires) == 0
        assert await work.staff.prune_invitations(expires + timedelta(seconds=1)) == 2
        assert await work.staff.use_invitation("young", 1, NOW) is not None


async def test_groups_come_back_as_they_were(database: Database) -> None:
    await settle(database)
    groups = [
        Group("telegram", -1_001_000_000_000 - index, text, GroupKind.STAFF, "G1", 5, GroupState.RESTRICTED)
        for index, text in enumerate(ODD_TEXTS)
    ] + [Group("telegram", -5, "new")]
    async with database.unit_of_work() as work:
        for group in groups:
            await work.groups.put(group)
        await work.commit()
    async with database.unit_of_work() as work:
        assert [await work.groups.get("telegram", group.chat_id) for group in groups] == groups
        assert set(await work.groups.all()) == set(groups)
        assert await work.groups.get("local", -5) is None
        await work.groups.put(replace(groups[-1], area_code="G10", title="菜市"))
        await work.groups.set_state("telegram", -5, GroupState.LEFT)
        assert await work.groups.get("telegram", -5) == Group(
            "telegram", -5, "菜市", area_code="G10", state=GroupState.LEFT
        )


async def test_groups_are_found_by_area(database: Database) -> None:
    await settle(database)
    residents = Group("local", -1, "居民", GroupKind.RESIDENTS, "G1")
    staff = Group("local", -2, "工作", GroupKind.STAFF, "G1")
    left = Group("local", -3, "旧", GroupKind.RESIDENTS, "G1", state=GroupState.LEFT)
    async with database.unit_of_work() as work:
        for group in (residents, staff, left):
            await work.groups.put(group)
        assert await work.groups.of_areas(GroupKind.RESIDENTS, ["G1", "G10"]) == (residents,)
        assert await work.groups.of_areas(GroupKind.STAFF, ["G1"]) == (staff,)
        assert await work.groups.of_areas(GroupKind.STAFF, ["G10"]) == ()
        assert await work.groups.of_areas(GroupKind.STAFF, []) == ()


@pytest.mark.parametrize("new_is_known", [False, True])
async def test_a_group_that_became_a_supergroup_takes_everything_with_it(
    database: Database, new_is_known: bool
) -> None:
    await settle(database)
    old, new = -10, -1_001_000_000_010
    kept = await open_ticket(database, group_chat_id=old)
    async with database.unit_of_work() as work:
        await work.groups.put(Group("local", old, "居民", area_code="G1", state=GroupState.LEFT))
        if new_is_known:
            await work.groups.put(Group("local", new, "居民"))
            await work.outbox.add(Outgoing("local", new, Content("card"), ticket_id=kept.id, card=True))
        await work.outbox.add(Outgoing("local", old, Content("card"), ticket_id=kept.id, card=True))
        for sent in await work.outbox.take(NOW, limit=5, lease_seconds=30):
            await work.outbox.delivered(sent, message_id=77 if sent.message.chat_id == old else None, at=NOW)
        await work.outbox.add(
            Outgoing("local", old, Content("waits"), thread_id=3, reply_to=4, edits=5),
            Outgoing("telegram", old, Content("other")),
        )
        await work.commit()
    async with database.unit_of_work() as work:
        await work.groups.migrate("local", old, new)
        await work.groups.migrate("local", old, new)
        await work.commit()
    async with database.unit_of_work() as work:
        assert await work.groups.get("local", old) is None
        assert await work.groups.get("local", new) == Group("local", new, "居民", area_code="G1")
        assert (await work.tickets.get(kept.id)).group_chat_id == new
        assert await work.tickets.card_chats(kept.id) == ((new, None),), "later states of the card follow"
        taken = await work.outbox.take(NOW, limit=5, lease_seconds=30)
        assert [row.message for row in taken] == [
            Outgoing("local", new, Content("waits")),
            Outgoing("telegram", old, Content("other")),
        ]
        await work.outbox.delivered(taken[0], message_id=1, at=NOW)
        await work.outbox.add(Outgoing("local", new, Content("card"), ticket_id=kept.id, card=True))
        (card,) = await work.outbox.take(NOW, limit=5, lease_seconds=30)
        assert card.card_message_id is None, "the old message cannot be edited any more"


async def test_what_waits_for_a_group_that_was_never_bound_follows_it_too(database: Database) -> None:
    async with database.unit_of_work() as work:
        await work.outbox.add(Outgoing("local", -10, Content("waits")))
        await work.groups.migrate("local", -10, -1_001)
        assert [row.message.chat_id for row in await work.outbox.take(NOW, limit=5, lease_seconds=30)] == [-1_001]
        assert await work.groups.all() == ()
