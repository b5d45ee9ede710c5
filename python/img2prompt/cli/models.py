"""`img2prompt models`: which models are known, which are on disk, where to get the others."""

from __future__ import annotations

import argparse
import json
import os
from dataclasses import asdict
from typing import Any

from ..assets import (
    KnownModel,
    clip_not_supported,
    download_directory,
    known_models,
    models,
    search_path,
)
from ..assets.find import find_below
from .model_table import details, overview, reasons
from .outcome import ALL_FAILED, DONE, complain
from .place_options import add_place_options


def add_parser(commands: Any) -> None:
    """Adds `models list` and `models path`."""
    parser = commands.add_parser(
        "models", help="known models: on disk or not, size, source, licence"
    )
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    for name, run, text in (
        ("list", run_list, "every known model"),
        ("path", run_path, "the places in which weights are looked for, and what lies there"),
    ):
        action = actions.add_parser(name, help=text)
        action.add_argument("--json", action="store_true", help="one JSON object a line")
        add_place_options(action)
        action.set_defaults(run=run)
        if name == "list":
            action.add_argument("names", nargs="*", metavar="NAME", help="only names that begin so")
            action.add_argument(
                "--all", action="store_true", help="every source, and what is not supported and why"
            )


def run_list(arguments: argparse.Namespace) -> int:
    """An overview; with names or --all one model a line."""
    rows = known_models(arguments.models_dir)
    families = clip_not_supported() if arguments.all else {}
    if arguments.names:
        rows = [model for model in rows if model.name.startswith(tuple(arguments.names))]
        if not rows:
            complain(f"{' '.join(arguments.names)}: no known model's name begins so")
            return ALL_FAILED
    if arguments.json:
        for model in rows:
            print(json.dumps(_record(model)))
        for members in families.values():
            for arch, because in members.items():
                print(json.dumps({"kind": "clip", "name": arch, "not_supported": because}))
    elif arguments.names or arguments.all:
        print("\n".join([*details(rows), *(reasons(families) if families else [])]))
    else:
        print(overview(rows, clip_not_supported()))
    return DONE


def run_path(arguments: argparse.Namespace) -> int:
    """Each place of the search in order, and the models that lie there."""
    known = models()
    for place in search_path(arguments.models_dir):
        found = {model.name: find_below(model, place) for model in known}
        here = {name: str(path) for name, path in found.items() if path}
        if arguments.json:
            folder = str(place.folder) if place.folder else None
            row = {"place": place.name, "folder": folder, "exists": place.exists, "models": here}
            print(json.dumps(row))
            continue
        state = "" if place.exists else "  (not there)" if place.folder else "not set"
        print(f"{place.name}: {place.folder or ''}{state}")
        for name, path in here.items():
            print(f"    {name}  {os.path.relpath(path, place.folder)}")
    if not arguments.json:
        print(f"Downloads go to {download_directory(arguments.models_dir)}")
    return DONE


def _record(model: KnownModel) -> dict[str, Any]:
    return {**asdict(model), "path": str(model.path) if model.path else None}
