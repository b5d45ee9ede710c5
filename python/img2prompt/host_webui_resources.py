"""The checkpoints, VAEs, LoRAs and embeddings of the WebUI: its own lists, else its folders."""

from __future__ import annotations

import importlib
import os
from collections.abc import Iterator
from typing import Any

from modules import paths_internal, shared

from .resources import Resource

_SUFFIXES = (".safetensors", ".ckpt", ".pt", ".pth", ".bin", ".gguf")
_MOST_FILES = 20_000  # of one folder; a link to a whole disk must not hold a tab up


def webui_resources() -> list[Resource]:
    """Every file the WebUI knows. What a fork does not have is passed over."""
    found = list(_checkpoints())
    found += [Resource("vae", name) for name in _attribute("sd_vae", "vae_dict")]
    for kind, option, folder in (
        ("vae", "vae_dir", "VAE"),
        ("lora", "lora_dir", "Lora"),
        ("embedding", "embeddings_dir", os.path.join("..", "embeddings")),
    ):
        named = getattr(shared.cmd_opts, option, None)
        place = named or os.path.join(paths_internal.models_path, folder)
        found += [Resource(kind, name) for name in _files(place)]
    return found


def _checkpoints() -> Iterator[Resource]:
    for info in _attribute("sd_models", "checkpoints_list").values():
        hash = getattr(info, "sha256", None) or getattr(info, "shorthash", None) or ""
        yield Resource("checkpoint", info.name, hash)


def _attribute(module: str, name: str) -> dict[str, Any]:
    try:
        return dict(getattr(importlib.import_module(f"modules.{module}"), name))
    except (ImportError, AttributeError):
        return {}


def _files(folder: str) -> Iterator[str]:
    count = 0
    for place, _, files in os.walk(folder):
        for file in files:
            count += 1
            if count > _MOST_FILES:
                return
            if file.lower().endswith(_SUFFIXES):
                yield os.path.relpath(os.path.join(place, file), folder)
