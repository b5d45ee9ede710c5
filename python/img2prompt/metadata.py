"""What a generator wrote into a picture's file, and the WebUI's infotext."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass
from itertools import islice
from typing import Any

from . import _core
from .errors import Error, InvalidArgument
from .webui_defaults import add_webui_defaults


@dataclass(frozen=True)
class Metadata:
    """The record in one file. No metadata is a value: empty strings, no settings, infotext None."""

    container: str
    """ "png", "jpeg", "webp", "gif", "avif", "heif", "tiff", "jxl" or "bmp", by content."""
    width: int
    """Pixels as stored, before any EXIF turn; 0 when the file is cut before it says."""
    height: int
    generator: str | None
    """The family that wrote the record: "a1111", ...; None when none was recognised."""
    prompt: str
    negative_prompt: str
    settings: dict[str, str]
    """As the WebUI spells them ("Steps", "Sampler", "Size": "512x768", ...), in file order."""
    infotext: str | None
    """The WebUI's text, as found or converted; None when there is no record."""
    fields: list[tuple[str, str, str]]
    """Every text field as found: (source, key, value), as in ("tEXt", "parameters", "...")."""
    warnings: list[str]
    """Damaged or oversized parts, and what became of them; one line each."""

    provenance: dict[str, Any] | None = None
    """What the file claims about how the picture came about (C2PA, or IPTC's source type in XMP);
    None when it claims nothing. "source": "C2PA" or "XMP"; "claim_generator": the program and its
    version; "title"; "actions" and "software_agents": lists; "digital_source_type": IPTC's term, as
    in "trainedAlgorithmicMedia"; "ai_generated": True, False, or None when no source type is
    stated; "signed_by": whom the certificate names; "verified": always False, since signatures are
    not checked."""

    def to_dict(self) -> dict[str, Any]:
        """All of the above as values that json.dumps takes; each field a list of three."""
        return {
            **vars(self),
            "settings": dict(self.settings),
            "fields": [list(field) for field in self.fields],
            "warnings": list(self.warnings),
            "provenance": deepcopy(self.provenance),
        }


def read_metadata(
    source: str | os.PathLike[str] | bytes | bytearray | memoryview, hidden: str = "auto"
) -> Metadata:
    """Reads the record in a picture's file (a path) or in its bytes.

    PNG: tEXt, zTXt, iTXt and eXIf, also after the pixels; JPEG, WebP, AVIF, HEIF, TIFF, JPEG XL:
    EXIF, XMP, IPTC, comments; GIF: comments and XMP; BMP: its size. C2PA's claims in any of them.
    Damage short of an unreadable structure becomes a warning. Takes any file, however hostile: what
    is decompressed or decoded is bounded (cpp/metadata/limits.h).

    `hidden` says when a record is looked for in the lowest bits of the pixels of PNG and WebP
    ("stealth pnginfo"; source "stealth" in `fields`): "auto" where there is no other record, which
    most pictures refuse by their first rows; "always", where another record still goes first;
    "never", so that no pixel is decoded.

    Raises MetadataError for what is no picture of these kinds, Error for a file that cannot be
    opened, both naming the file, and InvalidArgument for another `hidden`.
    """
    if isinstance(source, (bytes, bytearray, memoryview)):
        return Metadata(*_core.read_bytes_metadata(bytes(source), "the bytes", hidden))
    return Metadata(*_core.read_file_metadata(os.fsencode(source), hidden))


_BATCH = 64  # files read at once: Ctrl-C and the caller's loop wait for no more


def read_metadata_many(
    paths: Iterable[str | os.PathLike[str]], hidden: str = "auto", threads: int = 0
) -> Iterator[Metadata | Error]:
    """What read_metadata() gives for each file, in their order; what it raises is given, too.

    The files are read a batch ahead, by as many native threads as stated (0: as the machine runs at
    once). Raises InvalidArgument for another `hidden` or a negative number.
    """
    if threads < 0:
        raise InvalidArgument(f"threads={threads}: 0 or more")
    left = map(os.fsencode, paths)
    while batch := list(islice(left, _BATCH)):
        for path, record in zip(batch, _core.read_files_metadata(batch, hidden, threads)):
            if record is not None:
                yield Metadata(*record)
                continue
            try:
                yield read_metadata(os.fsdecode(path), hidden)
            except Error as error:
                yield error


def parse_infotext(text: str, exact: bool = False, defaults: bool = False) -> dict[str, Any]:
    """The WebUI's text taken apart: "Prompt", "Negative prompt" (both always there), then settings.

    The rules are those by which the WebUI (1.10) pastes, but what those lose is kept: an unquoted
    [...] or {...} in balance instead of being cut at its first comma, keys of one character, a key
    alone between commas (its own value), line breaks inside quoted values, Dynamic Prompts'
    templates below the settings. A size stays one value ("Size": "512x768"), and what Civitai
    states wrong of FLUX pictures is put right as Forge does. With exact=True none of this is done:
    sizes become "Size-1" and "Size-2". With defaults=True what the WebUI adds afterwards is added
    as well (values of absent settings, some of them int or bool; see webui_defaults), by the exact
    rules; otherwise every value is a str. Time is linear in the text. A lone surrogate counts as
    "?".
    """
    parsed = _core.parse_infotext(text.encode("utf-8", "replace"), exact or defaults)
    return add_webui_defaults(parsed) if defaults else parsed


def format_infotext(prompt: str, negative_prompt: str, settings: Mapping[str, object]) -> str:
    """The text that the WebUI reads back as these values; values are written as str(), None not.

    parse_infotext(format_infotext(p, n, s)) == {"Prompt": p, "Negative prompt": n, **s} for any
    string values. In prompts, white space at the ends of lines is not kept, nor are blank lines at
    the beginning or at the end of the text. Fewer than three settings are written with the last one
    repeated, since the WebUI takes a line with fewer for prompt text.

    Raises InvalidArgument for what the format cannot hold: a line of a prompt (but the negative's
    first) that begins with "Negative prompt:", and a key that is not two or more word characters,
    spaces, "-" or "/" with a word character first, or that is "Prompt" or "Negative prompt".
    """
    pairs = [
        (str(key).encode("utf-8", "replace"), str(value).encode("utf-8", "replace"))
        for key, value in settings.items()
        if value is not None
    ]
    return _core.format_infotext(
        prompt.encode("utf-8", "replace"), negative_prompt.encode("utf-8", "replace"), pairs
    )
