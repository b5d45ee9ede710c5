"""HTML of a few kinds. Everything that is not ours is escaped."""

from __future__ import annotations

import html
from collections.abc import Sequence

_KEY_STYLE = "text-align:left;vertical-align:top;padding-right:1em"
# Wide enough for the longest kind of file, "checkpoint".
_VALUE_STYLE = "white-space:pre-wrap;word-break:break-word;min-width:8em"


def problem(message: str) -> str:
    """An error, one line."""
    return f'<p class="error">{html.escape(message)}</p>'


def pairs(rows: Sequence[tuple[str, str]], name: str) -> str:
    """A table of keys and values, of class `name`; "" when it would be empty."""
    body = "".join(
        f'<tr><th style="{_KEY_STYLE}">{html.escape(key)}</th>'
        f'<td style="{_VALUE_STYLE}">{html.escape(value)}</td></tr>'
        for key, value in rows
    )
    return f'<table class="{name}">{body}</table>' if rows else ""


def table(header: Sequence[str], rows: Sequence[Sequence[str]], name: str) -> str:
    """A table with a line of titles, of class `name`; on a narrow page it scrolls by itself."""
    titles = "".join(f'<th style="{_KEY_STYLE}">{html.escape(title)}</th>' for title in header)
    body = "".join(
        "<tr>"
        + "".join(f'<td style="{_VALUE_STYLE}">{html.escape(value)}</td>' for value in row)
        + "</tr>"
        for row in rows
    )
    rows_html = f'<table class="{name}"><tr>{titles}</tr>{body}</table>'
    return f'<div style="overflow-x:auto">{rows_html}</div>'
