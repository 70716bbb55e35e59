"""How well the guide answers, measured on labelled questions and on talk that wants no answer."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from routing.guide.replying import Answered, AskBack, GuideReply
from routing.triage.evaluation import Share


@dataclass(frozen=True, slots=True)
class LabelledQuestion:
    """A message with the entries that would answer it; none where nobody may be answered."""

    id: str
    text: str
    items: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class QuestionMiss:
    """A message of which the guide made something else."""

    id: str
    text: str
    expected: tuple[str, ...]
    got: str
    """The entry that was given, the entries asked about with a question mark, or nothing."""


@dataclass(frozen=True, slots=True)
class GuideReport:
    """The figures. The first three are shares of the questions, ``disturbed`` one of the talk."""

    right: Share
    """Answered at once with a right entry."""
    asked_back: Share
    """Asked back, the right entry among the choices."""
    wrong: Share
    """Answered or asked back with nothing right among it; the worst, since it sends people to the wrong office."""
    disturbed: Share
    """Talk and reports that were answered although nobody asked."""
    wrong_of_all: Share
    """Both kinds of wrong answers, of all messages."""
    misses: tuple[QuestionMiss, ...]


def evaluate_guide(rows: Iterable[LabelledQuestion], reply: Callable[[str], GuideReply | None]) -> GuideReport:
    """Scores ``reply``, what the guide says to a text, on ``rows``."""
    right = asked = wrong = disturbed = questions = talk = 0
    misses: list[QuestionMiss] = []
    for row in rows:
        given = reply(row.text)
        codes = _codes(given)
        questions += bool(row.items)
        talk += not row.items
        hit = bool(set(codes) & set(row.items))
        if row.items and isinstance(given, Answered) and hit:
            right += 1
            continue
        asked += isinstance(given, AskBack) and hit
        wrong += bool(row.items) and bool(codes) and not hit
        disturbed += not row.items and bool(codes)
        if row.items or codes:
            mark = "?" if isinstance(given, AskBack) else ""
            misses.append(QuestionMiss(row.id, row.text, row.items, " ".join(codes) + mark))
    return GuideReport(
        right=Share(right, questions),
        asked_back=Share(asked, questions),
        wrong=Share(wrong, questions),
        disturbed=Share(disturbed, talk),
        wrong_of_all=Share(wrong + disturbed, questions + talk),
        misses=tuple(misses),
    )


def _codes(reply: GuideReply | None) -> tuple[str, ...]:
    if reply is None:
        return ()
    return (reply.code,) if isinstance(reply, Answered) else reply.codes
