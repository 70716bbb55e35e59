"""``qunban digest``: the digest that an area's supervisors get."""

from __future__ import annotations

from datetime import UTC, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from bot.commands.clocks import parse_moment
from bot.commands.registers import PLATFORM
from bot.commands.shell import AsJson, echo, print_json

if TYPE_CHECKING:
    from bot.services.ports import UnitOfWork
    from routing.digest import Digest
    from routing.outgoing import Content


class PeriodOption(StrEnum):
    """How far a digest looks back."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"


def digest(
    area: Annotated[str, typer.Option(metavar="CODE", help="The area that is supervised.")],
    period: Annotated[PeriodOption, typer.Option(help="How far it looks back.")] = PeriodOption.DAY,
    at: Annotated[str | None, typer.Option(metavar="TIME", help="Up to when; now by default.")] = None,
    as_json: AsJson = False,
) -> None:
    """Prints the digest that the supervisors of an area get."""
    import msgspec

    from bot.commands.database import in_work
    from bot.district import digests_of, rules_of
    from config.bundle import load_configuration
    from config.settings import load_settings
    from routing.digest_schedule import Period
    from routing.script import Script

    settings = load_settings()
    configuration = load_configuration(settings.config_dir, timezone=settings.timezone)
    try:
        moment = parse_moment(at, configuration.zone) if at else datetime.now(UTC)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None
    service = digests_of(configuration, rules_of(configuration), PLATFORM, lambda: moment)

    async def story(work: UnitOfWork) -> tuple[Digest, tuple[Content, ...]]:
        composed = await service.compose(work, area, Period(period.value), moment)
        return composed, service.content(composed, Script.HANS)

    composed, contents = in_work(settings, story)
    if as_json:
        print_json(msgspec.to_builtins(composed, str_keys=True))
        return
    for content in contents:
        echo("\n".join(line for line in (content.title, *content.lines) if line))
