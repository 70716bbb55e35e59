"""Which offers fit a need: by kind, by place and by words, each with the evidence, so that people can be told why."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from rapidfuzz import fuzz

from routing.areas import COMMUNITY, STREET, AreaTree
from routing.followup import plain
from routing.need import Need
from routing.need_rules import MatchRules, NeedRules
from routing.partner import Offer


class Agreement(StrEnum):
    """In what a need and an offer agree."""

    KIND = "kind"
    AREA = "area"
    """One lies within the other's area, as a complex and what it is paired with."""
    COMMUNITY = "community"
    STREET = "street"
    WORDS = "words"


@dataclass(frozen=True, slots=True)
class MatchEvidence:
    """One agreement and what it is worth."""

    agreement: Agreement
    weight: float


@dataclass(frozen=True, slots=True)
class Match:
    """A need and an offer that may fit. ``score`` is the sum of its evidence, at most 1."""

    need_id: int
    offer_id: int
    score: float
    evidence: tuple[MatchEvidence, ...]


def match(need: Need, offer: Offer, tree: AreaTree, rules: NeedRules) -> Match | None:
    """How well an offer fits a need; none where they lie in different streets or have neither kind nor words in common.

    Nearness alone is no reason: it decides between what fits.
    """
    place = _place(need.area_code, offer.area_code, tree, rules.match)
    if place is None:
        return None
    evidence: list[MatchEvidence] = []
    kind = need.kind or rules.kind_of(need.text)
    if kind and kind == (offer.kind or rules.kind_of(offer.text)):
        evidence.append(MatchEvidence(Agreement.KIND, rules.match.same_kind))
    alike = _likeness(need, offer, rules)
    if alike > 0:
        evidence.append(MatchEvidence(Agreement.WORDS, round(alike * rules.match.like_words, 3)))
    if not evidence:
        return None
    evidence.insert(1, place)
    score = round(min(1.0, sum(one.weight for one in evidence)), 3)
    return Match(need.id, offer.id, score, tuple(evidence)) if score >= rules.match.least else None


def best_offers(need: Need, offers: Iterable[Offer], tree: AreaTree, rules: NeedRules) -> tuple[Match, ...]:
    """The offers to propose for a need, the best first; of equals the one that was offered first."""
    found = [one for offer in offers if (one := match(need, offer, tree, rules)) is not None]
    return tuple(sorted(found, key=lambda one: (-one.score, one.offer_id))[: rules.match.most])


def best_needs(offer: Offer, needs: Iterable[Need], tree: AreaTree, rules: NeedRules) -> tuple[Match, ...]:
    """The needs to propose to who offers, the best first; of equals the one that more people stand behind."""
    by_id = {need.id: need for need in needs}
    found = [one for need in by_id.values() if (one := match(need, offer, tree, rules)) is not None]
    order = sorted(found, key=lambda one: (-one.score, -by_id[one.need_id].voices, one.need_id))
    return tuple(order[: rules.match.most])


def is_near(area_code: str, other: str, tree: AreaTree) -> bool:
    """Whether a partner of one area may take on a need of the other: one within the other, or the same community."""
    if area_code not in tree or other not in tree:
        return False
    return tree.within(area_code, other) or tree.within(other, area_code) or _share(area_code, other, COMMUNITY, tree)


def _place(need: str, offer: str, tree: AreaTree, rules: MatchRules) -> MatchEvidence | None:
    if need not in tree or offer not in tree:
        return None
    if tree.within(need, offer) or tree.within(offer, need):
        return MatchEvidence(Agreement.AREA, rules.same_area)
    if _share(need, offer, COMMUNITY, tree):
        return MatchEvidence(Agreement.COMMUNITY, rules.same_community)
    if _share(need, offer, STREET, tree):
        return MatchEvidence(Agreement.STREET, rules.same_street)
    return None


def _share(one: str, other: str, level: str, tree: AreaTree) -> bool:
    first, second = tree.nearest(one, level), tree.nearest(other, level)
    return first is not None and second is not None and first.code == second.code


def _likeness(need: Need, offer: Offer, rules: NeedRules) -> float:
    """Words of the kinds that both have count fully; else how alike the texts are, where that is more than chance."""
    said, given = plain(need.text), plain(offer.text)
    words = {word for kind in rules.kinds.values() for word in kind.words}
    if any(word in said and word in given for word in words):
        return 1.0
    ratio = fuzz.partial_ratio(said, given) / 100
    return ratio if ratio >= _BY_CHANCE else 0.0


_BY_CHANCE = 0.5
"""Two Chinese sentences about different things still share a third of their characters or so (的, 可以, 社区)."""
