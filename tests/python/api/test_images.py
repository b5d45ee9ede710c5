"""What counts as a picture, and what is said about what does not."""

from __future__ import annotations

import io
import os
import struct
import subprocess
import sys
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import img2prompt as i2p
from img2prompt.images import core_source


@pytest.fixture()
def array() -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (12, 17, 3), dtype=np.uint8)


def encoded(array: np.ndarray, kind: str, **options: object) -> bytes:
    out = io.BytesIO()
    Image.fromarray(array).save(out, kind, **options)
    return out.getvalue()


def test_every_kind_of_source_gives_the_same_picture(array: np.ndarray, tmp_path: Path) -> None:
    data = encoded(array, "PNG")
    path = tmp_path / "pictür.txt"  # the name's end does not matter
    path.write_bytes(data)
    sources = [path, str(path), data, bytearray(data), memoryview(data), array, Image.open(path)]
    for source in sources:
        result = i2p.load_image(source)
        assert result.dtype == np.uint8 and result.flags.c_contiguous
        np.testing.assert_array_equal(result, array)


@pytest.mark.skipif(sys.platform != "linux", reason="names that are not UTF-8 are Linux's")
def test_a_file_name_that_is_not_utf8_is_read(array: np.ndarray, tmp_path: Path) -> None:
    path = os.fsdecode(os.fsencode(tmp_path) + b"/\xff\xfe.png")
    Path(path).write_bytes(encoded(array, "PNG"))
    np.testing.assert_array_equal(i2p.load_image(path), array)
    with pytest.raises(i2p.Error, match="No such file"):
        i2p.load_image(path + "x")
    Path(path).write_bytes(b"")
    with pytest.raises(i2p.DecodeError, match="empty"):
        i2p.load_image(path)


def test_an_array_is_copied(array: np.ndarray) -> None:
    result = i2p.load_image(array)
    result[:] = 0
    assert array.any()


def test_other_sources_are_refused_with_what_is_accepted(array: np.ndarray) -> None:
    for source in (None, 5, [1, 2], object(), array.tolist()):
        with pytest.raises(
            i2p.InvalidArgument, match="a path, bytes, a PIL image or a numpy array"
        ):
            i2p.load_image(source)
    for bad in (array[:, :, 0], array[:, :, :2], array.astype(np.float32), array.astype(np.int8)):
        with pytest.raises(i2p.InvalidArgument, match=r"uint8 \[H, W, 3\]"):
            i2p.load_image(bad)
    with pytest.raises(i2p.InvalidArgument, match="without pixels"):
        i2p.load_image(array[:0])
    with pytest.raises(i2p.InvalidArgument, match="zero byte"):
        i2p.load_image("a\0b.png")


def test_files_that_cannot_be_read_are_named(tmp_path: Path) -> None:
    with pytest.raises(i2p.Error, match="nope.png.*No such file"):
        i2p.load_image(tmp_path / "nope.png")
    with pytest.raises(i2p.Error, match="directory"):
        i2p.load_image(tmp_path)


def test_what_is_no_picture_is_said_in_one_line(tmp_path: Path) -> None:
    cases = {
        b"": "empty; accepted are PNG, JPEG, WebP, GIF, BMP, PNM",
        b"hello": "text, not a picture; accepted are",
        bytes(range(128, 256)) * 9: "not a picture that is known; accepted are",
        b"\0\0\0\x20ftypheic" + bytes(40): "a HEIC picture; accepted are",
        b"\0\0\0\x20ftypavif" + bytes(40): "a damaged AVIF picture",
        b"II*\0" + bytes(40): "a damaged TIFF picture",
        b"%PDF-1.7 x": "a PDF file; accepted are",
    }
    for data, message in cases.items():
        path = tmp_path / "bad.png"
        path.write_bytes(data)
        with pytest.raises(i2p.DecodeError) as caught:
            i2p.load_image(path)
        assert message in str(caught.value)
        assert str(caught.value).startswith(str(path))
        assert "\n" not in str(caught.value)


ENCODINGS = {
    "png": ("PNG", {}),
    "png palette": ("PNG", {}),
    "jpeg": ("JPEG", {}),
    "progressive": ("JPEG", {"progressive": True}),
    "webp": ("WEBP", {}),
    "lossless": ("WEBP", {"lossless": True}),
    "gif": ("GIF", {}),
    "bmp": ("BMP", {}),
}


@pytest.mark.parametrize("name", ENCODINGS)
def test_a_picture_cut_short_anywhere_is_refused(name: str) -> None:
    kind, options = ENCODINGS[name]
    array = np.random.default_rng(4).integers(0, 256, (40, 52, 3), dtype=np.uint8)
    whole = encoded(array, kind, **options)
    if name == "png palette":
        out = io.BytesIO()
        Image.fromarray(array).quantize(50).save(out, kind)
        whole = out.getvalue()
    assert i2p.load_image(whole).shape == (40, 52, 3)
    # A PNG's end chunk and checksum, a GIF's trailer and final codes hold no pixels.
    spare = {"PNG": 20, "GIF": 6}.get(kind, 1)
    for size in [*range(1, 60), *range(60, len(whole) - spare, 37), len(whole) - spare]:
        with pytest.raises(i2p.DecodeError):
            i2p.load_image(whole[:size])


@pytest.mark.parametrize("name", ENCODINGS)
def test_flipped_bytes_give_a_picture_or_one_line(name: str) -> None:
    kind, options = ENCODINGS[name]
    rng = np.random.default_rng(6)
    whole = encoded(rng.integers(0, 256, (24, 31, 3), dtype=np.uint8), kind, **options)
    for _ in range(300):
        data = bytearray(whole)
        for at in rng.integers(0, len(data), rng.integers(1, 6)):
            data[at] = rng.integers(256)
        try:
            image = i2p.load_image(bytes(data))
            assert image.ndim == 3 and image.shape[2] == 3
        except i2p.DecodeError as error:
            assert "\n" not in str(error)


def png_header(width: int, height: int, data: bytes = b"") -> bytes:
    def chunk(kind: bytes, body: bytes) -> bytes:
        crc = struct.pack(">I", zlib.crc32(kind + body))
        return struct.pack(">I", len(body)) + kind + body + crc

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", data) + chunk(b"IEND", b"")
    )


def test_declared_sizes_beyond_the_limits_are_refused_before_memory_is_taken() -> None:
    gif = b"GIF89a" + struct.pack("<HHBBB", 65535, 65535, 0, 0, 0) + b"," + bytes(4)
    jpeg = b"\xff\xd8\xff\xc0\0\x0b\x08\xff\xff\xff\xff\1\1\x11\0"
    bmp = b"BM" + struct.pack("<IIIIiiHHI", 0, 0, 54, 40, 2**31 - 1, -(2**31), 1, 24, 0) + bytes(20)
    cases = {
        png_header(100_000, 2): "a side may have at most 65535",
        png_header(60_000, 60_000): "at most 178956970 in all",
        png_header(0, 5): "PNG picture",
        gif + struct.pack("<HHB", 1, 1, 0) + b"\2": "at most 178956970 in all",
        jpeg: "at most 178956970 in all",
        bmp: "a side may have at most 65535",
        # Within the limits, but more than so few bytes can hold.
        png_header(13_000, 13_000, zlib.compress(bytes(1000))): "cut short",
        jpeg.replace(b"\xff\xff\xff\xff", b"\x30\0\x30\0"): "cut short",
    }
    for data, message in cases.items():
        with pytest.raises(i2p.DecodeError, match=message):
            i2p.load_image(data)


def test_a_pil_image_is_told_without_importing_pil() -> None:
    code = (
        "import sys, numpy, img2prompt as i2p;"
        "i2p.resize(numpy.zeros((2, 2, 3), numpy.uint8), (1, 1));"
        "sys.exit('PIL' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_pil_images_of_every_mode_become_arrays(array: np.ndarray) -> None:
    image = Image.fromarray(array)
    for mode in ("1", "L", "P", "LA", "RGBA", "CMYK", "YCbCr", "HSV", "F"):
        expected = np.asarray(image.convert(mode).convert("RGB"))
        np.testing.assert_array_equal(core_source(image.convert(mode)), expected)
    deep = np.arange(0, 60_000, 1000, dtype=np.uint16).reshape(6, 10)
    np.testing.assert_array_equal(core_source(Image.fromarray(deep))[:, :, 1], deep >> 8)


def test_a_pil_image_cut_short_is_a_decode_error(array: np.ndarray) -> None:
    image = Image.open(io.BytesIO(encoded(array, "PNG")[:150]))
    with pytest.raises(i2p.DecodeError, match="the PIL image"):
        i2p.load_image(image)
