"""The WebUI's own buttons answered by this engine, behind a setting: off restores them exactly.

What is replaced is looked up by the WebUI at each call, so that its buttons, its API and its PNG
Info tab all follow: `shared.interrogator.interrogate` (Interrogate CLIP), `deepbooru.model.tag`
(Interrogate DeepBooru) and `images.read_info_from_image` (PNG Info).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import gradio as gr
from modules import deepbooru, images, shared

from .host_webui_state import busy_state
from .info_of_image import read_info
from .jobs import Job
from .service import Service
from .tag_options import TagOptions
from .unexpected import sentence

SETTING = "img2prompt_replace_buttons"


class Buttons:
    """Puts our functions in the place of the WebUI's, and theirs back."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._replaced: list[tuple[Any, str, bool, Any]] = []

    def follow_setting(self) -> None:
        """Replaces or restores, as the setting says now."""
        if shared.opts.data.get(SETTING, False):
            self.replace()
        else:
            self.restore()

    def replace(self) -> None:
        """Does nothing where it is done already."""
        if self._replaced:
            return
        self._put(shared.interrogator, "interrogate", self._interrogate)
        self._put(deepbooru.model, "tag", self._tag)
        theirs = images.read_info_from_image
        self._put(images, "read_info_from_image", lambda image: read_info(image, theirs))

    def restore(self) -> None:
        """Puts back what was there, an attribute of an object's class as such."""
        for owner, name, was_own, value in reversed(self._replaced):
            if was_own:
                setattr(owner, name, value)
            else:
                delattr(owner, name)
        self._replaced.clear()

    def _put(self, owner: Any, name: str, function: Callable[..., Any]) -> None:
        self._replaced.append((owner, name, name in vars(owner), vars(owner).get(name)))
        setattr(owner, name, function)

    def _interrogate(self, pil_image: Any) -> str:
        def work(job: Job) -> str:
            engine = self._service.engine(self._service.native_choice())
            return engine.interrogate(
                pil_image,
                "native",
                progress=job.progress,
                cancel=job.cancelled,
                native=self._service.native_options(),
            ).prompt

        return self._run("interrogate", work)

    def _tag(self, pil_image: Any) -> str:
        opts = shared.opts

        def work(job: Job) -> str:
            options = TagOptions(
                threshold=opts.interrogate_deepbooru_score_threshold,
                sort="name" if opts.deepbooru_sort_alpha else "score",
                use_spaces=opts.deepbooru_use_spaces,
                escape=opts.deepbooru_escape,
                exclude=opts.deepbooru_filter_tags,
                scores=opts.interrogate_return_ranks,
            )
            image = pil_image.convert("RGB")
            return options.format(self._service.tagger(), image, job.progress, job.cancelled)

        return self._run("tags", work)

    def _run(self, kind: str, work: Callable[[Job], str]) -> str:
        """The answer; an error is one, never a prompt. The caller may hold the queue's turn."""
        job = Job("webui-button", kind, self._service.host, state="running")
        try:
            with busy_state(f"img2prompt {kind}"):
                return work(job)
        except Exception as error:
            raise gr.Error(sentence(error, f"Interrogate, {kind}")) from None
