"""Options of mode native, the WebUI's own "Interrogate CLIP"."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from . import _core
from .captioner import _whole
from .errors import InvalidArgument

#: Which of the WebUI's settings each option is.
WEBUI_SETTINGS = {
    "num_beams": "interrogate_clip_num_beams",
    "min_length": "interrogate_clip_min_length",
    "max_length": "interrogate_clip_max_length",
    "dict_limit": "interrogate_clip_dict_limit",
    "skip_categories": "interrogate_clip_skip_categories",
    "return_ranks": "interrogate_return_ranks",
}


@dataclass(frozen=True)
class NativeOptions:
    """The settings of the WebUI's interrogation, under their names and with their defaults.

    num_beams: of the caption; 1 = greedy.
    min_length, max_length: of the caption in tokens; both count the start token and "a picture of",
        with which the model begins and which is cut from the caption.
    dict_limit: how many lines of each category count, 0 = all.
    skip_categories: files left out, by name without ".txt" ("artists", "flavors.top3").
    return_ranks: labels are written "(label:0.123)" with their probability in their category.
    """

    num_beams: int = 1
    min_length: int = 24
    max_length: int = 48
    dict_limit: int = 1500
    skip_categories: tuple[str, ...] = ()
    return_ranks: bool = False

    @classmethod
    def from_webui(cls, settings: Mapping[str, Any]) -> NativeOptions:
        """From the WebUI's settings by name; those that are not there keep their defaults.

        interrogate_keep_models_in_memory is no matter of the prompt, and
        interrogate_use_builtin_artists asks for a list that the WebUI has not shipped for years.
        """
        found = {
            name: settings[setting]
            for name, setting in WEBUI_SETTINGS.items()
            if settings.get(setting) is not None
        }
        for name in ("num_beams", "min_length", "max_length", "dict_limit"):
            if isinstance(found.get(name), float):  # sliders and number fields give these
                found[name] = int(found[name])
        found["skip_categories"] = tuple(found.get("skip_categories", ()))
        return cls(**found)

    def _to_core(self) -> _core.NativeOptions:
        if isinstance(self.skip_categories, str):
            raise InvalidArgument(
                f"skip_categories is {self.skip_categories!r}, a sequence of names is accepted"
            )
        options = _core.NativeOptions()
        options.num_beams = _whole("num_beams", self.num_beams)
        options.min_length = _whole("min_length", self.min_length)
        options.max_length = _whole("max_length", self.max_length)
        options.dict_limit = _whole("dict_limit", self.dict_limit)
        options.skip_categories = list(self.skip_categories)
        options.return_ranks = bool(self.return_ranks)
        return options
