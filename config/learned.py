"""Reads and writes learned lexicons: text files that can be read, compared line by line, and laid over one another.

A line is a keyword, its idf and its weights, separated by tabs; the labels with their biases come first. A line that
begins with ``#`` and a space is a comment. Weights are kept to two digits.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from config.errors import ConfigError
from routing.triage.keywords import CLASS, HEAVIEST, KeywordTable
from routing.triage.learned import LearnedLexicon

PACKAGED = Path(__file__).parent / "data" / "learned"

LONGEST = 12
"""Characters of a keyword that a person may write; learned ones are shorter."""

_NAME = re.compile(r"[^\s=]+\Z")


def load_learned(directories: Sequence[Path] = (PACKAGED,)) -> LearnedLexicon:
    """The learned lexicon of all ``*.txt`` files in ``directories``, weights of later ones added to earlier ones.

    Raises:
        ConfigError: a file cannot be read, or a line of it is none of a learned lexicon; with file, line and reason.
    """
    whole = LearnedLexicon()
    for directory in directories:
        for path in sorted(directory.glob("*.txt")):
            whole = whole.under(read_learned(path))
    return whole


def read_learned(path: Path) -> LearnedLexicon:
    """One file; raises ``ConfigError``."""
    try:
        lines = path.read_text(encoding="utf-8").split("\n")
    except OSError as error:
        raise ConfigError(path, None, f"cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise ConfigError(path, None, "is not UTF-8") from error
    version = ""
    bias: dict[str, float] = {}
    keywords = KeywordTable(())
    shares = _Shares(keywords)
    for number, line in enumerate(lines, start=1):
        if not line or line.startswith("# ") or line == "#":
            continue
        head, *rest = line.split("\t")
        try:
            if head == "version":
                version = " ".join(rest)
            elif head == "label":
                name, value = rest
                bias[_name(name)] = float(value)
                keywords.know(name)
            else:
                _check_keyword(head, keywords)
                idf, *weights = rest
                keywords.put(head, float(idf), sum(map(shares.__getitem__, weights)))
        except ValueError as error:
            raise ConfigError(path, number, _reason(error, line)) from error
    return LearnedLexicon(keywords, bias, version)


def read_comments(path: Path) -> list[str]:
    """The comments of a file, without their signs."""
    return [line[2:] for line in path.read_text(encoding="utf-8").split("\n") if line.startswith("# ")]


def write_learned(lexicon: LearnedLexicon, path: Path, comments: Sequence[str] = ()) -> None:
    """Writes ``lexicon`` so that the same lexicon always gives the same file: keywords sorted, labels too."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(f"{line}\n" for line in _lines(lexicon, comments)), encoding="utf-8", newline="\n")


def _lines(lexicon: LearnedLexicon, comments: Sequence[str]) -> Iterator[str]:
    yield from (f"# {comment}" for comment in comments)
    yield f"version\t{lexicon.version}"
    yield from (f"label\t{name}\t{lexicon.bias[name]:g}" for name in lexicon.labels)
    for spelling, keyword in sorted(lexicon.keywords.items()):
        weights = (f"{label}={weight:g}" for label, weight in sorted(keyword.weights.items()))
        yield "\t".join((spelling, f"{keyword.idf:g}", *weights))


class _BadLine(ValueError):
    """A line with its reason in words."""


def _reason(error: ValueError, line: str) -> str:
    return str(error) if isinstance(error, _BadLine) else f"{line[:40]!r} is no line of a learned lexicon"


def _name(name: str) -> str:
    if not _NAME.match(name):
        raise _BadLine(f"label {name!r} holds a space or an equals sign")
    return name


def _check_keyword(spelling: str, known: KeywordTable) -> None:
    if not spelling or (len(spelling) > LONGEST and not spelling.startswith(CLASS)):
        raise _BadLine(f"keyword {spelling!r} is not of 1 to {LONGEST} characters")
    if spelling in known:
        raise _BadLine(f"keyword {spelling!r} is written twice")


class _Shares(dict[str, int]):
    """What each written weight adds to a row. Few different ones are written, so each is read once."""

    def __init__(self, table: KeywordTable) -> None:
        super().__init__()
        self._table = table

    def __missing__(self, text: str) -> int:
        label, sign, weight = text.rpartition("=")
        if not sign or self._table.place(label) is None:
            raise _BadLine(f"{text!r} is no weight of a label that the file begins with")
        if not abs(float(weight)) <= HEAVIEST:
            raise _BadLine(f"{text!r} is heavier than {HEAVIEST:g}")
        share = self[text] = self._table.share(label, float(weight))
        return share
