"""The chat page's parts apart from a browser: its size, its words, the contrast of its colours."""

import re
from importlib import resources

import pytest

from bot.sandbox.page import ASSETS, page_texts

READ_ON = [
    ("text", "surface"),
    ("text", "sunken"),
    ("text", "hover"),
    ("text", "own"),
    ("text", "accent-soft"),
    ("soft", "surface"),
    ("soft", "sunken"),
    ("soft", "hover"),
    ("soft", "ground"),
    ("soft", "accent-soft"),
    ("own-soft", "own"),
    ("accent", "surface"),
    ("accent", "hover"),
    ("accent", "accent-soft"),
    ("on-accent", "accent"),
]
"""Colours of text and the grounds they stand on."""
AA = 4.5
"""WCAG 2.2, 1.4.3: contrast of text of ordinary size."""


def asset(name: str) -> str:
    return (resources.files("bot.sandbox") / "assets" / name).read_text("utf-8")


def schemes() -> list[dict[str, str]]:
    """The colours of the light and of the dark scheme."""
    return [
        dict(re.findall(r"--([\w-]+): (#[0-9a-f]{3,8})\b", block))
        for block in re.findall(r":root \{(.*?)\}", asset("chat.css"), re.DOTALL)
    ]


def luminance(colour: str) -> float:
    digits = colour.removeprefix("#")
    digits = "".join(digit * 2 for digit in digits) if len(digits) == 3 else digits
    channels = [int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    linear = [value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4 for value in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("scheme", schemes(), ids=["light", "dark"])
def test_text_can_be_read(scheme: dict[str, str]) -> None:
    faint = {pair: round(contrast(scheme[pair[0]], scheme[pair[1]]), 2) for pair in READ_ON}
    assert {pair: ratio for pair, ratio in faint.items() if ratio < AA} == {}


def test_initials_can_be_read() -> None:
    tones = re.findall(r"--tone: (#[0-9a-f]{6})", asset("chat.css"))
    assert len(tones) == 9
    assert [tone for tone in tones if contrast("#fff", tone) < AA] == []


def test_every_word_is_used_and_every_used_word_is_there() -> None:
    texts = page_texts()
    source = "".join(asset(name) for name in (*ASSETS, "chat.html"))
    used = set(re.findall(r"(?<!/)\b(?:words|texts)\.(\w+)", source))
    assert used <= set(texts)
    assert "const { service } = words" in source
    by_kind = {f"{part}_{kind}" for part in ("empty", "kind") for kind in ("residents", "staff", "private")}
    assert set(texts) - used - by_kind == {"service"}
    assert by_kind <= set(texts)
    assert set(re.findall(r"\bservice\.(\w+)", source)) == set(texts["service"])
    assert set(texts["suggestions"]) == {"residents", "staff", "private"}


def test_nothing_is_loaded_from_elsewhere() -> None:
    for name in (*ASSETS, "chat.html"):
        addresses = set(re.findall(r"https?://[^\s\"'`)]+", asset(name)))
        assert addresses <= {"http://www.w3.org/2000/svg"}
