"""``qunban due``: when something dispatched at a given time must be claimed and done, and why."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any
from zoneinfo import ZoneInfo

import typer

from bot.commands.shell import AsJson, explain, fail, print_fields, print_json, print_json_line

if TYPE_CHECKING:
    from config.bundle import Configuration
    from routing.sla import Reason
    from routing.texts import Texts


def due(
    service: Annotated[str | None, typer.Argument(help="Code of the service, as in the catalogue.")] = None,
    at: Annotated[
        str | None, typer.Option(metavar="TIME", help="When it is dispatched (ISO 8601; district time without offset).")
    ] = None,
    urgency: Annotated[str, typer.Option(help="emergency, urgent or normal.")] = "normal",
    file: Annotated[
        Path | None,
        typer.Option(exists=True, dir_okay=False, help='JSON lines {"service", "at", "urgency"} in, JSON lines out.'),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Prints the two due times of a service and how they come about (class, clock, calendar)."""
    from config.bundle import load_configuration
    from config.settings import load_settings

    if (service is None) == (file is None):
        raise typer.BadParameter("name either a service or a --file")
    settings = load_settings()
    configuration = load_configuration(settings.config_dir, timezone=settings.timezone)
    if file is not None:
        _answer_file(configuration, file)
        return
    if at is None:
        raise typer.BadParameter("--at TIME is missing")
    try:
        answer = _answer(configuration, service, at, urgency)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None
    if as_json:
        print_json(answer)
        return
    print_fields({key: value for key, value in answer.items() if key != "why"})
    for sentence in answer["why"]:
        typer.echo(f"- {sentence}")


def _answer_file(configuration: Configuration, file: Path) -> None:
    import msgspec

    from routing.errors import QunbanError

    for number, line in enumerate(file.read_text(encoding="utf-8-sig").splitlines(), start=1):
        if not line.strip():
            continue
        try:
            asked = msgspec.json.decode(line, type=dict[str, Any])
            answer = _answer(configuration, asked.get("service"), asked.get("at"), asked.get("urgency") or "normal")
        except msgspec.DecodeError as error:
            fail(f"{file}:{number}: no JSON: {error}")
        except ValueError as error:
            fail(f"{file}:{number}: {error}")
        except QunbanError as error:
            fail(f"{file}:{number}: {explain(error)[0]}")
        print_json_line(answer)


def _answer(configuration: Configuration, service: object, at: object, urgency: object) -> dict[str, Any]:
    """Raises ``ValueError`` for a time or an urgency that is none, ``UnknownService`` for a code that is none."""
    from routing.catalogue import Urgency

    if not isinstance(urgency, str) or urgency not in {one.value for one in Urgency}:
        raise ValueError(f"urgency {urgency!r} is none of {', '.join(one.value for one in Urgency)}")
    found = configuration.catalogue.get(str(service))
    moment = parse_moment(at, configuration.zone)
    asked = found, Urgency(urgency), moment, configuration.calendar
    times, why = configuration.sla.due_times(*asked), configuration.sla.why(*asked)
    return {
        "accept_due_at": times.accept_due_at.astimezone(configuration.zone).isoformat(),
        "resolve_due_at": times.resolve_due_at.astimezone(configuration.zone).isoformat(),
        "clock": times.clock.value,
        "sla": times.sla_key,
        "why": [_sentence(reason, configuration.texts, configuration.zone) for reason in why],
    }


def parse_moment(written: object, zone: ZoneInfo) -> datetime:
    """A moment as people type it, in the district's time where it has no offset; raises ``ValueError``."""
    try:
        moment = datetime.fromisoformat(written) if isinstance(written, str) else None
    except ValueError:
        moment = None
    if moment is None:
        raise ValueError(f"{written!r} is no time; write it as 2026-11-20T17:00 or 2026-11-20T17:00+08:00")
    return moment if moment.tzinfo else moment.replace(tzinfo=zone)


def _sentence(reason: Reason, texts: Texts, zone: ZoneInfo) -> str:
    fields = {name: _shown(value, zone) for name, value in reason.data.items()}
    if reason.code == "limits":
        fields["clock"] = texts.say(f"due.clock.{reason.data['clock']}")
        fields["accept"] = _length(reason.data, "accept_minutes", texts)
        fields["resolve"] = _length(reason.data, "resolve_minutes", texts)
    unnamed = reason.code == "day_off" and not reason.data["name"]
    return texts.say(f"due.why.{reason.code}{'_unnamed' if unnamed else ''}", **fields)


def _length(data: Mapping[str, object], name: str, texts: Texts) -> str:
    minutes = data[name]
    if isinstance(minutes, int) and minutes % 60 == 0:
        return texts.say("due.length.hours", hours=minutes // 60)
    return texts.say("due.length.minutes", minutes=minutes)


def _shown(value: object, zone: ZoneInfo) -> str:
    if isinstance(value, datetime):
        return value.astimezone(zone).strftime("%Y-%m-%d %H:%M")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, tuple):
        return "、".join(_shown(one, zone) for one in value)
    return str(value)
