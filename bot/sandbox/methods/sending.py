"""Methods that put a new message into a chat."""

from typing import Any

from bot.sandbox.content import chat_id_of, read_caption, read_markup, read_reply, read_text, read_thread
from bot.sandbox.failures import bad_request
from bot.sandbox.params import Params, Upload
from bot.sandbox.platform import Platform

Json = dict[str, Any]

ACTIONS = frozenset(
    {
        "typing",
        "upload_photo",
        "record_video",
        "upload_video",
        "record_voice",
        "upload_voice",
        "upload_document",
        "choose_sticker",
        "find_location",
        "record_video_note",
        "upload_video_note",
    }
)


def _post(platform: Platform, params: Params, chat_id: int, body: Json) -> Json:
    if params.flag("protect_content"):
        body = {**body, "has_protected_content": True}
    message_id = platform.post(
        chat_id,
        platform.bot_id,
        body,
        reply_to=read_reply(platform, params, chat_id),
        thread_id=read_thread(platform, params, chat_id),
    )
    return platform.messages.compose(chat_id, message_id)


def send_message(platform: Platform, params: Params) -> Json:
    chat_id = chat_id_of(params)
    platform.directory.reachable(chat_id)
    return _post(platform, params, chat_id, read_text(platform, params) | read_markup(params))


def send_photo(platform: Platform, params: Params) -> Json:
    chat_id = chat_id_of(params)
    platform.directory.reachable(chat_id)
    body = {"photo": _photo(platform, params.text("photo"), params.upload("photo"))}
    return _post(platform, params, chat_id, body | read_caption(platform, params) | read_markup(params))


def send_document(platform: Platform, params: Params) -> Json:
    return _send_file(platform, params, "document")


def send_video(platform: Platform, params: Params) -> Json:
    return _send_file(platform, params, "video")


def _send_file(platform: Platform, params: Params, kind: str) -> Json:
    chat_id = chat_id_of(params)
    platform.directory.reachable(chat_id)
    body = {kind: _document(platform, kind, params.text(kind), params.upload(kind))}
    return _post(platform, params, chat_id, body | read_caption(platform, params) | read_markup(params))


def send_location(platform: Platform, params: Params) -> Json:
    chat_id = chat_id_of(params)
    platform.directory.reachable(chat_id)
    latitude, longitude = params.number("latitude"), params.number("longitude")
    if latitude is None or longitude is None or abs(latitude) > 90 or abs(longitude) > 180:
        raise bad_request("wrong location specified")
    body = {"location": {"latitude": latitude, "longitude": longitude}}
    return _post(platform, params, chat_id, body | read_markup(params))


def send_media_group(platform: Platform, params: Params) -> list[Json]:
    chat_id = chat_id_of(params)
    platform.directory.reachable(chat_id)
    media = params.compound("media", "can't parse media JSON object")
    if not isinstance(media, list) or not 2 <= len(media) <= 10:
        raise bad_request("there must be from 2 to 10 media in the album")
    bodies = []
    for one in media:
        item = Params({**one}, params.uploads)
        source, upload = item.text("media"), item.upload("media")
        match one.get("type"):
            case "photo":
                body: Json = {"photo": _photo(platform, source, upload)}
            case "document" | "video" as kind:
                body = {kind: _document(platform, kind, source, upload)}
            case _:
                raise bad_request("can't parse InputMedia: unsupported media type")
        bodies.append(body | read_caption(platform, item))
    album = str(int(platform.store.fact("next_album", 13_000_000_000_000_001)))
    platform.store.remember("next_album", int(album) + 1)
    return [_post(platform, params, chat_id, {**body, "media_group_id": album}) for body in bodies]


def copy_message(platform: Platform, params: Params) -> Json:
    chat_id, body = chat_id_of(params), _original(platform, params, "copy")
    platform.directory.reachable(chat_id)
    kept = {key: value for key, value in body.items() if key not in {"reply_markup", "forward_origin"}}
    if params.text("caption") is not None:
        kept = {key: value for key, value in kept.items() if not key.startswith("caption")}
        kept |= read_caption(platform, params)
    return {"message_id": _post(platform, params, chat_id, kept | read_markup(params))["message_id"]}


def forward_message(platform: Platform, params: Params) -> Json:
    chat_id, body = chat_id_of(params), _original(platform, params, "forward")
    platform.directory.reachable(chat_id)
    source_id, message_id = _source(params)
    original = platform.messages.compose(source_id, message_id)
    origin = {"type": "user", "sender_user": original["from"], "date": original["date"]}
    kept = {key: value for key, value in body.items() if key != "reply_markup"}
    return _post(platform, params, chat_id, {**kept, "forward_origin": kept.get("forward_origin", origin)})


def send_chat_action(platform: Platform, params: Params) -> bool:
    chat_id = chat_id_of(params)
    platform.directory.reachable(chat_id)
    if params.text("action") not in ACTIONS:
        raise bad_request("wrong parameter action in request")
    platform.live.tell(platform.audience(chat_id), "action", {"chat_id": chat_id, "action": params.text("action")})
    return True


def _source(params: Params) -> tuple[int, int]:
    return params.integer("from_chat_id") or 0, params.integer("message_id") or 0


def _original(platform: Platform, params: Params, deed: str) -> Json:
    source_id, message_id = _source(params)
    platform.directory.readable(source_id)
    body = platform.messages.body(source_id, message_id)
    if body is None:
        raise bad_request(f"message to {deed} not found")
    if not {"text", "photo", "document", "video", "location"} & set(body):
        raise bad_request(f"the message can't be {'copied' if deed == 'copy' else 'forwarded'}")
    return {key: value for key, value in body.items() if not key.startswith("_")}


def _photo(platform: Platform, source: str | None, upload: Upload | None) -> list[Json]:
    if upload is not None:
        return platform.files.add_photo(upload)
    if not source:
        raise bad_request("there is no photo in the request")
    file = platform.files.by_id(source)
    # The sandbox fetches nothing from elsewhere, so an address is as wrong as an unknown number.
    if file is None:
        raise bad_request("wrong file identifier/HTTP URL specified")
    if file.folder != "photos":
        raise bad_request("can't use file of type Document as Photo")
    return platform.files.photo(file.number)


def _document(platform: Platform, kind: str, source: str | None, upload: Upload | None) -> Json:
    if upload is not None:
        content_type = "video/mp4" if kind == "video" else upload.content_type
        return platform.files.add_document(Upload(upload.name, content_type, upload.data))
    if not source:
        raise bad_request(f"there is no {kind} in the request")
    file = platform.files.by_id(source)
    if file is None:
        raise bad_request("wrong file identifier/HTTP URL specified")
    return platform.files.document(file.number)
