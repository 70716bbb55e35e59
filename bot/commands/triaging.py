"""``qunban triage``: the decisions of the very triage that listens to groups."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.commands.shell import AlwaysJson, fail, print_json_line, tracked

if TYPE_CHECKING:
    from bot.services.explaining import Explainer
    from config.overlay import Overlay
    from routing.place import Place
    from routing.triage.decision import Decision
    from routing.triage.engine import Triage

InputFile = Annotated[Path | None, typer.Argument(help="Standard input where none is given, or a hyphen.")]


class BadLine(Exception):
    """A line of the input is no message."""

    def __init__(self, line: int, reason: str) -> None:
        super().__init__(f"line {line}: {reason}")


def triage(
    file: InputFile = None,
    explain: Annotated[bool, typer.Option("--explain", help="Say in Chinese why, word by word.")] = False,
    as_json: AlwaysJson = True,
) -> None:
    """Decides about messages: JSON lines {"text": …} or plain lines in, JSON lines out, in the same order.

    Output lines are written as the input comes, so it can stand in a pipe. A line that begins with "{" and is no such
    object ends the command with exit code 1; what came before it has been answered.
    """
    from config.bundle import build_triage
    from config.overlay import Overlay
    from config.settings import load_settings

    overlay = Overlay(load_settings().config_dir)
    engine = build_triage(overlay)
    explainer = _explainer(overlay, engine) if explain else None
    source = nullcontext(sys.stdin) if file is None or str(file) == "-" else file.open(encoding="utf-8-sig")
    with source as lines:
        try:
            for text, has_media in tracked(messages(lines), "Reading"):
                if explainer is not None:
                    typer.echo("\n  ".join((text, *explainer.explanation(engine.explain(text, has_media=has_media)))))
                else:
                    print_json_line(as_data(engine.decide(text, has_media=has_media)))
                if lines is sys.stdin:
                    sys.stdout.flush()
        except BadLine as problem:
            fail(f"{file or 'standard input'}: {problem}")
        except UnicodeDecodeError:
            fail(f"{file or 'standard input'}: is not UTF-8")


def _explainer(overlay: Overlay, engine: Triage) -> Explainer:
    from zoneinfo import ZoneInfo

    from bot.services.explaining import Explainer
    from bot.services.wording import Wording
    from config.texts import load_texts

    # No time is said in an explanation, so any zone will do.
    return Explainer(Wording(load_texts(overlay.layers()), engine.catalogue, ZoneInfo("UTC")))


def messages(lines: Iterable[str]) -> Iterator[tuple[str, bool]]:
    """The text of each line and whether a picture came with it; raises ``BadLine``. Empty lines are passed over."""
    import msgspec

    for number, line in enumerate(lines, start=1):
        words = line.strip()
        if not words:
            continue
        if not words.startswith("{"):
            yield words, False
            continue
        try:
            message = msgspec.json.decode(words, type=dict[str, object])
        except msgspec.DecodeError as error:
            raise BadLine(number, f"no JSON: {error}") from None
        text = message.get("text")
        if not isinstance(text, str):
            raise BadLine(number, 'no "text"')
        yield text, bool(message.get("photo") or message.get("has_media"))


def as_data(decision: Decision) -> dict[str, object]:
    """A decision in the words of the command line; service and type are null where there is no matter."""
    from routing.triage.decision import Ask, Matter

    matter = decision if isinstance(decision, Matter) else None
    return {
        "decision": "ignore" if matter is None else "ask" if isinstance(matter, Ask) else "open",
        "service_code": matter.service_code if matter else None,
        "appeal_type": matter.appeal_type.value if matter else None,
        "urgency": matter.urgency.value if matter else "normal",
        "place": place_data(decision.place),
        "confidence": round(decision.confidence, 3),
        "alternatives": list(matter.alternatives) if matter else [],
        "dangers": list(matter.dangers) if matter else [],
        "evidence": [
            {
                "kind": one.kind.value,
                "rule": one.rule,
                "text": one.text,
                "start": one.start,
                "end": one.end,
                "weight": round(one.weight, 3),
                "service_code": one.service,
            }
            for one in decision.evidence
        ],
    }


def place_data(place: Place | None) -> dict[str, str] | None:
    """What is known of a place; null where nothing is."""
    if place is None or place.is_empty:
        return None
    parts = {name: getattr(place, name) for name in ("building", "unit", "floor", "room", "spot")}
    return {name: value for name, value in parts.items() if value is not None}
