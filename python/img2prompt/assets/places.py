"""The folders in which weights are looked for, in order, and the one that downloads go to."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Union

from .webui import clip_models_folder, find_webui, models_folder

PathLike = Union[str, "os.PathLike[str]"]

_FOLDERS_OF_WEBUI = ("BLIP", "torch_deepdanbooru", "clip-interrogator")


@dataclass(frozen=True)
class Place:
    """A place of the search. folder: None where there is no such place here; name says whose."""

    name: str
    folder: Path | None

    @property
    def exists(self) -> bool:
        """Whether the folder is there."""
        return self.folder is not None and os.path.isdir(self.folder)


def search_path(models_dir: PathLike | None = None) -> list[Place]:
    """Where weights are looked for, the first place that has them being used.

    models_dir; the folder IMG2PROMPT_MODELS; the WebUI's folders; the user's own folder; the
    Hugging Face cache; open_clip's and CLIP's cache; torch hub's. What is not there is listed too.
    """
    webui = find_webui()
    rows = [
        Place("models_dir (--models-dir)", _folder(models_dir)),
        Place("IMG2PROMPT_MODELS", _folder(os.environ.get("IMG2PROMPT_MODELS"))),
    ]
    if webui is None:
        rows.append(Place("WebUI (IMG2PROMPT_WEBUI, --webui-dir)", None))
    else:
        models = models_folder(webui)
        rows.append(Place("WebUI", models))
        rows += [Place(f"WebUI, {name}", models / name) for name in _FOLDERS_OF_WEBUI]
        rows.append(Place("WebUI, --clip-models-path", clip_models_folder(webui)))
    rows.append(Place("your models", user_models_directory()))
    rows.append(Place("Hugging Face cache", hugging_face_cache()))
    older = os.environ.get("TRANSFORMERS_CACHE")
    if older:
        rows.append(Place("TRANSFORMERS_CACHE", _folder(older)))
    rows.append(Place("CLIP's and open_clip's cache", Path.home() / ".cache" / "clip"))
    rows.append(Place("torch hub's cache", _torch_hub()))
    first: dict[Path, Place] = {row.folder: row for row in reversed(rows) if row.folder}
    return [row for row in rows if row.folder is None or first[row.folder] is row]


def download_directory(models_dir: PathLike | None = None) -> Path:
    """Where downloads go: models_dir, else the folder IMG2PROMPT_MODELS, else the user's own."""
    named = _folder(models_dir) or _folder(os.environ.get("IMG2PROMPT_MODELS"))
    return named or user_models_directory()


def user_models_directory() -> Path:
    """The user's own folder for models, a folder of the cache."""
    return user_cache_directory() / "models"


def user_cache_directory() -> Path:
    """What img2prompt keeps for this user."""
    if sys.platform == "win32":
        base = Path(os.environ.get("LOCALAPPDATA", str(Path.home() / "AppData" / "Local")))
    else:
        base = _cache_home()
    return base / "img2prompt"


def hugging_face_cache() -> Path:
    """As huggingface_hub finds it: HF_HUB_CACHE, HF_HOME/hub, XDG_CACHE_HOME/huggingface/hub."""
    named = os.environ.get("HF_HUB_CACHE") or os.environ.get("HUGGINGFACE_HUB_CACHE")
    home = _folder(os.environ.get("HF_HOME")) or _cache_home() / "huggingface"
    return _folder(named) or home / "hub"


def _torch_hub() -> Path:
    home = _folder(os.environ.get("TORCH_HOME")) or _cache_home() / "torch"
    return home / "hub" / "checkpoints"


def _cache_home() -> Path:
    return _folder(os.environ.get("XDG_CACHE_HOME")) or Path.home() / ".cache"


def _folder(named: PathLike | None) -> Path | None:
    return Path(os.path.expandvars(os.fspath(named))).expanduser() if named else None
