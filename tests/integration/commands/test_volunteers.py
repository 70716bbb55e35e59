"""Volunteers on the command line."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime, timedelta

from models.database import Database
from routing.volunteering import Volunteer, VolunteerState
from tests.cli import Shell


async def sign_up(url: str) -> None:
    database = Database(url)
    now = datetime.now(UTC)
    async with database.unit_of_work() as work:
        for account, name, area in ((1, "王芳", "TD101-X2"), (2, "=小杨", "TD102-X1")):
            await work.volunteers.put(
                Volunteer(0, account, name, area, ("bulb",), VolunteerState.ACTIVE, now - timedelta(days=1))
            )
        await work.commit()
    await database.close()


def test_volunteers_are_listed_and_exported(district: Shell) -> None:
    assert district.run("migrate").exit_code == 0
    asyncio.run(sign_up(f"sqlite+aiosqlite:///{district.folder}/var/qunban.db"))
    everybody = json.loads(district.run("volunteers", "list", "--json").output)
    assert [one["name"] for one in everybody] == ["王芳", "=小杨"]
    assert {"area_code": "TD101-X2", "kinds": "bulb", "state": "active", "hours": "0"}.items() <= everybody[0].items()
    here = json.loads(district.run("volunteers", "list", "--area", "TD101", "--json").output)
    assert [one["name"] for one in here] == ["王芳"]
    table = district.run("volunteers", "list").output.splitlines()
    assert table[0].split("\t")[:3] == ["id", "name", "area_code"]
    exported = district.run("volunteers", "export").output
    assert "'=小杨" in exported, "no cell becomes a formula"
    assert "no area has the code" in district.run("volunteers", "list", "--area", "NOWHERE").errors
