"""Gets a model's weights from where its card says, to where the search finds them."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from urllib.parse import urlsplit

from .. import _core
from ..errors import CheckpointError, ModelError
from . import hub
from .cards import Model, WeightsFile
from .digest import Progress
from .download import Cancel, NoConnection, NotPublished, download
from .limits import Limits
from .places import PathLike, download_directory
from .switches import offline
from .transfer_bar import TransferBar


def pull(
    model: Model,
    models_dir: PathLike | None = None,
    progress: Progress | None = None,
    cancel: Cancel | None = None,
    limits: Limits | None = None,
) -> Path:
    """Downloads the weights and returns their path; does not look whether they are here already.

    They go to models_dir or the folder IMG2PROMPT_MODELS, as MODEL/FILE, when either is set; else
    files of Hugging Face's repositories go to that library's cache when it is installed; else to
    the user's folder for models. progress, cancel: see download().

    Raises ModelError, one line; when there is no network, or a variable says to stay offline, it
    names the file, its size, its address, and the folder to put it in.
    """
    switch = offline()
    if switch:
        raise ModelError(f"{missing(model, models_dir)}; {switch} keeps it from being downloaded")
    # A repository may lack the first file and have an older one with the same weights.
    first = model.files[0]
    files = [first, *(f for f in model.files[1:] if first.repository == f.repository != "")]
    errors = []
    for file in files:
        try:
            return _fetch(model, file, models_dir, progress, cancel, limits)
        except NoConnection as error:
            raise ModelError(f"{missing(model, models_dir)}; {error}") from None
        except NotPublished as error:
            errors.append(error)
    raise ModelError(f"{model.name}: {errors[0]}; see {first.source}")


def pull_with_words(
    model: Model,
    models_dir: PathLike | None = None,
    progress: Progress | None = None,
    cancel: Cancel | None = None,
) -> Path:
    """pull(), telling stderr what is fetched; progress: None = a line there that shows how far."""
    file, bar = model.files[0], TransferBar()
    if progress is None and not offline():
        print(
            f"img2prompt: downloading {model.name}: {file.name} ({file.size_text}) from "
            f"{urlsplit(file.address).hostname} to {destination(model, models_dir)}",
            file=sys.stderr,
            flush=True,
        )
    try:
        return pull(model, models_dir, progress or bar, cancel)
    finally:
        bar.clear()


def missing(model: Model, models_dir: PathLike | None = None) -> str:
    """What a person can do without this program: the file, its size, address, and folder."""
    file, folder = model.files[0], download_directory(models_dir) / model.folder
    return (
        f"{model.name}: its weights are not on this disk; get {file.name} ({file.size_text}) from "
        f"{file.address} and put it in {folder}, or name a file with {option(model)} FILE"
    )


def option(model: Model) -> str:
    """The command line's option that names the weights of such a model."""
    return f"--{model.kind}-weights"


def destination(model: Model, models_dir: PathLike | None = None) -> str:
    """Where pull() puts the weights, for people."""
    if _by_the_library(model.files[0], models_dir):
        return "the Hugging Face cache"
    return str(download_directory(models_dir) / model.folder)


def _by_the_library(file: WeightsFile, models_dir: PathLike | None) -> bool:
    chosen = models_dir is not None or os.environ.get("IMG2PROMPT_MODELS")
    return bool(file.repository) and not chosen and hub.is_installed()


def _fetch(
    model: Model,
    file: WeightsFile,
    models_dir: PathLike | None,
    progress: Progress | None,
    cancel: Cancel | None,
    limits: Limits | None,
) -> Path:
    path: Path | None = None
    if _by_the_library(file, models_dir):
        try:
            path = hub.fetch(file, progress, cancel, limits)
        except hub.Unable:
            path = None  # our own way says better what is wrong, or gets through
    if path is None:
        target = download_directory(models_dir) / model.folder / file.name
        path = download(file, target, progress, cancel, limits)
    if not file.sha256:
        _check_opens(path, urlsplit(file.address).hostname or "")
    return path


def _check_opens(path: Path, host: str) -> None:
    """Removes what is no checkpoint, where no sha256 tells; raises ModelError then."""
    try:
        _core.checkpoint_tensors(str(path))
    except CheckpointError as error:
        for each in {path, path.resolve()}:
            each.unlink(missing_ok=True)
        raise ModelError(
            f"{path.name}: what came from {host} holds no weights and was removed ({error})"
        ) from None
