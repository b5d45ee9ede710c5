"""Time to read the record in a picture's file, through Python: ours, Pillow's and sd-parsers'.

    python scripts/dev/bench/metadata.py

Noise of 650 x 650 pixels, so that the PNGs have about 1.3 MB and 20 chunks of pixels, in a warm
cache. Pillow's column is Image.open(path).info, which neither walks past the first pixels nor takes
the text apart; `walked` is Image.open(path).load(), what Pillow needs to see late text. Median of
the repetitions over the same file, in milliseconds.
"""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

import numpy as np
from infotext import ORDINARY
from PIL import Image, PngImagePlugin

import img2prompt as i2p

try:
    from sd_parsers import ParserManager
except ImportError:
    ParserManager = None


def median_ms(work, path: str, repetitions: int) -> float:
    times = []
    work(path)
    for _ in range(repetitions):
        start = time.perf_counter()
        work(path)
        times.append(time.perf_counter() - start)
    return sorted(times)[len(times) // 2] * 1e3


def write_files(folder: Path) -> list[Path]:
    pixels = np.random.RandomState(0).randint(0, 256, (650, 650, 3), dtype=np.uint8)
    picture = Image.fromarray(pixels)
    info = PngImagePlugin.PngInfo()
    info.add_text("parameters", ORDINARY)
    exif = Image.Exif()
    exif.get_ifd(0x8769)[0x9286] = b"UNICODE\0" + ORDINARY.encode("utf-16-be")
    files = [folder / name for name in ("record.png", "none.png", "record.jpg", "record.webp")]
    picture.save(files[0], pnginfo=info)
    picture.save(files[1])
    picture.save(files[2], exif=exif)
    picture.save(files[3], exif=exif)
    return files


def main() -> None:
    print(f"{'file':<14}{'bytes':>9}{'ours':>9}{'Pillow':>9}{'walked':>9}{'sd-parsers':>12}   ms")
    with tempfile.TemporaryDirectory() as folder:
        for path in write_files(Path(folder)):
            name = str(path)
            row = [
                median_ms(i2p.read_metadata, name, 1000),
                median_ms(lambda path: Image.open(path).info, name, 500),
                median_ms(lambda path: Image.open(path).load(), name, 10),
            ]
            cells = "".join(f"{value:>9.4f}" for value in row)
            if ParserManager:
                cells += f"{median_ms(ParserManager().parse, name, 200):>12.4f}"
            print(f"{path.name:<14}{path.stat().st_size:>9}{cells}")


if __name__ == "__main__":
    main()
