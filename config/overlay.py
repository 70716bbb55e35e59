"""Which files configure a district: those packaged with the product, and a folder whose files take their place."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

PACKAGED = Path(__file__).parent / "data"


@dataclass(frozen=True, slots=True)
class Overlay:
    """The packaged files under those of ``directory``, by name.

    A single file of the folder takes the place of the packaged one. Folders of layers (the lexicons, the texts) are
    read one after the other, so a district writes down only what it changes. The sample district is replaced whole.
    """

    directory: Path | None = None

    def file(self, name: str) -> Path:
        """The file that holds: the district's own where it has one."""
        own = None if self.directory is None else self.directory / name
        return own if own is not None and own.is_file() else PACKAGED / name

    def folder(self, name: str) -> Path:
        """The folder that holds, as a whole: the district's own where it has one."""
        own = None if self.directory is None else self.directory / name
        return own if own is not None and own.is_dir() else PACKAGED / name

    def layers(self, name: str = "") -> tuple[Path, ...]:
        """The packaged folder ``name``, then the district's own where it has one."""
        own = None if self.directory is None else self.directory / name
        return (PACKAGED / name, own) if own is not None and own.is_dir() else (PACKAGED / name,)

    def strangers(self) -> Iterator[Path]:
        """Files of the folder that take nobody's place, most likely because their name is misspelt.

        Hidden files, and files of the layered folders, which add to what is there, are not among them.
        """
        if self.directory is None:
            return
        for path in sorted(self.directory.rglob("*")):
            name = path.relative_to(self.directory)
            if path.is_dir() or any(part.startswith(".") for part in name.parts):
                continue
            is_layer = _LAYERED.get(name.parts[0]) == path.suffix
            if not is_layer and not (PACKAGED / name).is_file():
                yield path


_LAYERED = {"lexicon": ".yaml", "texts": ".yaml", "learned": ".txt"}
