"""The Stable Diffusion WebUI (AUTOMATIC1111 1.10, reForge, Forge) as host.

Only this file and host_webui_*.py import modules.*, the WebUI's own code. `shared.sd_model` is
never read: reading it loads the Stable Diffusion checkpoint.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from modules import call_queue, paths_internal, script_callbacks, shared

from . import api
from .host import SEND_TARGETS
from .host_webui_buttons import SETTING as REPLACE_BUTTONS
from .host_webui_buttons import Buttons
from .host_webui_resources import webui_resources
from .host_webui_state import busy_state
from .resources import Resource
from .service import Service
from .settings import SETTINGS
from .tabs import build_tabs
from .tabs.click_sequence import ClickSequence

try:
    from modules import infotext_utils
except ImportError:  # before 1.8
    from modules import (
        generation_parameters_copypaste as infotext_utils,
    )


_SECTION = ("img2prompt", "img2prompt")


class WebuiHost:
    """Implements host.Host on the WebUI's queue, state and settings."""

    name = "webui"
    send_targets = SEND_TARGETS

    @contextmanager
    def busy(self, job: str) -> Iterator[None]:
        with call_queue.queue_lock, busy_state(job):
            yield

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

    def may_read(self, folder: str) -> bool:
        # As the WebUI's own batch tabs: any, unless it was started to hide such fields.
        return not getattr(shared.cmd_opts, "hide_ui_dir_config", False)

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


def register() -> None:
    """Registers tabs and routes; called as the extension's script runs, again at each reload."""
    # Its models/ and interrogate/ are searched wherever the WebUI was started from.
    os.environ.setdefault("IMG2PROMPT_WEBUI", paths_internal.data_path)
    host = WebuiHost()
    service = Service(host)
    script_callbacks.on_app_started(lambda demo, app: api.mount(app, service))
    buttons = Buttons(service)
    script_callbacks.on_ui_settings(lambda: _add_settings(buttons))
    script_callbacks.on_ui_tabs(lambda: build_tabs(service))
    # Not before the app is there: some forks make shared.interrogator late.
    script_callbacks.on_app_started(lambda demo, app: buttons.follow_setting())
    script_callbacks.on_script_unloaded(buttons.restore)
    script_callbacks.on_script_unloaded(service.close)


def _add_settings(buttons: Buttons) -> None:
    for key, default, label in SETTINGS:
        follow = buttons.follow_setting if key == REPLACE_BUTTONS else None
        option = shared.OptionInfo(default, label, section=_SECTION, onchange=follow)
        shared.opts.add_option(key, option)
