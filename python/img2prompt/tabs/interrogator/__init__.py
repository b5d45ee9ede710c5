"""The Interrogator tab: a tab of its own for each way to look at a picture."""

from __future__ import annotations

from typing import Any

import gradio as gr

from ..context import TabContext
from . import about_tab, analyze_tab, batch_tab, prompt_tab, tags_tab
from .model_menus import connect_menus

LABEL = "Interrogator"
ID = "img2prompt_interrogator"

_PARTS = (prompt_tab, analyze_tab, tags_tab, batch_tab, about_tab)


def build(context: TabContext) -> Any:
    """The tab as gradio Blocks."""
    with gr.Blocks(analytics_enabled=False) as tab:
        for part in _PARTS:
            with gr.Tab(part.LABEL, elem_id=f"{ID}_{part.LABEL.lower()}_tab"):
                part.build(context)
        connect_menus(context)
    return tab
