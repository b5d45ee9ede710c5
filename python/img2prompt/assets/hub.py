"""Fetches a file of a Hugging Face repository into that library's own cache, by the library."""

from __future__ import annotations

import contextlib
import importlib.util
import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

from ..errors import Cancelled, ModelError
from .cards import WeightsFile, bytes_text
from .digest import Progress, is_published, sha256_of
from .download import Cancel, NotPublished, reach
from .limits import Limits
from .places import hugging_face_cache

_PROCESS = Path(os.path.abspath(__file__)).with_name("hub_process.py")
_POLL_SECONDS = 0.1
_SILENT_SECONDS = 300.0  # the library has time limits of its own, below this


class Unable(Exception):
    """The library does not work here, or did not get through; another way may."""


def is_installed() -> bool:
    """Whether huggingface_hub is there; it is not imported."""
    try:
        return importlib.util.find_spec("huggingface_hub") is not None
    except (ImportError, ValueError):
        return False


def fetch(
    file: WeightsFile,
    progress: Progress | None = None,
    cancel: Cancel | None = None,
    limits: Limits | None = None,
) -> Path:
    """The file's path in the Hugging Face cache, once it is there and verified.

    Progress and cancel as in download(). Raises NoConnection, NotPublished, Cancelled, ModelError
    for too little room or another sha256 than the published one, and Unable for everything else.
    """
    limits = limits or Limits()
    cache = hugging_face_cache()
    _check_room(file, cache, limits)
    try:
        reach(file.address, limits, cancel)  # the library tries for long when there is no network
        path = _run(file, cache, progress, cancel)
        if file.sha256:
            found = sha256_of(path, progress, cancel)
            if not is_published(found, file.sha256):
                _remove(path)
                raise ModelError(
                    f"{file.name}: what came from Hugging Face has sha256 {found}, but "
                    f"{file.sha256} is published; it was removed again"
                )
    except (KeyboardInterrupt, Cancelled):
        raise Cancelled(
            f"{file.name}: stopped; what has come is kept in the Hugging Face cache, and the next "
            "download goes on from there"
        ) from None
    return path


def _run(file: WeightsFile, cache: Path, progress: Progress | None, cancel: Cancel | None) -> Path:
    started = time.time()
    command = [sys.executable, str(_PROCESS), file.repository, file.file, file.revision]
    environment = {**os.environ, "HF_HUB_CACHE": str(cache), "HF_HUB_DISABLE_PROGRESS_BARS": "1"}
    with subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=environment,
        start_new_session=True,  # Ctrl-C reaches us alone, and we end it
    ) as process:
        try:
            _watch(process, file, cache, started, progress, cancel)
            output = process.communicate()[0]
        finally:
            _end(process)
    return _answer(file, output)


def _watch(
    process: subprocess.Popen[bytes],
    file: WeightsFile,
    cache: Path,
    started: float,
    progress: Progress | None,
    cancel: Cancel | None,
) -> None:
    """Waits for the process, and tells how large the file has grown."""
    blobs = cache / ("models--" + file.repository.replace("/", "--")) / "blobs"
    done, since = 0, time.monotonic()
    while process.poll() is None:
        if cancel is not None and cancel():
            raise Cancelled("cancelled")
        grown = _largest_incomplete(blobs, started)
        if grown != done:
            done, since = grown, time.monotonic()
            if progress is not None:
                progress(f"download {file.name}", done, max(done, file.size or file.about_size))
        elif time.monotonic() - since > _SILENT_SECONDS:
            raise Unable(f"nothing has come for {_SILENT_SECONDS:.0f} s")
        time.sleep(_POLL_SECONDS)


def _largest_incomplete(blobs: Path, since: float) -> int:
    sizes = [0]
    with contextlib.suppress(OSError), os.scandir(blobs) as entries:
        for entry in entries:
            with contextlib.suppress(OSError):
                if entry.name.endswith(".incomplete") and entry.stat().st_mtime >= since - 1:
                    sizes.append(entry.stat().st_size)
    return max(sizes)


def _end(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(timeout=3)
        except subprocess.TimeoutExpired:
            process.kill()


def _answer(file: WeightsFile, output: bytes) -> Path:
    try:
        answer = json.loads(output.decode("utf-8", "replace").strip().split("\n")[-1])
        kinds = answer.get("error", [])
    except (ValueError, AttributeError):
        raise Unable("huggingface_hub gave no answer") from None
    if not kinds:
        return Path(answer["path"])
    if "GatedRepoError" in kinds:
        raise ModelError(
            f"{file.name}: {file.source} gives it only to accounts that accepted its licence; do "
            "that, then `huggingface-cli login`"
        )
    missing = {"EntryNotFoundError", "RevisionNotFoundError", "RepositoryNotFoundError"}
    if missing.intersection(kinds) and "LocalEntryNotFoundError" not in kinds:
        raise NotPublished(f"{file.address} is not there")
    raise Unable(str(answer.get("message", kinds[0])))


def _check_room(file: WeightsFile, cache: Path, limits: Limits) -> None:
    folder = cache
    while not folder.is_dir() and folder != folder.parent:
        folder = folder.parent
    needed = (file.size or file.about_size) + limits.margin_bytes
    free = shutil.disk_usage(folder).free
    if needed > free:
        raise ModelError(
            f"{file.name}: {bytes_text(needed)} must be free in {cache}, and {bytes_text(free)} "
            "are; make room, or choose another folder with --models-dir"
        )


def _remove(path: Path) -> None:
    """A file of the cache, and the blob that it links to."""
    blob = path.resolve()
    for each in (path, blob):
        with contextlib.suppress(OSError):
            each.unlink()
