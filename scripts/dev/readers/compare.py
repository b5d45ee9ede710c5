"""Which records each reader gets right: ours, sd-parsers, sd-prompt-reader, the WebUI's rules.

    python scripts/dev/readers/compare.py [--samples FOLDER] [--verbose]

samples.py makes a file for each way in which a generator writes its record. A reader is right where
the prompt and the negative prompt are those that stand in the file, so a cell is the number of
files that were read right. sd-prompt-reader is installed into build/readers, an environment of its
own with the Pillow that it asks for; the WebUI's rules are in webui_rule.py. --samples adds a
folder of real pictures with index.json (see tests/python/api/test_metadata_samples.py), for which
the text before the settings counts. --verbose lists what was not read right, and by whom.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import logging
import subprocess
import sys
import tempfile
import venv
from collections.abc import Callable, Iterator
from pathlib import Path

import webui_rule
from PIL import Image
from samples import Sample, all_samples
from sd_parsers import Eagerness, ParserManager

import img2prompt as i2p

CUT = 4000  # characters, at which a collection may cut the text that it states
HERE = Path(__file__).resolve().parent
Reader = Callable[[str], "tuple[str, str] | None"]


def ours(path: str) -> tuple[str, str] | None:
    found = i2p.read_metadata(path)
    return (found.prompt, found.negative_prompt) if found.generator else None


def sd_parsers() -> Reader:
    manager, kept = ParserManager(eagerness=Eagerness.EAGER), []

    def read(path: str) -> tuple[str, str] | None:
        with Image.open(path) as picture:
            kept.append(picture)  # it takes a picture at the last one's address for the last one
            found = manager.parse(picture)
        return (found.full_prompt, found.full_negative_prompt) if found else None

    return read


@contextlib.contextmanager
def sd_prompt_reader() -> Iterator[Reader]:
    """A reader that asks the process of that package."""
    folder = HERE.parents[2] / "build" / "readers"
    python = folder / "bin" / "python"
    if not python.exists():
        venv.create(folder, with_pip=True)
    install = [str(python), "-m", "pip", "install", "-q", "--disable-pip-version-check"]
    subprocess.run([*install, "--no-deps", "sd-prompt-reader==1.3.5"], check=True)
    subprocess.run([*install, "pillow==10.3.0", "piexif"], check=True)
    process = subprocess.Popen(
        [str(python), str(HERE / "prompt_reader_process.py")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )

    def read(path: str) -> tuple[str, str] | None:
        assert process.stdin and process.stdout
        print(path, file=process.stdin, flush=True)
        answer = json.loads(process.stdout.readline())
        if isinstance(answer, str):
            raise ValueError(answer)
        return tuple(answer) if answer else None

    try:
        yield read
    finally:
        assert process.stdin
        process.stdin.close()
        process.wait()


def real_samples(folder: Path) -> list[Sample]:
    """Those of the collection whose text is known, by generator."""
    found = []
    for entry in json.loads((folder / "index.json").read_text(encoding="utf-8")):
        text = entry.get("raw_infotext", "")
        if text.startswith("{"):
            record = json.loads(text)["sui_image_params"]
            prompts = record["prompt"], record.get("negativeprompt", "")
        elif text and len(text) < CUT:
            prompts = webui_rule.split(text)
        else:
            continue
        content = (folder / entry["file"]).read_bytes()
        found.append(Sample(f"real: {entry['generator']}", entry["file"], content, *prompts))
    return found


def is_right(reader: Reader, path: str, sample: Sample) -> bool:
    try:
        found = reader(path)
    except Exception:  # a reader that fails has not read it
        return False
    if found is None:
        return False
    return [text.strip() for text in found] == [sample.prompt, sample.negative_prompt]


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--samples", type=Path)
    parser.add_argument("--verbose", action="store_true")
    options = parser.parse_args()
    logging.disable()
    samples = all_samples() + (real_samples(options.samples) if options.samples else [])
    right: dict[str, dict[str, int]] = {}
    counts: dict[str, int] = {}
    with tempfile.TemporaryDirectory() as folder, sd_prompt_reader() as prompt_reader:
        readers: dict[str, Reader] = {
            "img2prompt": ours,
            "sd-parsers": sd_parsers(),
            "sd-prompt-reader": prompt_reader,
            "WebUI's rules": webui_rule.read,
        }
        for index, sample in enumerate(samples):
            kind = i2p.read_metadata(sample.content, hidden="never").container
            path = Path(folder, f"{index}.{'jpg' if kind == 'jpeg' else kind}")
            path.write_bytes(sample.content)
            counts[sample.generator] = counts.get(sample.generator, 0) + 1
            row = right.setdefault(sample.generator, dict.fromkeys(readers, 0))
            for name, reader in readers.items():
                correct = is_right(reader, str(path), sample)
                row[name] += correct
                if options.verbose and not correct:
                    print(f"{name}: not {sample.generator}, {sample.name}", file=sys.stderr)
    print(f"| record | files | {' | '.join(readers)} |\n|{'---|' * (len(readers) + 2)}")
    for generator, row in right.items():
        cells = (str(number) if number else "-" for number in row.values())
        print(f"| {generator} | {counts[generator]} | {' | '.join(cells)} |")


if __name__ == "__main__":
    main()
