"""`img2prompt models`: which models are known, which are on disk, where to get the others."""

from __future__ import annotations

import argparse
import json
from typing import Any

from ..assets import KnownModel, known_models, search_path
from .outcome import DONE


def add_parser(commands: Any) -> None:
    """Adds `models list` and `models path`."""
    parser = commands.add_parser(
        "models", help="known models: on disk or not, size, source, licence"
    )
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    for name, run, text in (
        ("list", run_list, "every known model"),
        ("path", run_path, "the folders in which weights are looked for"),
    ):
        action = actions.add_parser(name, help=text)
        action.add_argument("--json", action="store_true", help="one JSON object a line")
        action.add_argument("--models-dir", metavar="DIR", help="where weights lie")
        action.set_defaults(run=run)


def run_list(arguments: argparse.Namespace) -> int:
    """One model a line."""
    models = known_models(arguments.models_dir)
    if arguments.json:
        for model in models:
            print(json.dumps(_record(model)))
        return DONE
    width = max(len(model.name) for model in models)
    for model in models:
        state = f"on disk  {model.path}" if model.path else f"missing  {model.source}"
        name, size = f"{model.name:<{width}}", f"{model.megabytes:>6} MB"
        print(f"{model.kind:<8} {name} {size}  {model.licence:<10} {state}")
    return DONE


def run_path(arguments: argparse.Namespace) -> int:
    """One folder a line, in the order of the search."""
    for folder in search_path(arguments.models_dir):
        if arguments.json:
            print(json.dumps({"folder": str(folder), "exists": folder.is_dir()}))
        else:
            print(f"{folder}{'' if folder.is_dir() else '  (not there)'}")
    return DONE


def _record(model: KnownModel) -> dict[str, Any]:
    return {
        "kind": model.kind,
        "name": model.name,
        "path": str(model.path) if model.path else None,
        "megabytes": model.megabytes,
        "source": model.source,
        "licence": model.licence,
    }
