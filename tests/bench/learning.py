"""A learned lexicon alone, beside scikit-learn's linear classifier on the same texts and the same split."""

from __future__ import annotations

from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.pipeline import make_pipeline, make_union
from sklearn.svm import LinearSVC

from config.bundle import build_triage
from config.overlay import Overlay
from routing.triage.judge import Judge
from routing.triage.learning import Corpus, Example
from tests.bench.measure import Figure
from tests.labelled import DATA, read_labelled

EVERY = 5
"""Every fifth text is measured on."""


def measure_learning() -> list[Figure]:
    """The share of service texts whose service is named right; 48 services, the first label of each message counts."""
    triage = build_triage(Overlay())
    files = sorted((DATA / "authored").glob("messages_*.jsonl"))
    rows = [row for file in files for row in read_labelled(file) if row.expect == "open"]
    train = [row for number, row in enumerate(rows, start=1) if number % EVERY]
    test = rows[EVERY - 1 :: EVERY]
    labels = frozenset(row.services[0] for row in train)

    examples = [
        Example(triage.keywords(row.text), frozenset({row.services[0]}), labels - {row.services[0]}) for row in train
    ]
    judge = Judge(Corpus(examples).learn())
    right = 0
    for row in test:
        scores = judge.scores(triage.keywords(row.text))
        right += max(scores, key=scores.__getitem__) == row.services[0]

    machine = make_pipeline(
        make_union(
            TfidfVectorizer(analyzer=triage.words, sublinear_tf=True),
            TfidfVectorizer(analyzer="char", ngram_range=(1, 3), sublinear_tf=True),
        ),
        LinearSVC(),
    )
    machine.fit([row.text for row in train], [row.services[0] for row in train])
    guesses = machine.predict([row.text for row in test])
    beside = sum(guess == row.services[0] for guess, row in zip(guesses, test, strict=True))
    return [
        Figure(
            f"learned lexicon alone, {len(labels)} services, {len(train)} texts to learn from",
            f"{right / len(test):.1%} right of {len(test)}",
            f"scikit-learn's LinearSVC on words and characters {beside / len(test):.1%}",
        )
    ]
