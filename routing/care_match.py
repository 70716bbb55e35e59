"""Which message or ticket concerns somebody on the care list: by account, by address, or by a neighbour's worry.

All of it works on a small index in memory, since every report is looked at.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from ahocorasick_rs import AhoCorasick, Implementation

from routing.areas import AreaTree
from routing.place import Place
from routing.script import message_in_one_spelling

_DOUBLE_SURNAMES = (
    "欧阳",
    "司马",
    "上官",
    "诸葛",
    "东方",
    "皇甫",
    "尉迟",
    "公孙",
    "慕容",
    "令狐",
    "司徒",
    "夏侯",
    "端木",
)
_SHORTEST_GIVEN = 2
"""A given name of one character occurs in too many words to be looked for."""
_ROOM_ON_FLOOR = re.compile(r"(\d{1,2})\d{2}")
"""Of a room of three or four digits all but the last two are the storey."""


@dataclass(frozen=True, slots=True)
class CareEntry:
    """As much of somebody on the list as is needed to know them again."""

    person_id: int
    name: str
    area_code: str
    place: Place
    account: int | None
    cadre_id: int | None


@dataclass(frozen=True, slots=True)
class UnseenWords:
    """The words by which a neighbour tells that somebody has not been seen; all in Simplified characters."""

    strong: tuple[str, ...]
    """Enough by themselves: nobody answers the door."""
    lasting: tuple[str, ...]
    """Enough with a span of a day or more: has not left the house."""
    spans: tuple[str, ...]
    calm: tuple[str, ...]
    """It is over, or known to be harmless."""
    titles: tuple[str, ...]
    """What elders and neighbours are called behind their surname."""


def plain_words(text: str) -> str:
    """``text`` as the words are looked for in it: half-width, Simplified, without blanks."""
    return "".join(message_in_one_spelling(text).split())


class AbsenceReader:
    """Reads whether a message says that somebody has not been seen or does not answer, for long enough to worry.

    All words are looked for at once, since every message of every group passes here.
    """

    def __init__(self, words: UnseenWords) -> None:
        classes = (words.strong, words.lasting, words.spans, words.calm)
        self._found_as = [index for index, each in enumerate(classes) for _ in each]
        self._words = AhoCorasick(
            [word for each in classes for word in each], implementation=Implementation.ContiguousNFA
        )

    def tells(self, text: str) -> bool:
        """Whether it does; what is over, or known to be harmless, is no worry."""
        hits = self._words.find_matches_as_indexes(plain_words(text), overlapping=True)
        if not hits:
            return False
        strong, lasting, spans, calm = range(4)
        found = {self._found_as[hit[0]] for hit in hits}
        return calm not in found and (strong in found or {lasting, spans} <= found)


class CareIndex:
    """The list as the intake knows it."""

    def __init__(self, entries: Iterable[CareEntry]) -> None:
        self._entries = tuple(entries)
        self._by_account: dict[int, list[CareEntry]] = {}
        self._by_room: dict[str, list[CareEntry]] = {}
        for entry in self._entries:
            if entry.account is not None:
                self._by_account.setdefault(entry.account, []).append(entry)
            if entry.place.room:
                self._by_room.setdefault(entry.place.room, []).append(entry)

    def __len__(self) -> int:
        return len(self._entries)

    def of_account(self, account: int) -> tuple[CareEntry, ...]:
        """Who writes with this account."""
        return tuple(self._by_account.get(account, ()))

    def at(self, area_path: str, place: Place) -> tuple[CareEntry, ...]:
        """Who lives at a place: same room, same building, and no other unit, in an area of the path."""
        if not place.room:
            return ()
        around = frozenset(area_path.split("/"))
        return tuple(
            entry
            for entry in self._by_room.get(place.room, ())
            if entry.area_code in around
            and (entry.place.building is None or entry.place.building == place.building)
            and _agree(entry.place.unit, place.unit)
        )

    def spoken_of(
        self, text: str, area_code: str, place: Place, tree: AreaTree, words: UnseenWords
    ) -> tuple[CareEntry, ...]:
        """Whom a message names, or whose room, that is about an area; what it says of the place must agree."""
        said = plain_words(text)
        return tuple(
            entry
            for entry in self._entries
            if _is_near(entry.area_code, area_code, tree)
            and _fits(entry.place, place)
            and (
                _is_named(entry.name, said, words.titles) or (place.room is not None and place.room == entry.place.room)
            )
        )


def _is_near(entry_code: str, area_code: str, tree: AreaTree) -> bool:
    if entry_code not in tree or area_code not in tree:
        return False
    return tree.within(entry_code, area_code) or tree.within(area_code, entry_code)


def _agree(one: str | None, other: str | None) -> bool:
    return one is None or other is None or one == other


def _fits(home: Place, said: Place) -> bool:
    parts = ((home.building, said.building), (home.unit, said.unit), (home.room, said.room), (_floor(home), said.floor))
    return all(_agree(one, other) for one, other in parts)


def _floor(home: Place) -> str | None:
    if home.floor:
        return home.floor
    found = _ROOM_ON_FLOOR.fullmatch(home.room or "")
    return found.group(1) if found else None


def _is_named(name: str, said: str, titles: tuple[str, ...]) -> bool:
    surname = name[:2] if name.startswith(_DOUBLE_SURNAMES) else name[:1]
    given = name[len(surname) :]
    if not given:
        return False
    if name in said or (len(given) >= _SHORTEST_GIVEN and given in said):
        return True
    return f"老{surname}" in said or any(f"{surname}{title}" in said for title in titles)
