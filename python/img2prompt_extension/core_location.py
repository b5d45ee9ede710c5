"""Where the extension keeps its compiled core, apart for each torch and Python it was built for."""

from __future__ import annotations

import importlib.util
import os
import re
import sys
from pathlib import Path

#: Folder of the extension that install.py fills; ignored by git.
CORE_FOLDER = ".core"


def core_tag(torch_version: str) -> str:
    """The name of the folder for one torch minor and this Python: "torch2.13-cp311"."""
    minor = ".".join(torch_version.split("+")[0].split(".")[:2])
    return f"torch{minor}-cp{sys.version_info[0]}{sys.version_info[1]}"


def installed_torch() -> str | None:
    """The version of the torch that this Python would import, read and not imported; or None."""
    spec = importlib.util.find_spec("torch")
    if spec is None or spec.origin is None:
        return None
    text = (Path(spec.origin).parent / "version.py").read_text(encoding="utf-8")
    found = re.search(r"""__version__ = ['"]([^'"]+)['"]""", text)
    return found.group(1) if found else None


def core_directory(root: Path) -> Path | None:
    """Where the core for the installed torch belongs; None without a torch."""
    version = installed_torch()
    return root / CORE_FOLDER / core_tag(version) if version else None


def add_core_to_path(root: Path) -> None:
    """Puts the built packages at the front of sys.path: IMG2PROMPT_CORE's, else the extension's.

    Where there are none, an img2prompt that was installed with pip is found as usual.
    """
    named = os.environ.get("IMG2PROMPT_CORE")
    folder = Path(named) if named else core_directory(root)
    if folder is None or not (folder / "img2prompt").is_dir():
        # The sources beside this package have no core: they must not hide an installed one.
        sources = str(root / "python" / "img2prompt")
        spec = importlib.util.find_spec("img2prompt")
        if spec is not None and spec.origin and str(Path(spec.origin).parent) == sources:
            _hide_sources(root)
        return
    if str(folder) in sys.path:
        # Left where it is: in front, other packages beside it would hide the host's own.
        _hide_sources(root)
    else:
        sys.path.insert(0, str(folder))


def _hide_sources(root: Path) -> None:
    """Moves the sources to the end of the path, behind every installed package."""
    sources = str(root / "python")
    sys.path[:] = [place for place in sys.path if place != sources] + [sources]
