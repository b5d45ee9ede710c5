"""The model cards as data: which models are known, and which published files hold their weights.

models/README.md describes the keys. Names and paths of a card are checked here, because they become
file names: none can leave the folder that it is looked for in.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..errors import ModelError

MODELS_DIRECTORY = Path(os.path.abspath(__file__)).parents[1] / "models"  # a link or a folder
DEMO_DIRECTORY = MODELS_DIRECTORY / "demo"
DEMO = "demo"

#: What a model is for, and the folder of its cards.
KINDS = {"clip": "clip", "caption": "blip", "tagger": "tagger"}

_MAX_CARD_BYTES = 1 << 20
_HUGGING_FACE = "https://huggingface.co"
_PART = r"[A-Za-z0-9_][A-Za-z0-9._+-]*"
_FILE = re.compile(rf"{_PART}(/{_PART})*")
_REPOSITORY = re.compile(rf"{_PART}/{_PART}")
_SHA256 = re.compile(r"[0-9a-f]{8,64}")


@dataclass(frozen=True)
class WeightsFile:
    """A published file that holds a model's weights.

    file: its path in the repository, else a file name.
    repository: on Hugging Face, "" when it is published elsewhere; revision: a commit or "main".
    url: its address when it is published elsewhere.
    size: in bytes, 0 = only about_size is known.
    sha256: in hexadecimal; "" = not known; shorter than 64 digits = the first ones, as some
        publishers give them.
    """

    file: str
    repository: str = ""
    revision: str = "main"
    url: str = ""
    size: int = 0
    about_size: int = 0
    sha256: str = ""

    @property
    def name(self) -> str:
        """The last part of its path."""
        return self.file.rpartition("/")[2]

    @property
    def address(self) -> str:
        """Where it is fetched; HF_ENDPOINT names another host than Hugging Face's own."""
        if not self.repository:
            return self.url
        host = os.environ.get("HF_ENDPOINT", "").rstrip("/") or _HUGGING_FACE
        return f"{host}/{self.repository}/resolve/{self.revision}/{self.file}"

    @property
    def source(self) -> str:
        """The page for a person to look at."""
        return f"{_HUGGING_FACE}/{self.repository}" if self.repository else self.url

    @property
    def size_text(self) -> str:
        """Its size in words."""
        return bytes_text(self.size or self.about_size)


@dataclass(frozen=True)
class Model:
    """A model of the cards.

    kind: "clip", "caption" or "tagger". pretrained: the row of a CLIP card's table, else "".
    aliases: other names of it.
    files: each holds the weights; one is enough, and the first is the one to download.
    """

    kind: str
    name: str
    card: Path
    pretrained: str
    licence: str
    files: tuple[WeightsFile, ...]
    aliases: tuple[str, ...] = ()

    @property
    def folder(self) -> str:
        """The name of its own folder below a models folder."""
        return self.name.replace("/", "_")


def models(kind: str | None = None) -> list[Model]:
    """Every model of the cards, of one kind or all, in the order of their names."""
    return [model for each in ([kind] if kind else KINDS) for model in _of_kind(each)]


def bytes_text(size: int) -> str:
    """A number of bytes in words: "935 MB", "1.7 GB"."""
    if size >= 999_500_000:
        return f"{size / 1e9:.1f} GB"
    if size >= 999_500:
        return f"{size / 1e6:.0f} MB"
    return f"{max(1, round(size / 1e3))} kB" if size else "0 kB"


def _of_kind(kind: str) -> Iterator[Model]:
    for path in sorted((MODELS_DIRECTORY / KINDS[kind]).glob("*.json"), key=_natural):
        card = read_card(path)
        table = card.get("pretrained") if kind == "clip" else {"": card}
        for tag, entry in (table or {}).items():
            name = f"{path.stem}/{tag}" if tag else path.stem
            licence = str(entry.get("licence", "unknown"))
            # open_clip has a second name for what was trained with that activation.
            aliases = (f"{path.stem}-quickgelu/{tag}",) if entry.get("quick_gelu") else ()
            yield Model(kind, name, path, tag, licence, tuple(_files(kind, path, entry)), aliases)


def _natural(path: Path) -> list[str | int]:
    """Sorts RN50x4 before RN50x16, and without case."""
    parts = re.split(r"(\d+)", path.stem.lower())
    return [int(part) if part.isdigit() else part for part in parts]


def read_card(path: Path) -> dict[str, Any]:
    """A card's JSON object. Raises ModelError when it is none, or too large to be one."""
    try:
        with open(path, "rb") as file:
            text = file.read(_MAX_CARD_BYTES + 1)
        card = json.loads(text) if len(text) <= _MAX_CARD_BYTES else None
    except (OSError, ValueError, RecursionError) as error:
        raise ModelError(f"{path}: not readable as a card ({error})") from None
    if not isinstance(card, dict):
        raise ModelError(f"{path}: not a card; a JSON object of at most 1 MiB is needed")
    return card


def _files(kind: str, card: Path, entry: dict[str, Any]) -> Iterator[WeightsFile]:
    """The card's own file first, then the others that hold the same weights."""
    first = _file(card, entry)
    yield first
    if kind == "clip" and first.repository and first.file == "open_clip_model.safetensors":
        # open_clip reads this older file of the same repository where the other is missing.
        older = "open_clip_pytorch_model.bin"
        yield WeightsFile(older, first.repository, about_size=first.about_size)
    for other in entry.get("other_files", []):
        if isinstance(other, str):
            other = {"file": other, "megabytes": entry.get("megabytes", 0)}
        if "url" not in other:
            other = {"repository": entry.get("repository"), **other}
        yield _file(card, other)


def _file(card: Path, entry: dict[str, Any]) -> WeightsFile:
    size, megabytes = entry.get("bytes", 0), entry.get("megabytes", 0)
    published = WeightsFile(
        file=_text(card, entry, "file", _FILE),
        repository=_text(card, entry, "repository", _REPOSITORY, needed=False),
        revision=_text(card, entry, "revision", re.compile(_PART), needed=False) or "main",
        url=_text(card, entry, "url", re.compile(r"https://[^\s\\]+"), needed=False),
        size=size,
        about_size=size or round(megabytes * 1e6),
        sha256=_text(card, entry, "sha256", _SHA256, needed=False),
    )
    if not published.repository and not published.url:
        raise ModelError(f"{card}: '{published.file}' has neither repository nor url")
    return published


def _text(
    card: Path, entry: dict[str, Any], key: str, form: re.Pattern[str], needed: bool = True
) -> str:
    value = entry.get(key)
    if value is None and not needed:
        return ""
    if not isinstance(value, str) or not form.fullmatch(value):
        raise ModelError(f"{card}: '{key}' is {value!r}, {form.pattern} is accepted")
    return value
