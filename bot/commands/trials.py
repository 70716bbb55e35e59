"""``qunban evaluate`` and ``qunban replay``: how well triage and intake do, on files of one's own."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bot.commands.labelled_files import json_objects, labelled_messages
from bot.commands.shell import AlwaysJson, AsJson, fail, print_json, print_json_line, print_table, tracked
from bot.commands.triaging import place_data

if TYPE_CHECKING:
    from bot.replay.scenes import Outcome, Scene
    from routing.triage.evaluation import Report

JsonLines = Annotated[Path, typer.Argument(metavar="FILE", exists=True, dir_okay=False, help="JSON lines.")]


def evaluate(
    file: JsonLines,
    misses: Annotated[
        bool, typer.Option("--misses/--no-misses", help="Whether to list what was judged otherwise.")
    ] = True,
    as_json: AsJson = False,
) -> None:
    """Scores triage on labelled messages.

    A line holds id, text, expect (open, ask or ignore), and acceptable values, best first: service_code, appeal_type;
    then urgency and place.
    """
    from config.bundle import build_triage
    from config.overlay import Overlay
    from config.settings import load_settings
    from routing.triage.evaluation import Share, evaluate

    rows = list(labelled_messages(file))
    engine = build_triage(Overlay(load_settings().config_dir))
    report = evaluate(tracked(rows, "Judging", len(rows)), engine.decide)
    if as_json:
        print_json(_report_data(report))
        return
    shares = [(one.name, getattr(report, one.name)) for one in fields(report)]
    print_table(
        ("figure", "share", "of"),
        [
            (name.replace("_", " "), _percent(share), f"{share.hits}/{share.total}")
            for name, share in shares
            if isinstance(share, Share)
        ],
    )
    typer.echo("")
    print_table(
        ("service", "found and right", "of"),
        [(code, _percent(share), f"{share.hits}/{share.total}") for code, share in report.by_service.items()],
    )
    if misses and report.misses:
        typer.echo("")
        print_table(
            ("id", "what", "expected", "got", "text"),
            [(miss.id, miss.what, miss.expected, miss.got, miss.text) for miss in report.misses],
        )


def replay(
    file: JsonLines,
    guide: Annotated[bool, typer.Option("--guide", help="Answer questions from the sample service items.")] = False,
    as_json: AlwaysJson = True,
) -> None:
    """Runs scenes of group talk through the real intake on a throw-away database.

    A line is {"id", "messages": [{"at", "from", "text", "photo", "reply_to"}]}; for each one line comes out with its
    tickets and the indexes of the messages that were answered.
    """
    import asyncio

    from bot.logs import set_up_logs
    from bot.replay.scenes import BadScene, read_scene
    from bot.replay.stage import open_stage
    from config.bundle import load_configuration
    from config.settings import load_settings

    settings = load_settings()
    set_up_logs("error", settings.log_format)
    configuration = load_configuration(settings.config_dir, timezone=settings.timezone)
    scenes: list[Scene] = []
    for number, data in json_objects(file):
        try:
            scenes.append(read_scene(data, configuration.zone))
        except BadScene as problem:
            fail(f"{file}:{number}: {problem}")
    sample = configuration.sample("telegram")
    triage = configuration.build_triage()

    async def run() -> None:
        async with open_stage(configuration, triage, sample, guide=guide) as stage:
            for scene in tracked(scenes, "Playing", len(scenes)):
                print_json_line(_outcome_data(scene, await stage.play(scene)))

    asyncio.run(run())


def _outcome_data(scene: Scene, outcome: Outcome) -> dict[str, object]:
    return {
        "id": scene.id,
        "tickets": [
            {
                "service_code": one.ticket.service_code,
                "urgency": one.ticket.urgency.value,
                "place": place_data(one.ticket.place),
                "reporters": list(one.reporters),
                "from_messages": list(one.from_messages),
                "photos": sum(attachment.kind == "photo" for attachment in one.ticket.attachments),
            }
            for one in outcome.tickets
        ],
        "replied_to": list(outcome.replied_to),
    }


def _report_data(report: Report) -> dict[str, object]:
    from routing.triage.evaluation import Share

    def share_data(share: Share) -> dict[str, object]:
        return {
            "hits": share.hits,
            "total": share.total,
            "share": None if share.value is None else round(share.value, 4),
        }

    shares = {one.name: getattr(report, one.name) for one in fields(report)}
    return {
        **{name: share_data(share) for name, share in shares.items() if isinstance(share, Share)},
        "by_service": {code: share_data(share) for code, share in report.by_service.items()},
        "misses": [
            {"id": miss.id, "what": miss.what, "expected": miss.expected, "got": miss.got, "text": miss.text}
            for miss in report.misses
        ],
    }


def _percent(share: Any) -> str:
    return "—" if share.value is None else f"{share.value:.1%}"
