"""The pictures in a folder."""

from __future__ import annotations

import os
import re
from pathlib import Path

from ..errors import InvalidArgument

IMAGE_SUFFIXES = (
    *(".png", ".jpg", ".jpeg", ".webp", ".gif", ".bmp", ".apng", ".jfif", ".tga"),
    *(".tif", ".tiff", ".avif", ".heic", ".heif", ".jxl", ".jp2"),  # by way of Pillow
)


def find_pictures(folder: str | os.PathLike[str], recursive: bool = False) -> list[Path]:
    """Files that are called pictures, relative to the folder, in the order people count: 2, 10.

    Hidden files and folders are passed over, and links to folders not followed. Raises
    InvalidArgument for what is no folder.
    """
    root = Path(folder)
    if not root.is_dir():
        raise InvalidArgument(f"{root}: no such folder")
    found = []
    for place, folders, files in os.walk(root):
        folders[:] = [name for name in folders if not name.startswith(".")] if recursive else []
        for name in files:
            if name.lower().endswith(IMAGE_SUFFIXES) and not name.startswith("."):
                found.append((Path(place) / name).relative_to(root))
    return sorted(found, key=_natural)


def _natural(path: Path) -> list[tuple[int, int, str]]:
    parts = re.split(r"(\d+)", path.as_posix().lower())
    return [(0, int(part), "") if part.isdigit() else (1, 0, part) for part in parts if part]
