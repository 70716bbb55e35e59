"""The order in which keywords are walked: what is met together lies together in memory."""

from __future__ import annotations

from routing.triage.keyword_sums import NO_TEXT, Keywords


def met_first(keywords: Keywords) -> list[int]:
    """The numbers of the keywords: first word classes, of which every text has a dozen, then those that are met most.

    The more texts have a keyword, the lower the square of its idf.
    """
    spellings, squares = keywords.spellings, keywords.squares
    return sorted(range(len(spellings)), key=lambda one: (not spellings[one].startswith(NO_TEXT), squares[one]))
