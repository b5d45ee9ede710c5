"""The engine that tabs and API share: made when first used, kept, and remade for other choices."""

from __future__ import annotations

import threading
from dataclasses import dataclass, replace
from typing import Any, Union

from .assets import DEMO
from .captioner import Captioner
from .clip import Clip
from .host import Host
from .interrogator import Interrogator
from .jobs import Jobs
from .memory import DeviceBudget, HeldMemory
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


@dataclass(frozen=True)
class Placement:
    """Where models compute and what they may take there.

    device: "auto", "cpu", "cuda", "cuda:N" or "mps". device_budget: as DeviceBudget's limit; "" =
    no limit.
    """

    device: str = "auto"
    device_budget: str = ""


_Model = Union[Clip, Captioner, Tagger]


class Service:
    """One CLIP model, one caption model and one engine at a time. Threads may share it.

    placement: what the host's settings, where it has such, take the place of.
    """

    def __init__(self, host: Host, placement: Placement | None = None, dtype: str = "auto") -> None:
        self.host = host
        self.jobs = Jobs(host)
        self._default_placement, self._dtype = placement or Placement(), dtype
        self._lock = threading.Lock()
        self._placement = Placement()  # what models follow; none is there yet
        self._chosen: Placement | None = None
        self._budget: DeviceBudget | None = None
        self._clip: Clip | None = None
        self._captioner: Captioner | None = None
        self._tagger: Tagger | None = None
        self._engines: dict[tuple[Clip, Captioner | None, str], Interrogator] = {}

    def engine(self, choice: EngineChoice, with_captioner: bool = True) -> Interrogator:
        """The engine of that choice. What another choice held, and this does not need, is freed.

        Raises ModelError for weights that are not on disk, and what Interrogator() raises.
        """
        with self._lock:
            self._follow_placement()
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

    def tagger(self) -> Tagger:
        """The tagger that the host's setting names; raises ModelError for missing weights."""
        name = self.host.setting("img2prompt_tagger_model", "") or DEFAULT_TAGGER
        with self._lock:
            self._follow_placement()
            if self._tagger is None or self._tagger.model != name:
                model = Tagger(name, **self._options())
                if self._tagger is not None:
                    self._tagger.unload()
                self._tagger = model
            return self._tagger

    def place(self, placement: Placement) -> None:
        """Takes the place of the host's settings from now on; models follow when next used.

        Raises InvalidArgument for another budget than DeviceBudget accepts.
        """
        DeviceBudget(placement.device_budget or None)
        self._chosen = placement

    def placement(self) -> Placement:
        """What place() was told, else what the host's settings say, else what it was made with."""
        if self._chosen is not None:
            return self._chosen
        default = self._default_placement
        return Placement(
            str(self.host.setting("img2prompt_device", "") or "").strip() or default.device,
            str(self.host.setting("img2prompt_device_budget", "") or "").strip()
            or default.device_budget,
        )

    def device_text(self) -> str:
        """Where it computes, in words, without loading anything."""
        import torch

        device = self.placement().device
        if device in ("auto", "cuda") and torch.cuda.is_available():
            return f"computes on {torch.cuda.get_device_name()} (CUDA)"
        if device == "auto":
            return "computes on MPS" if torch.backends.mps.is_available() else "computes on the CPU"
        return f"computes on {device}"

    def memory(self) -> list[HeldMemory]:
        """What each model and the label tables hold now; nothing is loaded for it."""
        with self._lock:
            held = [row for model in self._models() for row in model.memory()]
            tables = [
                row
                for engine in self._engines.values()
                for row in engine.memory()
                if row.name == "label tables"
            ]
        if tables:  # with and without a caption model there is an engine each
            sums = [sum(row.bytes for row in tables), sum(row.needed_bytes for row in tables)]
            held.append(replace(tables[0], bytes=sums[0], needed_bytes=sums[1]))
        return [row for row in held if row.bytes]

    def unload(self) -> None:
        """Frees what every model and table holds."""
        with self._lock:
            self._unload()

    def close(self) -> None:
        """Stops its jobs and frees what it holds: another service takes its place."""
        self.jobs.cancel_all()
        self.unload()

    def _unload(self) -> None:
        for engine in self._engines.values():
            engine.unload()
        for model in self._models():
            model.unload()

    def _models(self) -> list[_Model]:
        return [m for m in (self._clip, self._captioner, self._tagger) if m is not None]

    def _follow_placement(self) -> None:
        """Lets go of models that are elsewhere than the settings say now."""
        placement = self.placement()
        if placement == self._placement:
            return
        budget = DeviceBudget(placement.device_budget) if placement.device_budget else None
        self._unload()
        self._clip = self._captioner = self._tagger = None
        self._engines = {}
        self._placement, self._budget = placement, budget

    def _options(self) -> dict[str, Any]:
        # Gigabytes are fetched only where a person asks for them.
        return {
            "device": self._placement.device,
            "dtype": self._dtype,
            "device_budget": self._budget,
            "download": False,
        }

    def _clip_model(self, name: str) -> Clip:
        if self._clip is None or self._clip.model != name:
            model = Clip(name, **self._options())
            if self._clip is not None:
                self._clip.unload()
            self._clip, self._engines = model, {}
        return self._clip

    def _caption_model(self, name: str) -> Captioner:
        if self._captioner is None or self._captioner.model != name:
            model = Captioner(name, **self._options())
            if self._captioner is not None:
                self._captioner.unload()
            self._captioner = model
            self._engines = {k: e for k, e in self._engines.items() if k[1] is None}
        return self._captioner
