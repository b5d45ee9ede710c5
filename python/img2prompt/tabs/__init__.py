"""The tabs: a file each, and the list that a host shows."""

from __future__ import annotations

from typing import Any

from ..service import Service
from . import interrogator, png_info
from .context import TabContext

#: Interrogator first: PNG Info leads to it.
_TABS = (interrogator, png_info)


def build_tabs(service: Service) -> list[tuple[Any, str, str]]:
    """Each tab as (gradio Blocks, label, id), in the form that the WebUI takes."""
    context = TabContext(service)
    return [(tab.build(context), tab.LABEL, tab.ID) for tab in _TABS]
