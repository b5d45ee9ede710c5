"""One line of the doctor's report."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass
class Finding:
    """state: "ok", "note" (works without it) or "fault"; remedy: the one thing to do, or ""."""

    state: str
    subject: str
    detail: str
    remedy: str = ""
