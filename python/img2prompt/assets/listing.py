"""The known models as rows: on this disk or not, how large, from where, under which licence."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from .cards import DEMO, DEMO_DIRECTORY, models
from .find import find
from .places import PathLike, search_path


@dataclass(frozen=True)
class KnownModel:
    """One row of `img2prompt models list`. path: where its weights lie, None when they do not."""

    kind: str
    name: str
    path: Path | None
    place: str
    megabytes: int
    source: str
    licence: str
    sha256: str


def known_models(models_dir: PathLike | None = None) -> list[KnownModel]:
    """Every model of the cards, found or not, and the bundled ones."""
    rows = [
        _bundled("clip", DEMO_DIRECTORY / "clip.safetensors"),
        _bundled("caption", DEMO_DIRECTORY / "blip" / "model.safetensors"),
    ]
    places = search_path(models_dir)
    for model in models():
        found, first = find(model, places), model.files[0]
        rows.append(
            KnownModel(
                model.kind,
                model.name,
                found.path if found else None,
                found.place.name if found else "",
                round(first.about_size / 1e6),
                first.source,
                model.licence,
                first.sha256,
            )
        )
    return sorted(rows, key=lambda row: ("clip", "caption", "tagger").index(row.kind))


def _bundled(kind: str, path: Path) -> KnownModel:
    size = round(path.stat().st_size / 1e6)
    return KnownModel(kind, DEMO, path, "bundled", size, "bundled", "MIT", "")
