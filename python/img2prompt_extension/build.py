"""Builds the core against the torch that is installed, with build tools of its own."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from .core_location import CORE_FOLDER
from .failure import InstallError
from .terminal import Terminal

_TOOLS = ("scikit-build-core>=0.10", "cmake>=3.22,<4", "ninja")
_STEP = re.compile(r"\[(\d+)/(\d+)\]")
_PACKAGES = (
    "g++ libpng-dev zlib1g-dev libwebp-dev libstb-dev libfmt-dev libspdlog-dev nlohmann-json3-dev"
)


def build_core(root: Path, target: Path, terminal: Terminal) -> None:
    """Installs the built packages into `target`. Raises InstallError with the remedy."""
    if os.name != "nt" and not any(shutil.which(name) for name in ("c++", "g++", "clang++")):
        raise InstallError(
            "there is no wheel for this torch, and no C++ compiler to build with; "
            f"on Debian or Ubuntu: sudo apt-get install {_PACKAGES}; then start the WebUI again"
        )
    tools = root / CORE_FOLDER / "tools"
    environment = {
        **os.environ,
        "PYTHONPATH": str(tools),
        "PATH": str(tools / "bin") + os.pathsep + os.environ.get("PATH", ""),
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        "PYTHONIOENCODING": "utf-8",
    }
    pip = [sys.executable, "-m", "pip", "install", "--upgrade"]
    terminal.update("fetching build tools")
    _run([*pip, "-q", "--target", str(tools), *_TOOLS], environment, terminal, "build tools")
    command = [*pip, "-v", "--no-deps", "--no-build-isolation", "--target", str(target)]
    command += [f"--config-settings=build-dir={root / CORE_FOLDER / 'build'}", str(root)]
    _run(command, environment, terminal, "the core")


def _run(command: list[str], environment: dict[str, str], terminal: Terminal, what: str) -> None:
    """Runs a command, its steps shown as they pass."""
    try:
        process = subprocess.Popen(
            command,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            errors="replace",
        )
    except OSError as error:
        raise InstallError(f"{what}: {command[0]}: {error.strerror}") from None
    assert process.stdout is not None
    try:
        for line in process.stdout:
            terminal.record(line)
            step = _STEP.search(line)
            if step:
                terminal.update(f"building, step {step[1]} of {step[2]}")
    except BaseException:
        process.kill()
        raise
    finally:
        status = process.wait()
    if status:
        raise InstallError(_explain(what, terminal))


def _explain(what: str, terminal: Terminal) -> str:
    """The first cause the log names, and the remedy."""
    log = "\n".join(terminal.tail(400))
    cause = re.search(r"(?:error|fatal error|ERROR|CMake Error)[^\n]*:\s*([^\n]{4,160})", log)
    because = f" ({cause[1].strip()})" if cause else ""
    return (
        f"building {what} failed{because}; all of it is in {terminal.log}. Usually something is "
        f"missing: on Debian or Ubuntu sudo apt-get install {_PACKAGES}; then start the WebUI again"
    )
