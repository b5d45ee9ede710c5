"""The Stable Diffusion WebUI (AUTOMATIC1111 1.10, reForge, Forge) as host.

Only this file and host_webui_*.py import modules.*, the WebUI's own code. `shared.sd_model` is
never read: reading it loads the Stable Diffusion checkpoint.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from modules import call_queue, paths_internal, script_callbacks, shared

from . import api
from .host import SEND_TARGETS
from .host_webui_resources import webui_resources
from .resources import Resource
from .service import Service
from .tabs import build_tabs
from .tabs.click_sequence import ClickSequence

try:
    from modules import infotext_utils
except ImportError:  # before 1.8
    from modules import (
        generation_parameters_copypaste as infotext_utils,
    )


class WebuiHost:
    """Implements host.Host on the WebUI's queue, state and settings."""

    name = "webui"
    send_targets = SEND_TARGETS

    @contextmanager
    def busy(self, job: str) -> Iterator[None]:
        with call_queue.queue_lock:
            shared.state.begin(job=job)
            shared.state.job_count = 1
            try:
                yield
            finally:
                shared.state.end()
                shared.state.skipped = False
                shared.state.interrupted = False
                # Not in every fork; where it is missing, setting it harms nothing.
                shared.state.stopping_generation = False
                shared.state.textinfo = None
                shared.state.sampling_step = shared.state.sampling_steps = 0

    def report(self, done: int, total: int, text: str) -> None:
        shared.state.sampling_steps = total
        shared.state.sampling_step = done
        shared.state.textinfo = text

    def interrupted(self) -> bool:
        state = shared.state
        return bool(
            state.interrupted or state.skipped or getattr(state, "stopping_generation", False)
        )

    def interrupt(self) -> None:
        shared.state.interrupt()

    def setting(self, key: str, default: Any) -> Any:
        return shared.opts.data.get(key, default)

    def resources(self) -> list[Resource]:
        return webui_resources()

    def connect_send_button(
        self, button: Any, target: str, infotext: Any, image: Any | None
    ) -> None:
        infotext_utils.register_paste_params_button(
            infotext_utils.ParamBinding(
                paste_button=ClickSequence(button),
                tabname=target,
                source_text_component=infotext,
                source_image_component=image,
            )
        )

    def on_server_started(self, mount: Callable[[Any], None]) -> None:
        script_callbacks.on_app_started(lambda demo, app: mount(app))


def register() -> None:
    """Registers tabs and routes; called as the extension's script runs, again at each reload."""
    # Its models/ and interrogate/ are searched wherever the WebUI was started from.
    os.environ.setdefault("IMG2PROMPT_WEBUI", paths_internal.data_path)
    host = WebuiHost()
    service = Service(host)
    host.on_server_started(lambda app: api.mount(app, service))
    script_callbacks.on_ui_tabs(lambda: build_tabs(service))
    script_callbacks.on_script_unloaded(service.unload)
