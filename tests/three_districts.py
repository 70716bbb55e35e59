"""The three ways to organise a district, as configuration."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from config.bundle import Configuration, load_configuration
from config.sample import SampleDistrict
from routing.areas import AreaTree

FOLDER = Path(__file__).parent / "data" / "districts"


DISTRICTS: dict[str, Path | None] = {"two_level": FOLDER / "two_level", "four_level": None, "city": FOLDER / "city"}


@cache
def loaded(name: str) -> tuple[Configuration, SampleDistrict, AreaTree]:
    configuration = load_configuration(DISTRICTS[name])
    sample = configuration.sample("telegram")
    return configuration, sample, AreaTree(sample.areas)
