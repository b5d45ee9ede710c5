"""The engine that tabs and API share: made when first used, kept, and remade for other choices."""

from __future__ import annotations

import threading
from dataclasses import dataclass

from .assets import DEMO
from .captioner import Captioner
from .clip import Clip
from .host import Host
from .interrogator import Interrogator
from .jobs import Jobs
from .native import WEBUI_SETTINGS, NativeOptions
from .tagger import Tagger

DEFAULT_CLIP_MODEL = "ViT-L-14/openai"
DEFAULT_CAPTION_MODEL = "blip-large"
DEFAULT_TAGGER = "deepdanbooru"


@dataclass(frozen=True)
class EngineChoice:
    """What decides which engine is needed; labels "" = found on disk."""

    clip_model: str = DEFAULT_CLIP_MODEL
    caption_model: str = DEFAULT_CAPTION_MODEL
    labels: str = ""


class Service:
    """One CLIP model, one caption model and one engine at a time. Threads may share it."""

    def __init__(self, host: Host, device: str = "auto", dtype: str = "auto") -> None:
        self.host = host
        self.jobs = Jobs(host)
        self._device, self._dtype = device, dtype
        self._lock = threading.Lock()
        self._clip: Clip | None = None
        self._captioner: Captioner | None = None
        self._tagger: Tagger | None = None
        self._engines: dict[tuple[Clip, Captioner | None, str], Interrogator] = {}

    def engine(self, choice: EngineChoice, with_captioner: bool = True) -> Interrogator:
        """The engine of that choice. What another choice held, and this does not need, is freed.

        Raises ModelError for weights that are not on disk, and what Interrogator() raises.
        """
        with self._lock:
            clip = self._clip_model(choice.clip_model)
            captioner = self._caption_model(choice.caption_model) if with_captioner else None
            key = (clip, captioner, choice.labels)
            if key not in self._engines:
                self._engines = {k: e for k, e in self._engines.items() if k[0] is clip}
                self._engines[key] = Interrogator(clip, captioner, labels=choice.labels or None)
            return self._engines[key]

    def choice(self, clip_model: str) -> EngineChoice:
        """The choice for a request that names no caption model: the host's setting decides."""
        if clip_model == DEMO:
            return EngineChoice(DEMO, DEMO)
        caption = self.host.setting("img2prompt_caption_model", "") or DEFAULT_CAPTION_MODEL
        return EngineChoice(clip_model, caption)

    def native_choice(self) -> EngineChoice:
        """The choice for the WebUI's own interrogation."""
        return EngineChoice(
            self.host.setting("img2prompt_native_clip_model", DEFAULT_CLIP_MODEL),
            self.host.setting("img2prompt_native_caption_model", "blip-base-capfilt"),
        )

    def native_options(self) -> NativeOptions:
        """What the host's own settings say of the interrogation that mode native is equal to."""
        return NativeOptions.from_webui(
            {key: self.host.setting(key, None) for key in WEBUI_SETTINGS.values()}
        )

    def captioner(self, model: str) -> Captioner:
        """The caption model alone."""
        with self._lock:
            return self._caption_model(model)

    def tagger(self) -> Tagger:
        """The tagger that the host's setting names; raises ModelError for missing weights."""
        name = self.host.setting("img2prompt_tagger_model", "") or DEFAULT_TAGGER
        with self._lock:
            if self._tagger is None or self._tagger.model != name:
                model = Tagger(name, device=self._device, dtype=self._dtype, download=False)
                if self._tagger is not None:
                    self._tagger.unload()
                self._tagger = model
            return self._tagger

    def device_text(self) -> str:
        """Where it computes, in words, without loading anything."""
        import torch

        if self._device in ("auto", "cuda") and torch.cuda.is_available():
            return f"computes on {torch.cuda.get_device_name()} (CUDA)"
        if self._device == "auto":
            return "computes on MPS" if torch.backends.mps.is_available() else "computes on the CPU"
        return f"computes on {self._device}"

    def unload(self) -> None:
        """Frees what every model and table holds."""
        with self._lock:
            for engine in self._engines.values():
                engine.unload()
            for model in (self._clip, self._captioner, self._tagger):
                if model is not None:
                    model.unload()

    def _clip_model(self, name: str) -> Clip:
        if self._clip is None or self._clip.model != name:
            # Gigabytes are fetched only where a person asks for them.
            model = Clip(name, device=self._device, dtype=self._dtype, download=False)
            if self._clip is not None:
                self._clip.unload()
            self._clip, self._engines = model, {}
        return self._clip

    def _caption_model(self, name: str) -> Captioner:
        if self._captioner is None or self._captioner.model != name:
            model = Captioner(name, device=self._device, dtype=self._dtype, download=False)
            if self._captioner is not None:
                self._captioner.unload()
            self._captioner = model
            self._engines = {k: e for k, e in self._engines.items() if k[1] is None}
        return self._captioner
