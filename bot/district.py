"""The use cases of a district, built from its configuration. They know no platform, no database and no web server.

Serving, replaying and the command line build them here alike, so what is tried on the command line is what serves.
"""

from __future__ import annotations

from bot.services.digests import DigestService
from bot.services.ports import Clock
from bot.services.rules import Rules
from bot.services.wording import Wording
from config.bundle import Configuration
from routing.escalation import ClockRules


def rules_of(configuration: Configuration) -> Rules:
    """The rules as the use cases need them."""
    return Rules(
        clocks=ClockRules(
            catalogue=configuration.catalogue,
            sla=configuration.sla,
            calendar=configuration.calendar,
            policy=configuration.escalation,
        ),
        duties=configuration.duties,
        wording=Wording(configuration.texts, configuration.catalogue, configuration.zone),
    )


def digests_of(configuration: Configuration, rules: Rules, platform: str, clock: Clock) -> DigestService:
    """The digests of the district, for the people of ``platform``."""
    return DigestService(rules, configuration.digests, platform=platform, clock=clock)
