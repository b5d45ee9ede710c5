"""Pictures in requests: base64 in JSON, or a file of a form."""

from __future__ import annotations

import base64
import binascii
import json
from typing import Any

from fastapi import HTTPException, Request

LARGEST_PICTURE = 64 << 20  # bytes of one file
LARGEST_REQUEST = 256 << 20  # bytes of all of a request


def decode_base64(text: Any) -> bytes:
    """The file of a base64 text, with or without "data:image/...;base64," before it."""
    if not isinstance(text, str) or not text:
        raise HTTPException(422, "image: no picture; base64 of a file's bytes is needed")
    if text.startswith("data:"):
        text = text.partition(",")[2]
    if len(text) > LARGEST_PICTURE * 4 // 3 + 4:
        raise HTTPException(413, f"image: larger than {LARGEST_PICTURE >> 20} MB")
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise HTTPException(422, "image: not base64") from None


def require_small(request: Request) -> None:
    """Refuses a request whose length is not told, or more than LARGEST_REQUEST."""
    length = request.headers.get("content-length", "")
    if not length.isdigit() or int(length) > LARGEST_REQUEST:
        raise HTTPException(413, f"Content-Length of at most {LARGEST_REQUEST >> 20} MB is needed")


def _is_form(request: Request) -> bool:
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    return kind == "multipart/form-data"


async def _read_file(file: Any) -> bytes:
    content = bytes(await file.read(LARGEST_PICTURE + 1))
    if len(content) > LARGEST_PICTURE:
        raise HTTPException(413, f"image: larger than {LARGEST_PICTURE >> 20} MB")
    return content


async def form_as_json(request: Request) -> Request:
    """A form as the JSON of the same fields, files as base64, those of "images" as a list."""
    if not _is_form(request):
        return request
    fields: dict[str, Any] = {}
    for key, value in (await request.form()).multi_items():
        text: Any = value
        if not isinstance(value, str):
            text = base64.b64encode(await _read_file(value)).decode("ascii")
        if key == "images":
            fields.setdefault(key, []).append(text)
        else:
            fields[key] = text
    unread = [json.dumps(fields).encode()]

    async def receive() -> Any:
        if unread:
            return {"type": "http.request", "body": unread.pop(), "more_body": False}
        return await request.receive()  # which says when the client has gone

    others = [(k, v) for k, v in request.scope["headers"] if not k.startswith(b"content-")]
    headers = [*others, (b"content-type", b"application/json")]
    return Request({**request.scope, "headers": headers}, receive)


async def read_request(request: Request) -> tuple[bytes, dict[str, Any]]:
    """The picture and the other fields of a request: JSON with "image", or a form with it."""
    if _is_form(request):
        form = await request.form()
        file = form.get("image")
        if file is None or isinstance(file, str):
            raise HTTPException(422, "image: the form has no file of that name")
        picture = await _read_file(file)
        return picture, {key: value for key, value in form.items() if key != "image"}
    try:
        fields = json.loads(await request.body())
    except (ValueError, RecursionError):
        raise HTTPException(422, "the request is neither JSON nor a multipart form") from None
    if not isinstance(fields, dict):
        raise HTTPException(422, 'the request: a JSON object with "image" is needed')
    return decode_base64(fields.get("image")), {k: v for k, v in fields.items() if k != "image"}


#: What OpenAPI says of a request that read_request() takes.
REQUEST_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {
                "schema": {
                    "type": "object",
                    "required": ["image"],
                    "properties": {"image": {"type": "string", "description": "base64 of a file"}},
                }
            },
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["image"],
                    "properties": {"image": {"type": "string", "format": "binary"}},
                }
            },
        },
    }
}


def form_body(field: str, *texts: str) -> dict[str, Any]:
    """What OpenAPI says of the form that a FormOrJsonRoute takes, beside its JSON.

    field: "image", one file, or "images", several; texts: the other fields.
    """
    file = {"type": "string", "format": "binary"}
    files: dict[str, Any] = file if field == "image" else {"type": "array", "items": file}
    schema = {
        "type": "object",
        "required": [field],
        "properties": {field: files, **{text: {"type": "string"} for text in texts}},
    }
    return {"requestBody": {"content": {"multipart/form-data": {"schema": schema}}}}
