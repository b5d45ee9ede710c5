"""The tabs as a page of their own, with the API, for `img2prompt serve`."""

from __future__ import annotations

from typing import Any

import gradio as gr
from fastapi import FastAPI

from . import api
from .host_local import LocalHost
from .service import Service
from .tabs import build_tabs


def make_app(device: str = "auto", dtype: str = "auto") -> Any:
    """A FastAPI application: the page at /, the API beside it, its description at /docs."""
    host = LocalHost()
    service = Service(host, device, dtype)
    app = FastAPI(title="img2prompt", docs_url="/docs")
    api.mount(app, service)
    tabs = build_tabs(service)  # not within the page, which would show each as it is made
    with gr.Blocks(analytics_enabled=False, title="img2prompt") as page:
        with gr.Tabs():
            for tab, label, identifier in tabs:
                with gr.TabItem(label, elem_id=f"tab_{identifier}"):
                    tab.render()
    page.queue()
    return gr.mount_gradio_app(app, page, path="/")
