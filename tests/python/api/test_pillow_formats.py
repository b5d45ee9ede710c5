"""Pixels of containers that the core leaves to Pillow."""

from __future__ import annotations

import io
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, features

import img2prompt as i2p
from img2prompt import pillow_formats

FORMATS = [
    "TIFF",
    *(["AVIF"] if features.check("avif") else []),
    *(["JPEG2000"] if features.check("jpg_2000") else []),
]


def encoded(kind: str, **options: object) -> bytes:
    pixels = np.random.default_rng(0).integers(0, 256, (12, 18, 3), dtype=np.uint8)
    out = io.BytesIO()
    Image.fromarray(pixels).save(out, kind, **options)
    return out.getvalue()


@pytest.mark.parametrize("kind", FORMATS)
def test_pixels_are_those_that_pillow_reads(kind: str, tmp_path: Path) -> None:
    data = encoded(kind)
    (tmp_path / "a.png").write_bytes(data)  # the name's end does not matter
    expected = np.asarray(Image.open(io.BytesIO(data)).convert("RGB"))
    np.testing.assert_array_equal(i2p.load_image(data), expected)
    np.testing.assert_array_equal(i2p.load_image(tmp_path / "a.png"), expected)


def test_a_tiff_is_turned_upright() -> None:
    data = encoded("TIFF", tiffinfo={274: 6})
    assert i2p.load_image(data).shape == (18, 12, 3)


@pytest.mark.parametrize("kind", FORMATS)
def test_a_cut_file_is_named_in_one_line(kind: str, tmp_path: Path) -> None:
    path = tmp_path / "cut.tif"
    path.write_bytes(encoded(kind)[:-60])
    with pytest.raises(i2p.DecodeError) as caught:
        i2p.load_image(path)
    assert str(path) in str(caught.value) and "\n" not in str(caught.value)


@pytest.mark.parametrize("host_limit", [None, 89_478_485])
def test_too_many_pixels_are_refused_before_decoding(
    host_limit: int | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = io.BytesIO()
    Image.new("1", (16, 16)).save(out, "TIFF")
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", host_limit)
    monkeypatch.setattr(Image.Image, "load", lambda self: pytest.fail("it was decoded"))
    data = bytearray(out.getvalue())
    for tag in (256, 257):  # ImageWidth and ImageLength
        at = data.index(tag.to_bytes(2, "little") + b"\x04\x00\x01\x00\x00\x00")
        data[at + 8 : at + 12] = (20_000).to_bytes(4, "little")
    with pytest.raises(i2p.DecodeError, match="smaller first"):
        i2p.load_image(bytes(data))


def test_without_pillow_the_core_says_what_the_file_is() -> None:
    program = (
        "import sys; sys.modules['PIL'] = None\n"
        "import img2prompt as i2p\n"
        "try: i2p.load_image(bytes.fromhex(sys.argv[1]))\n"
        "except i2p.DecodeError as error: print(error)\n"
    )
    said = subprocess.run(
        [sys.executable, "-c", program, encoded("TIFF").hex()], capture_output=True, text=True
    )
    assert "a TIFF picture; accepted are" in said.stdout, said.stderr


def test_no_other_reader_of_pillow_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []
    monkeypatch.setattr(Image, "open", lambda file, formats: asked.append(formats) or 1 / 0)
    for data in (b"%!PS-Adobe-3.0 EPSF", encoded("PNG"), b"GIF89a", b"\0\0\1\0"):
        assert pillow_formats.open_with_pillow(data) is None
    with pytest.raises(ZeroDivisionError):
        pillow_formats.open_with_pillow(encoded("TIFF"))
    assert asked == [["TIFF"]]
