"""A record as HTML."""

from __future__ import annotations

import html
from collections.abc import Sequence

from ...metadata import Metadata
from ...provenance import provenance_rows, provenance_title
from ...resources import Judgement
from .. import markup

_LONGEST_FIELD = 20_000  # characters of one raw field that are shown
_MARKS = {"here": "yes", "other": "another file", "missing": "no", "unknown": "?"}


def summary(name: str, record: Metadata) -> str:
    """One line on the file, and its warnings."""
    generator = record.generator or "no known generator"
    size = f"{record.width}x{record.height}"
    lines = [f"<b>{html.escape(name)}</b>: {record.container}, {size}, {html.escape(generator)}"]
    if record.infotext is None and not record.prompt:
        lines.append("No prompt is recorded in this file. The Interrogator can guess one.")
    lines += [f"Warning: {html.escape(warning)}" for warning in record.warnings]
    return "".join(f"<p>{line}</p>" for line in lines)


def settings(record: Metadata) -> str:
    """The settings, one to a row, and what the file claims of its origin; "" for neither."""
    shown = markup.pairs(list(record.settings.items()), "img2prompt-settings")
    if record.provenance:
        title = html.escape(provenance_title(record.provenance))
        rows = list(provenance_rows(record.provenance).items())
        shown += f"<h4>{title}</h4>{markup.pairs(rows, 'img2prompt-provenance')}"
    return shown


def raw_fields(record: Metadata) -> str:
    """Every text field as found."""
    rows = []
    for source, key, value in record.fields:
        cut = value[:_LONGEST_FIELD]
        if len(value) > len(cut):
            cut += f" ... ({len(value) - len(cut):,} more characters)"
        rows.append((f"{source} {key}", cut))
    return markup.pairs(rows, "img2prompt-fields") or "<p>No text fields.</p>"


def resources(judgements: Sequence[Judgement]) -> str:
    """What the record names and whether it is here; "" when it names nothing."""
    if not judgements:
        return ""
    rows = [
        (j.resource.kind, j.resource.name, j.resource.hash, _MARKS[j.state], j.advice)
        for j in judgements
    ]
    return markup.table(("File", "Name", "Hash", "Here", ""), rows, "img2prompt-resources")
