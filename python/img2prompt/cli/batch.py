"""`img2prompt batch`: prompts for a folder of pictures."""

from __future__ import annotations

import argparse
import json
from typing import Any

from ..batch import EXISTING, OUTPUTS, TAGS, BatchOptions, Guess, batch_modes, run_batch
from .engine_options import add_engine_options, make_interrogator
from .native_options import add_native_options, make_native_options
from .outcome import ALL_FAILED, DONE, INTERRUPTED, SOME_FAILED, complain
from .progress_bar import ProgressBar
from .tag_options import add_tag_options, add_tagger_options, make_tag_options, make_tagger


def add_parser(commands: Any) -> None:
    """Adds `batch FOLDER [--mode M] [--recursive] [--output ...] [--existing ...]`."""
    parser = commands.add_parser("batch", help="a prompt for every picture of a folder")
    parser.add_argument("folder", metavar="FOLDER")
    parser.add_argument("--mode", default="fast", choices=list(batch_modes()))
    parser.add_argument("--recursive", action="store_true", help="folders within it too")
    parser.add_argument(
        "--output",
        default="txt",
        choices=OUTPUTS,
        help="a text file beside each picture, or one prompts.txt, .csv or .jsonl in FOLDER "
        "(default: %(default)s)",
    )
    parser.add_argument(
        "--existing",
        default="keep",
        choices=EXISTING,
        help="what happens to prompts that are there already (default: %(default)s)",
    )
    parser.add_argument("--prefix", default="", metavar="TEXT", help="goes before each prompt")
    parser.add_argument("--suffix", default="", metavar="TEXT", help="goes behind each prompt")
    parser.add_argument(
        "--from-record",
        action="store_true",
        help="take the prompt that the generator wrote into the file where there is one",
    )
    parser.add_argument("--json", action="store_true", help="the summary as a JSON object")
    add_native_options(parser)
    tags = parser.add_argument_group("mode tags", "as the command tags has them")
    add_tag_options(tags)
    add_tagger_options(tags)
    add_engine_options(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Runs the batch; the models are loaded when the first picture needs them."""
    options = BatchOptions(
        mode=arguments.mode,
        output=arguments.output,
        existing=arguments.existing,
        recursive=arguments.recursive,
        prefix=arguments.prefix,
        suffix=arguments.suffix,
        from_record=arguments.from_record,
        tags=make_tag_options(arguments),
    )
    bar = ProgressBar()
    guess: Guess | None = None

    def guess_with_model(image: Any) -> str:
        nonlocal guess
        if guess is None:
            guess = _load(arguments, options)
        return guess(image)

    def report(done: int, total: int, name: str, rate: float) -> None:
        bar.label = f"{name[-40:]}: "
        bar("pictures", done, total)

    try:
        result = run_batch(arguments.folder, options, guess_with_model, report)
    finally:
        bar.clear()
    for line in result.failures():
        complain(line)
    if arguments.json:
        record = {"done": result.done, "kept": result.kept, "failed": dict(result.failed)}
        files = [str(path) for path in result.files]
        print(json.dumps({**record, "files": files, "seconds": result.seconds}))
    else:
        print(result.summary() + "".join(f"\n{path}" for path in result.files))
    if result.cancelled:
        return INTERRUPTED
    if not result.failed:
        return DONE
    return SOME_FAILED if result.done or result.kept else ALL_FAILED


def _load(arguments: argparse.Namespace, options: BatchOptions) -> Guess:
    """Loads what the mode needs; returns what gives a picture its prompt."""
    if options.mode == TAGS:
        tagger = make_tagger(arguments)
        return lambda image: options.tags.format(tagger, image)
    engine = make_interrogator(arguments, with_captioner=options.mode != "negative")
    native = make_native_options(arguments)
    return lambda image: engine.interrogate(image, options.mode, native=native).prompt
