"""Time to read the records of files: ours (core and Python), Pillow's and sd-parsers'.

    python scripts/dev/bench/metadata.py [--files 200] [--folder 10000]

All files are in a warm cache. The PNGs have 1024 x 1024 pixels of a slope with noise, 1.6 MB in 25
chunks. Each round every reader reads every file, and each round begins with another reader, so that
a busy machine is busy for all of them; medians over all of it. Where there is a record, each reader
has read the files twice before it is timed, so that the processor's caches are warm, too. "core" is
the C++ part, called once for all files and timed for each. Pillow is Image.open(path).info, which
neither walks past the first pixels nor takes the text apart; where there is no text to be found it
is Image.open(path).load(), since text may stand after the pixels. sd-parsers is
ParserManager().parse(path). The hidden record's row counts what is beyond Pillow's decoding.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from infotext import ORDINARY
from measuring import HEADER, Row, told
from numpy.typing import NDArray
from PIL import Image
from sd_parsers import ParserManager

import img2prompt as i2p
from img2prompt import _core

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "readers"))
import files as f  # noqa: E402

SIDE = 1024
Reader = Callable[[str], object]


def picture(channels: int = 3) -> NDArray[np.uint8]:
    """A slope with noise: [SIDE, SIDE, channels]; alpha is opaque."""
    slope = np.add.outer(np.arange(SIDE), np.arange(SIDE)) // 10
    noise = np.random.RandomState(0).randint(0, 10, (SIDE, SIDE, 3))
    pixels = (slope[:, :, None] + noise).astype(np.uint8)
    alpha = np.full((SIDE, SIDE, channels - 3), 255, np.uint8)
    return np.concatenate([pixels, alpha], axis=2)


def write_pngs(folder: Path, count: int) -> tuple[list[str], list[str]]:
    """`count` files with a record, each with its own seed, and as many without."""
    Image.fromarray(picture()).save(folder / "base.png")
    base = (folder / "base.png").read_bytes()
    header_end = 8 + 12 + 13
    with_record, without = [], []
    for index in range(count):
        text = ORDINARY.replace("Seed: ", f"Seed: {index}")
        with_record.append(str(folder / f"record{index}.png"))
        without.append(str(folder / f"none{index}.png"))
        record = f.text("parameters", text)
        Path(with_record[-1]).write_bytes(base[:header_end] + record + base[header_end:])
        Path(without[-1]).write_bytes(base)
    return with_record, without


def write_others(folder: Path) -> dict[str, str]:
    exif = Image.Exif()
    exif.get_ifd(0x8769)[0x9286] = b"UNICODE\0" + ORDINARY.encode("utf-16-be")
    files = {name: str(folder / name) for name in ("a.jpg", "a.webp", "hidden.png", "opaque.png")}
    Image.fromarray(picture()).save(files["a.jpg"], exif=exif.tobytes())
    Image.fromarray(picture()).save(files["a.webp"], exif=exif.tobytes())
    Image.fromarray(f.hide(picture(4), ORDINARY, "stealth_pngcomp")).save(files["hidden.png"])
    Image.fromarray(picture(4)).save(files["opaque.png"])
    return files


def seconds(reader: Reader, path: str) -> float:
    start = time.perf_counter()
    reader(path)
    return time.perf_counter() - start


def core(paths: list[str]) -> list[float]:
    return _core.time_files_metadata([os.fsencode(path) for path in paths], "auto")


def timed(name: str, readers: dict[str, Reader], files: list[str]) -> list[float]:
    return core(files) if name == "core" else [seconds(readers[name], path) for path in files]


def measure(
    files: list[str], readers: dict[str, Reader], rounds: int = 8, warming: int = 0
) -> dict[str, float]:
    """Median milliseconds a file of each reader, and of "core".

    In each round every reader reads the files `warming` times before it is timed.
    """
    times: dict[str, list[float]] = {name: [] for name in (*readers, "core")}
    names = list(times)
    for turn in range(rounds):
        first = turn % len(names)
        for name in names[first:] + names[:first]:
            for _ in range(warming):
                timed(name, readers, files)
            times[name] += timed(name, readers, files)
    return {name: statistics.median(values) * 1e3 for name, values in times.items()}


def folder_rates(folder: Path, files: list[str], count: int) -> dict[str, float]:
    """Files a second over a folder of `count` names for the files, the listing included."""
    names = folder / "many"
    names.mkdir()
    for index in range(count):
        os.link(files[index % len(files)], names / f"{index}.png")

    def in_python() -> None:
        for path in os.scandir(names):
            i2p.read_metadata(path.path)

    def many(threads: int) -> None:
        paths = (entry.path for entry in os.scandir(names))
        found = i2p.read_metadata_many(paths, threads=threads)
        assert not any(isinstance(record, i2p.Error) for record in found)

    def command() -> None:
        line = [sys.executable, "-m", "img2prompt", "info", str(names), "--json"]
        subprocess.run(line, check=True, stdout=subprocess.DEVNULL)

    ways: dict[str, Callable[[], None]] = {
        "folder, read_metadata, 4,000 a second": in_python,
        "folder, read_metadata_many, 4,000 a second": lambda: many(2),
        "img2prompt info FOLDER, with its start": command,
    }
    in_python()  # what the system has dropped since is in its cache again
    rates = {}
    for way, work in ways.items():
        start = time.perf_counter()
        work()
        rates[way] = count / (time.perf_counter() - start)
    return rates


def tell_records(with_record: list[str], without: list[str], readers: dict[str, Reader]) -> None:
    """Of PNGs. `readers`: Python, Pillow's info and decoding, sd-parsers."""
    early = {name: reader for name, reader in readers.items() if name != "decoding"}
    record = measure(with_record, early, warming=2)
    few = without[: max(1, len(without) // 20)]  # of which every pixel is decoded
    late = {name: reader for name, reader in readers.items() if name != "Pillow"}
    none = measure(few, late)
    for ours, pillow, parsers in (("core", 3, 6), ("Python", 1.5, 3)):
        told(Row(f"PNG, {ours}, Pillow", "ms", record[ours], record["Pillow"], target=pillow))
        told(
            Row(
                f"PNG, {ours}, sd-parsers", "ms", record[ours], record["sd-parsers"], target=parsers
            )
        )
    told(Row("PNG, core, 0.02 ms", "ms", record["core"], 0.02, target=1))
    for ours in ("core", "Python"):
        theirs = none["sd-parsers"]
        told(Row(f"PNG without, {ours}, sd-parsers", "ms", none[ours], theirs, target=500))
    told(Row("PNG without, Python, Pillow decoding", "ms", none["Python"], none["decoding"]))


def tell_others(files: dict[str, str], readers: dict[str, Reader]) -> None:
    for kind in ("a.jpg", "a.webp"):
        found = measure([files[kind]] * 100, {k: readers[k] for k in readers if k != "decoding"})
        for name in ("Pillow", "sd-parsers"):
            told(Row(f"{kind[2:]}, Python, {name}", "ms", found["Python"], found[name]))
    decoders = {name: readers[name] for name in ("Python", "decoding")}
    hidden = measure([files["hidden.png"]] * 5, decoders)
    over = max(hidden["Python"] - hidden["decoding"], 0.001)
    told(Row("hidden record, beyond decoding, 5 ms", "ms", over, 5, target=1))
    told(Row("hidden record, Pillow decoding", "ms", hidden["Python"], hidden["decoding"]))
    opaque = measure([files["opaque.png"]] * 100, decoders, rounds=1)
    told(Row("opaque RGBA, refused, Pillow decoding", "ms", opaque["Python"], opaque["decoding"]))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--files", type=int, default=200)
    parser.add_argument("--folder", type=int, default=10000)
    options = parser.parse_args()
    readers: dict[str, Reader] = {
        "Python": i2p.read_metadata,
        "Pillow": lambda path: Image.open(path).info,
        "decoding": lambda path: Image.open(path).load(),
        "sd-parsers": ParserManager().parse,
    }
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with_record, without = write_pngs(folder, options.files)
        print(f"{options.files} PNGs of {Path(with_record[0]).stat().st_size} bytes\n{HEADER}")
        tell_records(with_record, without, readers)
        tell_others(write_others(folder), readers)
        for way, rate in folder_rates(folder, with_record + without, options.folder).items():
            told(Row(way, "ms", 1e3 / rate, 1e3 / 4000, target=0 if "start" in way else 1))


if __name__ == "__main__":
    main()
