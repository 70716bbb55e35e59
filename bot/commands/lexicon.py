"""``qunban lexicon``: learns keyword weights from labelled texts, and from what staff corrected."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.commands.labelled_files import is_messages, labelled_messages, labelled_texts
from bot.commands.shell import AsJson, fail, print_json, print_table, tracked

if TYPE_CHECKING:
    from routing.triage.engine import Triage
    from routing.triage.evaluation import Share
    from routing.triage.learning import Example

app = typer.Typer(help="Lexicons learned from labelled texts and from corrections.", no_args_is_help=True)

LabelledFiles = Annotated[
    list[Path], typer.Argument(metavar="FILE…", exists=True, dir_okay=False, help="CSV text,label or JSON lines.")
]

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
    from routing.triage.learned import Judge
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
