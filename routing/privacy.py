"""Masks what must not stand in a public message: telephone, identity and bank card numbers."""

from __future__ import annotations

import re

_LONG_NUMBER = re.compile(r"(?<!\d)(\d{3})[\d\- ]{3,}(\d{2}[\dXx]{2})(?![\dXx])")
"""Seven digits and more, as people write them, with hyphens or blanks in between."""

_MIN_DIGITS = 7


def mask_numbers(text: str) -> str:
    """``text`` with every number of seven digits or more cut down to its first three and last four places."""

    def masked(found: re.Match[str]) -> str:
        whole = found.group(0)
        if sum(character.isdigit() for character in whole) < _MIN_DIGITS:
            return whole
        return f"{found.group(1)}****{found.group(2)}"

    return _LONG_NUMBER.sub(masked, text)
