"""Scenes of group talk: which messages make one ticket, who stands behind it, and where the bot stays silent."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bot.replay.scenes import Outcome, SceneTicket, read_scene
from bot.replay.stage import Stage, open_stage
from tests.town import configuration, sample, triage

SCENES = [
    json.loads(line) for line in (Path(__file__).parent.parent / "data" / "scenes.jsonl").read_text().splitlines()
]


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    async with open_stage(configuration(), triage(), sample()) as opened:
        yield opened


@pytest.mark.parametrize("scene", SCENES, ids=[f"{scene['id']} {scene['what']}" for scene in SCENES])
async def test_scene(stage: Stage, scene: dict[str, Any]) -> None:
    outcome = await stage.play(read_scene(scene, ZoneInfo("Asia/Shanghai")))
    expected = scene["expect"]
    if "most_tickets" in expected:
        assert len(outcome.tickets) <= expected["most_tickets"]
        return
    assert [_told(found, wanted) for found, wanted in _pairs(outcome, expected["tickets"])] == expected["tickets"]
    if "replied_to" in expected:
        assert list(outcome.replied_to) == expected["replied_to"]


async def test_questions_are_answered_where_the_replay_is_asked_to() -> None:
    scene = read_scene(next(one for one in SCENES if one["id"] == "s25"), ZoneInfo("Asia/Shanghai"))
    async with open_stage(configuration(), triage(), sample(), guide=True) as stage:
        outcome = await stage.play(scene)
    assert (outcome.tickets, outcome.replied_to) == ((), (0, 1))


def _pairs(outcome: Outcome, wanted: list[dict[str, Any]]) -> list[tuple[SceneTicket, dict[str, Any]]]:
    assert len(outcome.tickets) == len(wanted), [
        (one.ticket.service_code, one.from_messages) for one in outcome.tickets
    ]
    return list(zip(outcome.tickets, wanted, strict=True))


def _told(found: SceneTicket, wanted: dict[str, Any]) -> dict[str, Any]:
    """What came out, in the fields that the scene speaks of; a null service may be any."""
    ticket = found.ticket
    place = {name: getattr(ticket.place, name) for name in ("building", "unit", "floor", "room")}
    everything: dict[str, Any] = {
        "service_code": ticket.service_code if wanted["service_code"] is not None else None,
        "from_messages": list(found.from_messages),
        "reporters": list(found.reporters),
        "place": {name: value for name, value in place.items() if value is not None},
        "photos": len(ticket.attachments),
        "urgency": ticket.urgency.value,
        "urges": ticket.urges,
    }
    return {name: everything[name] for name in wanted}
