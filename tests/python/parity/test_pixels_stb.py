"""Portable anymaps and Photoshop files equal Pillow's pixels; cut short they are refused."""

from __future__ import annotations

import struct

import numpy as np
import pytest
from PIL import Image

import img2prompt as i2p

from .pictures import assert_as_pillow, encoded, noise


def write_psd(pixels: np.ndarray, packed: bool) -> bytes:
    """A Photoshop document that holds the flattened picture alone, by Adobe's file format."""
    height, width, channels = pixels.shape
    header = struct.pack(">4sH6xHIIHH", b"8BPS", 1, channels, height, width, 8, 3)
    planes = [pixels[:, :, c] for c in range(channels)]
    if not packed:
        data = struct.pack(">H", 0) + b"".join(plane.tobytes() for plane in planes)
    else:
        # PackBits, each row as runs of at most 128 literal bytes.
        rows = [
            b"".join(
                bytes([len(row[i : i + 128]) - 1]) + row[i : i + 128]
                for i in range(0, len(row), 128)
            )
            for plane in planes
            for row in (line.tobytes() for line in plane)
        ]
        lengths = b"".join(struct.pack(">H", len(row)) for row in rows)
        data = struct.pack(">H", 1) + lengths + b"".join(rows)
    return header + struct.pack(">III", 0, 0, 0) + data


@pytest.mark.parametrize("mode", ["L", "RGB"])
@pytest.mark.parametrize("size", [(1, 1), (7, 5), (300, 200)])
def test_pnm_equals_pillow(mode: str, size: tuple[int, int]) -> None:
    picture = Image.fromarray(noise(*size)).convert(mode)
    assert_as_pillow(encoded(picture, "PPM"))


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("size", [(1, 1), (7, 5), (300, 200)])
def test_psd_equals_pillow(packed: bool, size: tuple[int, int]) -> None:
    assert_as_pillow(write_psd(noise(*size), packed))


@pytest.mark.parametrize("packed", [None, False, True])
def test_every_cut_is_refused(packed: bool | None) -> None:
    whole = (
        write_psd(noise(20, 9), packed)
        if packed is not None
        else encoded(Image.fromarray(noise(20, 9)), "PPM")
    )
    for size in range(2, len(whole), 7):
        with pytest.raises(i2p.DecodeError):
            i2p.load_image(whole[:size])


def test_declared_size_is_checked_before_memory_is_taken() -> None:
    with pytest.raises(i2p.DecodeError, match="65535"):
        i2p.load_image(b"P6 2000000 2000000 255\n" + bytes(100))
