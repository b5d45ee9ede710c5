"""A record as HTML. Everything that comes from a file is escaped."""

from __future__ import annotations

import html

from ..metadata import Metadata

_LONGEST_FIELD = 20_000  # characters of one raw field that are shown
_KEY_STYLE = "text-align:left;vertical-align:top;padding-right:1em"
_VALUE_STYLE = "white-space:pre-wrap;word-break:break-word"


def summary(name: str, record: Metadata) -> str:
    """One line on the file, and its warnings."""
    generator = record.generator or "no known generator"
    size = f"{record.width}x{record.height}"
    lines = [f"<b>{html.escape(name)}</b>: {record.container}, {size}, {html.escape(generator)}"]
    if record.infotext is None and not record.prompt:
        lines.append("No prompt is recorded in this file. The Interrogator can guess one.")
    lines += [f"Warning: {html.escape(warning)}" for warning in record.warnings]
    return "".join(f"<p>{line}</p>" for line in lines)


def settings_table(record: Metadata) -> str:
    """The settings, one to a row; "" when there are none."""
    return _table(list(record.settings.items()), "img2prompt-settings")


def raw_fields(record: Metadata) -> str:
    """Every text field as found."""
    rows = []
    for source, key, value in record.fields:
        cut = value[:_LONGEST_FIELD]
        if len(value) > len(cut):
            cut += f" ... ({len(value) - len(cut):,} more characters)"
        rows.append((f"{source} {key}", cut))
    return _table(rows, "img2prompt-fields") or "<p>No text fields.</p>"


def problem(message: str) -> str:
    """An error, one line."""
    return f'<p class="error">{html.escape(message)}</p>'


def _table(rows: list[tuple[str, str]], name: str) -> str:
    if not rows:
        return ""
    body = "".join(
        f'<tr><th style="{_KEY_STYLE}">{html.escape(key)}</th>'
        f'<td style="{_VALUE_STYLE}">{html.escape(value)}</td></tr>'
        for key, value in rows
    )
    return f'<table class="{name}">{body}</table>'
