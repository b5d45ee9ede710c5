"""A wheel that was built before for this torch, Python and system, from the project's releases."""

from __future__ import annotations

import hashlib
import json
import re
import sys
import sysconfig
import urllib.error
import urllib.request
import zipfile
from pathlib import Path

from .core_location import CORE_FOLDER
from .failure import InstallError
from .terminal import Terminal

_LIST = Path(__file__).parent / "wheels.json"
_TIMEOUT_S = 15
_LARGEST = 256 << 20  # bytes of a wheel, and of what it holds


def wheel_key(torch_version: str) -> str:
    """What a wheel is for: "torch2.13-cp311-linux_x86_64", "...-macosx_arm64", "...-win_amd64"."""
    minor = ".".join(torch_version.split("+")[0].split(".")[:2])
    python = f"cp{sys.version_info[0]}{sys.version_info[1]}"
    system = sysconfig.get_platform().replace("-", "_").replace(".", "_")
    return f"torch{minor}-{python}-{re.sub('^macosx_[0-9]+_[0-9]+_', 'macosx_', system)}"


def find_wheel(root: Path, torch_version: str, terminal: Terminal) -> Path | None:
    """Downloads the wheel that wheels.json lists for this machine; None = it must be built.

    A wheel with another hash than the list says is thrown away.
    """
    entry = json.loads(_LIST.read_text(encoding="utf-8"))["wheels"].get(wheel_key(torch_version))
    if entry is None:
        return None
    path = root / CORE_FOLDER / "wheel.part"
    terminal.say(f"fetching {entry['url']}")
    try:
        digest = _download(entry["url"], path)
    except (OSError, urllib.error.URLError, ValueError) as error:
        terminal.say(f"not to be had ({error}); building instead")
        return None
    if digest != entry["sha256"]:
        path.unlink()
        terminal.say(f"its sha256 is {digest}, not {entry['sha256']}; building instead")
        return None
    return path


def _download(url: str, path: Path) -> str:
    if not url.startswith(("https://", "http://127.0.0.1:")):
        raise ValueError("not https")
    digest, size = hashlib.sha256(), 0
    with urllib.request.urlopen(url, timeout=_TIMEOUT_S) as answer, path.open("wb") as file:
        while chunk := answer.read(1 << 16):
            size += len(chunk)
            if size > _LARGEST:
                raise ValueError(f"larger than {_LARGEST >> 20} MB")
            digest.update(chunk)
            file.write(chunk)
    return digest.hexdigest()


def unpack_wheel(wheel: Path, target: Path) -> None:
    """Unpacks it into a folder of its own and removes it. Raises InstallError for a broken one."""
    try:
        with zipfile.ZipFile(wheel) as archive:
            for info in archive.infolist():
                parts = Path(info.filename).parts
                if info.filename.startswith(("/", "\\")) or ".." in parts or ":" in info.filename:
                    raise InstallError(f"{wheel.name}: {info.filename!r} would leave its folder")
            if sum(info.file_size for info in archive.infolist()) > _LARGEST:
                raise InstallError(f"{wheel.name}: holds more than {_LARGEST >> 20} MB")
            archive.extractall(target)
    except (zipfile.BadZipFile, OSError) as error:
        raise InstallError(f"{wheel.name}: {error}; delete it and start again") from None
    wheel.unlink()
