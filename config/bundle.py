"""Everything that configures a district, loaded and checked as a whole."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar
from zoneinfo import ZoneInfo

from config.addressed import load_addressed
from config.calendar import load_calendar
from config.callback import load_callback
from config.care import load_care
from config.catalogue import load_catalogue
from config.conversation import load_conversation
from config.council import Council, load_council
from config.csv_table import CsvRefused
from config.digests import load_digests
from config.duties import load_duties
from config.errors import ConfigError
from config.escalation import load_escalation
from config.guide import load_certificates, load_guide_rules
from config.handling import load_handling
from config.needs import load_needs
from config.organisation import load_organisation
from config.overlay import Overlay
from config.retention import load_retention
from config.sample import SampleDistrict, load_sample
from config.service_items import load_service_items
from config.sla import load_sla
from config.texts import load_texts
from config.volunteers import load_volunteers
from routing.addressed import AddressedWords
from routing.calendar import WorkingCalendar
from routing.callback import CallBackRules
from routing.care_visits import CareRules
from routing.catalogue import Catalogue
from routing.digest_schedule import DigestRules
from routing.escalation_plan import EscalationPolicy
from routing.followup import ConversationRules
from routing.guide.items import Certificate, GuideRules, ServiceItem
from routing.handling_rules import HandlingRules
from routing.need_rules import NeedRules
from routing.organisation import DutyRules, Organisation
from routing.retention import Retention
from routing.sla import SlaTable
from routing.texts import Texts
from routing.volunteering import HelpRules

if TYPE_CHECKING:
    from routing.triage.engine import Triage

Loaded = TypeVar("Loaded")


@dataclass(frozen=True, slots=True)
class Configuration:
    """The rules and the words of one district. Triage is apart, as building it takes about a second."""

    overlay: Overlay
    catalogue: Catalogue
    sla: SlaTable
    calendar: WorkingCalendar
    escalation: EscalationPolicy
    handling: HandlingRules
    organisation: Organisation
    duties: DutyRules
    digests: DigestRules
    conversation: ConversationRules
    addressed: AddressedWords
    retention: Retention
    callback: CallBackRules
    guide: GuideRules
    certificates: tuple[Certificate, ...]
    care: CareRules
    volunteers: HelpRules
    needs: NeedRules
    council: Council
    texts: Texts

    @property
    def zone(self) -> ZoneInfo:
        """The time zone that the people of the district live by."""
        return self.calendar.timezone

    def build_triage(self) -> Triage:
        """Triage over the lexicon of the district; raises ``ConfigError``."""
        return build_triage(self.overlay, self.catalogue)

    def sample_items(self) -> tuple[ServiceItem, ...]:
        """The sample service items; raises ``ConfigError`` or ``CsvRefused``."""
        return load_service_items(
            self.catalogue,
            self.guide,
            self.overlay.file("service_items.yaml"),
            taken=[one.code for one in self.certificates],
        )

    def sample(self, platform: str) -> SampleDistrict:
        """The sample district, its groups on ``platform``; raises ``ConfigError`` or ``CsvRefused``."""
        folder = self.overlay.folder("sample")
        sample = load_sample(self.organisation, self.catalogue, platform=platform, folder=folder, kinds=self.care.kinds)
        # The packaged items are those of the packaged district.
        has_items = self.overlay.file("service_items.yaml").parent == folder.parent
        return replace(sample, items=self.sample_items() if has_items else ())


def build_triage(overlay: Overlay, catalogue: Catalogue | None = None) -> Triage:
    """Triage alone, for those who need nothing else; raises ``ConfigError``."""
    # Its dictionary loads with the import, which commands that read no message should not wait for.
    from config.lexicon import build_triage as build

    catalogue = catalogue or load_catalogue(overlay.file("catalogue.yaml"))
    return build(overlay.layers("lexicon"), catalogue, learned=overlay.layers("learned"))


def load_configuration(config_dir: Path | None = None, *, timezone: str | None = None) -> Configuration:
    """The packaged configuration under the files of ``config_dir``; ``timezone`` takes the place of the calendar's.

    Raises:
        ConfigError: the first mistake, with file, line and reason.
    """
    overlay = Overlay(config_dir)
    catalogue = load_catalogue(overlay.file("catalogue.yaml"))
    organisation = load_organisation(overlay.file("organisation.yaml"))
    guide = load_guide_rules(overlay.file("guide.yaml"))
    return Configuration(
        overlay=overlay,
        catalogue=catalogue,
        sla=load_sla(catalogue, overlay.file("sla.yaml")),
        calendar=load_calendar(
            overlay.file("calendar.yaml"), overlay.file("calendar_overrides.yaml"), timezone=timezone
        ),
        escalation=load_escalation(organisation, catalogue, overlay.file("escalation.yaml")),
        handling=load_handling(overlay.file("handling.yaml")),
        organisation=organisation,
        duties=load_duties(organisation, catalogue, overlay.file("duties.yaml")),
        digests=load_digests(overlay.file("digests.yaml")),
        retention=load_retention(overlay.file("retention.yaml")),
        conversation=load_conversation(catalogue, overlay.file("conversation.yaml")),
        addressed=load_addressed(overlay.file("addressed.yaml")),
        callback=load_callback(overlay.file("callback.yaml")),
        guide=guide,
        certificates=load_certificates(guide, overlay.file("certificates.yaml")),
        care=load_care(catalogue, overlay.file("care.yaml")),
        volunteers=load_volunteers(organisation, catalogue, overlay.file("volunteers.yaml")),
        needs=load_needs(catalogue, overlay.file("needs.yaml")),
        council=load_council(catalogue, overlay.file("council.yaml")),
        texts=load_texts(overlay.layers()),
    )


@dataclass(frozen=True, slots=True)
class Inspection:
    """What a check of the configuration found: every file that was read, and every problem."""

    files: tuple[Path, ...]
    problems: tuple[ConfigError, ...]


def inspect_configuration(config_dir: Path | None = None, *, timezone: str | None = None) -> Inspection:
    """Checks all files, going on after a problem with whatever does not depend on the broken file."""
    overlay = Overlay(config_dir)
    problems = [ConfigError(path, None, "no such configuration file is known") for path in overlay.strangers()]

    def attempt(load: Callable[[], Loaded]) -> Loaded | None:
        try:
            return load()
        except ConfigError as problem:
            problems.append(problem)
        except CsvRefused as refused:
            problems.extend(ConfigError(refused.path, row.line, f"{row.field}: {row.code}") for row in refused.problems)
        return None

    catalogue = attempt(lambda: load_catalogue(overlay.file("catalogue.yaml")))
    organisation = attempt(lambda: load_organisation(overlay.file("organisation.yaml")))
    attempt(
        lambda: load_calendar(overlay.file("calendar.yaml"), overlay.file("calendar_overrides.yaml"), timezone=timezone)
    )
    attempt(lambda: load_handling(overlay.file("handling.yaml")))
    attempt(lambda: load_addressed(overlay.file("addressed.yaml")))
    attempt(lambda: load_callback(overlay.file("callback.yaml")))
    attempt(lambda: load_digests(overlay.file("digests.yaml")))
    attempt(lambda: load_retention(overlay.file("retention.yaml")))
    attempt(lambda: load_texts(overlay.layers()))
    guide = attempt(lambda: load_guide_rules(overlay.file("guide.yaml")))
    if guide is not None:
        certificates = attempt(lambda: load_certificates(guide, overlay.file("certificates.yaml"))) or ()
        if catalogue is not None:
            items, taken = overlay.file("service_items.yaml"), [one.code for one in certificates]
            attempt(lambda: load_service_items(catalogue, guide, items, taken=taken))
    if catalogue is not None:
        attempt(lambda: load_conversation(catalogue, overlay.file("conversation.yaml")))
        attempt(lambda: load_care(catalogue, overlay.file("care.yaml")))
        attempt(lambda: load_sla(catalogue, overlay.file("sla.yaml")))
        attempt(lambda: load_conversation(catalogue, overlay.file("conversation.yaml")))
        attempt(lambda: load_needs(catalogue, overlay.file("needs.yaml")))
        attempt(lambda: load_council(catalogue, overlay.file("council.yaml")))
        attempt(lambda: build_triage(overlay, catalogue))
        if organisation is not None:
            attempt(lambda: load_volunteers(organisation, catalogue, overlay.file("volunteers.yaml")))
            attempt(lambda: load_duties(organisation, catalogue, overlay.file("duties.yaml")))
            attempt(lambda: load_escalation(organisation, catalogue, overlay.file("escalation.yaml")))
            attempt(lambda: load_sample(organisation, catalogue, platform="any", folder=overlay.folder("sample")))
    return Inspection(files=tuple(_files(overlay)), problems=tuple(problems))


_SINGLE = (
    "addressed.yaml",
    "calendar.yaml",
    "calendar_overrides.yaml",
    "callback.yaml",
    "care.yaml",
    "catalogue.yaml",
    "certificates.yaml",
    "conversation.yaml",
    "council.yaml",
    "digests.yaml",
    "duties.yaml",
    "escalation.yaml",
    "guide.yaml",
    "handling.yaml",
    "needs.yaml",
    "organisation.yaml",
    "retention.yaml",
    "service_items.yaml",
    "sla.yaml",
    "volunteers.yaml",
)


def _files(overlay: Overlay) -> Iterator[Path]:
    for name in _SINGLE:
        yield overlay.file(name)
    for folder in (*overlay.layers("lexicon"), *overlay.layers("texts/zh-Hans"), *overlay.layers("texts/zh-Hant")):
        yield from sorted(folder.glob("*.yaml"))
    for folder in overlay.layers("learned"):
        yield from sorted(folder.glob("*.txt"))
    yield from sorted(overlay.folder("sample").iterdir())
