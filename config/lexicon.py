"""Loads the lexicon: one YAML file per service group and one for cues, in layers (see ``config/README.md``)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from config.catalogue import load_catalogue
from config.document import Node, read_document
from config.errors import ConfigError
from config.learned import PACKAGED as PACKAGED_LEARNED
from config.learned import load_learned
from routing.catalogue import AppealType, Catalogue, Urgency
from routing.triage.engine import Triage
from routing.triage.lexicon import CUE, BadRule, Cue, Effect, Lexicon, Part, Rule, parse_rule
from routing.triage.scoring import Thresholds
from routing.triage.segment import Segmenter

PACKAGED = Path(__file__).parent / "data" / "lexicon"

_LEVELS = {"open": 0.8, "likely": 0.6, "topic": 0.35}
"""How much one rule says on its own: enough to open where anything else in the message speaks for it, enough to ask,
or only what it would be about."""
_CUE_LEVELS = {"sure": 1.0, "hint": 0.5}
_SECTIONS = ("version", "things", "words", "services", "cues", "homophones", "aliases", "drop")


@dataclass(slots=True)
class _Draft:
    """The lexicon while its layers are put on one another."""

    classes: dict[str, set[str]] = field(default_factory=dict)
    things: set[str] = field(default_factory=set)
    rules: dict[tuple[str, str], Rule] = field(default_factory=dict)
    origin: dict[tuple[str, str], Node] = field(default_factory=dict)
    cues: dict[str, Cue] = field(default_factory=dict)
    homophones: list[str] = field(default_factory=list)
    aliases: dict[str, tuple[str, ...]] = field(default_factory=dict)
    appeals: dict[str, AppealType] = field(default_factory=dict)
    ranks: dict[str, float] = field(default_factory=dict)
    ambient: set[str] = field(default_factory=set)
    versions: list[str] = field(default_factory=list)


def load_lexicon(directories: Sequence[Path] = (PACKAGED,), services: Mapping[str, object] | None = None) -> Lexicon:
    """The lexicon of all ``*.yaml`` files in ``directories``, later directories laid over earlier ones.

    A later layer adds words and rules, takes a word away by writing it with a minus, and a rule by naming it under
    ``drop``. ``services``, where given, are the codes that rules may name.

    Raises:
        ConfigError: a file cannot be read, or a rule names an unknown class or service; with file, line and reason.
    """
    draft = _Draft()
    for directory in directories:
        for path in sorted(directory.glob("*.yaml")):
            _add_file(draft, read_document(path), services)
    _check_classes(draft)
    return Lexicon(
        classes={name: frozenset(words) for name, words in draft.classes.items()},
        rules=tuple(draft.rules.values()),
        cues=draft.cues,
        things=frozenset(draft.things),
        homophones=tuple(draft.homophones),
        aliases=draft.aliases,
        appeals=draft.appeals,
        ranks=draft.ranks,
        ambient=frozenset(draft.ambient),
        version=" ".join(draft.versions),
    )


def build_triage(
    directories: Sequence[Path] = (PACKAGED,),
    catalogue: Catalogue | None = None,
    *,
    learned: Sequence[Path] = (PACKAGED_LEARNED,),
    thresholds: Thresholds | None = None,
) -> Triage:
    """Triage over the lexicon of ``directories``; takes about a second.

    Args:
        directories: the layers, base first.
        catalogue: the packaged one where none is given.
        learned: the layers of the learned lexicon; with none of them the rules decide alone.
        thresholds: the packaged ones where none are given.
    """
    catalogue = catalogue or load_catalogue()
    lexicon = load_lexicon(directories, catalogue.services)
    segmenter = Segmenter(lexicon.nouns())
    return Triage(lexicon, catalogue, segmenter=segmenter, thresholds=thresholds, learned=load_learned(learned))


def _add_file(draft: _Draft, root: Node, services: Mapping[str, object] | None) -> None:
    sections = root.only(*_SECTIONS)
    if "version" in sections:
        draft.versions.append(f"{root.path.stem}@{sections['version'].text()}")
    for section in ("things", "words"):
        for name, node in sections[section].entries().items() if section in sections else ():
            if section == "things":
                draft.things.add(name)
            _add_words(draft.classes.setdefault(name, set()), node)
    for code, node in sections["services"].entries().items() if "services" in sections else ():
        if services is not None and code not in services:
            node.fail(f"service {code!r} is not in the catalogue")
        _add_service(draft, code, node)
    for name, node in sections["cues"].entries().items() if "cues" in sections else ():
        _add_cue(draft, name, node)
    if "homophones" in sections:
        draft.homophones.extend(sections["homophones"].words())
    for word, node in sections["aliases"].entries().items() if "aliases" in sections else ():
        draft.aliases[word] = (*draft.aliases.get(word, ()), *node.words())
    for target, node in sections["drop"].entries().items() if "drop" in sections else ():
        for item in node.items():
            key = (target, " ".join(item.text().split()))
            if key not in draft.rules:
                item.fail(f"{target!r} has no rule {item.text()!r} to drop")
            del draft.rules[key]


def _add_words(members: set[str], node: Node) -> None:
    for word in node.words():
        if word.startswith("-"):
            members.discard(word[1:])
        else:
            members.add(word.lower())


def _add_service(draft: _Draft, code: str, node: Node) -> None:
    fields = node.only("appeal", "ambient", "rank", "urgent", "emergency", *_LEVELS)
    if "rank" in fields:
        draft.ranks[code] = fields["rank"].number()
    if "ambient" in fields:
        (draft.ambient.add if fields["ambient"].text() == "yes" else draft.ambient.discard)(code)
    if "appeal" in fields:
        draft.appeals[code] = _appeal(fields["appeal"])
    for level, weight in _LEVELS.items():
        for item in fields[level].items() if level in fields else ():
            _add_rule(draft, code, item, weight)
    for item in fields["urgent"].items() if "urgent" in fields else ():
        _add_rule(draft, code, item, _LEVELS["open"], Urgency.URGENT)
    for danger, rules in fields["emergency"].entries().items() if "emergency" in fields else ():
        for item in rules.items():
            _add_rule(draft, code, item, 1.0, Urgency.EMERGENCY, danger)


def _add_cue(draft: _Draft, name: str, node: Node) -> None:
    fields = node.only("effect", "strength", "spares", "yields_to", *_CUE_LEVELS)
    before = draft.cues.get(name)
    if "effect" in fields:
        written = fields["effect"].text()
        if written not in {effect.value for effect in Effect}:
            fields["effect"].fail(f"effect {written!r} is none of {', '.join(effect.value for effect in Effect)}")
        effect = Effect(written)
    elif before is None:
        node.fail("'effect' is missing")
    else:
        effect = before.effect
    draft.cues[name] = Cue(
        name=name,
        effect=effect,
        strength=fields["strength"].number() if "strength" in fields else before.strength if before else 1.0,
        spares=frozenset(fields["spares"].words() if "spares" in fields else before.spares if before else ()),
        yields_to=frozenset(
            fields["yields_to"].words() if "yields_to" in fields else before.yields_to if before else ()
        ),
    )
    for level, weight in _CUE_LEVELS.items():
        for item in fields[level].items() if level in fields else ():
            _add_rule(draft, CUE + name, item, weight)


def _add_rule(
    draft: _Draft,
    target: str,
    node: Node,
    weight: float,
    urgency: Urgency = Urgency.NORMAL,
    danger: str | None = None,
) -> None:
    appeal = None
    if isinstance(node.value, dict):
        fields = node.only("if", "weight", "appeal", "urgency", "danger")
        if "if" not in fields:
            node.fail("'if' is missing: the rule's line")
        line = fields["if"]
        weight = fields["weight"].number() if "weight" in fields else weight
        appeal = _appeal(fields["appeal"]) if "appeal" in fields else None
        danger = fields["danger"].text() if "danger" in fields else danger
        if "urgency" in fields:
            if fields["urgency"].text() not in {one.value for one in Urgency}:
                fields["urgency"].fail(f"urgency {fields['urgency'].text()!r} is none of emergency, urgent, normal")
            urgency = Urgency(fields["urgency"].text())
    else:
        line = node
    text = " ".join(line.text().split())
    try:
        parts, absent, near = parse_rule(text)
    except BadRule as error:
        line.fail(str(error))
    key = (target, text)
    draft.origin[key] = line
    draft.rules[key] = Rule(target, text, parts, absent, weight, near, urgency, danger, appeal)


def _appeal(node: Node) -> AppealType:
    if node.text() not in {one.value for one in AppealType}:
        node.fail(f"appeal {node.text()!r} is none of {', '.join(one.value for one in AppealType)}")
    return AppealType(node.text())


def _check_classes(draft: _Draft) -> None:
    for key, rule in draft.rules.items():
        parts: tuple[Part, ...] = (*rule.parts, *rule.absent)
        for part in parts:
            for name in part.classes:
                if not draft.classes.get(name):
                    draft.origin[key].fail(f"word class {name!r} is nowhere given")
    for cue in draft.cues.values():
        unknown = cue.yields_to - draft.cues.keys()
        if unknown:
            raise ConfigError(cue.name, None, f"yields to unknown cues: {', '.join(sorted(unknown))}")
