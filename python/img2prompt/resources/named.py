"""The files a record names."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from ..metadata import Metadata

KINDS = ("checkpoint", "vae", "lora", "embedding")

_LORA = re.compile(r"<(?:lora|lyco):([^:<>]{1,200})(?::[^<>]{0,80})?>")
_NAME_AND_HASH = re.compile(r"^(.*?)\s*\[([0-9a-fA-F]{6,64})\]$")
_KINDS_OF_HASHES = {"lora": "lora", "embed": "embedding"}


@dataclass(frozen=True)
class Resource:
    """One file. kind: of KINDS; name or hash may be "" where the record has only the other."""

    kind: str
    name: str
    hash: str = ""


def named_resources(record: Metadata) -> list[Resource]:
    """What the record names, each once, checkpoints first.

    From settings as the WebUI writes them: "Model", "Model hash", "VAE", "VAE hash", "Refiner",
    "Hires checkpoint", "Lora hashes", "TI hashes", "Hashes" (JSON), and <lora:...> in prompts.
    """
    found: dict[tuple[str, str], Resource] = {}
    for resource in _all(record):
        key = (resource.kind, resource.name.lower() or resource.hash)
        if (resource.name or resource.hash) and (key not in found or not found[key].hash):
            found[key] = resource
    return sorted(found.values(), key=lambda resource: KINDS.index(resource.kind))


def _all(record: Metadata) -> Iterator[Resource]:
    settings = record.settings
    if "Model" in settings or "Model hash" in settings:
        yield Resource("checkpoint", settings.get("Model", ""), settings.get("Model hash", ""))
    for key in ("Refiner", "Hires checkpoint"):
        if key in settings and not settings[key].startswith("Use same"):
            yield _with_hash("checkpoint", settings[key])
    if settings.get("VAE", "None") not in ("None", "Automatic"):
        yield Resource("vae", settings["VAE"], settings.get("VAE hash", ""))
    hashes = dict(_pairs(settings.get("Lora hashes", "")))
    for name, hash in hashes.items():
        yield Resource("lora", name, hash)
    for text in (record.prompt, record.negative_prompt):
        for name in _LORA.findall(text):
            yield Resource("lora", name, hashes.get(name, ""))
    for name, hash in _pairs(settings.get("TI hashes", "")):
        yield Resource("embedding", name, hash)
    yield from _of_json(settings.get("Hashes", ""))


def _with_hash(kind: str, text: str) -> Resource:
    match = _NAME_AND_HASH.match(text)
    return Resource(kind, match[1], match[2]) if match else Resource(kind, text)


def _pairs(text: str) -> Iterator[tuple[str, str]]:
    for item in text.split(","):
        name, colon, hash = item.rpartition(":")
        if colon and name.strip():
            yield name.strip(), hash.strip()


def _of_json(text: str) -> Iterator[Resource]:
    """Civitai's {"lora:name": hash, "embed:name": hash}; the model's is in "Model hash"."""
    try:
        hashes = json.loads(text) if text else {}
    except (ValueError, RecursionError):
        return
    if not isinstance(hashes, Mapping):
        return
    for key, hash in hashes.items():
        prefix, colon, name = str(key).partition(":")
        if colon and prefix in _KINDS_OF_HASHES and isinstance(hash, str):
            yield Resource(_KINDS_OF_HASHES[prefix], name, hash)
