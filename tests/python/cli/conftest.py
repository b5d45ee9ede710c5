"""Runs the command as a user does: a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

import img2prompt

DEMO = Path(img2prompt.__file__).parent / "models" / "demo"


def run_command(*arguments, **environment):
    """The finished process of `img2prompt ARGUMENTS`."""
    code = "import sys; from img2prompt_cli import main; sys.exit(main())"
    return subprocess.run(
        [sys.executable, "-c", code, *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=300,
        env={**os.environ, **environment},
    )


@pytest.fixture
def command():
    return run_command


@pytest.fixture
def refused():
    """Runs the command; demands the exit status and one clean line on stderr."""

    def run(status, *arguments, must="", **environment):
        result = run_command(*arguments, **environment)
        assert result.returncode == status, result.stderr
        line = result.stderr.strip()
        assert line.startswith("img2prompt: ") and len(line.splitlines()) == 1, line
        assert "Traceback" not in line and len(line) < 600
        assert must in line, line
        return result

    return run
