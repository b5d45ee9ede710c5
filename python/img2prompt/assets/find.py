"""Looks for a model's weights below a folder, in every layout that people keep them in.

Below each place of the search these serve, in this order; MODEL is the model's name with "_" for
"/", FILE a name from its card or one that open_clip and transformers give to weights:

    MODEL/FILE                          where downloads are put
    MODEL.safetensors (.bin .pt .pth)
    FILE                                when the name tells which model it is: ViT-L-14.pt
    models--ORG--REPOSITORY/snapshots/REVISION/FILE       the Hugging Face cache
    ORG/REPOSITORY/FILE, REPOSITORY/FILE                  a repository that was cloned
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from .. import _core
from ..errors import Error
from .cards import Model
from .places import Place

# Names under which transformers saves any model: they do not tell which one.
TRANSFORMERS_NAMES = (
    "model.safetensors",
    "model.safetensors.index.json",
    "pytorch_model.bin",
    "pytorch_model.bin.index.json",
)
_COMMON_NAMES = {
    "clip": ("open_clip_model.safetensors", "open_clip_pytorch_model.bin", *TRANSFORMERS_NAMES),
    "caption": TRANSFORMERS_NAMES,
    "tagger": (),
}
_ANY_MODELS_NAMES = {name for names in _COMMON_NAMES.values() for name in names}
_SUFFIXES = (".safetensors", ".bin", ".pt", ".pth")
_REVISION = re.compile(r"[0-9A-Za-z][0-9A-Za-z._-]{0,254}")
_MAX_SNAPSHOTS = 1000


@dataclass(frozen=True)
class Found:
    """Weights on this disk, and the place of the search that has them."""

    path: Path
    place: Place


def find(model: Model, places: Iterable[Place]) -> Found | None:
    """The first file that serves, or None."""
    for place in places:
        path = find_below(model, place)
        if path is not None:
            return Found(path, place)
    return None


def find_below(model: Model, place: Place) -> Path | None:
    """The model's weights in one place, or None."""
    if place.folder is None or not place.exists:
        return None
    for path in _own_places(model, place.folder):
        if os.path.isfile(path):
            return path
    for path, is_certain in _repository_places(model, place.folder):
        if os.path.isfile(path) and (is_certain or _holds_a_whole_clip(path)):
            return path
    return None


def _own_places(model: Model, folder: Path) -> Iterator[Path]:
    names = [file.name for file in model.files]
    for name in dict.fromkeys([*names, *_COMMON_NAMES[model.kind]]):
        yield folder / model.folder / name
    for suffix in _SUFFIXES:
        yield folder / (model.folder + suffix)
    for name in names:
        if name not in _ANY_MODELS_NAMES:
            yield folder / name


def _repository_places(model: Model, folder: Path) -> Iterator[tuple[Path, bool]]:
    """Files of the repositories that publish the model, and whether the name alone is enough.

    Some repositories of a CLIP hold its image tower alone under transformers' names.
    """
    repositories: dict[str, list[str]] = {}
    for file in model.files:
        if file.repository:
            repositories.setdefault(file.repository, []).append(file.file)
    for repository, files in repositories.items():
        copies = [*_snapshots(folder, repository), folder / repository]
        for copy in [*copies, folder / repository.partition("/")[2]]:
            for name in dict.fromkeys([*files, *_COMMON_NAMES[model.kind]]):
                certain = name in files or model.kind != "clip" or name not in TRANSFORMERS_NAMES
                yield copy / name, certain


def _snapshots(cache: Path, repository: str) -> Iterator[Path]:
    """Snapshots of a repository in a Hugging Face cache, the one that `main` names first."""
    base = cache / ("models--" + repository.replace("/", "--"))
    if not os.path.isdir(base / "snapshots"):
        return
    try:
        with open(base / "refs" / "main", encoding="utf-8", errors="replace") as file:
            main = file.read(256).strip()
        if _REVISION.fullmatch(main):
            yield base / "snapshots" / main
    except OSError:
        pass
    names = sorted(os.listdir(base / "snapshots"))[:_MAX_SNAPSHOTS]
    yield from (base / "snapshots" / name for name in names)


def _holds_a_whole_clip(path: Path) -> bool:
    try:
        names = _core.checkpoint_tensors(str(path))
    except Error:
        return False
    return any(name.endswith("token_embedding.weight") for name in names)
