"""The command that builds the core again, by how img2prompt came to where it is."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import json
import shutil
import sys
import urllib.parse
import urllib.request
from collections.abc import Callable
from pathlib import Path

_PIP = f'"{sys.executable}" -m pip install'


def _has_module(name: str) -> bool:
    return importlib.util.find_spec(name) is not None


def rebuild_command(package: Path, has_module: Callable[[str], bool] = _has_module) -> str:
    """What to run, in words where it is more than one command. package: this package's folder.

    A WebUI's extension has its install.py; anything else is built by pip from the sources, with
    build tools that pip does not fetch then: without isolation they have to be there already.
    """
    package = package.resolve()
    extension = _extension(package)
    if extension is not None:
        return f'"{sys.executable}" "{extension / "install.py"}", or start the WebUI again'
    sources = _sources(package)
    build = f"{_PIP} --force-reinstall --no-deps --no-build-isolation "
    build += f'"{sources}"' if sources else "."
    if not sources:
        build = f"in a clone of its repository {build}"
    tools = _missing_tools(has_module)
    return f"{_PIP} {' '.join(tools)}, then {build}" if tools else build


def _extension(package: Path) -> Path | None:
    """The clone among a WebUI's extensions whose core, or whose sources, this is."""
    for folder in package.parents:
        if not (folder / "install.py").is_file() or not (folder / "pyproject.toml").is_file():
            continue
        if (folder / ".core") in package.parents or folder.parent.name == "extensions":
            return folder
    return None


def _sources(package: Path) -> Path | None:
    """The folder this package lies in or was installed from, where that still is."""
    root = package.parents[1]
    if package.parent.name == "python" and (root / "pyproject.toml").is_file():
        return root
    for found in importlib.metadata.distributions(name="img2prompt", path=[str(package.parent)]):
        try:
            url = urllib.parse.urlsplit(json.loads(found.read_text("direct_url.json") or "")["url"])
        except (ValueError, KeyError, TypeError):
            continue
        named = Path(urllib.request.url2pathname(url.path))
        if url.scheme == "file" and (named / "pyproject.toml").is_file():
            return named
    return None


def _missing_tools(has_module: Callable[[str], bool]) -> list[str]:
    tools = [] if has_module("scikit_build_core") else ['"scikit-build-core>=0.10"']
    return tools + [t for t in ("cmake", "ninja") if not shutil.which(t) and not has_module(t)]
