"""``qunban votes``: what was voted on, and how it ended."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from bot.commands.audit import keep_look
from bot.commands.shell import AsJson, Commands, echo, print_fields, print_json, print_table

if TYPE_CHECKING:
    from bot.services.ports import UnitOfWork
    from routing.vote import Choice, Vote

app = typer.Typer(cls=Commands, help="Votes in groups.", no_args_is_help=True, rich_markup_mode=None)

_MOST = 10_000


@app.command("list")
def list_votes(
    area: Annotated[str, typer.Option("--area", metavar="CODE", help="Only votes in this area.")] = "",
    as_json: AsJson = False,
) -> None:
    """Lists votes, the newest first."""
    from bot.commands.database import in_work
    from bot.services.civic_board import path
    from config.settings import load_settings

    async def story(work: UnitOfWork) -> tuple[Vote, ...]:
        prefix = path(await work.areas.tree(), area) if area else ""
        return await work.civic.votes.find(area_path=prefix, limit=_MOST)

    found = in_work(load_settings(), story)
    if as_json:
        print_json([_data(vote) for vote in found])
        return
    columns = ("number", "state", "area_code", "closes_at", "title")
    print_table((*columns, "result"), ([*(_data(vote)[name] for name in columns), _result(vote)] for vote in found))


@app.command("show")
def show_vote(
    number: Annotated[int, typer.Argument(metavar="NUMBER", help="As the chat shows it.")], as_json: AsJson = False
) -> None:
    """Shows one vote; who chose what only where it is named, and as long as that is kept."""
    from bot.commands.database import in_work
    from config.settings import load_settings
    from routing.vote import Ballot

    async def story(work: UnitOfWork) -> tuple[Vote, tuple[Choice, ...]]:
        vote, choices = await work.civic.votes.get(number), await work.civic.votes.choices(number)
        if vote.ballot is Ballot.NAMED:
            await keep_look(work, "votes show", about=str(number), count=len(choices))
        return vote, choices

    vote, choices = in_work(load_settings(), story)
    named = [
        {"name": choice.name, "option": vote.options[choice.option], "at": choice.at.isoformat()}
        for choice in choices
        if vote.ballot is Ballot.NAMED
    ]
    if as_json:
        print_json({**_data(vote), "voted": len(choices) or sum(vote.result), "choices": named})
        return
    print_fields({**_data(vote), "options": " | ".join(vote.options), "result": _result(vote)})
    for choice in named:
        echo(f"  {choice['name']}: {choice['option']}")


def _data(vote: Vote) -> dict[str, object]:
    return {
        "number": vote.id,
        "title": vote.title,
        "options": list(vote.options),
        "ballot": vote.ballot.value,
        "state": vote.state.value,
        "area_code": vote.area_code,
        "called_by": vote.called_by,
        "opened_at": vote.opened_at.isoformat(),
        "closes_at": vote.closes_at.isoformat(),
        "ended_at": vote.ended_at.isoformat() if vote.ended_at else None,
        "result": list(vote.result) or None,
    }


def _result(vote: Vote) -> str:
    return ", ".join(f"{option} {count}" for option, count in zip(vote.options, vote.result, strict=False))
