"""`img2prompt doctor`: what is here, what is missing, and one remedy for each fault.

Runs without the core, so that it can say why the core does not load.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import os
import platform
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict

from .finding import Finding


def run(argv: Sequence[str]) -> int:
    """Prints the report; returns 0, or 1 when there is a fault."""
    parser = argparse.ArgumentParser(prog="img2prompt doctor", description=__doc__.splitlines()[0])
    parser.add_argument("--json", action="store_true", help="the report as one JSON object")
    parser.add_argument("--models-dir", metavar="DIR", help="where weights lie")
    parser.add_argument("--webui-dir", metavar="DIR", help="root of a Stable Diffusion WebUI")
    arguments = parser.parse_args(argv)
    if arguments.webui_dir:
        os.environ["IMG2PROMPT_WEBUI"] = arguments.webui_dir
    findings = examine(arguments.models_dir)
    faults = sum(finding.state == "fault" for finding in findings)
    if arguments.json:
        print(json.dumps({"findings": [asdict(f) for f in findings], "faults": faults}))
    else:
        for finding in findings:
            print(_line(finding))
        print(
            "Everything needed is here." if not faults else f"{faults} fault(s); see the remedies."
        )
    return 1 if faults else 0


def examine(models_dir: str | None = None) -> list[Finding]:
    """Every check in order; those that need the core are left out when it does not load."""
    findings = [_python(), _torch()]
    core = _core()
    findings.append(core)
    if core.state != "ok":
        return findings
    checks: list[Callable[[], list[Finding]]] = [
        _devices,
        lambda: _models(models_dir),
        _labels,
    ]
    for check in checks:
        findings += check()
    return findings


def _line(finding: Finding) -> str:
    mark = {"ok": "ok   ", "note": "note ", "fault": "FAULT"}[finding.state]
    line = f"{mark} {finding.subject}: {finding.detail}"
    return line + (f"\n      -> {finding.remedy}" if finding.remedy else "")


def _python() -> Finding:
    return Finding("ok", "Python", f"{platform.python_version()} in {sys.prefix}")


def _torch() -> Finding:
    if importlib.util.find_spec("torch") is None:
        return Finding(
            "fault",
            "torch",
            "not installed in this Python",
            "install the torch you want (https://pytorch.org), then rebuild img2prompt",
        )
    try:
        import torch
    except Exception as error:
        return Finding(
            "fault", "torch", f"does not import ({error})", "repair or reinstall this torch"
        )
    abi = int(torch._C._GLIBCXX_USE_CXX11_ABI)
    return Finding("ok", "torch", f"{torch.__version__}, CXX11 ABI {abi}")


def _core() -> Finding:
    try:
        import img2prompt
        from img2prompt import _build_info
    except ImportError as error:
        detail, _, remedy = str(error).partition("; ")
        return Finding("fault", "core", detail, remedy)
    built = f"built for torch {_build_info.TORCH_VERSION}"
    return Finding("ok", "core", f"img2prompt {img2prompt.__version__}, {built}")


def _devices() -> list[Finding]:
    import torch

    names = [
        f"cuda:{i} ({torch.cuda.get_device_name(i)})" for i in range(torch.cuda.device_count())
    ]
    mps = getattr(torch.backends, "mps", None)
    if mps is not None and mps.is_available():
        names.append("mps")
    names.append(f"cpu ({torch.get_num_threads()} threads)")
    return [Finding("ok", "devices", ", ".join(names))]


def _models(models_dir: str | None) -> list[Finding]:
    from .doctor_models import examine_models

    return examine_models(models_dir)


def _labels() -> list[Finding]:
    from img2prompt.labels import find_labels

    sources, hint = find_labels()
    if not sources:
        return [Finding("note", "label lists", "none found", hint)]
    folders = sorted({str(source.path.parent) for source in sources if source.path})
    return [Finding("ok", "label lists", ", ".join(folders))]
