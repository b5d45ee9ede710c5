"""The tabs as a page of their own, with the API, for `img2prompt serve`."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

import gradio as gr
from fastapi import FastAPI

from . import api
from .host_local import LocalHost
from .page_guard import PageGuard
from .service import Placement, Service
from .tabs import build_tabs


def make_app(
    placement: Placement | None = None,
    dtype: str = "auto",
    readable: Sequence[str | os.PathLike[str]] = (),
    login: tuple[str, str] | None = None,
) -> Any:
    """A FastAPI application: the page at /, the API beside it, its description at /docs.

    readable: the folders of this machine that a client may name; login: the user and the password
    that are asked for, None = neither.
    """
    host = LocalHost(readable=readable)
    service = Service(host, placement, dtype)
    app = FastAPI(title="img2prompt", docs_url="/docs")
    api.mount(app, service)
    tabs = build_tabs(service)  # not within the page, which would show each as it is made
    with gr.Blocks(analytics_enabled=False, title="img2prompt") as page:
        with gr.Tabs():
            for tab, label, identifier in tabs:
                with gr.TabItem(label, elem_id=f"tab_{identifier}"):
                    tab.render()
    page.queue()
    if login is not None:
        # gradio 3 passes queued work on by requests to itself, with a token that it makes later.
        app.add_middleware(
            PageGuard,
            user=login[0],
            password=login[1],
            own_token=lambda: getattr(page._queue, "access_token", ""),
        )
    app = gr.mount_gradio_app(app, page, path="/")
    _serve_no_working_directory(app)
    return app


def _serve_no_working_directory(app: FastAPI) -> None:
    """gradio 3 hands out every file of the folder it was started in; uploads suffice here."""
    for route in app.routes:
        mounted: Any = getattr(route, "app", None)
        if hasattr(mounted, "cwd") and hasattr(mounted, "uploaded_file_dir"):
            mounted.cwd = mounted.uploaded_file_dir
