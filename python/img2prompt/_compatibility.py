"""Loads the compiled core, but only beside the torch that it was built for.

A core loaded beside another torch fails with an undefined symbol, or crashes; so the versions are
compared first, and a mismatch names both and the command that rebuilds.
"""

from __future__ import annotations

from pathlib import Path
from types import ModuleType

from ._rebuild import rebuild_command


def _rebuild() -> str:
    return rebuild_command(Path(__file__).resolve().parent)


def _minor(version: str) -> str:
    return ".".join(version.split("+")[0].split(".")[:2])


def mismatch(built_torch: str, built_abi: bool, torch_version: str, torch_abi: bool) -> str | None:
    """One sentence that names both sides and the remedy, or None when the core fits."""
    if _minor(built_torch) == _minor(torch_version) and built_abi == torch_abi:
        return None
    return (
        f"img2prompt's core was built for torch {built_torch} (CXX11 ABI {int(built_abi)}), but "
        f"torch {torch_version} (CXX11 ABI {int(torch_abi)}) is installed; rebuild it: {_rebuild()}"
    )


def load_core() -> ModuleType:
    """Imports torch, compares it with what the core was built for, and imports the core.

    Raises ImportError with one sentence when torch or the core is missing, or they do not fit.
    """
    try:
        import torch
    except ImportError as error:
        raise ImportError(
            f"img2prompt needs torch, which this Python does not have ({error}); install torch, "
            f"then rebuild: {_rebuild()}"
        ) from None
    try:
        from . import _build_info
    except ImportError:
        raise ImportError(f"img2prompt's core is not built; build it: {_rebuild()}") from None
    problem = mismatch(
        _build_info.TORCH_VERSION,
        _build_info.CXX11_ABI,
        torch.__version__,
        bool(torch._C._GLIBCXX_USE_CXX11_ABI),
    )
    if problem:
        raise ImportError(problem)
    from . import _core

    return _core
