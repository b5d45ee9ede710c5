"""The doctor's look at models: which are found where, which are missing or damaged, what to do.

Imported only when the core loads.
"""

from __future__ import annotations

import contextlib
import os
import shutil
from pathlib import Path

from img2prompt import _core
from img2prompt.assets import Model, Place, download_directory, find_webui, models, search_path
from img2prompt.assets.cards import bytes_text
from img2prompt.assets.find import find
from img2prompt.assets.names import find_model
from img2prompt.assets.pull import destination, missing
from img2prompt.assets.switches import downloads_by_itself, offline
from img2prompt.assets.webui import models_folder
from img2prompt.cli.engine_options import DEFAULT_CAPTION_MODEL, DEFAULT_CLIP_MODEL
from img2prompt.errors import Error

from .finding import Finding

_WANTED = {
    "clip": ("CLIP model", "--clip-model"),
    "caption": ("caption model", "--caption-model"),
    "tagger": ("tagger", "--tagger-model"),
}
_DEFAULTS = {"clip": DEFAULT_CLIP_MODEL, "caption": DEFAULT_CAPTION_MODEL}


def examine_models(models_dir: str | None) -> list[Finding]:
    """One finding for each kind of model, for each damaged file, and for what downloads need."""
    places = search_path(models_dir)
    located = [(model, find(model, places)) for model in models()]
    here = [(model, found.path, found.place) for model, found in located if found is not None]
    damaged = [finding for model, path, _ in here if (finding := _damage(model, path))]
    kinds = [kind for kind in _WANTED if any(model.kind == kind for model, _ in located)]
    findings = [_of_kind(kind, here, models_dir) for kind in kinds]
    return [*findings, *damaged, *_unfinished(places), _webui(), _downloads(models_dir)]


def _of_kind(kind: str, here: list[tuple[Model, Path, Place]], models_dir: str | None) -> Finding:
    """The default model of a kind; else another that is here; else how to get the default."""
    subject, option = _WANTED[kind]
    rows = [row for row in here if row[0].kind == kind]
    default = _DEFAULTS.get(kind)
    rows.sort(key=lambda row: row[0].name != default)
    others = ", ".join(model.name for model, _, _ in rows[1:])
    also = f"; also here: {others}" if others else ""
    if rows and (rows[0][0].name == default or default is None):
        model, path, place = rows[0]
        return Finding("ok", subject, f"{model.name} in {path} ({place.name}){also}")
    wanted = find_model(kind, default) if default else models(kind)[0]
    pull = f"`img2prompt models pull {wanted.name}` ({wanted.files[0].size_text})"
    if rows:
        model, path, place = rows[0]
        detail = f"{model.name} in {path} ({place.name}){also}; the default {wanted.name} is not"
        return Finding("note", subject, detail, f"{option} {model.name}, or {pull}")
    remedy = missing(wanted, models_dir).partition("; ")[2] if offline() else pull
    return Finding("note", subject, "none on this disk but the small one, demo", remedy)


def _damage(model: Model, path: Path) -> Finding | None:
    """A file that does not open, or has another size than the published one of its name."""
    remedy = f"delete {path}, then `img2prompt models pull {model.name}`"
    try:
        _core.checkpoint_tensors(str(path))
    except Error as error:
        return Finding("fault", model.name, str(error), remedy)
    size = path.stat().st_size
    for file in model.files:
        if file.name == path.name and file.size and file.size != size and file.sha256:
            detail = f"{path} has {size:,} bytes, the published file {file.size:,}"
            return Finding("note", model.name, detail, f"`img2prompt models verify {model.name}`")
    return None


def _unfinished(places: list[Place]) -> list[Finding]:
    """Parts of downloads that were broken off."""
    parts: list[Path] = []
    for place in places:
        if place.exists and place.folder is not None:
            parts += [*place.folder.glob("*.part"), *place.folder.glob("*/*.part")]
    rows = []
    for part in parts:
        with contextlib.suppress(OSError):
            rows.append(f"{part} ({bytes_text(part.stat().st_size)})")
    if not rows:
        return []
    remedy = "the same `img2prompt models pull` goes on from there; or delete them"
    return [Finding("note", "unfinished downloads", ", ".join(rows), remedy)]


def _webui() -> Finding:
    webui = find_webui()
    if webui is None:
        return Finding("ok", "WebUI", "none here; --webui-dir or IMG2PROMPT_WEBUI would name one")
    caches = models_folder(webui) / "clip-interrogator"
    count = len(list(caches.glob("*.safetensors"))) if caches.is_dir() else 0
    labels = f"; label tables encoded for it: {count} in {caches}" if count else ""
    state = "ok" if os.path.isdir(webui) else "fault"
    remedy = "" if state == "ok" else "set IMG2PROMPT_WEBUI to its folder, or unset it"
    return Finding(state, "WebUI", f"{webui}, models in {models_folder(webui)}{labels}", remedy)


def _downloads(models_dir: str | None) -> Finding:
    """Whether missing models can be fetched, and where they go."""
    switch = offline()
    if switch:
        return Finding("note", "downloads", f"{switch} forbids them", f"unset {switch}")
    folder = download_directory(models_dir)
    goes_to = destination(models("clip")[0], models_dir)
    while not folder.is_dir() and folder != folder.parent:
        folder = folder.parent
    room = bytes_text(shutil.disk_usage(folder).free)
    when = "when needed" if downloads_by_itself() else "by `img2prompt models pull` alone"
    return Finding("ok", "downloads", f"{when}, to {goes_to}; {room} free")
