"""Keywords with weights for labels, and the compact table in which tens of thousands of them are held.

A keyword is one to three characters as they stand in the normalised text (``^`` before its beginning, ``$`` behind
its end), or ``@`` and a word class of the written lexicon, so that a word somebody adds to a class is understood at
once.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from struct import Struct
from typing import Final

BEGIN, END, CLASS = "^", "$", "@"
LONGEST: Final = 3
"""Characters of the longest keyword that is learned: longer ones are too rare to learn from."""
STEP: Final = 0.01
"""Weights are multiples of this: finer differences are noise of the texts they were learned from."""
HEAVIEST: Final = 1000.0
"""Largest weight in size: ten thousand such keywords in one text still fit into a field of a table's row."""

BITS: Final = 32
"""Of each field of a row."""
HALF: Final = 1 << (BITS - 1)
"""Added to each field when it is read, so that a negative sum borrows nothing from the field above."""

_PER_UNIT: Final = round(1 / STEP)


@dataclass(frozen=True, slots=True)
class Keyword:
    """What one keyword says: ``idf`` is how telling it is (rare ones more), a weight is its share of a score."""

    idf: float
    weights: Mapping[str, float]


class KeywordTable(Mapping[str, Keyword]):
    """Keywords by their spelling, as numbered rows that are added up all labels at once.

    A row is one integer that holds the weight for each label in a field of 32 bits, in steps of ``STEP``. Adding two
    rows adds every field, so a text's sums for sixty labels cost one addition for each of its keywords; and a row
    takes a fifth of the memory of a mapping of weights.
    """

    __slots__ = ("_numbers", "_offset", "_places", "_struct", "idf", "labels", "rows")

    def __init__(self, labels: Iterable[str] = ()) -> None:
        self.labels: tuple[str, ...] = ()
        self.rows: list[int] = []
        """The weights of each keyword by its number, to be added up and handed to ``fields``."""
        self.idf = array("d")
        self._numbers: dict[str, int] = {}
        self._places: dict[str, int] = {}
        self._struct = Struct("")
        self._offset = 0
        for label in labels:
            self.know(label)

    def know(self, label: str) -> None:
        """Gives a new label its field, behind those of the others, so that rows hold as they are."""
        if label not in self._places:
            place = self._places[label] = len(self.labels)
            self.labels += (label,)
            self._struct = Struct(f"<{place + 1}I")
            self._offset += HALF << (BITS * place)

    @classmethod
    def of(cls, keywords: Mapping[str, Keyword], labels: Sequence[str]) -> KeywordTable:
        """``keywords`` as a table for ``labels``; weights for other labels are left out."""
        if isinstance(keywords, KeywordTable) and keywords.labels == tuple(labels):
            return keywords
        table = cls(labels)
        for spelling, keyword in keywords.items():
            table.put(spelling, keyword.idf, table.row(keyword.weights))
        return table

    def row(self, weights: Mapping[str, float]) -> int:
        """The row of a keyword with these weights; those for labels that the table does not know are left out."""
        return sum(self.share(label, weight) for label, weight in weights.items() if label in self._places)

    def share(self, label: str, weight: float) -> int:
        """What one weight adds to a row; raises ``KeyError`` for a label that the table does not know."""
        return round(weight * _PER_UNIT) << (BITS * self._places[label])

    def put(self, spelling: str, idf: float, row: int) -> None:
        """Adds a keyword, or gives a known one another row; its number and idf stay then."""
        number = self._numbers.setdefault(spelling, len(self.rows))
        if number == len(self.rows):
            self.rows.append(row)
            self.idf.append(idf)
        else:
            self.rows[number] = row

    def over(self, layer: Mapping[str, Keyword], labels: Iterable[str]) -> KeywordTable:
        """A table with the weights of ``layer`` for ``labels`` added to those of this one."""
        whole = KeywordTable((*self.labels, *labels))
        whole.rows, whole.idf, whole._numbers = self.rows[:], self.idf[:], dict(self._numbers)
        for spelling, keyword in layer.items():
            number = whole.number(spelling)
            known = 0 if number is None else whole.rows[number]
            whole.put(spelling, keyword.idf, known + whole.row(keyword.weights))
        return whole

    def number(self, spelling: str) -> int | None:
        """The number of a keyword; None where it is unknown."""
        return self._numbers.get(spelling)

    def place(self, label: str) -> int | None:
        """Where the sum of a label stands in ``fields``; None where it is unknown."""
        return self._places.get(label)

    def steps(self, label: str) -> list[int]:
        """The weight of every keyword for ``label``, by their numbers, in steps of ``STEP``."""
        place = self.place(label)
        if place is None:
            return [0] * len(self.rows)
        shift, low = BITS * place, (1 << BITS) - 1
        return [((row + self._offset >> shift) & low) - HALF for row in self.rows]

    def fields(self, total: int) -> tuple[int, ...]:
        """The sum for each label, in steps of ``STEP`` and ``HALF`` too large; ``total`` is the sum of some rows."""
        return self._struct.unpack((total + self._offset).to_bytes(self._struct.size, "little"))

    def __getitem__(self, spelling: str) -> Keyword:
        number = self._numbers[spelling]
        fields = zip(self.labels, self.fields(self.rows[number]), strict=True)
        return Keyword(self.idf[number], {label: (one - HALF) / _PER_UNIT for label, one in fields if one != HALF})

    def __iter__(self) -> Iterator[str]:
        return iter(self._numbers)

    def __len__(self) -> int:
        return len(self._numbers)


def keywords_of(text: str, classes: Iterable[str] = ()) -> frozenset[str]:
    """Every possible keyword of a normalised text that holds words of ``classes``."""
    framed = f"{BEGIN}{text}{END}"
    found = {CLASS + name for name in classes}
    for length in range(1, LONGEST + 1):
        found.update(
            part for start in range(len(framed) - length + 1) if _is_keyword(part := framed[start : start + length])
        )
    return frozenset(found)


def _is_keyword(part: str) -> bool:
    # Spaces separate the columns of a lexicon file, and say little.
    return part not in (BEGIN, END) and not any(
        character.isspace() or not character.isprintable() for character in part
    )
