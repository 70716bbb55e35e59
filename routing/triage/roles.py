"""What a word of the lexicon can be in rules: all that is asked of it when it is found in a text, in one place."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from routing.triage.hits import Hit
from routing.triage.vectors import packed

if TYPE_CHECKING:
    from librt.vecs import vec
    from mypy_extensions import i32


def slots_in_a_row(slots: Iterable[int]) -> str:
    """``slots`` as characters: in memory they stand in a row, while a tuple would lead to an object for each."""
    return "".join(map(chr, slots))


class Wanting:
    """Rules that want the same slot besides the one that led to them."""

    __slots__ = ("further", "orders")

    def __init__(self) -> None:
        self.orders: list[int] = []
        """Their places in the lexicon."""
        self.further: list[tuple[int, ...]] = []
        """The slots that each of them wants besides these two."""


class Tried:
    """The rules that a word leads to, as it fills their rarest part."""

    __slots__ = ("alone", "partners", "with_partner")

    def __init__(self, rules: Sequence[tuple[int, tuple[int, ...]]]) -> None:
        """``rules`` are their places in the lexicon with the other slots that they want, the rarest first."""
        self.alone = [order for order, others in rules if not others]
        """The places of those that want nothing else."""
        by_partner: dict[int, Wanting] = {}
        for order, others in rules:
            if others:
                wanting = by_partner.setdefault(others[0], Wanting())
                wanting.orders.append(order)
                wanting.further.append(others[1:])
        self.partners = slots_in_a_row(by_partner)
        """The rarest slots that others want besides: most are not there, and of those no more than this is read."""
        self.with_partner = list(by_partner.values())
        """Who wants each of ``partners``."""


class RuleBook:
    """The rules of services, or those of cues, by what leads to them."""

    __slots__ = ("_by_rarest", "asked")

    def __init__(self, rules: Sequence[tuple[int, int, tuple[int, ...], tuple[int, ...]]]) -> None:
        """``rules``: the place of each in the lexicon, its rarest slot, the others it wants, and those it forbids."""
        self._by_rarest: dict[int, list[tuple[int, tuple[int, ...]]]] = defaultdict(list)
        for order, rarest, others, _ in rules:
            self._by_rarest[rarest].append((order, others))
        self.asked = frozenset(slot for _, _, others, absent in rules for slot in (*others, *absent))
        """The slots that some rule wants besides its rarest one, or forbids."""

    def tried(self, slots: Sequence[int]) -> Tried | None:
        """What a word that fills ``slots`` leads to; None where that is nothing."""
        rules = dict(rule for slot in slots for rule in self._by_rarest.get(slot, ()))
        return Tried(sorted(rules.items())) if rules else None


class Role:
    """What the words that fill the same slots can be; they share one."""

    __slots__ = (
        "asked_by_cues",
        "asked_by_services",
        "classes",
        "cues",
        "is_forbidding",
        "is_idiom",
        "is_lost_inside",
        "number",
        "services",
        "slots",
        "taught",
    )

    def __init__(
        self,
        number: int,
        slots: tuple[int, ...],
        classes: tuple[str, ...],
        services: RuleBook,
        cues: RuleBook,
        *,
        is_idiom: bool,
        is_forbidding: bool,
        is_lost_inside: bool,
        taught: tuple[int, ...] = (),
    ) -> None:
        self.number = number
        self.slots = slots
        self.classes = classes
        """The names of its word classes."""
        self.taught = taught
        """The numbers of the learned keywords that stand for these classes."""
        self.services = services.tried(slots)
        """The rules of services that it leads to."""
        self.cues = cues.tried(slots)
        self.asked_by_services = slots_in_a_row(slot for slot in slots if slot in services.asked)
        """Those of its slots that rules of services want besides their rarest one, or forbid."""
        self.asked_by_cues = slots_in_a_row(slot for slot in slots if slot in cues.asked)
        self.is_idiom = is_idiom
        """Whether it is a saying."""
        self.is_forbidding = is_forbidding
        """Whether it is only a forbidden part, which says nothing by itself."""
        self.is_lost_inside = is_lost_inside
        """Whether it means nothing inside a longer word."""


class Words:
    """The lexicon's words in a text: of most texts only what they can be is looked for."""

    __slots__ = ("may_name_service", "text")

    def __init__(self, text: str, *, may_name_service: bool) -> None:
        self.text = text
        self.may_name_service = may_name_service
        """Whether one of them leads to a rule of a service; otherwise no service is named."""

    def taught(self) -> list[int]:
        """The numbers of the learned keywords that stand for their classes, some maybe more than once."""
        return []

    def taught_row(self) -> vec[i32]:
        """The same as a row of numbers, which only compiled code asks for."""
        return packed(self.taught())


class FoundWords(Words):
    """Words with the places where they stand, as a search finds them."""

    __slots__ = ("found", "roles", "tried")

    def __init__(self, text: str, found: list[Hit], roles: list[Role]) -> None:
        self.text = text
        self.found = found
        """Every word, overlapping ones too, by their ends."""
        self.roles = roles
        """What they can be, each role at least once."""
        tried: dict[int, Role] = {}
        for role in roles:
            if role.services is not None:
                tried[role.number] = role
        self.tried = list(tried.values()) if tried else []
        """Those that lead to a rule of a service, each of them once."""
        self.may_name_service = bool(tried)

    def taught(self) -> list[int]:
        numbers: list[int] = []
        for role in self.roles:
            if role.taught:
                numbers += role.taught
        return numbers
