"""Which models are known, and where their files lie on this machine.

A model's name becomes a card and a weights file (CLIP) or a directory (captions). Files are looked
for, in this order, in: the explicit path; `models_dir`; the folder that IMG2PROMPT_MODELS names, or
the user's own folder for models; the Hugging Face cache. Nothing is downloaded here.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Union

from .errors import ModelError

PathLike = Union[str, "os.PathLike[str]"]

MODELS_DIRECTORY = Path(os.path.abspath(__file__)).parent / "models"  # beside this, link or file
DEMO_DIRECTORY = MODELS_DIRECTORY / "demo"
DEMO = "demo"


@dataclass(frozen=True)
class ClipAssets:
    """A CLIP model's files: its card, the row of the card's table, and its weights."""

    name: str
    card: Path
    pretrained: str
    weights: Path


@dataclass(frozen=True)
class CaptionerAssets:
    """A caption model's files: a directory in Hugging Face's layout, and other weights if given."""

    name: str
    directory: Path
    weights: Path | None


@dataclass(frozen=True)
class KnownModel:
    """One row of `img2prompt models list`. path: where its weights lie, None when they do not."""

    kind: str
    name: str
    path: Path | None
    megabytes: int
    source: str
    licence: str


def user_models_directory() -> Path:
    """Where a user's weights are expected: IMG2PROMPT_MODELS, else a folder of the user's cache."""
    named = os.environ.get("IMG2PROMPT_MODELS")
    if named:
        return Path(named)
    if sys.platform == "win32":
        base = Path(os.environ.get("LOCALAPPDATA", str(Path.home() / "AppData" / "Local")))
    else:
        base = Path(os.environ.get("XDG_CACHE_HOME", str(Path.home() / ".cache")))
    return base / "img2prompt" / "models"


def resolve_clip(
    model: PathLike, weights: PathLike | None = None, models_dir: PathLike | None = None
) -> ClipAssets:
    """Finds the card and the weights of "arch/pretrained", "demo", or the path of a card.

    Raises ModelError naming the known models, or the missing file, its source and its place.
    """
    name = os.fspath(model)
    if name == DEMO:
        card, pretrained, entry = DEMO_DIRECTORY / "clip.json", "", None
        found: Path | None = DEMO_DIRECTORY / "clip.safetensors"
    elif name.endswith(".json"):
        card, pretrained, entry, found = (
            Path(name),
            "",
            None,
            Path(name).with_suffix(".safetensors"),
        )
        if not card.is_file():
            raise ModelError(
                f"{name}: no such card; a JSON with open_clip's model_config keys is needed"
            )
        found = found if found.is_file() else None
    else:
        card, pretrained, entry = _named_clip(name)
        found = _find(_clip_places(name, entry), entry, models_dir)
    if weights is not None:
        found = Path(weights)
    if found is None:
        raise ModelError(_missing(name, entry, models_dir, "--clip-weights"))
    return ClipAssets(name, card, pretrained, found)


def resolve_captioner(
    model: PathLike, weights: PathLike | None = None, models_dir: PathLike | None = None
) -> CaptionerAssets:
    """Finds the files of "blip-base", "blip-large", "blip-base-capfilt" or "demo", or takes the
    path of a directory.

    Raises ModelError naming the known models, or the missing file, its source and its place.
    """
    name = os.fspath(model)
    given = Path(weights) if weights is not None else None
    if name == DEMO:
        return CaptionerAssets(name, DEMO_DIRECTORY / "blip", given)
    if Path(name).is_dir():
        return CaptionerAssets(name, Path(name), given)
    card = _cards("blip").get(name)
    if card is None:
        known = ", ".join([*_cards("blip"), DEMO])
        raise ModelError(
            f"{name}: no such caption model and no such directory; known models: {known}"
        )
    if given is not None:
        return CaptionerAssets(name, given.parent, given)
    found = _find(_caption_places(name, card), card, models_dir)
    if found is None:
        raise ModelError(_missing(name, card, models_dir, "--caption-weights"))
    # Without a repository the weights are one file, which its card describes whole.
    return CaptionerAssets(name, found.parent, None if "repository" in card else found)


def known_models(models_dir: PathLike | None = None) -> list[KnownModel]:
    """Every model of the cards, found or not."""
    rows = [_row("clip", DEMO, {}, DEMO_DIRECTORY / "clip.safetensors")]
    for arch, card in _cards("clip").items():
        for tag, entry in card["pretrained"].items():
            name = f"{arch}/{tag}"
            rows.append(
                _row("clip", name, entry, _find(_clip_places(name, entry), entry, models_dir))
            )
    rows.append(_row("caption", DEMO, {}, DEMO_DIRECTORY / "blip" / "model.safetensors"))
    for name, card in _cards("blip").items():
        rows.append(
            _row("caption", name, card, _find(_caption_places(name, card), card, models_dir))
        )
    return rows


def search_path(models_dir: PathLike | None = None) -> list[Path]:
    """The folders in which weights are looked for, in order, whether they exist or not."""
    folders = [Path(models_dir)] if models_dir is not None else []
    return [*folders, user_models_directory(), _hugging_face_cache()]


def _cards(kind: str) -> dict[str, dict[str, Any]]:
    cards = {}
    for path in sorted((MODELS_DIRECTORY / kind).glob("*.json")):
        cards[path.stem] = json.loads(path.read_text(encoding="utf-8"))
    return cards


def _named_clip(name: str) -> tuple[Path, str, dict[str, Any]]:
    cards = _cards("clip")
    arch, _, tag = name.partition("/")
    if arch not in cards:
        raise ModelError(
            f"{name}: no such CLIP model; known architectures: {', '.join(cards)}, or the path of "
            "a card (.json)"
        )
    table = cards[arch]["pretrained"]
    if tag not in table:
        known = ", ".join(f"{arch}/{known}" for known in table)
        raise ModelError(f"{name}: no such weights; known for {arch}: {known}")
    return MODELS_DIRECTORY / "clip" / f"{arch}.json", tag, table[tag]


def _clip_places(name: str, entry: dict[str, Any]) -> list[Path]:
    """Where a CLIP's weights may lie below a models folder."""
    folder = Path(name.replace("/", "_"))
    return [folder.with_name(folder.name + ".safetensors"), folder / entry["file"]]


def _caption_places(name: str, entry: dict[str, Any]) -> list[Path]:
    return [Path(name) / file for file in _weight_files(entry)]


def _weight_files(entry: dict[str, Any]) -> list[str]:
    """The files of a repository that hold the same weights; one is enough."""
    return [entry["file"], *entry.get("other_files", [])]


def _find(places: list[Path], entry: dict[str, Any], models_dir: PathLike | None) -> Path | None:
    folders = [Path(models_dir)] if models_dir is not None else []
    for folder in [*folders, user_models_directory()]:
        for place in places:
            if (folder / place).is_file():
                return folder / place
    for snapshot in _snapshots(entry["repository"]) if "repository" in entry else ():
        for file in _weight_files(entry):
            if (snapshot / file).is_file():
                return snapshot / file
    return None


def _hugging_face_cache() -> Path:
    """As huggingface_hub finds it: HF_HUB_CACHE, HF_HOME/hub, XDG_CACHE_HOME/huggingface/hub."""
    named = os.environ.get("HF_HUB_CACHE") or os.environ.get("HUGGINGFACE_HUB_CACHE")
    if named:
        return Path(named)
    cache = os.environ.get("XDG_CACHE_HOME", str(Path.home() / ".cache"))
    return Path(os.environ.get("HF_HOME", str(Path(cache) / "huggingface"))) / "hub"


def _snapshots(repository: str) -> Iterator[Path]:
    """Snapshots of a repository in the Hugging Face cache, the one that `main` names first."""
    base = _hugging_face_cache() / ("models--" + repository.replace("/", "--"))
    main = base / "refs" / "main"
    if main.is_file():
        yield base / "snapshots" / main.read_text(encoding="utf-8").strip()
    if (base / "snapshots").is_dir():
        yield from sorted((base / "snapshots").iterdir())


def _missing(
    name: str, entry: dict[str, Any] | None, models_dir: PathLike | None, option: str
) -> str:
    if entry is None:
        return f"{name}: a card alone has no weights; name them with {option} FILE"
    folder = Path(models_dir) if models_dir is not None else user_models_directory()
    place = folder / name.replace("/", "_")
    files = ", ".join(entry.get("files", [entry["file"]]))
    return (
        f"{name}: its weights are not on this disk; get {files} ({_size(entry)}) from "
        f"{_source(entry)} and put them in {place}, or name a file with {option} FILE"
    )


def _source(entry: dict[str, Any]) -> str:
    return entry.get("url") or f"https://huggingface.co/{entry['repository']}"


def _size(entry: dict[str, Any]) -> str:
    megabytes = entry["megabytes"]
    return f"{megabytes / 1000:.1f} GB" if megabytes >= 1000 else f"{megabytes} MB"


def _row(kind: str, name: str, entry: dict[str, Any], path: Path | None) -> KnownModel:
    if name == DEMO and path is not None:
        return KnownModel(kind, name, path, round(path.stat().st_size / 1e6), "bundled", "MIT")
    return KnownModel(
        kind, name, path, entry["megabytes"], _source(entry), entry.get("licence", "unknown")
    )
