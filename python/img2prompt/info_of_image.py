"""The record of a picture that another reader has opened already, from what PIL kept of it."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable
from typing import Any

from .errors import Error
from .metadata import read_metadata

Reader = Callable[[Any], "tuple[str | None, dict[str, Any]]"]


def read_info(image: Any, theirs: Reader) -> tuple[str | None, dict[str, Any]]:
    """(infotext, other fields), in the form of the WebUI's read_info_from_image().

    The text is ours where we find a record, else theirs; the fields are always theirs. image: a
    PIL image, whose `info` holds the file's texts.
    """
    text, fields = theirs(image)
    try:
        found = read_metadata(_as_file(image)).infotext
    except (Error, ValueError, TypeError):
        found = None
    return found or text, fields


def _as_file(image: Any) -> bytes:
    """A PNG file's beginning with the picture's size and texts, and no pixels: none are read."""
    info = image.info or {}
    parts = [_chunk(b"IHDR", struct.pack(">IIBBBBB", image.width, image.height, 8, 2, 0, 0, 0))]
    for key, value in info.items():
        if key == "exif" and isinstance(value, bytes):
            parts.append(_chunk(b"eXIf", value[6:] if value.startswith(b"Exif\0\0") else value))
            continue
        text = value.decode("utf-8", "replace") if isinstance(value, bytes) else value
        if not isinstance(text, str) or not isinstance(key, str) or not 0 < len(key) < 80:
            continue
        if key == "comment":  # what PIL calls a GIF's or a JPEG's
            key = "parameters"
        head = key.encode("latin-1", "replace") + b"\0\0\0\0\0"
        parts.append(_chunk(b"iTXt", head + text.encode("utf-8", "replace")))
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts) + _chunk(b"IEND", b"")


def _chunk(kind: bytes, data: bytes) -> bytes:
    checksum = struct.pack(">I", zlib.crc32(kind + data))
    return struct.pack(">I", len(data)) + kind + data + checksum
