"""Our settings, as a host's settings page shows them: (key, default, label)."""

from __future__ import annotations

SETTINGS: tuple[tuple[str, bool | str, str], ...] = (
    (
        "img2prompt_replace_buttons",
        False,
        "Answer Interrogate CLIP, Interrogate DeepBooru, their API and PNG Info's reader with "
        "img2prompt (off restores the WebUI's own)",
    ),
    ("img2prompt_native_clip_model", "ViT-L-14/openai", "CLIP model of Interrogate CLIP"),
    ("img2prompt_native_caption_model", "blip-base-capfilt", "Caption model of Interrogate CLIP"),
    ("img2prompt_tagger_model", "deepdanbooru", "Tagger, by name or the path of its card"),
    ("img2prompt_caption_model", "blip-large", "Caption model of API requests that name none"),
    ("img2prompt_device", "auto", "Device to compute on: auto, cpu, cuda, cuda:N or mps"),
    (
        "img2prompt_device_budget",
        "",
        'Memory of the device that models may take: empty = no limit; "low" = one model at a time, '
        'for little VRAM; "auto" = what is free; or a size as 4G',
    ),
)
