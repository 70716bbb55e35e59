"""What a caller of a Bot API method passed, whichever of the four ways it was written."""

import json
from dataclasses import dataclass
from typing import Any

from starlette.datastructures import UploadFile
from starlette.requests import Request

from bot.sandbox.failures import bad_request


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that came with a request."""

    name: str
    content_type: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Params:
    """Named values. In forms and queries all is text and compound values are JSON; in JSON bodies they are values."""

    values: dict[str, Any]
    uploads: dict[str, Upload]

    def text(self, name: str) -> str | None:
        value = self.values.get(name)
        if value is None:
            return None
        if isinstance(value, bool):
            return "true" if value else "false"
        if isinstance(value, str):
            return value
        if isinstance(value, int | float):
            return str(value)
        raise bad_request(f'field "{name}" must be of type String')

    def integer(self, name: str) -> int | None:
        value = self.text(name)
        if value is None or value == "":
            return None
        try:
            return int(value)
        except ValueError:
            raise bad_request(f'field "{name}" must be a valid Number') from None

    def number(self, name: str) -> float | None:
        value = self.text(name)
        try:
            return float(value) if value else None
        except ValueError:
            raise bad_request(f'field "{name}" must be a valid Number') from None

    def flag(self, name: str) -> bool:
        return (self.text(name) or "").lower() in {"true", "1", "yes"}

    def compound(self, name: str, fault: str) -> Any:
        """The value of ``name`` with JSON read; ``fault`` is Telegram's description where it cannot be read."""
        value = self.values.get(name)
        if not isinstance(value, str):
            return value
        if not value:
            return None
        try:
            return json.loads(value)
        except ValueError:
            raise bad_request(fault) from None

    def upload(self, name: str) -> Upload | None:
        """The file for ``name``, sent under that name or referred to as ``attach://other``."""
        value = self.values.get(name)
        if isinstance(value, str) and value.startswith("attach://"):
            return self.uploads.get(value.removeprefix("attach://"))
        return self.uploads.get(name)

    def for_log(self) -> dict[str, Any]:
        """The values as a test reads them: compound ones as values, files as their name and size."""
        shown: dict[str, Any] = {}
        for name, value in self.values.items():
            shown[name] = value
            if isinstance(value, str) and value[:1] in {"{", "["}:
                try:
                    shown[name] = json.loads(value)
                except ValueError:
                    continue
        shown.update({name: {"file_name": file.name, "size": len(file.data)} for name, file in self.uploads.items()})
        return shown


async def read_params(request: Request) -> Params:
    """Query, JSON, form and multipart alike; what stands in the body wins over the query."""
    values: dict[str, Any] = dict(request.query_params)
    uploads: dict[str, Upload] = {}
    content_type = request.headers.get("content-type", "")
    if request.method == "POST" and content_type.startswith("application/json"):
        body = await request.body()
        try:
            decoded = json.loads(body) if body else {}
        except ValueError:
            raise bad_request("can't parse JSON object") from None
        if not isinstance(decoded, dict):
            raise bad_request("expected a JSON object")
        values.update(decoded)
    elif request.method == "POST" and content_type.startswith(("multipart/", "application/x-www-form-urlencoded")):
        async with request.form(max_part_size=8 * 1024 * 1024) as form:
            for name, value in form.multi_items():
                if isinstance(value, UploadFile):
                    content = await value.read()
                    kind = value.content_type or "application/octet-stream"
                    uploads[name] = Upload(value.filename or name, kind, content)
                else:
                    values[name] = value
    return Params(values, uploads)
