"""``qunban partners``, ``qunban needs`` and ``qunban votes``."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest

from models.database import Database, SqlUnitOfWork
from routing.need import Need, NeedState, Voice
from routing.outgoing import QueuedMessage
from routing.partner import PartnerKind
from routing.project import Project, ProjectState, ProjectStep
from routing.script import Script
from routing.vote import Ballot, Choice, Vote, VoteState
from tests.cli import Shell
from tests.contract.samples import AREAS, NOW

PARTNERS = """name,kind,area_code,telegram_id,phone,gives
某银行,单位,G1,1000000201,0000-0000201,可以捐两张长椅|会议室可作活动室
=老王理发,merchant,D-S1-C1,,,每月一次免费理发
"""
HOUR = timedelta(hours=1)


def within(shell: Shell, story: Callable[[SqlUnitOfWork], Awaitable[None]]) -> None:
    """Does something to the database of the folder."""

    async def run() -> None:
        database = Database(f"sqlite+aiosqlite:///{shell.folder / 'var' / 'qunban.db'}")
        async with database.unit_of_work() as work:
            await story(work)
            await work.commit()
        await database.close()

    asyncio.run(run())


@pytest.fixture
def shell(shell: Shell) -> Shell:
    """A folder with a migrated database that knows some areas."""
    assert shell.run("migrate").exit_code == 0

    async def story(work: SqlUnitOfWork) -> None:
        await work.areas.upsert(AREAS)

    within(shell, story)
    return shell


def imported(shell: Shell, content: str = PARTNERS) -> None:
    (shell.folder / "partners.csv").write_text(content, encoding="utf-8")
    ran = shell.run("partners", "import", "partners.csv")
    assert ran.exit_code == 0, ran.errors


async def one_need(work: SqlUnitOfWork) -> None:
    needs = work.civic.needs
    need = await needs.add(
        Need(
            0, "装长椅", "seating", NeedState.OPEN, "G1", "D/D-S1/D-S1-C1/G1/", "telegram", Script.HANS, NOW, account=5
        )
    )
    await needs.add_voice(Voice(need.id, 5, "张敏", NOW))
    (partner, *_) = await work.civic.partners.all()
    project = await work.civic.projects.add(
        Project(0, need.id, partner.id, ProjectState.UNDER_WAY, "G1", "D/D-S1/D-S1-C1/G1/", "telegram", NOW, NOW + HOUR)
    )
    await work.civic.projects.add_steps(
        [ProjectStep(0, project.id, 1, "对接", by_partner=True, planned_at=NOW, due_at=NOW + HOUR, done_at=NOW)]
    )


def test_partners_are_imported_once_and_written_back_as_they_were(shell: Shell) -> None:
    imported(shell)
    again = shell.run("partners", "import", "partners.csv", "--json")
    assert json.loads(again.output) == {"partners": 2, "offers": 0}
    listed = json.loads(shell.run("partners", "list", "--json").output)
    assert [(one["name"], one["kind"], one["gives"]) for one in listed] == [
        ("=老王理发", PartnerKind.MERCHANT, ["每月一次免费理发"]),
        ("某银行", PartnerKind.ORGANISATION, ["可以捐两张长椅", "会议室可作活动室"]),
    ]
    shell.run("partners", "export", "-o", "out.csv")
    exported = (shell.folder / "out.csv").read_text(encoding="utf-8-sig")
    assert "'=老王理发" in exported  # No spreadsheet takes it for a formula.
    imported(shell, exported)
    assert json.loads(shell.run("partners", "list", "--json").output) == listed
    assert "可以捐两张长椅 | 会议室可作活动室" in shell.run("partners", "list").output


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        ("某银行,公司,G1,,,", "2: kind: unknown_kind"),
        ("某银行,单位,G9,,,", "2: area_code: unknown_area"),
        (",单位,G1,,,", "2: name: missing"),
        ("某银行,单位,G1,-4,,", "2: telegram_id:"),
        ("某银行,单位,G1,,电话,", "2: phone: bad_phone"),
        ("某银行,单位,G1,,,\n某银行,单位,G1,,,", "3: name: duplicate_partner"),
    ],
)
def test_a_wrong_row_is_refused_with_its_line_and_nothing_is_imported(shell: Shell, row: str, problem: str) -> None:
    (shell.folder / "bad.csv").write_text(PARTNERS.splitlines()[0] + "\n" + row + "\n", encoding="utf-8")
    ran = shell.run("partners", "import", "bad.csv")
    assert ran.exit_code == 1
    assert problem in ran.errors
    assert json.loads(shell.run("partners", "list", "--json").output) == []


def test_what_an_imported_partner_gives_is_matched_with_open_needs(shell: Shell) -> None:
    async def wanted(work: SqlUnitOfWork) -> None:
        path = "D/D-S1/D-S1-C1/G1/"
        await work.civic.needs.add(
            Need(0, "装几张长椅", "seating", NeedState.OPEN, "G1", path, "telegram", Script.HANS, NOW, account=5)
        )

    within(shell, wanted)
    imported(shell)
    waiting: list[QueuedMessage] = []

    async def taken(work: SqlUnitOfWork) -> None:
        waiting.extend(await work.outbox.take(NOW + timedelta(days=9999), limit=9, lease_seconds=1))

    within(shell, taken)
    (proposal,) = waiting
    assert proposal.message.chat_id == 1000000201
    assert [button.argument for row in proposal.message.content.buttons for button in row] == ["1"]


def test_needs_are_listed_shown_and_exported_without_who_asked(shell: Shell) -> None:
    imported(shell)
    within(shell, one_need)
    (listed,) = json.loads(shell.run("needs", "list", "--json").output)
    assert (listed["number"], listed["voices"], listed["state"], listed["text"]) == (1, 1, "open", "装长椅")
    assert json.loads(shell.run("needs", "list", "--area", "G10", "--json").output) == []
    assert json.loads(shell.run("needs", "list", "--state", "met", "--json").output) == []
    assert "装长椅" in shell.run("needs", "list", "--area", "D").output
    shown = json.loads(shell.run("needs", "show", "1", "--json").output)
    assert shown["projects"][0]["steps"][0] == {
        "position": 1,
        "name": "对接",
        "by": "partner",
        "due_at": (NOW + HOUR).isoformat(),
        "done_at": NOW.isoformat(),
    }
    for output in (
        shell.run("needs", "show", "1").output,
        shell.run("needs", "show", "1", "--json").output,
        shell.run("needs", "export").output,
    ):
        assert "张敏" not in output
    assert shell.run("needs", "export").output.splitlines()[0] == "number,kind,state,area_code,voices,listed_at,text"
    assert "unknown_need" in shell.run("needs", "show", "9").errors
    assert shell.run("needs", "list", "--state", "gone").exit_code == 2
    assert shell.run("needs", "list", "--area", "X9").exit_code == 1


@pytest.mark.parametrize(("ballot", "shown"), [(Ballot.NAMED, True), (Ballot.ANONYMOUS, False)])
def test_votes_show_who_chose_what_only_where_they_are_named(shell: Shell, ballot: Ballot, shown: bool) -> None:
    async def story(work: SqlUnitOfWork) -> None:
        vote = await work.civic.votes.add(
            Vote(
                0, "装门禁", ("要", "不要"), ballot, VoteState.CLOSED, "G1", "D/D-S1/D-S1-C1/G1/", "telegram", -5, None,
                "唐丽", NOW, NOW + HOUR, NOW + HOUR, (1, 0),
            )
        )  # fmt: skip
        await work.civic.votes.choose(Choice(vote.id, 5, "张敏", 0, NOW))

    within(shell, story)
    (listed,) = json.loads(shell.run("votes", "list", "--json").output)
    assert (listed["result"], listed["state"]) == ([1, 0], "closed")
    assert "要 1, 不要 0" in shell.run("votes", "list", "--area", "D").output
    assert json.loads(shell.run("votes", "list", "--area", "G10", "--json").output) == []
    assert ("张敏" in shell.run("votes", "show", "1").output) is shown
    assert bool(json.loads(shell.run("votes", "show", "1", "--json").output)["choices"]) is shown
    assert "unknown_vote" in shell.run("votes", "show", "9").errors
