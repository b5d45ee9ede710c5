"""The choice of models and labels that every part of the tab offers."""

from __future__ import annotations

from typing import Any

import gradio as gr

from ...assets import DEMO, KnownModel, known_models, models
from ...errors import InvalidArgument
from ...host import require_readable
from ...service import DEFAULT_CAPTION_MODEL, DEFAULT_CLIP_MODEL, EngineChoice, Service
from ..gradio_versions import do_not_save

_NOT_HERE = " (to download, "


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
        clip = _model_dropdown("clip", DEFAULT_CLIP_MODEL, "CLIP model", f"{prefix}_clip_model")
        caption = _model_dropdown(
            "caption", DEFAULT_CAPTION_MODEL, "Caption model", f"{prefix}_caption_model"
        )
    with gr.Accordion("Labels", open=False):
        labels = gr.Textbox(
            label="Folder with artists.txt, flavors.txt, ... (empty: found on disk)",
            elem_id=f"{prefix}_labels",
        )
    do_not_save(clip, caption, labels)
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


def chosen_model(kind: str, label: str) -> str:
    """The name of the model that a dropdown shows as `label`."""
    name = (label or "").partition(_NOT_HERE)[0]
    if name not in (DEMO, *(model.name for model in models(kind))):
        raise InvalidArgument(f"{kind} model {name[:80]!r} is not one of those that are listed")
    return name


def _model_dropdown(kind: str, preferred: str, label: str, elem_id: str) -> Any:
    choices = model_choices(kind)
    default = default_model(kind, preferred)
    shown = next((text for text, name in choices if name == default), None)
    return gr.Dropdown([text for text, _ in choices], value=shown, label=label, elem_id=elem_id)


def _label(row: KnownModel) -> str:
    return row.name if row.path is not None else f"{row.name}{_NOT_HERE}{row.megabytes:,} MB)"
