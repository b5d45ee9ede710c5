"""Gets a compiled core that fits the installed torch: the one that is there, a wheel, or a build.

Nothing of the WebUI's environment is installed, upgraded or removed: all goes to .core/ in the
extension's folder.
"""

from __future__ import annotations

import shutil
import sys
import time
from pathlib import Path

from .core_location import CORE_FOLDER, core_directory, installed_torch
from .failure import InstallError, clear_failure, keep_failure
from .stamp import is_current, write_stamp


def main(root: Path) -> int:
    """Returns 0 when a core is there; else prints one line with the remedy.

    The WebUI, which is no terminal, prints far more than that line for any other status: then 0 is
    returned too, and the tab explains.
    """
    target = core_directory(root)
    if target is not None and is_current(root, target):
        return 0
    try:
        if target is None:
            raise InstallError(
                f"this Python ({sys.executable}) has no torch; the WebUI installs one at its first "
                "start: start it again after that"
            )
        _install(root, target)
    except InstallError as error:
        keep_failure(root, str(error))
        print(f"img2prompt: {error}")
        return 1 if sys.stdout.isatty() else 0
    clear_failure(root)
    return 0


def _install(root: Path, target: Path) -> None:
    # Imported only here: a start that finds its core in place must not wait for them.
    from .build import build_core
    from .terminal import Terminal
    from .wheels import find_wheel, unpack_wheel

    begun = time.monotonic()
    new = target.with_name(f"{target.name}.new")
    shutil.rmtree(new, ignore_errors=True)
    (root / CORE_FOLDER).mkdir(exist_ok=True)
    with Terminal(root / CORE_FOLDER / "install.log") as terminal:
        torch = installed_torch()
        wheel = find_wheel(root, str(torch), terminal)
        if wheel is not None:
            unpack_wheel(wheel, new)
        else:
            terminal.say(f"building for torch {torch}; this takes some minutes, once ...")
            build_core(root, new, terminal)
        write_stamp(root, new)
        _replace(new, target)
        terminal.say(f"ready after {time.monotonic() - begun:.0f} s")
    print(f"img2prompt: core for torch {torch} installed in {target}")


def _replace(new: Path, target: Path) -> None:
    old = target.with_name(f"{target.name}.old")
    shutil.rmtree(old, ignore_errors=True)
    try:
        if target.exists():
            target.rename(old)
        new.rename(target)
    except OSError as error:
        raise InstallError(
            f"{target}: in use ({error.strerror}); close every WebUI and start one again"
        ) from None
    shutil.rmtree(old, ignore_errors=True)
