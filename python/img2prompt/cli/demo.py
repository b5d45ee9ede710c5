"""`img2prompt demo`: the main job on the bundled pictures with the bundled small model."""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from typing import Any

from .. import _core
from ..assets import DEMO_DIRECTORY
from ..captioner import Captioner
from ..clip import Clip
from ..interrogator import Interrogator
from ..metadata import read_metadata
from ..native import NativeOptions
from .info import describe
from .outcome import DONE
from .progress_bar import ProgressBar

NATIVE = NativeOptions(min_length=0)  # the small model's sentences are short

NEXT_STEPS = """\
The real models: `img2prompt models pull default` downloads them (3.6 GB), then run
  img2prompt interrogate PICTURE --clip-model ViT-L-14/openai --caption-model blip-large"""


def add_parser(commands: Any) -> None:
    """Adds `demo`."""
    parser = commands.add_parser("demo", help="both ways to a prompt, on the bundled pictures")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Reads the bundled sample's record, then interrogates the bundled picture in every mode."""
    sample, picture = DEMO_DIRECTORY / "sample.png", DEMO_DIRECTORY / "picture.png"
    print("1. Read from the file\n")
    print(describe(str(sample), read_metadata(sample)))

    print(f"\n2. Guessed from the pixels of {picture}\n")
    bar = ProgressBar()
    with tempfile.TemporaryDirectory() as cache:
        started = time.perf_counter()
        engine = Interrogator(
            clip=Clip("demo"),
            captioner=Captioner("demo"),
            labels=DEMO_DIRECTORY / "labels",
            cache_dir=cache,
        )
        print(f"models loaded in {time.perf_counter() - started:.2f} s")
        for mode, description in _core.modes():
            started = time.perf_counter()
            result = engine.interrogate(picture, mode=mode, progress=bar, native=NATIVE)
            bar.clear()
            seconds = time.perf_counter() - started
            print(f"\n{mode} ({description})")
            print(f"  {result.prompt}")
            print(f"  similarity {result.score:.3f}, {seconds:.2f} s", flush=True)
    print("\n" + NEXT_STEPS)
    sys.stdout.flush()
    return DONE
