"""Why there is no core: raised while installing, kept for the tab to show."""

from __future__ import annotations

from pathlib import Path

from .core_location import CORE_FOLDER

_NAME = "failure.txt"


class InstallError(Exception):
    """One line: what went wrong, and what mends it."""


def keep_failure(root: Path, line: str) -> None:
    """Keeps the line beside the cores; where nothing can be written there is nothing to keep."""
    try:
        (root / CORE_FOLDER).mkdir(exist_ok=True)
        (root / CORE_FOLDER / _NAME).write_text(line, encoding="utf-8")
    except OSError:
        pass


def kept_failure(root: Path) -> str:
    """The line that was kept, "" when there is none."""
    try:
        return (root / CORE_FOLDER / _NAME).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        return ""


def clear_failure(root: Path) -> None:
    """Forgets it."""
    (root / CORE_FOLDER / _NAME).unlink(missing_ok=True)
