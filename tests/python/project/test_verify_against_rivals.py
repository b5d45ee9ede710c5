"""The script that compares with clip-interrogator runs on the bundled models, and can say no."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

SCRIPT = Path(__file__).resolve().parents[3] / "scripts" / "dev" / "verify_against_rivals.py"
MODES = ("caption", "fast", "classic", "best", "negative")


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(SCRIPT), *arguments], capture_output=True, text=True, timeout=600
    )


def test_every_mode_is_equal_on_the_bundled_models():
    result = run("--small", "--count", "2", "--max-flavors", "8")
    assert result.returncode == 0, result.stdout + result.stderr
    *rows, last = result.stdout.splitlines()
    assert [row.split()[-2:] for row in rows] == [[mode, "equal"] for mode in MODES] * 2
    assert last == ", ".join(f"{mode} 2 of 2 equal" for mode in MODES)


def test_prompts_that_differ_are_shown_and_counted():
    code = """
import argparse, sys
sys.path.insert(0, sys.argv[1])
from verify_against_rivals import compare
words = {"caption": lambda picture, caption: "a cat", "fast": lambda p, caption: caption + ", " + p}
other = {**words, "fast": lambda p, caption: caption + ", " + p.replace("y", "z")}
options = argparse.Namespace(modes=["caption", "fast"])
sys.exit(compare([("one", "x"), ("two", "y")], options, words, other))
"""
    command = [sys.executable, "-c", code, str(SCRIPT.parent)]
    result = subprocess.run(command, capture_output=True, text=True, timeout=600)
    assert result.returncode == 1, result.stderr
    assert result.stdout.splitlines() == [
        "one  caption   equal",
        "one  fast      equal",
        "two  caption   equal",
        "two  fast      different",
        "    clip-interrogator  a cat, y",
        "    img2prompt         a cat, z",
        "caption 2 of 2 equal, fast 1 of 2 equal",
    ]


def test_without_pictures_it_says_what_it_needs():
    result = run()
    assert result.returncode == 2 and "name pictures, or --small" in result.stderr
