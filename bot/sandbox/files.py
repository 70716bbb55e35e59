"""Photos and documents: what was uploaded, under the numbers Telegram gives them."""

import hashlib
import struct
from dataclasses import dataclass
from typing import Any

from bot.sandbox.failures import bad_request
from bot.sandbox.params import Upload
from bot.sandbox.store import Store

Json = dict[str, Any]

PHOTO_LIMIT = 10 * 1024 * 1024
"""Bytes of a photo a bot may upload."""
DOWNLOAD_LIMIT = 20 * 1024 * 1024
"""Bytes of a file a bot may download with getFile."""
THUMBNAIL_SIDE = 90
"""Pixels of the longer side of the smallest size of a photo."""
SUFFIXES = {"image/jpeg": "jpg", "image/png": "png", "image/gif": "gif", "image/webp": "webp", "video/mp4": "mp4"}


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file as it lies in the store."""

    number: int
    unique_id: str
    name: str
    content_type: str
    folder: str
    width: int | None
    height: int | None
    content: bytes

    @property
    def path(self) -> str:
        """The ``file_path`` under which the bot downloads it."""
        suffix = SUFFIXES.get(self.content_type) or self.name.rpartition(".")[2] or "bin"
        return f"{self.folder}/file_{self.number}.{suffix}"


def image_size(data: bytes) -> tuple[str, int, int] | None:
    """Content type, width and height of a PNG, JPEG, GIF or WebP picture; None for anything else."""
    if data.startswith(b"\x89PNG\r\n\x1a\n") and len(data) >= 24:
        return "image/png", *struct.unpack(">II", data[16:24])
    if data[:6] in {b"GIF87a", b"GIF89a"} and len(data) >= 10:
        return "image/gif", *struct.unpack("<HH", data[6:10])
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "image/webp", *_webp_size(data)
    if data.startswith(b"\xff\xd8"):
        size = _jpeg_size(data)
        return ("image/jpeg", *size) if size else None
    return None


def _webp_size(data: bytes) -> tuple[int, int]:
    if data[12:16] == b"VP8X" and len(data) >= 30:
        return int.from_bytes(data[24:27], "little") + 1, int.from_bytes(data[27:30], "little") + 1
    if data[12:16] == b"VP8 " and len(data) >= 30:
        width, height = struct.unpack("<HH", data[26:30])
        return width & 0x3FFF, height & 0x3FFF
    if data[12:16] == b"VP8L" and len(data) >= 25:
        bits = int.from_bytes(data[21:25], "little")
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    return 1, 1


def _jpeg_size(data: bytes) -> tuple[int, int] | None:
    position = 2
    while position + 9 <= len(data):
        if data[position] != 0xFF:
            return None
        marker = data[position + 1]
        if marker == 0xFF:
            position += 1
            continue
        # Frame headers carry the size; C4, C8 and CC in their range are tables.
        if 0xC0 <= marker <= 0xCF and marker not in {0xC4, 0xC8, 0xCC}:
            height, width = struct.unpack(">HH", data[position + 5 : position + 9])
            return width, height
        position += 2 + int.from_bytes(data[position + 2 : position + 4], "big")
    return None


class Files:
    """Keeps uploads and describes them as ``PhotoSize``, ``Document``, ``Video`` and ``File``."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def add_photo(self, upload: Upload) -> list[Json]:
        """Stores a picture; returns its sizes, smallest first. Raises where it is no picture or too large."""
        size = image_size(upload.data)
        if size is None or 0 in size[1:]:
            raise bad_request("IMAGE_PROCESS_FAILED")
        if len(upload.data) > PHOTO_LIMIT:
            raise bad_request("file is too big")
        content_type, width, height = size
        number = self._insert(upload, content_type, "photos", width, height)
        return self.photo(number)

    def add_document(self, upload: Upload) -> Json:
        size = image_size(upload.data) or (None, None, None)
        folder = "videos" if upload.content_type.startswith("video/") else "documents"
        return self.document(self._insert(upload, upload.content_type, folder, size[1], size[2]))

    def photo(self, number: int) -> list[Json]:
        file = self._by_number(number)
        width, height = file.width or 1, file.height or 1
        largest = {**self._identity(file, "y"), "width": width, "height": height, "file_size": len(file.content)}
        if max(width, height) <= THUMBNAIL_SIDE:
            return [largest]
        # The small size points at the same picture: the sandbox does not scale, but a bot must pick the last.
        scale = THUMBNAIL_SIDE / max(width, height)
        small = {"width": max(1, round(width * scale)), "height": max(1, round(height * scale))}
        return [{**self._identity(file, "s"), **small, "file_size": len(file.content)}, largest]

    def document(self, number: int) -> Json:
        file = self._by_number(number)
        description = {"file_name": file.name, "mime_type": file.content_type, "file_size": len(file.content)}
        if file.folder == "videos":
            description |= {"width": file.width or 640, "height": file.height or 360, "duration": 1}
        return {**self._identity(file, "d"), **description}

    def by_id(self, file_id: str) -> StoredFile | None:
        """The file behind a ``file_id``."""
        prefix, _, number = file_id.rpartition("-")
        if not prefix.startswith("SBX") or not number.isdigit():
            return None
        found = self._store.row("select * from files where number = ?", int(number))
        return None if found is None else StoredFile(**dict(found))

    def by_path(self, path: str) -> StoredFile | None:
        number = path.rpartition("file_")[2].partition(".")[0]
        file = self.by_id(f"SBX-{number}")
        return file if file is not None and file.path == path else None

    def describe(self, file_id: str) -> Json:
        """The ``File`` object of getFile."""
        file = self.by_id(file_id)
        if file is None:
            raise bad_request("invalid file_id")
        if len(file.content) > DOWNLOAD_LIMIT:
            raise bad_request("file is too big")
        identity = {"file_id": file_id, "file_unique_id": self._identity(file, file_id[3])["file_unique_id"]}
        return {**identity, "file_size": len(file.content), "file_path": file.path}

    def _insert(self, upload: Upload, content_type: str, folder: str, width: int | None, height: int | None) -> int:
        unique_id = hashlib.sha256(upload.data).hexdigest()[:14]
        return self._store.insert(
            "insert into files (unique_id, name, content_type, folder, width, height, content)"
            " values (?, ?, ?, ?, ?, ?, ?)",
            unique_id,
            upload.name,
            content_type,
            folder,
            width,
            height,
            upload.data,
        )

    def _by_number(self, number: int) -> StoredFile:
        file = self.by_id(f"SBX-{number}")
        if file is None:
            raise bad_request("wrong file identifier/HTTP URL specified")
        return file

    @staticmethod
    def _identity(file: StoredFile, size: str) -> Json:
        return {"file_id": f"SBX{size}-{file.unique_id}-{file.number}", "file_unique_id": f"{size}{file.unique_id}"}
