"""``qunban tickets forecast``: what will happen to a ticket, when and to whom, if nobody does anything."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Annotated

import typer

from bot.commands.clocks import parse_moment
from bot.commands.shell import AsJson, echo, print_json

if TYPE_CHECKING:
    from bot.services.ports import UnitOfWork
    from bot.services.rules import Rules
    from routing.forecast import Foreseen


def forecast(
    number: Annotated[str, typer.Argument(help="The ticket's number.")],
    at: Annotated[
        str | None, typer.Option(metavar="TIME", help="From when on (ISO 8601; district time without offset).")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Prints what the clock will do to a ticket from now on: times, levels, persons. Nothing is changed.

    Whoever is named is on duty at that moment, by the hours of duty and the leave that are known now.
    """
    from bot.commands.database import in_work
    from bot.district import rules_of
    from bot.services.rota import there_at
    from config.bundle import load_configuration
    from config.settings import load_settings
    from routing.forecast import forecast as foretell

    settings = load_settings()
    configuration = load_configuration(settings.config_dir, timezone=settings.timezone)
    rules = rules_of(configuration)
    try:
        start = parse_moment(at, configuration.zone) if at is not None else datetime.now(UTC)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None

    async def story(work: UnitOfWork) -> tuple[Foreseen, ...]:
        ticket = await work.tickets.by_number(number)
        steps = rules.ladder(ticket, await work.areas.tree())
        register, absences = await work.staff.all(), await work.staff.absences(start)
        there = partial(there_at, rules, register, absences)
        return foretell(ticket, rules.clocks, start, steps=steps, posts_at=there)

    foreseen = in_work(settings, story)
    if as_json:
        print_json([_data(one, rules) for one in foreseen])
        return
    if not foreseen:
        typer.echo(rules.wording.say("forecast.nothing", number=number))
    for one in foreseen:
        moment = one.at.astimezone(configuration.zone).strftime("%Y-%m-%d %H:%M")
        echo(f"{moment}  {'；'.join(sentences(one, rules))}")


def sentences(one: Foreseen, rules: Rules) -> tuple[str, ...]:
    """What happens at that moment, in words."""
    say, wording, step = rules.wording.say, rules.wording, one.step
    found = [say(f"forecast.remind_{name}", due=wording.moment(due)) for name, due in step.reminders]
    if step.question:
        found.append(say("forecast.question"))
    if step.hand_over_lapsed:
        found.append(say("forecast.hand_over_lapsed"))
    if step.urge_expired:
        found.append(say("forecast.urge_expired"))
    if step.release:
        found.append(say("forecast.release"))
    if step.decide:
        found.append(say("forecast.decide"))
    if step.escalate_to_level is not None:
        names = "、".join(post.name for post in one.superiors) or say("role.supervisor")
        cause = say(f"forecast.cause.{step.cause}")
        found.append(say("forecast.escalate", level=one.after.escalation_level, names=names, cause=cause))
    if step.archive:
        found.append(say("forecast.archive"))
    if step.decision_goes_up:
        found.append(say("forecast.decision_goes_up"))
    if step.redo_until is not None:
        found.append(say("forecast.redo", due=wording.moment(step.redo_until)))
    return tuple(found)


def _data(one: Foreseen, rules: Rules) -> dict[str, object]:
    step = one.step
    return {
        "at": one.at.astimezone(rules.clocks.calendar.timezone).isoformat(timespec="seconds"),
        "reminders": [name for name, _ in step.reminders],
        "question": step.question,
        "urge_expired": step.urge_expired,
        "hand_over_lapsed": step.hand_over_lapsed,
        "release": step.release,
        "decide": step.decide,
        "level": one.after.escalation_level if step.escalate_to_level is not None else None,
        "cause": step.cause,
        "to": [post.name for post in one.superiors],
        "archive": step.archive,
        "decision_goes_up": step.decision_goes_up,
        "redo": step.redo_until is not None,
    }
