"""Sentences for people: keys to templates, rendered in the writer's script.

The templates are written once, in Simplified Chinese. A Traditional reader gets the finished sentence converted,
unless a template of its own is given for Traditional, so no district has to keep two files in step.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from string import Formatter

from routing.errors import QunbanError
from routing.script import Script


class MissingText(QunbanError):
    """No sentence has this key, or a field that the sentence names was not given: a fault of the program."""

    code = "missing_text"

    def __init__(self, key: str, field: str = "") -> None:
        super().__init__(key, field)
        self.key = key
        self.field = field


def fields_of(template: str) -> frozenset[str]:
    """The names in braces of a template; raises ``ValueError`` where its braces do not match."""
    return frozenset(name for _, name, _, _ in Formatter().parse(template) if name is not None)


class Texts:
    """All sentences of the product. Fields are inserted as they are: nothing here is markup."""

    def __init__(
        self,
        simplified: Mapping[str, str],
        traditional: Mapping[str, str],
        to_traditional: Callable[[str], str],
    ) -> None:
        self._simplified = dict(simplified)
        self._traditional = dict(traditional)
        self._to_traditional = to_traditional
        # Labels and the like are said more often than anything else, and filling nothing in takes time as well.
        self._whole = {key: text for key, text in self._simplified.items() if "{" not in text and "}" not in text}

    def __contains__(self, key: str) -> bool:
        return key in self._simplified

    def __iter__(self) -> Iterator[str]:
        """Every key that has a sentence, in the order of the files."""
        return iter(self._simplified)

    def say(self, key: str, script: Script = Script.HANS, /, **fields: object) -> str:
        """The sentence of ``key`` with its fields filled in; raises ``MissingText``."""
        if script is Script.HANS and key in self._whole:
            return self._whole[key]
        own = self._traditional.get(key) if script is Script.HANT else None
        template = own if own is not None else self._simplified.get(key)
        if template is None:
            raise MissingText(key)
        try:
            sentence = template.format_map(fields)
        except KeyError as missing:
            raise MissingText(key, str(missing.args[0])) from None
        return sentence if script is Script.HANS or own is not None else self._to_traditional(sentence)
