"""Copies of picture files without their records, or with another infotext."""

from __future__ import annotations

import os
from typing import Union

from . import _core

Source = Union[str, "os.PathLike[str]", bytes, bytearray, memoryview]


def strip_metadata(source: Source) -> bytes:
    """The picture's file (a path or its bytes) without what was written into it beside the picture.

    Left out are texts, comments, EXIF, XMP, IPTC, C2PA, private parts, and whatever follows the
    picture's end. Kept are the pixels as they are stored, what shows them right (colour profile,
    resolution, transparency, animation) and the orientation. Where a record is hidden in the
    pixels, the lowest bits that hold it are cleared. PNG, JPEG, WebP, GIF and BMP.

    Raises MetadataError for other files and for damaged ones, of which no copy can be vouched for.
    """
    return _edited(source, None)


def write_metadata(source: Source, infotext: str) -> bytes:
    """The picture's file (a path or its bytes) with the infotext where the WebUI puts it.

    PNG: the text "parameters"; JPEG and WebP: EXIF's UserComment; GIF: the comment. The pixels stay
    the bytes they are, and so does everything else, but for records that a reader would take
    instead of this one: a file with such is stripped first. One hidden in pixels stays:
    read_metadata() looks there last, and gives the text back.

    Raises MetadataError as strip_metadata does, and InvalidArgument for a text that is empty or
    holds a NUL.
    """
    return _edited(source, infotext)


def _edited(source: Source, infotext: str | None) -> bytes:
    text = None if infotext is None else infotext.encode("utf-8", "replace")
    if isinstance(source, (bytes, bytearray, memoryview)):
        return _core.edited_bytes(bytes(source), "the bytes", text)
    return _core.edited_file(os.fsencode(source), text)
