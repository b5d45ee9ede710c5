"""The models that are known, where their weights lie on this machine, and how to get them.

`cards` reads the model cards, `names` finds one by a model's name, `places` lists the folders that
are searched, `find` looks there, and `resolve` turns a name into the files that the core loads.
"""

from .cards import DEMO, DEMO_DIRECTORY, MODELS_DIRECTORY, Model, WeightsFile, models
from .listing import KnownModel, known_models
from .names import clip_not_supported
from .places import Place, download_directory, search_path, user_cache_directory
from .resolve import (
    CaptionerAssets,
    ClipAssets,
    Fetching,
    TaggerAssets,
    resolve_captioner,
    resolve_clip,
    resolve_tagger,
)
from .webui import find_webui

__all__ = [
    "DEMO",
    "DEMO_DIRECTORY",
    "Fetching",
    "MODELS_DIRECTORY",
    "CaptionerAssets",
    "ClipAssets",
    "KnownModel",
    "Model",
    "Place",
    "TaggerAssets",
    "WeightsFile",
    "clip_not_supported",
    "download_directory",
    "find_webui",
    "known_models",
    "models",
    "resolve_captioner",
    "resolve_clip",
    "resolve_tagger",
    "search_path",
    "user_cache_directory",
]
