"""Holds the C++ rooms to the map of CONTRIBUTING.md.

Checks, by reading the sources: which room includes which, that rooms without torch see none of its
headers, that base/log.cpp alone includes spdlog, and that no file outgrows 400 lines.
Prints every breach and exits with 1 when there is one. Usage: python scripts/dev/check_layers.py
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
MAX_LINES = 400

# Room -> rooms it may include, beside itself.
ALLOWED = {
    "base": set(),
    "image": {"base"},
    "metadata": {"base"},
    "tokenizers": {"base"},
    "checkpoints": {"base"},
    "preprocess": {"image", "base"},
    "nn": {"checkpoints", "base"},
    "caption": {"nn", "tokenizers", "base"},
    "interrogate": {"nn", "tokenizers", "checkpoints", "base"},
    "tagging": {"nn", "base"},
}
ALLOWED["engine"] = set(ALLOWED)
ALLOWED["bindings"] = set(ALLOWED)
TORCH_FREE = {"base", "image", "metadata", "tokenizers", "checkpoints"}

_INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]', re.MULTILINE)
_TORCH = re.compile(r"^(ATen|c10|torch|pybind11)/")


def breaches(root: Path = ROOT) -> list[str]:
    """One line for each breach found below root/cpp, in file order."""
    found = []
    for path in sorted((root / "cpp").rglob("*")):
        if path.suffix not in (".h", ".cpp"):
            continue
        room, name = path.relative_to(root / "cpp").parts[0], path.relative_to(root)
        text = path.read_text(encoding="utf-8")
        if text.count("\n") > MAX_LINES:
            found.append(f"{name}: {text.count(chr(10))} lines, {MAX_LINES} at most")
        if room not in ALLOWED:
            found.append(f"{name}: room '{room}' is not on the map")
            continue
        for kind, target in _INCLUDE.findall(text):
            other = target.split("/")[0]
            if kind == '"' and other != room and other not in ALLOWED[room]:
                found.append(f"{name}: {room} may not include {target}")
            if _TORCH.match(target) and room in TORCH_FREE:
                found.append(f"{name}: {room} is free of torch, but includes {target}")
            if target.startswith("spdlog/") and path.name != "log.cpp":
                found.append(f"{name}: only base/log.cpp includes spdlog")
            if target in ("torch/torch.h", "torch/extension.h", "ATen/ATen.h"):
                found.append(
                    f"{name}: {target} costs 10 to 35 s a file; include the operator headers"
                )
    return found


if __name__ == "__main__":
    problems = breaches()
    print("\n".join(problems) if problems else "the rooms keep to the map")
    sys.exit(bool(problems))
