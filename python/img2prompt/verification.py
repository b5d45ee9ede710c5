"""Whether a model's weights on this disk are the published ones, or at least whole and fitting."""

from __future__ import annotations

import os
import re
from pathlib import Path

import numpy as np

from . import _core
from .assets.cards import Model, WeightsFile
from .assets.digest import Progress, is_published, sha256_of
from .assets.download import Cancel
from .captioner import Captioner
from .clip import Clip
from .errors import Cancelled, CheckpointError, Error, ModelError
from .tagger import Tagger

_BFLOAT16_EXPONENT = 0x7F80  # all ones: infinite, or no number


def verify(
    model: Model,
    path: Path,
    progress: Progress | None = None,
    cancel: Cancel | None = None,
) -> str:
    """Checks the weights in `path`, and says in words what is known of them.

    Where a sha256 is known, of the card or of the Hugging Face cache, that is compared; else the
    file is opened, every tensor that the model needs is looked for in its right shape, and every
    number must be finite. progress("check NAME", done, total), cancel: see sha256_of().

    Raises ModelError, one line, for a file that is another or damaged; Cancelled.
    """
    published, whose = _published(model, path)
    if published:
        found = sha256_of(path, progress, cancel)
        if is_published(found, published):
            return f"its sha256 is {whose}"
        raise ModelError(
            f"{path}: sha256 {found} is not {whose}, {published}; {_otherwise(model, path)}. "
            f"To have the published file, delete this one and run `img2prompt models pull "
            f"{model.name}`"
        )
    _check_structure(model, path, progress, cancel)
    return "it opens, fits the model, and all its numbers are finite; no sha256 is known"


def _published(model: Model, path: Path) -> tuple[str, str]:
    """The sha256 that the file should have, and whose word that is; "" when nobody says."""
    for file in model.files:
        if file.name == path.name and file.sha256 and not _is_elsewhere(file, path):
            return file.sha256, "the published one"
    # That cache names large files by their sha256.
    blob = os.path.realpath(path)
    if re.fullmatch(r"[0-9a-f]{64}", os.path.basename(blob)):
        return os.path.basename(blob), "the one that the Hugging Face cache has for it"
    return "", ""


def _is_elsewhere(file: WeightsFile, path: Path) -> bool:
    """Whether the path lies in the cache's folder of another repository than the file's."""
    caches = [part for part in path.parts if part.startswith("models--")]
    return bool(caches) and caches[-1] != "models--" + file.repository.replace("/", "--")


def _otherwise(model: Model, path: Path) -> str:
    try:
        _check_structure(model, path)
    except Error as error:
        return f"it is damaged, or of another model ({error})"
    return "it opens and fits the model all the same, so it may be another edition"


def _check_structure(
    model: Model, path: Path, progress: Progress | None = None, cancel: Cancel | None = None
) -> None:
    """Raises ModelError or CheckpointError for what is damaged or does not fit."""
    maker = {"clip": Clip, "caption": Captioner, "tagger": Tagger}[model.kind]
    maker(model.name, weights=path, device="cpu", dtype="float32", download=False)
    tensors = _core.checkpoint_tensors(str(path))
    for index, (name, (dtype, _)) in enumerate(tensors.items()):
        if progress is not None:
            progress(f"check {path.name}", index, len(tensors))
        if cancel is not None and cancel():
            raise Cancelled("cancelled")
        if not _is_finite(_core.checkpoint_tensor(str(path), name), dtype):
            raise CheckpointError(f"{path}: '{name}' holds numbers that are infinite or none")


def _is_finite(values: np.ndarray, dtype: str) -> bool:
    if dtype == "bfloat16":  # as bits
        return not np.any((values & _BFLOAT16_EXPONENT) == _BFLOAT16_EXPONENT)
    return values.dtype.kind != "f" or bool(np.isfinite(values).all())
