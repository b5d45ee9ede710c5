"""Writes small pictures with real pixels as the first inputs of the fuzz targets that decode them.

Pillow encodes them: every mode and layout that a decoder of cpp/image has a branch for. The other
targets' seeds come from tests/fuzz/make_seeds.cpp.
Usage: python scripts/dev/make_fuzz_seeds.py FOLDER
"""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator
from pathlib import Path

from PIL import Image

SIZE = (19, 13)  # not whole blocks of any format


def picture(mode: str, size: tuple[int, int] = SIZE) -> Image.Image:
    """A picture whose pixels differ, in that mode."""
    base = Image.new("RGBA", size)
    base.putdata(
        [
            (x * 13 % 256, y * 29 % 256, (x * y * 7 + 40) % 256, (x * 40 + y) % 256)
            for y in range(size[1])
            for x in range(size[0])
        ]
    )
    return base.convert("RGB").convert(mode) if mode not in ("RGBA", "LA") else base.convert(mode)


def encoded(image: Image.Image, kind: str, **options: object) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def exif(orientation: int) -> bytes:
    block = Image.Exif()
    block[0x0112] = orientation
    block[0x010E] = "a description"
    return block.tobytes()


def jpegs() -> Iterator[bytes]:
    for mode in ("L", "RGB", "CMYK", "YCbCr"):
        for progressive in (False, True):
            yield encoded(picture(mode), "JPEG", quality=60, progressive=progressive)
    for subsampling in ("4:4:4", "4:2:2", "4:2:0"):
        yield encoded(picture("RGB"), "JPEG", subsampling=subsampling, exif=exif(6))
    yield encoded(picture("RGB"), "JPEG", restart_marker_blocks=1, comment=b"a comment")
    yield encoded(picture("L", (1, 1)), "JPEG", quality=1)


def webps() -> Iterator[bytes]:
    for mode in ("RGB", "RGBA"):
        for lossless in (False, True):
            yield encoded(picture(mode), "WEBP", lossless=lossless, quality=50)
    yield encoded(picture("RGB"), "WEBP", lossless=True, exif=exif(3), xmp=b"<x/>")
    frames = [picture("RGBA").rotate(turn) for turn in (90, 180)]
    yield encoded(picture("RGBA"), "WEBP", save_all=True, append_images=frames, duration=10)


def gifs() -> Iterator[bytes]:
    for colours in (2, 4, 16, 256):
        yield encoded(picture("RGB").quantize(colours), "GIF", comment=b"a comment")
    yield encoded(picture("L"), "GIF", interlace=1)
    yield encoded(picture("RGB").quantize(8), "GIF", interlace=0, transparency=1)
    frames = [picture("P"), picture("P").transpose(Image.Transpose.FLIP_LEFT_RIGHT)]
    yield encoded(frames[0], "GIF", save_all=True, append_images=frames[1:], loop=0)


def bmps() -> Iterator[bytes]:
    """BMP, PNM and PSD: one target decodes all three."""
    for mode in ("1", "L", "P", "RGB", "RGBA"):
        yield encoded(picture(mode), "BMP")
    for mode in ("L", "RGB"):
        yield encoded(picture(mode), "PPM")
    for kind, most in ((b"P5", 65535), (b"P6", 300), (b"P5", 3)):
        yield kind + b" 4 3 %d\n" % most + bytes(range(4 * 3 * 3 * 2))
    for packed in (False, True):
        yield psd(packed)


def tgas() -> Iterator[bytes]:
    """Without the footer, which the target adds."""
    for mode in ("L", "LA", "P", "RGB", "RGBA"):
        for compression in (None, "tga_rle"):
            yield encoded(picture(mode), "TGA", compression=compression)[:-26]


def psd(packed: bool) -> bytes:
    """A flattened RGB document of 4 x 3 pixels, its rows packed or not."""
    width, height, row = 4, 3, bytes([10, 20, 30, 40])

    def number(value: int, count: int) -> bytes:
        return value.to_bytes(count, "big")

    head = b"8BPS" + number(1, 2) + bytes(6) + number(3, 2) + number(height, 4) + number(width, 4)
    head += number(8, 2) + number(3, 2) + number(0, 4) * 3 + number(int(packed), 2)
    if not packed:
        return head + row * height * 3
    run = number(width - 1, 1) + row
    return head + number(len(run), 2) * height * 3 + run * height * 3


def write_picture_seeds(folder: Path) -> None:
    """Adds the pictures to each target's folder."""
    makers = {"jpeg": jpegs, "webp": webps, "gif": gifs, "bmp": bmps, "tga": tgas}
    for kind, make in makers.items():
        for number, data in enumerate(make()):
            targets = [f"decode_{kind}", kind, "edit"]
            if kind in ("bmp", "tga"):
                targets.remove(kind)  # no reader of records has them for a format of its own
            for target in targets:
                place = folder / target
                place.mkdir(parents=True, exist_ok=True)
                first = bytes([number % 4]) if target == "edit" else b""
                (place / f"{kind}_{number:03}").write_bytes(first + data)


if __name__ == "__main__":
    write_picture_seeds(Path(sys.argv[1]))
