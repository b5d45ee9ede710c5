"""`img2prompt info`: what the generator wrote into the file."""

from __future__ import annotations

import argparse
import os
from typing import Any

from ..batch.folder import find_pictures
from ..errors import Error
from ..metadata import Metadata, read_metadata_many
from ..provenance import provenance_rows, provenance_title
from .outcome import Outcome


def add_parser(commands: Any) -> None:
    """Adds `info FILE|FOLDER... [--recursive] [--json] [--raw]`."""
    parser = commands.add_parser(
        "info", help="read the prompt that the generator wrote into the file"
    )
    parser.add_argument("files", nargs="+", metavar="FILE", help="a picture or a folder of them")
    parser.add_argument("--recursive", action="store_true", help="folders inside folders, too")
    parser.add_argument("--json", action="store_true", help="one JSON object a line")
    parser.add_argument("--raw", action="store_true", help="every text field as found, too")
    parser.add_argument(
        "--hidden",
        choices=("auto", "always", "never"),
        default="auto",
        help="look for a record in the pixels: where there is no other (auto), always or never",
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Reads each file; one that cannot be read never ends the others."""
    outcome = Outcome(arguments.json)
    files = _listed(arguments.files, arguments.recursive)
    for index, (file, found) in enumerate(zip(files, read_metadata_many(files, arguments.hidden))):
        if isinstance(found, Error):
            outcome.failed(file, found)
            continue
        text = "" if arguments.json else describe(file, found, raw=arguments.raw)
        if index:
            text = "\n" + text
        outcome.done({"file": file, **found.to_dict()} if arguments.json else None, text)
    return outcome.status


def _listed(names: list[str], recursive: bool) -> list[str]:
    """The files, and in a folder's place the pictures in it."""
    files = []
    for name in names:
        if os.path.isdir(name):
            files += [os.path.join(name, path) for path in find_pictures(name, recursive)]
        else:
            files.append(name)
    return files


def describe(file: str, metadata: Metadata, raw: bool = False) -> str:
    """The record as a person reads it, several lines."""
    size = f"{metadata.width}x{metadata.height}"
    lines = [f"{file}: {metadata.container}, {size}, {metadata.generator or 'no known generator'}"]
    if metadata.infotext is None and not metadata.prompt:
        lines.append(f"  No prompt in this file. To guess it: img2prompt interrogate {file!r}")
    if metadata.prompt:
        lines += ["Prompt:", _indent(metadata.prompt)]
    if metadata.negative_prompt:
        lines += ["Negative prompt:", _indent(metadata.negative_prompt)]
    lines += _table("Settings:", metadata.settings)
    lines += _table("Camera:", _camera(metadata))
    if metadata.provenance:
        title = provenance_title(metadata.provenance)
        lines += _table(f"{title}:", provenance_rows(metadata.provenance))
    if raw:
        lines += [f"{source} {key}:\n{_indent(value)}" for source, key, value in metadata.fields]
    lines += [f"Warning: {warning}" for warning in metadata.warnings]
    return "\n".join(lines)


# EXIF's tags that tell of a camera, under the names that people use.
_CAMERA = {
    "Make": "Make",
    "Model": "Model",
    "LensModel": "Lens",
    "DateTimeOriginal": "Taken",
    "ExposureTime": "Exposure",
    "FNumber": "Aperture",
    "ISOSpeedRatings": "ISO",
    "FocalLength": "Focal length",
    "Flash": "Flash",
    "Orientation": "Orientation",
    "GPSLatitude": "Latitude",
    "GPSLongitude": "Longitude",
    "GPSAltitude": "Altitude",
}


def _camera(metadata: Metadata) -> dict[str, str]:
    """What a camera wrote. Make and Model alone are none of its: ComfyUI puts its graph there."""
    found = {key: value for source, key, value in metadata.fields if source == "EXIF"}
    if not {"ExposureTime", "FNumber", "ISOSpeedRatings", "FocalLength", "GPSLatitude"} & set(
        found
    ):
        return {}
    return {name: found[tag] for tag, name in _CAMERA.items() if tag in found}


def _table(title: str, rows: dict[str, str]) -> list[str]:
    width = max(map(len, rows), default=0)
    return [title, *(f"  {key:<{width}}  {value}" for key, value in rows.items())] if rows else []


def _indent(text: str) -> str:
    return "\n".join("  " + line for line in text.split("\n"))
