"""Whether a named file is here, in plain words."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from .named import Resource

_WORDS = {"checkpoint": "checkpoint", "vae": "VAE", "lora": "LoRA", "embedding": "embedding"}
_SUFFIXES = (".safetensors", ".ckpt", ".pt", ".pth", ".bin", ".gguf")
_SHORTEST_HASH = 8  # characters at which two hashes can be told the same


@dataclass(frozen=True)
class Judgement:
    """state: "here", "other" (a file of the name with another hash), "missing" or "unknown"."""

    resource: Resource
    state: str
    advice: str


def judge(named: Iterable[Resource], here: Iterable[Resource] | None) -> list[Judgement]:
    """What became of each named file, given those of the machine (None = the host cannot say)."""
    if here is None:
        return [Judgement(r, "unknown", "this page knows of no such files") for r in named]
    available = list(here)
    return [_one(resource, available) for resource in named]


def _one(resource: Resource, available: list[Resource]) -> Judgement:
    same_kind = [other for other in available if other.kind == resource.kind]
    word = _WORDS[resource.kind]
    if resource.hash:
        for other in same_kind:
            if _same_hash(resource.hash, other.hash):
                return Judgement(resource, "here", f"here as {other.name}")
    by_name = [other for other in same_kind if resource.name and _same_name(resource, other)]
    for other in by_name:
        if not resource.hash or not other.hash:
            return Judgement(resource, "here", f"here as {other.name}, by its name alone")
    if by_name:
        return Judgement(
            resource,
            "other",
            f"{by_name[0].name} is here but is another file (hash {by_name[0].hash[:10]}): the "
            "picture will differ",
        )
    search = f"search civitai.com for {resource.hash or resource.name}"
    if resource.kind == "checkpoint":
        return Judgement(
            resource,
            "missing",
            f"not here; with another {word} the picture cannot be made again: {search}",
        )
    return Judgement(resource, "missing", f"not here; without this {word} it will differ: {search}")


def _same_hash(one: str, other: str) -> bool:
    """Whether the shorter begins the longer: records hold 8, 10, 12 or 64 digits."""
    one, other = one.lower(), other.lower()
    shorter = min(len(one), len(other))
    return shorter >= _SHORTEST_HASH and one[:shorter] == other[:shorter]


def _same_name(one: Resource, other: Resource) -> bool:
    return _bare(one.name) == _bare(other.name)


def _bare(name: str) -> str:
    """The file's name alone: no folders, no suffix."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1].lower()
    for suffix in _SUFFIXES:
        if last.endswith(suffix):
            return last[: -len(suffix)]
    return last
