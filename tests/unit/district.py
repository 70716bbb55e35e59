"""The packaged rules and the sample district as tests of routing use them."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from config.calendar import load_calendar
from config.callback import load_callback
from config.catalogue import load_catalogue
from config.conversation import load_conversation
from config.duties import load_duties
from config.escalation import load_escalation
from config.handling import load_handling
from config.organisation import load_organisation
from config.sample import load_sample
from config.sla import load_sla
from routing.areas import AreaTree
from routing.clock_moments import ClockRules

SHANGHAI = ZoneInfo("Asia/Shanghai")

CATALOGUE = load_catalogue()
ORGANISATION = load_organisation()
CONVERSATION = load_conversation(CATALOGUE)
DUTIES = load_duties(ORGANISATION, CATALOGUE)
CLOCK = ClockRules(
    CATALOGUE,
    load_sla(CATALOGUE),
    load_calendar(),
    load_escalation(ORGANISATION, CATALOGUE),
    load_handling(),
    load_callback().decision,
)
SAMPLE = load_sample(ORGANISATION, CATALOGUE, platform="telegram")
TREE = AreaTree(SAMPLE.areas)
POSTS = tuple(replace(post, id=number) for number, post in enumerate(SAMPLE.staff, start=1))


def local(written: str) -> datetime:
    """A moment on the clocks of the district."""
    return datetime.fromisoformat(written).replace(tzinfo=SHANGHAI)
