"""Pixels of containers that the core does not decode, through Pillow where it is installed."""

from __future__ import annotations

import io
import os
from typing import Any

from .errors import DecodeError

# Offset, magic bytes and Pillow's name for the format; the core names these files in its errors.
_FORMATS = (
    (0, b"II*\0", "TIFF"),
    (0, b"MM\0*", "TIFF"),
    (4, b"ftypavif", "AVIF"),
    (4, b"ftypavis", "AVIF"),
    (4, b"ftyphei", "HEIF"),  # these two where a plugin registered them:
    (4, b"ftypmif1", "HEIF"),  # pillow-heif,
    (0, b"\xff\x0a", "JXL"),  # pillow-jxl-plugin
    (4, b"JXL \r\n", "JXL"),
    (4, b"jP  \r\n", "JPEG2000"),
)
_HEAD = 16  # bytes that tell all of these apart
_MAX_PIXELS = 178_956_970  # the core's limit, held also where a host has switched off Pillow's own


def open_with_pillow(source: Any) -> Any | None:
    """A lazily opened PIL image of a path or a file's bytes in one of these formats, else None.

    None as well where Pillow is missing or was built without the format: then the core says what
    the file is. Only the format that the first bytes name is tried, so that no other of Pillow's
    readers sees the file. Raises DecodeError for a damaged one, and above 178,956,970 pixels.
    """
    kind = _format_of(source)
    if kind is None:
        return None
    try:
        from PIL import Image
    except ImportError:
        return None
    Image.init()
    if kind not in Image.OPEN:
        return None
    name = "the picture's bytes" if isinstance(source, bytes) else os.fspath(source)
    file = io.BytesIO(source) if isinstance(source, bytes) else source
    try:
        picture = Image.open(file, formats=[kind])
    except (OSError, ValueError, SyntaxError):
        raise DecodeError(f"{name}: a damaged {kind} picture that PIL cannot read") from None
    except Image.DecompressionBombError as error:
        raise DecodeError(f"{name}: {error}; make it smaller first") from None
    width, height = picture.size
    if width * height > _MAX_PIXELS:
        picture.close()
        raise DecodeError(
            f"{name}: {width}x{height} is more than {_MAX_PIXELS:,} pixels; make it smaller first"
        )
    return picture


def _format_of(source: Any) -> str | None:
    if isinstance(source, bytes):
        head = source[:_HEAD]
    elif isinstance(source, (str, os.PathLike)):
        try:
            with open(source, "rb") as file:
                head = file.read(_HEAD)
        except (OSError, ValueError):
            return None  # the core says why
    else:
        return None
    return next((kind for at, magic, kind in _FORMATS if head[at:].startswith(magic)), None)
