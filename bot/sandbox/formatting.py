"""Text as Telegram reads it: lengths in UTF-16 units, HTML into entities, links and commands found by themselves.

The tags, the order of checks and the wording of refusals follow the parser of the public Bot API server.
"""

import re
from dataclasses import dataclass, field
from typing import Any

from bot.sandbox.failures import BotApiError, bad_request

Entity = dict[str, Any]

SIMPLE_TAGS = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "ins": "underline",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "tg-spoiler": "spoiler",
    "code": "code",
}
OTHER_TAGS = frozenset({"a", "pre", "span", "blockquote", "tg-emoji"})
NAMED_CHARACTERS = {"lt": "<", "gt": ">", "amp": "&", "quot": '"'}

_CHARACTER = re.compile(r"&(?:#x([0-9a-fA-F]{1,6})|#([0-9]{1,7})|(lt|gt|amp|quot));?")
_TAG_NAME = re.compile(r"[^\s>]*")
_ATTRIBUTE = re.compile(r"""\s*([^\s=>]*)\s*(?:=\s*("[^"]*"|'[^']*'|[^\s"'>]+))?""")
_FOUND_BY_ITSELF = re.compile(
    r"(?P<url>https?://[^\s<>]+)"
    r"|(?<![\w/@])(?P<bot_command>/[A-Za-z0-9_]{1,64}(?:@[A-Za-z][A-Za-z0-9_]{3,31})?)(?![\w/])"
    r"|(?<![\w@])(?P<mention>@[A-Za-z][A-Za-z0-9_]{3,31})(?![A-Za-z0-9_])"
    r"|(?<![\w#])(?P<hashtag>#\w{1,256})",
)
_OPAQUE = frozenset({"code", "pre", "text_link", "text_mention"})


@dataclass(slots=True)
class _OpenTag:
    name: str
    start: int  # position in the text read so far, in characters
    attributes: dict[str, str] = field(default_factory=dict)


def utf16_length(text: str) -> int:
    """The length of ``text`` as Telegram counts it: characters outside the basic plane count twice."""
    return len(text) + sum(1 for character in text if ord(character) > 0xFFFF)


def parse_html(source: str) -> tuple[str, list[Entity]]:
    """The text and entities of ``source``; raises ``BotApiError`` as Telegram does for bad markup."""
    pieces: list[str] = []
    length = 0
    stack: list[_OpenTag] = []
    spans: list[tuple[int, int, Entity]] = []
    position = 0
    while position < len(source):
        character = source[position]
        if character == "&" and (match := _CHARACTER.match(source, position)):
            decoded = _decoded(match)
            pieces.append(decoded)
            length += len(decoded)
            position = match.end()
        elif character != "<":
            pieces.append(character)
            length += 1
            position += 1
        elif source.startswith("</", position):
            position = _close(source, position, stack, spans, "".join(pieces))
        else:
            position = _open(source, position, stack, length)
    if stack:
        raise _cannot_parse(f'Can\'t find end tag corresponding to start tag "{stack[-1].name}"')
    return trimmed("".join(pieces), spans)


def trimmed(text: str, spans: list[tuple[int, int, Entity]]) -> tuple[str, list[Entity]]:
    """``text`` without white space around it, and the entities of ``spans`` (in characters) in UTF-16 units."""
    skipped = len(text) - len(text.lstrip())
    kept = text.strip()
    entities = []
    for first, last, entity in spans:
        start, end = max(first - skipped, 0), min(last - skipped, len(kept))
        if start < end:
            offset = utf16_length(kept[:start])
            entities.append({"offset": offset, "length": utf16_length(kept[start:end]), **entity})
    entities.sort(key=lambda one: (one["offset"], -one["length"]))
    return kept, entities


def with_found(text: str, entities: list[Entity]) -> list[Entity]:
    """``entities`` joined by the commands, mentions, links and hashtags that every client finds by itself."""
    taken = [(one["offset"], one["offset"] + one["length"]) for one in entities if one["type"] in _OPAQUE]
    found = list(entities)
    for match in _FOUND_BY_ITSELF.finditer(text):
        offset = utf16_length(text[: match.start()])
        length = utf16_length(match.group())
        if all(offset >= end or offset + length <= start for start, end in taken):
            found.append({"offset": offset, "length": length, "type": str(match.lastgroup)})
    return sorted(found, key=lambda one: (one["offset"], -one["length"]))


def _open(source: str, position: int, stack: list[_OpenTag], length: int) -> int:
    at = _byte_offset(source, position)
    match = _TAG_NAME.match(source, position + 1)
    name = match.group().lower() if match else ""
    end = position + 1 + len(name)
    if end >= len(source):
        raise _cannot_parse(f"Unclosed start tag at byte offset {at}")
    if name not in SIMPLE_TAGS and name not in OTHER_TAGS:
        raise _cannot_parse(f'Unsupported start tag "{name}" at byte offset {at}')
    tag = _OpenTag(name, length)
    while source[end] != ">":
        attribute = _ATTRIBUTE.match(source, end)
        if attribute is None or attribute.end() == end or attribute.end() >= len(source):
            raise _cannot_parse(f"Unclosed start tag at byte offset {at}")
        key, value = attribute.group(1).lower(), attribute.group(2) or ""
        if not key and value:
            raise _cannot_parse(f'Empty attribute name in the tag "{name}" at byte offset {at}')
        if key:
            tag.attributes[key] = _CHARACTER.sub(_decoded, value.strip("\"'"))
        end = attribute.end()
    if name == "span" and tag.attributes.get("class") != "tg-spoiler":
        raise _cannot_parse(f'Tag "span" must have class "tg-spoiler" at byte offset {at}')
    stack.append(tag)
    return end + 1


def _close(source: str, position: int, stack: list[_OpenTag], spans: list[tuple[int, int, Entity]], text: str) -> int:
    at = _byte_offset(source, position)
    if not stack:
        raise _cannot_parse(f"Unexpected end tag at byte offset {at}")
    end = source.find(">", position)
    if end < 0:
        raise _cannot_parse(f"Unclosed end tag at byte offset {at}")
    name = source[position + 2 : end].strip().lower()
    tag = stack.pop()
    if name and name != tag.name:
        raise _cannot_parse(f'Unmatched end tag at byte offset {at}, expected "</{tag.name}>", found "</{name}>"')
    entity = _entity(tag, text[tag.start :], stack, spans)
    if entity and tag.start < len(text):
        spans.append((tag.start, len(text), entity))
    return end + 1


def _entity(tag: _OpenTag, content: str, stack: list[_OpenTag], spans: list[tuple[int, int, Entity]]) -> Entity | None:
    match tag.name:
        case "a":
            return _link(tag.attributes.get("href") or content)
        case "span":
            return {"type": "spoiler"}
        case "blockquote":
            return {"type": "expandable_blockquote" if "expandable" in tag.attributes else "blockquote"}
        case "tg-emoji":
            return {"type": "custom_emoji", "custom_emoji_id": tag.attributes.get("emoji-id", "")}
        case "code" if stack and stack[-1].name == "pre":
            # The inner tag of <pre><code class="language-…"> only names the language of the block around it.
            language = tag.attributes.get("class", "").removeprefix("language-")
            if language:
                stack[-1].attributes["language"] = language
            return None
        case "pre":
            language = tag.attributes.get("language", "")
            return {"type": "pre", "language": language} if language else {"type": "pre"}
        case name:
            return {"type": SIMPLE_TAGS[name]}


def _link(url: str) -> Entity | None:
    mention = re.fullmatch(r"tg://user\?id=(\d+)", url.strip())
    if mention:
        return {"type": "text_mention", "user": {"id": int(mention.group(1))}}
    if re.fullmatch(r"(?:https?|tg|mailto|tel):\S+|[\w-]+(?:\.[\w-]+)+\S*", url.strip()):
        return {"type": "text_link", "url": url.strip() if ":" in url else f"http://{url.strip()}/"}
    return None


def _decoded(match: re.Match[str]) -> str:
    hexadecimal, decimal, name = match.groups()
    if name:
        return NAMED_CHARACTERS[name]
    number = int(hexadecimal, 16) if hexadecimal else int(decimal)
    return chr(number) if 0 < number <= 0x10FFFF and not 0xD800 <= number <= 0xDFFF else match.group()


def _byte_offset(source: str, position: int) -> int:
    return len(source[:position].encode())


def _cannot_parse(reason: str) -> BotApiError:
    return bad_request(f"can't parse entities: {reason}")
