"""Where label lists lie: the phrases prompts are made of, one to a line, a file for each table."""

from __future__ import annotations

import importlib.util
import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Union

from .assets import DEMO, DEMO_DIRECTORY, MODELS_DIRECTORY, find_webui
from .errors import InvalidArgument

Labels = Union[str, "os.PathLike[str]", Mapping[str, Sequence[str]]]

#: The tables that the modes use, beside "trendings", which needs no file.
TABLES = ("artists", "flavors", "mediums", "movements", "negative")

_TOP = re.compile(r"\.top\d+$")
_REMEDY = (
    "`pip install --no-deps clip-interrogator` brings the lists (its code is not used), or name a "
    f"folder that holds {', '.join(f'{table}.txt' for table in TABLES)}"
)


@dataclass(frozen=True)
class LabelSource:
    """One table's lines: of the file `path`, or `lines` where there is no file."""

    name: str
    path: Path | None = None
    lines: tuple[str, ...] = ()


def find_labels(
    labels: Labels | None = None, model: str = "", near: Sequence[Path] = ()
) -> tuple[list[LabelSource], str]:
    """The tables, by name, and where they were looked for, in words.

    labels: a folder, or lines by table; the only place then. None = each table from the first that
    has it of: the WebUI's interrogate/ folder, an installed clip-interrogator (read, not imported),
    models/labels of this package. The model "demo" has lists of its own.
    near: files or folders that may lie inside a WebUI.

    Raises InvalidArgument for a folder that is not there or holds no list.
    """
    if isinstance(labels, Mapping):
        rows = [LabelSource(name, lines=tuple(lines)) for name, lines in labels.items()]
        return rows, f"labels= has only {', '.join(labels) or 'no table'}"
    if labels is not None:
        return _of_folder(Path(labels)), f"{os.fspath(labels)} has no such file"
    if model == DEMO:
        return _of_folder(DEMO_DIRECTORY / "labels"), "the demo model has no such list"
    found: dict[str, LabelSource] = {}
    for folder in _default_folders(near):
        for source in _lists(folder):
            found.setdefault(source.name, source)
    return sorted(found.values(), key=lambda source: source.name), f"none was found; {_REMEDY}"


def find_category_folder(
    labels: Labels | None = None, model: str = "", near: Sequence[Path] = ()
) -> Path | None:
    """The folder whose lists are mode native's categories, looked for as find_labels() does.

    The first that holds a list, and all that it holds: the WebUI has one folder, which it fills
    with clip-interrogator's artists, flavors, mediums and movements where it is not there. None =
    lines were given, or nothing was found.
    """
    if isinstance(labels, Mapping):
        return None
    if labels is not None:
        return Path(labels)
    if model == DEMO:
        return DEMO_DIRECTORY / "labels"
    return next((folder for folder in _default_folders(near) if _lists(folder)), None)


def label_places(near: Sequence[Path] = ()) -> list[tuple[str, Path]]:
    """Where label lists are looked for when none are named: whose folder it is, and which."""
    webui, package = find_webui(near), _clip_interrogator()
    places = [("WebUI, interrogate", webui / "interrogate")] if webui else []
    if package:
        places.append(("clip-interrogator", package / "data"))
    return [*places, ("img2prompt", MODELS_DIRECTORY / "labels")]


def tables_in(folder: Path) -> list[str]:
    """The names of the tables whose lists a folder holds."""
    return [source.name for source in _lists(folder)]


def _default_folders(near: Sequence[Path]) -> list[Path]:
    return [folder for _, folder in label_places(near)]


def _clip_interrogator() -> Path | None:
    """The folder of an installed clip-interrogator, whose code is not run."""
    try:
        spec = importlib.util.find_spec("clip_interrogator")
    except (ImportError, ValueError):
        return None
    places = list(spec.submodule_search_locations or []) if spec else []
    return Path(places[0]) if places else None


def _of_folder(folder: Path) -> list[LabelSource]:
    if not folder.is_dir():
        raise InvalidArgument(f"{folder}: no such folder of label lists; {_REMEDY}")
    lists = _lists(folder)
    if not lists:
        raise InvalidArgument(f"{folder}: no label list (*.txt) in this folder; {_REMEDY}")
    return lists


def _lists(folder: Path) -> list[LabelSource]:
    """<name>.txt and <name>.topN.txt of a folder; of one name the former counts."""
    found: dict[str, LabelSource] = {}
    for path in sorted(folder.glob("*.txt")) if folder.is_dir() else []:
        if not path.is_file():
            continue
        top = _TOP.search(path.stem)
        name = path.stem[: top.start()] if top else path.stem
        if not top or name not in found:
            found[name] = LabelSource(name, path)
    return list(found.values())
