"""The choice of models and labels that every part of the tab offers."""

from __future__ import annotations

from typing import Any

import gradio as gr

from ...host import require_readable
from ...service import DEFAULT_CAPTION_MODEL, DEFAULT_CLIP_MODEL, EngineChoice, Service
from ..context import TabContext
from ..gradio_versions import do_not_save
from .model_menus import add_model_menu, add_refresh_button, chosen_model


def add_engine_controls(context: TabContext, prefix: str) -> list[Any]:
    """CLIP model, caption model and labels folder; their values make an EngineChoice."""
    with gr.Row():
        clip = add_model_menu(
            context, "clip", DEFAULT_CLIP_MODEL, "CLIP model", f"{prefix}_clip_model"
        )
        caption = add_model_menu(
            context, "caption", DEFAULT_CAPTION_MODEL, "Caption model", f"{prefix}_caption_model"
        )
    add_refresh_button(context, f"{prefix}_refresh_models")
    with gr.Accordion("Labels", open=False):
        labels = gr.Textbox(
            label="Folder with artists.txt, flavors.txt, ... (empty: found on disk)",
            elem_id=f"{prefix}_labels",
        )
    do_not_save(labels)
    return [clip, caption, labels]


def engine_choice(service: Service, clip: str, caption: str, labels: str) -> EngineChoice:
    """What the controls' values name.

    Raises InvalidArgument for a model that is not listed, which no page sends, and for a folder
    that the host keeps clients from.
    """
    folder = (labels or "").strip()
    if folder:
        require_readable(service.host, folder)
    return EngineChoice(chosen_model("clip", clip), chosen_model("caption", caption), folder)
