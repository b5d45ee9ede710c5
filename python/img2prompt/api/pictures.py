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


async def read_request(request: Request) -> tuple[bytes, dict[str, Any]]:
    """The picture and the other fields of a request: JSON with "image", or a form with it."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    length = request.headers.get("content-length", "")
    if not length.isdigit() or int(length) > LARGEST_REQUEST:
        raise HTTPException(413, f"Content-Length of at most {LARGEST_REQUEST >> 20} MB is needed")
    if kind == "multipart/form-data":
        form = await request.form()
        file = form.get("image")
        if file is None or isinstance(file, str):
            raise HTTPException(422, "image: the form has no file of that name")
        picture = await file.read(LARGEST_PICTURE + 1)
        if len(picture) > LARGEST_PICTURE:
            raise HTTPException(413, f"image: larger than {LARGEST_PICTURE >> 20} MB")
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
