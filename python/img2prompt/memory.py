"""Device budgets: models that take turns in the memory of a device, and what they hold."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Union

from . import _core
from .errors import InvalidArgument

_UNITS = {"": 1, "K": 1 << 10, "M": 1 << 20, "G": 1 << 30, "T": 1 << 40}
_ACCEPTED = '"auto", "low", a number of bytes, or a size as "800M" or "4G"'


class DeviceBudget:
    """How much memory of a device models may take; those that share one take turns.

    limit: None = no limit.
        "auto" = what is free when a model is called, as the device says then.
        A number of bytes, or a size as "800M" or "4G" (powers of 1024).
        "low" = one model at a time, working on small pieces.

    Weights that are not used leave the device when others need the room, and are read again from
    their file; the work is cut in pieces that fit beside the weights. Under a limit one model of a
    device works at a time. Raises InvalidArgument for another limit.
    """

    def __init__(self, limit: int | str | None = None) -> None:
        self.limit = limit
        self._core = _core.Residency(*_parse(limit))

    def memory(self) -> list[HeldMemory]:
        """What each model that shares the budget holds."""
        return held_memory(self._core.memory())

    def __repr__(self) -> str:
        return f"DeviceBudget({self.limit!r})"


BudgetLike = Union[DeviceBudget, int, str, None]


@dataclass(frozen=True)
class HeldMemory:
    """The memory of one model's weights.

    name: "captioner", "clip text", "clip image", "tagger", or "label tables".
    device: where they are: "cpu", "cuda:0", "mps:0".
    bytes: what they take there now, 0 = they are not loaded.
    needed_bytes: what they take when they are loaded.
    mapped_bytes: of `bytes`, pages of the file itself, which the system takes back when it has to.
    """

    name: str
    device: str
    needed_bytes: int
    bytes: int
    mapped_bytes: int


def held_memory(rows: list[tuple[str, str, int, int, int]]) -> list[HeldMemory]:
    """The core's rows as HeldMemory."""
    return [HeldMemory(*row) for row in rows]


def budget_core(budget: BudgetLike) -> Any:
    """The core's object of a budget or of a new one with that limit; None where there is none."""
    if budget is None:
        return None
    return (budget if isinstance(budget, DeviceBudget) else DeviceBudget(budget))._core


def _parse(limit: Any) -> tuple[str, int]:
    if limit is None:
        return "unlimited", 0
    if limit in ("auto", "low"):
        return {"auto": "free", "low": "least"}[limit], 0
    size = None
    if isinstance(limit, int) and not isinstance(limit, bool):
        size = limit
    elif isinstance(limit, str):
        match = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*([KMGT]?)(?:i?B)?\s*", limit, re.IGNORECASE)
        if match:
            size = round(float(match[1]) * _UNITS[match[2].upper()])
    if size is None or not 0 < size < 1 << 62:
        raise InvalidArgument(f"device budget {limit!r}; accepted are {_ACCEPTED}, or None")
    return "bytes", size


def free_bytes(device: str) -> int | None:
    """What torch's allocator of a device could still hand out; None where torch does not tell."""
    import torch

    place = torch.device(device)
    if place.type == "cuda":
        free, _ = torch.cuda.mem_get_info(place)
        kept = torch.cuda.memory_reserved(place) - torch.cuda.memory_allocated(place)
        return int(free + kept)
    if place.type == "mps" and hasattr(torch.mps, "recommended_max_memory"):
        return int(torch.mps.recommended_max_memory() - torch.mps.current_allocated_memory())
    return None


def empty_cache(device: str) -> None:
    """Gives the system back what torch's allocator of a device keeps for later."""
    import torch

    place = torch.device(device)
    if place.type == "cuda":
        with torch.cuda.device(place):
            torch.cuda.empty_cache()
    elif place.type == "mps":
        torch.mps.empty_cache()


_core.set_memory_functions(free_bytes, empty_cache)
