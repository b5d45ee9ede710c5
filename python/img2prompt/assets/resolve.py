"""From a model's name to the files that the core loads."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from ..errors import ModelError
from .cards import DEMO, DEMO_DIRECTORY, Model
from .digest import Progress
from .download import Cancel
from .find import TRANSFORMERS_NAMES, find
from .names import find_model
from .places import PathLike, search_path
from .pull import missing, pull_with_words
from .switches import downloads_by_itself


@dataclass(frozen=True)
class Fetching:
    """What happens to weights that are not on this disk.

    download: False = they are named in an error; so they are, too, when IMG2PROMPT_DOWNLOAD is
        "never".
    progress("download NAME", bytes, bytes of all): None = a line on stderr. cancel() answering
        True ends the download with Cancelled.
    """

    download: bool = True
    progress: Progress | None = None
    cancel: Cancel | None = None


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
    model: PathLike,
    weights: PathLike | None = None,
    models_dir: PathLike | None = None,
    fetching: Fetching = Fetching(),
) -> ClipAssets:
    """The card and the weights of "arch/pretrained", "demo", or the path of a card.

    Raises ModelError for what is not supported, saying why; for an unknown name, saying the
    nearest; for weights that are not here, naming the file, its source and its place.
    """
    name = os.fspath(model)
    given = Path(weights) if weights is not None else None
    if name == DEMO:
        found = given or DEMO_DIRECTORY / "clip.safetensors"
        return ClipAssets(name, DEMO_DIRECTORY / "clip.json", "", found)
    if name.endswith(".json"):
        card, keys = Path(name), "open_clip's model_config keys"
        return ClipAssets(name, card, "", given or _beside_card(card, keys, "--clip-weights"))
    known = find_model("clip", name)
    found = given or _locate(known, models_dir, fetching)
    return ClipAssets(known.name, known.card, known.pretrained, found)


def resolve_captioner(
    model: PathLike,
    weights: PathLike | None = None,
    models_dir: PathLike | None = None,
    fetching: Fetching = Fetching(),
) -> CaptionerAssets:
    """The files of "blip-base", "blip-large", "blip-base-capfilt" or "demo", or of a directory
    that is named.

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
    found = _locate(known, models_dir, fetching)
    # Under transformers' names the configuration lies beside the weights; elsewhere the card's is
    # the model's.
    return CaptionerAssets(name, found.parent, None if found.name in TRANSFORMERS_NAMES else found)


def resolve_tagger(
    model: PathLike,
    weights: PathLike | None = None,
    models_dir: PathLike | None = None,
    fetching: Fetching = Fetching(),
) -> TaggerAssets:
    """The card and the weights of "deepdanbooru", or of the path of a card.

    Raises ModelError naming the known models, or the missing file, its source and its place.
    """
    name = os.fspath(model)
    given = Path(weights) if weights is not None else None
    if name.endswith(".json"):
        card, keys = Path(name), "the keys of models/tagger/deepdanbooru.json"
        found = given or _beside_card(card, keys, "--tagger-weights")
        return TaggerAssets(name, card, found)
    known = find_model("tagger", name)
    return TaggerAssets(known.name, known.card, given or _locate(known, models_dir, fetching))


def _beside_card(card: Path, keys: str, option: str) -> Path:
    """Weights with the card's own name."""
    if not card.is_file():
        raise ModelError(f"{card}: no such card; a JSON with {keys} is needed")
    for suffix in (".safetensors", ".pt"):
        weights = card.with_suffix(suffix)
        if weights.is_file():
            return weights
    raise ModelError(f"{card}: a card alone has no weights; name them with {option} FILE")


def _locate(model: Model, models_dir: PathLike | None, fetching: Fetching) -> Path:
    found = find(model, search_path(models_dir))
    if found is not None:
        return found.path
    if not fetching.download or not downloads_by_itself():
        raise ModelError(
            f"{missing(model, models_dir)}; `img2prompt models pull {model.name}` does the former"
        )
    return pull_with_words(model, models_dir, fetching.progress, fetching.cancel)
