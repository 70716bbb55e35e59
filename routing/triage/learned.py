"""A learned lexicon: keywords with weights for labels, made from labelled texts and read keyword by keyword.

A text's score for a label is the sum of the weights of its keywords, divided by the text's length (the Euclidean norm
of its keywords' idf), plus the label's bias; above zero speaks for the label, one is a clear case.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from routing.triage.keywords import Keyword, KeywordTable


@dataclass(frozen=True, slots=True)
class LearnedLexicon:
    """Keywords by their spelling, and the bias of each label."""

    keywords: Mapping[str, Keyword] = field(default_factory=dict)
    bias: Mapping[str, float] = field(default_factory=dict)
    version: str = ""

    @property
    def labels(self) -> tuple[str, ...]:
        """The labels that are scored, in order."""
        return tuple(sorted(self.bias))

    def under(self, layer: LearnedLexicon) -> LearnedLexicon:
        """This lexicon with a layer of a district over it: the weights and biases of the layer are added."""
        if not self.keywords and not self.bias:
            return layer
        table = KeywordTable.of(self.keywords, self.labels).over(layer.keywords, layer.labels)
        bias = {label: self.bias.get(label, 0.0) + layer.bias.get(label, 0.0) for label in {*self.bias, *layer.bias}}
        return LearnedLexicon(table, bias, " ".join(filter(None, (self.version, layer.version))))
