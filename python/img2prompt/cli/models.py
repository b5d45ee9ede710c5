"""`img2prompt models`: which models are known and where they lie; getting and checking them."""

from __future__ import annotations

import argparse
import json
import os
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from ..assets import (
    DEMO,
    KnownModel,
    Model,
    clip_not_supported,
    download_directory,
    known_models,
    models,
    search_path,
)
from ..assets.find import find, find_below
from ..assets.names import model_named
from ..assets.pull import missing, pull_with_words
from ..assets.transfer_bar import TransferBar
from ..errors import Cancelled, Error, ModelError
from ..interrogator import default_cache_directory
from ..labels import label_places, tables_in
from ..verification import verify
from .engine_options import DEFAULT_CAPTION_MODEL, DEFAULT_CLIP_MODEL
from .model_table import details, overview, reasons
from .outcome import ALL_FAILED, DONE, Outcome, complain
from .place_options import add_place_options

_DEFAULT = "default"
_DEFAULT_MODELS = (DEFAULT_CLIP_MODEL, DEFAULT_CAPTION_MODEL)


def add_parser(commands: Any) -> None:
    """Adds `models list`, `models path`, `models pull NAME...` and `models verify NAME...`."""
    parser = commands.add_parser(
        "models", help="known models: on disk or not, size, source, licence; get and check them"
    )
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    for name, run, text in (
        ("list", run_list, "every known model"),
        ("path", run_path, "the places in which weights are looked for, and what lies there"),
        ("pull", run_pull, "download models that are not on this disk"),
        ("verify", run_verify, "compare weights with what was published"),
    ):
        action = actions.add_parser(name, help=text)
        action.add_argument("--json", action="store_true", help="one JSON object a line")
        add_place_options(action)
        action.set_defaults(run=run)
        if name in ("pull", "verify"):
            action.add_argument(
                "names",
                nargs="+",
                metavar="NAME",
                help=f"as `models list` has it, or default: {' and '.join(_DEFAULT_MODELS)}",
            )
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
    """Each place of the search in order, and the models and label lists that lie there."""
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
    for whose, lists in label_places():
        name, tables = f"label lists, {whose}", tables_in(lists)
        if arguments.json:
            listed = {"place": name, "folder": str(lists), "exists": lists.is_dir()}
            print(json.dumps({**listed, "tables": tables}))
        elif tables:
            print(f"{name}: {lists}\n    {', '.join(tables)}")
    if not arguments.json:
        cache = default_cache_directory()
        count = len(list(cache.glob("*.safetensors"))) if cache.is_dir() else 0
        print(f"Label embeddings are kept in {cache} ({count} tables)")
        print(f"Downloads go to {download_directory(arguments.models_dir)}")
    return DONE


def run_pull(arguments: argparse.Namespace) -> int:
    """Each model that is not on this disk; one that fails never ends the others."""

    def pull_one(model: Model) -> tuple[dict[str, Any], str]:
        found = find(model, search_path(arguments.models_dir))
        if found is not None:
            return _pulled(model, str(found.path), False), f"{model.name}: on disk, {found.path}"
        path = pull_with_words(model, arguments.models_dir)
        return _pulled(model, str(path), True), f"{model.name}: {path}"

    return _each(arguments, pull_one)


def run_verify(arguments: argparse.Namespace) -> int:
    """Each model's weights, wherever they were found."""
    bar = TransferBar()

    def verify_one(model: Model) -> tuple[dict[str, Any], str]:
        found = find(model, search_path(arguments.models_dir))
        if found is None:
            raise ModelError(missing(model, arguments.models_dir))
        try:
            answer = verify(model, found.path, bar)
        finally:
            bar.clear()
        record = {"name": model.name, "path": str(found.path), "verified": answer}
        return record, f"{model.name}: {answer}; {found.path}"

    return _each(arguments, verify_one)


def _each(arguments: argparse.Namespace, act: Callable[[Model], tuple[dict[str, Any], str]]) -> int:
    outcome = Outcome(arguments.json, key="name")
    groups = [_DEFAULT_MODELS if name == _DEFAULT else (name,) for name in arguments.names]
    for name in dict.fromkeys(name for group in groups for name in group):
        try:
            if name == DEMO:
                outcome.done({"name": name, "path": "bundled"}, f"{name}: bundled")
            else:
                outcome.done(*act(model_named(name)))
        except Cancelled:
            raise
        except Error as error:
            outcome.failed(name, error)
    return outcome.status


def _pulled(model: Model, path: str, downloaded: bool) -> dict[str, Any]:
    return {"name": model.name, "path": path, "downloaded": downloaded}


def _record(model: KnownModel) -> dict[str, Any]:
    return {**asdict(model), "path": str(model.path) if model.path else None}
