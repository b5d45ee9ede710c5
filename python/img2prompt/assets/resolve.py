"""From a model's name to the files that the core loads."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from ..errors import ModelError
from .cards import DEMO, DEMO_DIRECTORY, Model
from .find import TRANSFORMERS_NAMES, find
from .names import find_model
from .places import PathLike, download_directory, search_path


@dataclass(frozen=True)
class ClipAssets:
    """A CLIP model's files: its card, the row of the card's table, and its weights.

    name: as asked for; that of the card where an alias was asked for.
    """

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
class TaggerAssets:
    """A tagger's files: its card and its weights."""

    name: str
    card: Path
    weights: Path


def resolve_clip(
    model: PathLike, weights: PathLike | None = None, models_dir: PathLike | None = None
) -> ClipAssets:
    """Finds the card and the weights of "arch/pretrained", "demo", or the path of a card.

    Raises ModelError for what is not supported, saying why; for an unknown name, saying the
    nearest; for weights that are not here, naming the file, its source and its place.
    """
    name = os.fspath(model)
    given = Path(weights) if weights is not None else None
    if name == DEMO:
        found = given or DEMO_DIRECTORY / "clip.safetensors"
        return ClipAssets(name, DEMO_DIRECTORY / "clip.json", "", found)
    if name.endswith(".json"):
        return ClipAssets(name, Path(name), "", given or _beside_card(Path(name)))
    known = find_model("clip", name)
    found = given or _locate(known, models_dir, "--clip-weights")
    return ClipAssets(known.name, known.card, known.pretrained, found)


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
    known = find_model("caption", name)
    if given is not None:
        return CaptionerAssets(name, given.parent, given)
    found = _locate(known, models_dir, "--caption-weights")
    # Under transformers' names the configuration lies beside the weights; elsewhere the card's is
    # the model's.
    return CaptionerAssets(name, found.parent, None if found.name in TRANSFORMERS_NAMES else found)


def resolve_tagger(
    model: PathLike, weights: PathLike | None = None, models_dir: PathLike | None = None
) -> TaggerAssets:
    """Finds the card and the weights of a tagger.

    Raises ModelError naming the known models, or the missing file, its source and its place.
    """
    known = find_model("tagger", os.fspath(model))
    found = Path(weights) if weights is not None else _locate(known, models_dir, "--tagger-weights")
    return TaggerAssets(known.name, known.card, found)


def _beside_card(card: Path) -> Path:
    """Weights with the card's own name."""
    if not card.is_file():
        raise ModelError(
            f"{card}: no such card; a JSON with open_clip's model_config keys is needed"
        )
    weights = card.with_suffix(".safetensors")
    if not weights.is_file():
        raise ModelError(f"{card}: a card alone has no weights; name them with --clip-weights FILE")
    return weights


def _locate(model: Model, models_dir: PathLike | None, option: str) -> Path:
    found = find(model, search_path(models_dir))
    if found is None:
        raise ModelError(_missing(model, models_dir, option))
    return found.path


def _missing(model: Model, models_dir: PathLike | None, option: str) -> str:
    file, folder = model.files[0], download_directory(models_dir) / model.folder
    return (
        f"{model.name}: its weights are not on this disk; get {file.name} ({file.size_text}) from "
        f"{file.address} and put it in {folder}, or name a file with {option} FILE"
    )
