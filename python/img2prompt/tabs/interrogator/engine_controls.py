"""The choice of models and labels that every part of the tab offers."""

from __future__ import annotations

from typing import Any

import gradio as gr

from ...assets import KnownModel, known_models
from ...service import DEFAULT_CAPTION_MODEL, DEFAULT_CLIP_MODEL, EngineChoice
from ..gradio_versions import do_not_save


def model_choices(kind: str) -> list[tuple[str, str]]:
    """(label, name) of each known model: those on disk first, the rest marked with its size."""
    rows = [row for row in known_models() if row.kind == kind]
    rows.sort(key=lambda row: (row.path is None, row.name == "demo"))
    return [(_label(row), row.name) for row in rows]


def default_model(kind: str, preferred: str) -> str:
    """The preferred model when it is on disk; else another that is, but never the small one."""
    found = [row.name for row in known_models() if row.kind == kind and row.path is not None]
    usable = [name for name in found if name != "demo"]
    return preferred if preferred in usable or not usable else usable[0]


def add_engine_controls(prefix: str) -> list[Any]:
    """CLIP model, caption model and labels folder; their values make an EngineChoice."""
    with gr.Row():
        clip = gr.Dropdown(
            [name for _, name in model_choices("clip")],
            value=default_model("clip", DEFAULT_CLIP_MODEL),
            label="CLIP model",
            elem_id=f"{prefix}_clip_model",
        )
        caption = gr.Dropdown(
            [name for _, name in model_choices("caption")],
            value=default_model("caption", DEFAULT_CAPTION_MODEL),
            label="Caption model",
            elem_id=f"{prefix}_caption_model",
        )
    with gr.Accordion("Labels", open=False):
        labels = gr.Textbox(
            label="Folder with artists.txt, flavors.txt, ... (empty: found on disk)",
            elem_id=f"{prefix}_labels",
        )
    do_not_save(clip, caption, labels)
    return [clip, caption, labels]


def engine_choice(clip: str, caption: str, labels: str) -> EngineChoice:
    """What the controls' values name."""
    return EngineChoice(clip, caption, (labels or "").strip())


def _label(row: KnownModel) -> str:
    return row.name if row.path is not None else f"{row.name} (download, {row.megabytes} MB)"
