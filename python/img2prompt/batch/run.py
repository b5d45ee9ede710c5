"""One picture after another; a bad file is noted and passed over, a stop can be resumed."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..errors import Cancelled, InvalidArgument, ModelError
from ..images import load_image
from ..metadata import read_metadata
from ..unexpected import sentence
from .folder import find_pictures
from .journal import Journal
from .options import BatchOptions
from .writers import Writer, make_writer

#: (picture as uint8 [H, W, 3]) -> prompt
Guess = Callable[[Any], str]
#: (pictures finished, of how many, name of the one begun, pictures a second)
Report = Callable[[int, int, str, float], None]


@dataclass
class BatchResult:
    """What became of each picture. failed: (name, why), a line each."""

    done: int = 0
    kept: int = 0
    failed: list[tuple[str, str]] = field(default_factory=list)
    files: list[Path] = field(default_factory=list)
    cancelled: bool = False
    seconds: float = 0.0

    def failures(self) -> list[str]:
        """A line for each of `failed`, with the picture's name in it."""
        return [why if name in why else f"{name}: {why}" for name, why in self.failed]

    def summary(self) -> str:
        """One sentence."""
        parts = [f"{self.done} done"]
        if self.kept:
            parts.append(f"{self.kept} kept as they were")
        if self.failed:
            parts.append(f"{len(self.failed)} failed")
        if self.cancelled:
            parts.append("interrupted, the same command goes on from here")
        rate = f", {self.done / self.seconds:.2f} pictures a second" if self.seconds > 0 else ""
        return "; ".join(parts) + rate


def run_batch(
    folder: str | os.PathLike[str],
    options: BatchOptions,
    guess: Guess,
    report: Report | None = None,
    cancel: Callable[[], bool] | None = None,
) -> BatchResult:
    """Gives every picture of the folder its prompt; returns what became of them.

    guess: the prompt of a picture; it may raise Cancelled, which ends the batch and keeps what is
    done. Errors of one picture end only that; a ModelError ends all, since the next would meet it
    too. Raises InvalidArgument for what is no folder, ModelError, and Error where nothing can be
    written.
    """
    root, result, begun = Path(folder), BatchResult(), time.monotonic()
    names = [path.as_posix() for path in find_pictures(root, options.recursive)]
    writer = make_writer(root, options.output, options.existing)
    try:
        journal = Journal(root, options.key())
    except OSError as error:
        raise InvalidArgument(f"{root}: cannot be written to: {error.strerror}") from None
    if journal.begun and writer.holds(*journal.begun):
        journal.add(*journal.begun)  # killed after it was written, before that was noted
    finished = False
    shared = _sharing_a_text(names) if options.output == "txt" else {}
    try:
        for index, name in enumerate(names):
            if cancel is not None and cancel():
                raise Cancelled("interrupted")
            if report is not None:
                passed = time.monotonic() - begun
                report(index, len(names), name, result.done / passed if passed > 0 else 0.0)
            if name in shared:
                result.failed.append((name, f"{name}: its text would be that of {shared[name]}"))
                continue
            _one(root, name, options, guess, writer, journal, result)
        finished = True
    except (Cancelled, KeyboardInterrupt):
        result.cancelled = True
    finally:
        result.seconds = time.monotonic() - begun
        if finished:
            prompts = {name: journal.done[name] for name in names if name in journal.done}
            if prompts:
                result.files = writer.finish(prompts, journal.resumed)
        journal.close(finished)
    return result


def _sharing_a_text(names: list[str]) -> dict[str, str]:
    """Pictures whose text file belongs to an earlier one: a.png and a.jpg would share a.txt."""
    owners: dict[str, str] = {}
    shared = {}
    for name in names:
        owner = owners.setdefault(os.path.splitext(name)[0], name)
        if owner != name:
            shared[name] = owner
    return shared


def _one(
    root: Path,
    name: str,
    options: BatchOptions,
    guess: Guess,
    writer: Writer,
    journal: Journal,
    result: BatchResult,
) -> None:
    if name in journal.done:
        result.kept += 1
        return
    try:
        if options.existing == "keep" and writer.is_done(name):
            result.kept += 1
            return
        prompt = options.decorate(_prompt(root / name, options, guess))
        journal.begin(name, prompt)
        writer.add(name, prompt)
    except (ModelError, Cancelled):
        raise
    except Exception as error:
        result.failed.append((name, sentence(error, name)))
        return
    journal.add(name, prompt)
    result.done += 1


def _prompt(path: Path, options: BatchOptions, guess: Guess) -> str:
    if options.from_record:
        record = read_metadata(path)
        text = record.negative_prompt if options.mode == "negative" else record.prompt
        if text:
            return text
    return guess(load_image(path))
