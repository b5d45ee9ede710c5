#!/usr/bin/env python3
"""Prints wheels.json: address and hash of each wheel in a folder, by the key install.py asks for.

python scripts/dev/list_wheels.py FOLDER https://address/of/the/release
"""

from __future__ import annotations

import hashlib
import json
import re
import sys
from pathlib import Path

_NAME = re.compile(r"^(torch\d+\.\d+)-img2prompt-[^-]+-(cp\d+)-[^-]+-(.+)\.whl$")


def key_of(name: str) -> str:
    """ "torch2.13-cp311-linux_x86_64" of "torch2.13-img2prompt-0.1.0-cp311-cp311-...whl"."""
    match = _NAME.match(name)
    if match is None:
        sys.exit(f"list_wheels: {name}: not a name that build_wheel.py gives")
    torch, python, tags = match.groups()
    system = tags.split(".")[0]
    # manylinux_2_36_x86_64 -> linux_x86_64, macosx_14_0_arm64 -> macosx_arm64
    system = re.sub(r"^(?:many)?(linux|macosx)_\d+_\d+_", r"\1_", system)
    return f"{torch}-{python}-{system}"


def main() -> None:
    folder, address = Path(sys.argv[1]), sys.argv[2].rstrip("/")
    wheels = {
        key_of(path.name): {
            "url": f"{address}/{path.name}",
            "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
        }
        for path in sorted(folder.glob("*.whl"))
    }
    print(json.dumps({"wheels": wheels}, indent=2))


if __name__ == "__main__":
    main()
