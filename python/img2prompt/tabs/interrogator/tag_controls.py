"""How tags are written, as both Tags and Batch offer it."""

from __future__ import annotations

from typing import Any

import gradio as gr

from ...tag_options import TagOptions


def add_tag_controls(prefix: str) -> list[Any]:
    """Components whose values, in this order, make tag_options()."""
    threshold = gr.Slider(
        0, 1, value=0.5, step=0.01, label="Threshold", elem_id=f"{prefix}_threshold"
    )
    sort = gr.Radio(["name", "score"], value="name", label="Order", elem_id=f"{prefix}_sort")
    with gr.Row():
        use_spaces = gr.Checkbox(True, label="Spaces", elem_id=f"{prefix}_spaces")
        escape = gr.Checkbox(True, label="Escape brackets", elem_id=f"{prefix}_escape")
        scores = gr.Checkbox(False, label="Probabilities", elem_id=f"{prefix}_scores")
    exclude = gr.Textbox(label="Leave out (commas between)", elem_id=f"{prefix}_exclude")
    return [threshold, sort, use_spaces, escape, exclude, scores]


def tag_options(
    threshold: float, sort: str, use_spaces: bool, escape: bool, exclude: str, scores: bool
) -> TagOptions:
    """What the controls' values say."""
    return TagOptions(threshold, sort, use_spaces, escape, exclude or "", scores)
