"""Where models compute, what they may take there, what they hold now, and letting go of it."""

from __future__ import annotations

import html
from typing import Any

import gradio as gr

from ...memory import HeldMemory
from ...service import Placement, Service
from .. import markup
from ..failures import answers_failure
from ..gradio_versions import do_not_save

_DEVICES = ("auto", "cpu", "cuda", "mps")
_NO_LIMIT = "no limit"
_LABEL = "Device and memory"
_BUDGETS = (_NO_LIMIT, "low", "auto", "4G", "8G")
_BUDGET_LABEL = 'Memory for models (low = for little VRAM, auto = what is free, or a size as "4G")'


def add_placement_controls(service: Service, prefix: str) -> Any:
    """An accordion for it; returns the HTML that says what is held, see held_text()."""
    now = service.placement()
    with gr.Accordion(_LABEL, open=False, elem_id=f"{prefix}_placement"):
        with gr.Row():
            device = gr.Dropdown(
                list(_DEVICES),
                value=now.device,
                label="Device",
                allow_custom_value=True,
                elem_id=f"{prefix}_device",
            )
            budget = gr.Dropdown(
                list(_BUDGETS),
                value=now.device_budget or _NO_LIMIT,
                label=_BUDGET_LABEL,
                allow_custom_value=True,
                elem_id=f"{prefix}_budget",
            )
        held = gr.HTML(held_text(service), elem_id=f"{prefix}_held")
        unload = gr.Button("Unload models", elem_id=f"{prefix}_unload")
    for control in (device, budget):
        control.change(
            lambda *chosen: _place(service, *chosen),
            inputs=[device, budget],
            outputs=[held],
            show_progress="hidden",
        )
    unload.click(lambda: _unload(service), inputs=[], outputs=[held])
    do_not_save(device, budget)
    return held


@answers_failure(_LABEL, str)
def held_text(service: Service) -> str:
    """What models and tables hold at this moment, as HTML."""
    rows = service.memory()
    if not rows:
        return "<p>No model is loaded.</p>"
    shown = [(_NAMES.get(row.name, row.name), row.device, _size(row)) for row in rows]
    whole = _megabytes(sum(row.bytes for row in rows))
    table = markup.table(("Loaded", "On", "Memory"), shown, "img2prompt-held")
    return f"{table}<p>{html.escape(whole)} in all.</p>"


_NAMES = {
    "clip text": "CLIP, texts",
    "clip image": "CLIP, pictures",
    "captioner": "captions",
    "tagger": "tags",
}


def _size(row: HeldMemory) -> str:
    mapped = " (pages of the file, which the system can take back)" if row.mapped_bytes else ""
    return _megabytes(row.bytes) + mapped


def _megabytes(count: int) -> str:
    return f"{count / 1e6:,.1f} MB"


@answers_failure(_LABEL, str)
def _place(service: Service, device: str, budget: str) -> str:
    limit = (budget or "").strip()
    service.place(Placement((device or "auto").strip(), "" if limit == _NO_LIMIT else limit))
    return held_text(service)


@answers_failure(_LABEL, str)
def _unload(service: Service) -> str:
    service.unload()
    return held_text(service)
