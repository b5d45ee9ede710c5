"""What the WebUI takes for granted where an infotext does not say: the second half of its paste.

Facts about WebUI 1.10 as its forks carry it: the values of absent settings, sizes of the old hires
fix, and switches for texts of older versions. Left out is what depends on the host's own options:
styles, settings to skip, and the choice to use the old hires fix's sizes.
"""

from __future__ import annotations

import math
import re
from typing import Any, Union

Value = Union[str, int, bool]

# In the WebUI's own mixture of types; those that depend on other settings are below.
_DEFAULTS: dict[str, Value] = {
    "Clip skip": "1",
    "Hires resize-1": 0,
    "Hires resize-2": 0,
    "Hires sampler": "Use same sampler",
    "Hires schedule type": "Use same scheduler",
    "Hires checkpoint": "Use same checkpoint",
    "Hires prompt": "",
    "Hires negative prompt": "",
    "Mask mode": "Inpaint masked",
    "Masked content": "original",
    "Inpaint area": "Whole picture",
    "Masked area padding": 32,
    "RNG": "GPU",
    "Schedule type": "Automatic",
    "Schedule max sigma": 0,
    "Schedule min sigma": 0,
    "Schedule rho": 0,
    "VAE Encoder": "Full",
    "VAE Decoder": "Full",
    "FP8 weight": "Disable",
    "Refiner switch by sampling steps": False,
}
_OLD_PIXELS = 512 * 512  # what the old hires fix aimed at in its first pass
_OLD_STEP = 64  # ... rounded up to this

_PRE_RELEASES = {"a": -3, "b": -2, "rc": -1}
_VERSION = re.compile(r"v?(\d+(?:\.\d+)*)(?:-?(a|b|rc)\.?(\d*)|-(\d+))?", re.IGNORECASE)
_CUT_VERSION = re.compile(r"([^-]+-[^-]+)-")

_ROUND, _SQUARE = 1.1, 1 / 1.1
_TOKEN = re.compile(r"\\.?|[(\[\])]|:\s*([+-]?[.\d]+)\s*\)|[^\\()\[\]:]+|:", re.DOTALL)
_MOST_PRODUCTS = 1_000_000


def add_webui_defaults(parsed: dict[str, str]) -> dict[str, Any]:
    """`parsed` by the exact rules, completed as the WebUI's paste completes it.

    Values added are str, int or bool, as there.
    """
    out: dict[str, Any] = dict(parsed)
    emphasised = uses_emphasis(parsed["Prompt"]) or uses_emphasis(parsed["Negative prompt"])
    if "Hypernet" in out:
        strength = out.get("Hypernet strength", "1.0")
        out["Prompt"] += f"<hypernet:{out['Hypernet']}:{strength}>"
    has_resize = "Hires resize-1" in out
    for key, value in _DEFAULTS.items():
        if key == "Hires resize-2":
            if not has_resize:
                out[key] = value
        else:
            out.setdefault(key, value)
    _restore_old_hires_fix(out)
    if out["FP8 weight"] != "Disable":
        out.setdefault("Cache FP16 weight for LoRA", False)
    if emphasised:
        out.setdefault("Emphasis", "Original")
    _switch_for_old_versions(out)
    return out


def _restore_old_hires_fix(out: dict[str, Any]) -> None:
    """A first pass of the old hires fix becomes the size, and the size what it is resized to."""
    if "First pass size-1" not in out or "First pass size-2" not in out:
        return
    try:
        first_width, first_height = int(out["First pass size-1"]), int(out["First pass size-2"])
        width, height = int(out.get("Size-1", 512)), int(out.get("Size-2", 512))
    except ValueError:  # keys written out by hand; the WebUI's paste stops here
        return
    if (first_width == 0 or first_height == 0) and width and height:
        scale = math.sqrt(_OLD_PIXELS / (width * height))
        first_width = math.ceil(scale * width / _OLD_STEP) * _OLD_STEP
        first_height = math.ceil(scale * height / _OLD_STEP) * _OLD_STEP
    out["Size-1"], out["Size-2"] = first_width, first_height
    out["Hires resize-1"], out["Hires resize-2"] = width, height


def _switch_for_old_versions(out: dict[str, Any]) -> None:
    version = parse_version(out.get("Version"))
    if version is None:
        return
    if version < parse_version("1.6.0"):
        if "[" in out["Prompt"]:
            out["Old prompt editing timelines"] = True
        if out.get("Sampler") in ("DDIM", "PLMS"):
            out["Pad conds v0"] = True
    if version < parse_version("v1.7.0-225"):
        out["Downcast alphas_cumprod"] = True
    if version < parse_version("1.8.0") and out.get("Refiner"):
        out["Refiner switch by sampling steps"] = True


def parse_version(text: str | None) -> Any:
    """A key that orders versions as packaging.version does, or None for what is none.

    "v1.7.0-225-gabcdef" counts as v1.7.0-225, the 225th commit after 1.7.0.
    """
    if text is None:
        return None
    cut = _CUT_VERSION.match(text)
    match = _VERSION.fullmatch((cut.group(1) if cut else text).strip())
    if not match:
        return None
    release = [int(number) for number in match.group(1).split(".")]
    while release and release[-1] == 0:
        release.pop()
    if match.group(2):
        return release, _PRE_RELEASES[match.group(2).lower()], int(match.group(3) or 0)
    return release, 0 if match.group(4) is None else 1, int(match.group(4) or 0)


def uses_emphasis(prompt: str) -> bool:
    """Whether any part of the prompt has another weight than 1 by the WebUI's syntax."""
    weights: list[list[Any]] = []  # [weight, whether it is a BREAK]
    round_starts: list[int] = []
    square_starts: list[int] = []
    products = 0

    def multiply(start: int, factor: float) -> None:
        nonlocal products
        products += len(weights) - start
        if products <= _MOST_PRODUCTS:
            for weight in weights[start:]:
                weight[0] *= factor

    for match in _TOKEN.finditer(prompt):
        token, number = match.group(0), match.group(1)
        if token[0] == "\\":
            weights.append([1.0, False])
        elif token == "(":
            round_starts.append(len(weights))
        elif token == "[":
            square_starts.append(len(weights))
        elif number is not None and round_starts:
            try:
                multiply(round_starts.pop(), float(number))
            except ValueError:
                return True  # "(a:1.2.3)": the WebUI's paste stops here
        elif token == ")" and round_starts:
            multiply(round_starts.pop(), _ROUND)
        elif token == "]" and square_starts:
            multiply(square_starts.pop(), _SQUARE)
        else:
            for index, _ in enumerate(re.split(r"\bBREAK\b", token)):
                weights += [[-1.0, True], [1.0, False]] if index else [[1.0, False]]
    for start in round_starts:
        multiply(start, _ROUND)
    for start in square_starts:
        multiply(start, _SQUARE)
    # A prompt with more brackets than are worth multiplying out has weights.
    return products > _MOST_PRODUCTS or any(w != 1.0 and not is_break for w, is_break in weights)
