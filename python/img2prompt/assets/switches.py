"""The settings of the environment that keep this program from the network."""

from __future__ import annotations

import os

_ON = ("1", "true", "yes", "on")
_OFFLINE = ("IMG2PROMPT_OFFLINE", "HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE")


def offline() -> str:
    """The variable that says to stay offline, "" when none does."""
    for name in _OFFLINE:
        if os.environ.get(name, "").strip().lower() in _ON:
            return name
    return ""


def downloads_by_itself() -> bool:
    """Whether a model that is made fetches what it lacks: unless IMG2PROMPT_DOWNLOAD is "never"."""
    return os.environ.get("IMG2PROMPT_DOWNLOAD", "").strip().lower() not in ("never", "0", "no")
