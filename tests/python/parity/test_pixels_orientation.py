"""The EXIF orientation is applied as ImageOps.exif_transpose does, from every container."""

from __future__ import annotations

import io
import struct

import numpy as np
import pytest
from PIL import Image, ImageOps

import img2prompt as i2p

from .png_writer import chunk


def tiff(orientation: int, order: str = "<", kind: int = 3) -> bytes:
    """An EXIF block: another entry, then the orientation (kind 3 short, 4 long)."""
    mark = b"II" if order == "<" else b"MM"
    value = struct.pack(order + ("HH" if kind == 3 else "I"), *([orientation, 0][: 5 - kind]))
    entries = struct.pack(order + "HHII", 0x0100, 4, 1, 9) + struct.pack(
        order + "HHI", 0x0112, kind, 1
    )
    return mark + struct.pack(order + "HIH", 42, 8, 2) + entries + value + bytes(4)


def assert_upright(data: bytes) -> None:
    expected = np.asarray(ImageOps.exif_transpose(Image.open(io.BytesIO(data))).convert("RGB"))
    np.testing.assert_array_equal(i2p.load_image(data), expected)


def saved(kind: str, exif: bytes) -> bytes:
    array = np.random.default_rng(1).integers(0, 256, (3, 5, 3), dtype=np.uint8)
    out = io.BytesIO()
    options = {"JPEG": {}, "PNG": {}, "WEBP": {"lossless": True}}[kind]
    # One colour for each 8x8 block: any JPEG decoder gives the same bytes for flat blocks of grey.
    grey = np.repeat(np.repeat(array[:, :, :1], 8, axis=0), 8, axis=1).repeat(3, axis=2)
    Image.fromarray(grey if kind == "JPEG" else array).save(out, kind, exif=exif, **options)
    return out.getvalue()


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_every_orientation_equals_exif_transpose(kind: str, orientation: int) -> None:
    for order in "<>":
        for field in (3, 4):
            assert_upright(saved(kind, b"Exif\0\0" + tiff(orientation, order, field)))


def test_orientation_after_the_pixels_of_a_png_counts() -> None:
    data = saved("PNG", b"")
    assert_upright(data[:-12] + chunk(b"eXIf", tiff(6)) + data[-12:])


@pytest.mark.parametrize(
    "exif", [b"", b"II", b"II*\0\xff\xff\xff\xff", tiff(0), tiff(9), tiff(6)[:20], b"garbage" * 3]
)
def test_damaged_orientation_leaves_the_picture_as_stored(exif: bytes) -> None:
    plain = saved("PNG", b"")
    data = plain[:33] + chunk(b"eXIf", exif) + plain[33:]
    np.testing.assert_array_equal(i2p.load_image(data), i2p.load_image(plain))


def test_a_pil_image_is_turned_and_its_alpha_dropped() -> None:
    array = np.random.default_rng(2).integers(0, 256, (4, 6, 4), dtype=np.uint8)
    image = Image.fromarray(array)
    image.getexif()[0x0112] = 6
    expected = np.asarray(ImageOps.exif_transpose(image).convert("RGB"))
    assert expected.shape == (6, 4, 3)
    np.testing.assert_array_equal(i2p.load_image(image), expected)
