"""A Stable Diffusion WebUI on this machine, and the folders that it keeps models in."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

_WEBUI_FILES = ("webui.py", "launch.py")
# Where a user writes the options with which the WebUI starts.
_START_FILES = ("webui-user.sh", "webui-user.bat", "webui-user.ps1")
_MAX_START_BYTES = 1 << 16
_WORD = re.compile(r"""(?:[^\s"']|"[^"]*"|'[^']*')+""")


def find_webui(near: Sequence[Path] = ()) -> Path | None:
    """The WebUI's root: IMG2PROMPT_WEBUI, else above `near`, this package, or where we are.

    An extension lies two folders below the root, and the WebUI's own Python environment below it
    too, so that running inside a WebUI is enough to find it.
    """
    named = os.environ.get("IMG2PROMPT_WEBUI")
    if named:
        return Path(named).expanduser()
    for place in [*near, Path(os.path.abspath(__file__)), Path.cwd(), Path(sys.prefix)]:
        for folder in (place, *place.absolute().parents):
            if is_webui(folder):
                return folder
    return None


def is_webui(folder: Path) -> bool:
    """Whether this is the root of a WebUI: AUTOMATIC1111's, or one of its forks."""
    return os.path.isdir(folder / "modules") and any(
        os.path.isfile(folder / file) for file in _WEBUI_FILES
    )


def models_folder(webui: Path) -> Path:
    """Its models/, or where --models-dir or --data-dir put that."""
    options = list(_start_options(webui))
    named = _option(options, "--models-dir")
    if named:
        return webui / named
    return webui / (_option(options, "--data-dir") or "") / "models"


def clip_models_folder(webui: Path) -> Path | None:
    """The folder of its --clip-models-path, None when it has no such option."""
    named = _option(list(_start_options(webui)), "--clip-models-path")
    return webui / named if named else None


def _start_options(webui: Path) -> Iterator[str]:
    """Words of the WebUI's command line: of this process, the environment, the user's files."""
    if os.path.basename(sys.argv[0]) in _WEBUI_FILES:
        yield from sys.argv[1:]
    yield from _words(os.environ.get("COMMANDLINE_ARGS", ""))
    for name in _START_FILES:
        try:
            with open(webui / name, encoding="utf-8", errors="replace") as file:
                text = file.read(_MAX_START_BYTES)
        except OSError:
            continue
        for line in text.splitlines():
            set_to = re.match(r"\s*(?:export\s+|set\s+|\$env:)?COMMANDLINE_ARGS\s*=\s*(.*)", line)
            if set_to:
                yield from _words(_without_quotes(set_to[1].strip()))


def _without_quotes(text: str) -> str:
    """Without the pair that holds the whole value."""
    quote = text[:1]
    whole = quote in ("'", '"') and text.endswith(quote) and text.count(quote) == 2
    return text[1:-1] if whole else text


def _words(text: str) -> list[str]:
    return [re.sub("[\"']", "", word) for word in _WORD.findall(text)]


def _option(words: list[str], name: str) -> str | None:
    """The value of the first `name VALUE` or `name=VALUE`."""
    for index, word in enumerate(words):
        if word == name and index + 1 < len(words):
            return words[index + 1]
        if word.startswith(name + "="):
            return word[len(name) + 1 :]
    return None
