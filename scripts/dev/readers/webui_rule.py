"""Where the WebUI (1.10) looks for its text, stated over Pillow and piexif, and how it splits it.

Its own code is not a package; these are its rules. A UserComment goes before `parameters`, and a
GIF's comment stands in for both.
"""

from __future__ import annotations

import json
import re
from typing import Any

import piexif
from PIL import Image

SETTING = re.compile(r'\s*(\w[\w \-/]+):\s*("(?:\\.|[^"\\])+"|[^,]*)(?:,|$)')
MARK = "Negative prompt:"


def decoded(comment: bytes) -> str:
    """A UserComment by its code: UNICODE is UTF-16BE whatever the TIFF's order; unknown, UTF-8."""
    code, rest = comment[:8], comment[8:]
    if code == b"UNICODE\0":
        return rest.decode("utf-16-be", "ignore")
    if code == b"ASCII\0\0\0":
        return rest.decode("ascii", "ignore")
    return comment.decode("utf-8", "ignore")


def text_of(picture: Image.Image) -> str:
    found = str(picture.info.get("parameters") or "")
    if "exif" in picture.info:
        try:
            tags = piexif.load(picture.info["exif"])
        except (OSError, ValueError):
            tags = {}
        comment = decoded(tags.get("Exif", {}).get(piexif.ExifIFD.UserComment, b"") or b"")
        found = comment or found
    elif "comment" in picture.info:
        found = picture.info["comment"].decode("utf-8", "ignore")
    return found


def split(text: str) -> tuple[str, str]:
    """Prompt and negative prompt."""
    lines = text.strip().split("\n")
    if len(SETTING.findall(lines[-1])) >= 3:
        lines.pop()
    parts: list[list[str]] = [[], []]
    which = 0
    for line in map(str.strip, lines):
        if line.startswith(MARK):
            which, line = 1, line[len(MARK) :].strip()
        parts[which].append(line)
    return "\n".join(parts[0]).strip(), "\n".join(parts[1]).strip()


def read(path: str) -> tuple[str, str] | None:
    with Image.open(path) as picture:
        picture.load()  # for what stands behind the pixels
        if picture.info.get("Software") == "NovelAI":
            comment: dict[str, Any] = json.loads(picture.info["Comment"])
            return picture.info["Description"], comment["uc"]
        text = text_of(picture)
    return split(text) if text else None
