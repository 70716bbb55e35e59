"""``qunban lexicon``: learns keyword weights from labelled texts, and from what staff corrected."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.commands.labelled_files import is_messages, labelled_messages, labelled_texts
from bot.commands.shell import AsJson, fail, print_json, print_table, tracked

if TYPE_CHECKING:
    from bot.services.ports import UnitOfWork
    from routing.triage.engine import Triage
    from routing.triage.evaluation import Share
    from routing.triage.learning import Example
    from routing.triage.suggesting import Feedback

app = typer.Typer(help="Lexicons learned from labelled texts and from corrections.", no_args_is_help=True)

LabelledFiles = Annotated[
    list[Path], typer.Argument(metavar="FILE…", exists=True, dir_okay=False, help="CSV text,label or JSON lines.")
]

PAGE = 500
"""Tickets read at a time."""
MISSED = frozenset({"registered", "confirmed", "mention"})
"""Ways in which people register what triage would not have opened by itself."""
DISTRICT_FILE = "district.txt"

EVERY = 5
"""Every fifth text is kept aside to measure on."""


@app.command()
def learn(
    files: LabelledFiles,
    out: Annotated[Path | None, typer.Option("--out", help="Where the lexicon goes; only measured without.")] = None,
    version: Annotated[str, typer.Option("--version", help="Written into the lexicon.")] = "",
    seed: Annotated[int, typer.Option("--seed", help="Order in which texts are looked at.")] = 20261122,
    as_json: AsJson = False,
) -> None:
    """Learns a lexicon from labelled texts.

    Files hold text and label, with any labels: CSV with these two columns, or JSON lines {"text", "label"}. Messages
    labelled for `qunban evaluate` (JSON lines with "expect") give the lexicon that triage uses; put it into the
    folder `learned` of your configuration.

    Every fifth text is kept aside first, and the share that is labelled right there is printed; what is written is
    learned from all of them.
    """
    from config.bundle import build_triage
    from config.learned import write_learned
    from config.overlay import Overlay
    from config.settings import load_settings
    from routing.triage.judge import Judge
    from routing.triage.learning import Corpus
    from routing.triage.teaching import EMPHASIS, answered_right, families

    triage = build_triage(Overlay(load_settings().config_dir))
    of_messages = is_messages(files[0])
    examples = _messages(files, triage) if of_messages else _texts(files, triage)
    trial = Corpus([one for number, one in enumerate(examples, start=1) if number % EVERY], seed=seed)
    labels = tracked(trial.labels, "Measuring", len(trial.labels))
    judge = Judge(trial.learn(labels, emphasis=EMPHASIS))
    questions = families(judge.labels) if of_messages else {"label": judge.labels}
    figures = answered_right(judge, examples[EVERY - 1 :: EVERY], questions)
    if out is not None:
        whole = Corpus(examples, seed=seed)
        labels = tracked(whole.labels, "Learning", len(whole.labels))
        names = ", ".join(file.name for file in files)
        lexicon = whole.learn(labels, emphasis=EMPHASIS, version=version)
        write_learned(lexicon, out, [f"Learned by `qunban lexicon learn` from {len(examples)} texts of {names}."])
    if as_json:
        shares = {name: share.value for name, share in figures.items()}
        print_json({"kept_aside": shares, "texts": len(examples), "labels": len(judge.labels)})
        return
    rows = [(name, _percent(share), f"{share.hits}/{share.total}") for name, share in figures.items()]
    print_table(("kept aside", "right", "of"), rows)


@app.command()
def suggest(
    out: Annotated[Path, typer.Option("--out", help="Where the suggestions go, for a person to go through.")],
    labelled: Annotated[
        Path, typer.Option("--labelled", exists=True, dir_okay=False, help="Messages as for `qunban evaluate`.")
    ],
    most: Annotated[int, typer.Option("--most", min=1, help="At most so many.")] = 30,
) -> None:
    """Suggests keyword weights from what staff corrected.

    Tickets that were put under another service, that were no request, and that residents or staff had to register
    themselves say what triage got wrong. For each suggestion the file tells what it alone would change on the labelled
    messages. Put a plus before the lines you accept and hand the file to `qunban lexicon apply`.
    """
    from bot.commands.database import in_work
    from bot.commands.suggestion_files import write_suggestions
    from config.bundle import build_triage
    from config.overlay import Overlay
    from config.settings import load_settings
    from routing.triage.evaluation import evaluate
    from routing.triage.suggesting import changes, layer
    from routing.triage.suggesting import suggest as suggested

    settings = load_settings()
    triage = build_triage(Overlay(settings.config_dir))
    feedback = in_work(settings, _feedback)
    found = suggested(feedback, triage.decide, triage.words)[:most]
    rows = list(labelled_messages(labelled))
    before = evaluate(rows, triage.decide)
    judged = []
    for one in tracked(found, "Trying", len(found)):
        other = triage.taught(triage.learned.under(layer((one,), triage.learned)))
        judged.append((one, changes(before, evaluate(rows, other.decide))))
    write_suggestions(out, judged)
    typer.echo(f"{out}: {len(judged)} suggestions from {len(feedback)} corrections")


@app.command()
def apply(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="Suggestions, accepted ones with a plus.")],
    labelled: Annotated[
        Path, typer.Option("--labelled", exists=True, dir_okay=False, help="Messages as for `qunban evaluate`.")
    ],
    version: Annotated[str, typer.Option("--version", help="Written into the district's lexicon.")],
    force: Annotated[bool, typer.Option("--force", help="Even where labelled messages come out worse.")] = False,
) -> None:
    """Adds the accepted suggestions to the learned lexicon of the district, in QUNBAN_CONFIG_DIR.

    Nothing is written where any figure on the labelled messages would get worse by them, unless told to.
    """
    from bot.commands.suggestion_files import read_accepted
    from config.bundle import build_triage
    from config.learned import read_comments, read_learned, write_learned
    from config.overlay import Overlay
    from config.settings import load_settings
    from routing.triage.evaluation import evaluate
    from routing.triage.learned import LearnedLexicon
    from routing.triage.suggesting import changes, is_worse, layer

    directory = load_settings().config_dir
    if directory is None:
        fail("QUNBAN_CONFIG_DIR is not set: there is no lexicon of the district to write to")
    accepted = read_accepted(file)
    if not accepted:
        fail(f"{file}: no line begins with a plus; nothing is accepted")
    triage = build_triage(Overlay(directory))
    rows = list(labelled_messages(labelled))
    added = layer(accepted, triage.learned)
    other = triage.taught(triage.learned.under(added))
    change = changes(evaluate(rows, triage.decide), evaluate(rows, other.decide))
    told = ", ".join(f"{name.replace('_', ' ')} {count:+d}" for name, count in change.items()) or "no figure changes"
    if is_worse(change) and not force:
        fail(f"refused, labelled messages come out worse: {told}", "use --force to write it all the same")
    path = directory / "learned" / DISTRICT_FILE
    before = read_learned(path) if path.exists() else LearnedLexicon()
    whole = before.under(added)
    comments = [*(read_comments(path) if path.exists() else ()), f"{version}: {len(accepted)} accepted, {told}."]
    write_learned(LearnedLexicon(whole.keywords, whole.bias, version), path, comments)
    typer.echo(f"{path}: {len(accepted)} added; {told}")


async def _feedback(work: UnitOfWork) -> list[Feedback]:
    from routing.queries import TicketFilter
    from routing.ticket import Status
    from routing.ticket_events import EventKind
    from routing.triage.suggesting import Feedback

    found: list[Feedback] = []
    for offset in count(step=PAGE):
        page = await work.tickets.find(TicketFilter(), limit=PAGE, offset=offset)
        for ticket in page:
            if not ticket.text:
                continue
            if ticket.status is Status.WITHDRAWN:
                found.append(Feedback(ticket.text, None))
            elif ticket.via in MISSED or any(
                event.kind is EventKind.RECLASSIFIED for event in await work.tickets.events(ticket.id)
            ):
                found.append(Feedback(ticket.text, ticket.service_code))
        if len(page) < PAGE:
            break
    return found


def _messages(files: Sequence[Path], triage: Triage) -> list[Example]:
    from routing.triage.teaching import lessons

    rows = [row for file in files for row in labelled_messages(file)]
    return list(lessons(rows, triage.keywords, triage.catalogue.services))


def _texts(files: Sequence[Path], triage: Triage) -> list[Example]:
    from routing.triage.learning import Example

    rows = [row for file in files for row in labelled_texts(file)]
    labels = frozenset(label for _, label in rows)
    if len(labels) < 2:
        fail(f"{files[0]}: at least two different labels are needed")
    return [Example(triage.keywords(text), frozenset({label}), labels - {label}) for text, label in rows]


def _percent(share: Share) -> str:
    return "—" if share.value is None else f"{share.value:.1%}"
