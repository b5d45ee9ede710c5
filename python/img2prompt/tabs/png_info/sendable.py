"""The text that Send buttons paste: a record's, without the values at which a paste would stop."""

from __future__ import annotations

from ...host import Host
from ...metadata import Metadata, format_infotext

#: Settings that the WebUI casts to whole numbers and to numbers.
_WHOLE = ("Steps", "Seed", "Clip skip", "Variation seed", "Batch size", "Hires steps")
_NUMBERS = (
    "CFG scale",
    "Distilled CFG Scale",
    "Denoising strength",
    "Variation seed strength",
    "Hires upscale",
    "Image CFG scale",
    "Refiner switch at",
    "ENSD",
    "Eta",
)


def sendable_infotext(record: Metadata, host: Host) -> str:
    """The record's infotext; "" when there is none, which must never be sent.

    The WebUI ends a whole paste at the first value that it cannot cast, and Forge at any Model
    while no checkpoint is chosen, so such settings are left out, and only then is the text written
    anew.
    """
    if not record.infotext:
        return ""
    kept = {key: value for key, value in record.settings.items() if _can_be_cast(key, value)}
    if host.send_targets and not host.setting("sd_model_checkpoint", None):
        kept.pop("Model", None)
    if kept == record.settings:
        return record.infotext
    return format_infotext(record.prompt, record.negative_prompt, kept)


def _can_be_cast(key: str, value: str) -> bool:
    try:
        if key in _WHOLE:
            int(value)
        elif key in _NUMBERS:
            float(value)
    except ValueError:
        return False
    return True
