"""Loads the rules of the call-back from ``callback.yaml``."""

from __future__ import annotations

from pathlib import Path

from config.document import read_document
from config.sla import positive_hours
from routing.callback import CallBackRules, DecisionLimits
from routing.followup import plain

PACKAGED = Path(__file__).parent / "data" / "callback.yaml"


def load_callback(path: Path = PACKAGED) -> CallBackRules:
    """The rules.

    Raises:
        ConfigError: a value is missing or unknown, or the hours are not positive.
    """
    fields = read_document(path).require("contradiction_hours", "angry", "decision")
    decision = fields["decision"].require("level_up_hours", "by_rule_hours")
    return CallBackRules(
        contradiction=positive_hours(fields["contradiction_hours"]),
        angry=tuple(dict.fromkeys(filter(None, map(plain, fields["angry"].words())))),
        decision=DecisionLimits(
            level_up=positive_hours(decision["level_up_hours"]), by_rule=positive_hours(decision["by_rule_hours"])
        ),
    )
