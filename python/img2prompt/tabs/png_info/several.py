"""Several files at once: a row for each, and the same as csv."""

from __future__ import annotations

import csv
import os
import tempfile
from collections.abc import Sequence

from ...errors import Error, one_line
from ...metadata import read_metadata_many
from .. import markup

HEADER = ("File", "Generator", "Prompt", "Negative prompt", "Model", "Seed", "Size", "Problem")
_MOST_SHOWN = 500
_STARTS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def read_rows(paths: Sequence[str]) -> list[list[str]]:
    """A row of HEADER for each file; what cannot be read has its problem in the last column."""
    rows = []
    for path, record in zip(paths, read_metadata_many(paths)):
        name = os.path.basename(path)
        if isinstance(record, Error):
            rows.append([name, *[""] * (len(HEADER) - 2), one_line(record)])
            continue
        size = record.settings.get("Size", f"{record.width}x{record.height}")
        found = [record.settings.get(key, "") for key in ("Model", "Seed")]
        texts = [record.generator or "", record.prompt, record.negative_prompt]
        rows.append([name, *texts, *found, size, "; ".join(record.warnings)])
    return rows


def as_html(rows: Sequence[Sequence[str]]) -> str:
    """The rows, the first hundreds of them."""
    shown = markup.table(HEADER, rows[:_MOST_SHOWN], "img2prompt-several")
    more = len(rows) - _MOST_SHOWN
    return shown + (f"<p>... and {more} more, in the csv.</p>" if more > 0 else "")


def write_csv(rows: Sequence[Sequence[str]]) -> str:
    """A file of its own with all rows; returns its path.

    A spreadsheet takes text that begins like a formula for one, and runs it: such text gets an
    apostrophe before it, as spreadsheets themselves mark text.
    """
    folder = tempfile.mkdtemp(prefix="img2prompt-")
    path = os.path.join(folder, "records.csv")
    with open(path, "w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(HEADER)
        writer.writerows([_as_text(value) for value in row] for row in rows)
    return path


def _as_text(value: str) -> str:
    if not value.startswith(_STARTS_A_FORMULA):
        return value
    try:
        float(value)
    except ValueError:
        return "'" + value
    return value
