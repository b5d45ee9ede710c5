"""How a batch's prompts are written. Every file gets a temporary name first, then its own."""

from __future__ import annotations

import csv
import io
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Protocol

from ..errors import Error

_FILES = {"single": "prompts.txt", "csv": "prompts.csv", "jsonl": "prompts.jsonl"}
_LARGEST = 256 << 20  # bytes of an existing output that are read


class Writer(Protocol):
    """Where prompts go. Names are relative to the folder, with "/" between parts."""

    def is_done(self, name: str) -> bool:
        """Whether the picture has a prompt from an earlier batch."""

    def add(self, name: str, prompt: str) -> None:
        """Writes at once what belongs to one picture alone."""

    def holds(self, name: str, prompt: str) -> bool:
        """Whether add() has written this prompt already."""

    def finish(self, prompts: Mapping[str, str], resumed: bool) -> list[Path]:
        """Writes what holds all of them; returns the files.

        resumed: an earlier run was cut off, maybe after it had written these very prompts.
        """


def make_writer(folder: Path, output: str, existing: str) -> Writer:
    """The writer for one of options.OUTPUTS."""
    if output == "txt":
        return _TextFiles(folder, existing)
    return _OneFile(folder / _FILES[output], output, existing)


class _TextFiles:
    """<picture>.txt beside each picture."""

    def __init__(self, folder: Path, existing: str) -> None:
        self._folder, self._existing = folder, existing

    def is_done(self, name: str) -> bool:
        return bool(_read(self._path(name)).strip())

    def add(self, name: str, prompt: str) -> None:
        path = self._path(name)
        write_whole(path, _combine(_read(path).strip(), prompt, self._existing, ", ") + "\n")

    def holds(self, name: str, prompt: str) -> bool:
        text = _read(self._path(name)).strip()
        if self._existing == "append":
            return text.endswith(prompt)
        return text.startswith(prompt) if self._existing == "prepend" else text == prompt

    def finish(self, prompts: Mapping[str, str], resumed: bool) -> list[Path]:
        return []

    def _path(self, name: str) -> Path:
        return (self._folder / name).with_suffix(".txt")


class _OneFile:
    """One file for the folder."""

    def __init__(self, path: Path, output: str, existing: str) -> None:
        self._path, self._output, self._existing = path, output, existing
        self._before = "" if existing == "overwrite" else _read(path)
        self._names = _names(self._before, output)

    def is_done(self, name: str) -> bool:
        return name in self._names

    def add(self, name: str, prompt: str) -> None:
        """Kept by the journal until the file is written."""

    def holds(self, name: str, prompt: str) -> bool:
        return False

    def finish(self, prompts: Mapping[str, str], resumed: bool) -> list[Path]:
        rows = self._rows(prompts)
        header = "filename,prompt\n" if self._output == "csv" else ""
        before = self._before.replace("\r\n", "\n").removeprefix(header)
        if before and not before.endswith("\n"):
            before += "\n"
        prepends = self._existing == "prepend"
        if resumed and (before.startswith(rows) if prepends else before.endswith(rows)):
            return [self._path]
        first, second = (rows, before) if prepends else (before, rows)
        write_whole(self._path, header + first + second)
        return [self._path]

    def _rows(self, prompts: Mapping[str, str]) -> str:
        if self._output == "single":
            return "".join(prompt + "\n" for prompt in prompts.values())
        if self._output == "jsonl":
            return "".join(
                json.dumps({"file": name, "prompt": prompt}, ensure_ascii=False) + "\n"
                for name, prompt in prompts.items()
            )
        rows = io.StringIO()
        csv.writer(rows, lineterminator="\n").writerows(prompts.items())
        return rows.getvalue()


def _names(text: str, output: str) -> set[str]:
    """The pictures that an existing file holds; a single text does not say."""
    if output == "csv":
        return {row[0] for row in csv.reader(io.StringIO(text)) if row}
    names = set()
    if output == "jsonl":
        for line in text.splitlines():
            try:
                names.add(json.loads(line)["file"])
            except (ValueError, KeyError, TypeError):
                continue
    return names


def _combine(before: str, prompt: str, existing: str, separator: str) -> str:
    if not before or existing in ("keep", "overwrite"):
        return prompt
    return separator.join([before, prompt] if existing == "append" else [prompt, before])


def _read(path: Path) -> str:
    """The text there, "" when there is no file. Raises Error for a file that cannot be read."""
    try:
        if path.stat().st_size > _LARGEST:
            raise Error(f"{path}: larger than {_LARGEST >> 20} MB; move it away")
        return path.read_text(encoding="utf-8", errors="surrogateescape")
    except FileNotFoundError:
        return ""
    except OSError as error:
        raise Error(f"{path}: {error.strerror}") from None


def write_whole(path: Path, text: str) -> None:
    """Writes a file that is never seen half written. Raises Error when it cannot be."""
    temporary = path.with_name(path.name + ".img2prompt-new")
    try:
        with temporary.open("w", encoding="utf-8", errors="surrogateescape", newline="") as file:
            file.write(text)
        os.replace(temporary, path)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        raise Error(f"{path}: {error.strerror}") from None
