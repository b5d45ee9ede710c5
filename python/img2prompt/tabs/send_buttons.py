"""Buttons that send a prompt, and a picture with it, to the WebUI's tabs."""

from __future__ import annotations

from typing import Any

import gradio as gr

from ..host import Host


def add_send_buttons(host: Host, infotext: Any, image: Any | None, prefix: str) -> None:
    """A row of buttons, one for each tab the host can send to; nothing where there is none.

    infotext: the Textbox whose text is pasted; image: the Image component that goes with it.
    """
    if not host.send_targets:
        return
    with gr.Row():
        for target in host.send_targets:
            button = gr.Button(f"Send to {target}", elem_id=f"{prefix}_send_{target}")
            host.connect_send_button(button, target, infotext, image)
