"""Portable anymaps and Photoshop files equal Pillow's pixels; cut short they are refused."""

from __future__ import annotations

import struct

import numpy as np
import pytest
from PIL import Image

import img2prompt as i2p

from .pictures import assert_as_pillow, encoded, noise, pillow


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


@pytest.mark.parametrize("most", [1, 3, 100, 254, 300, 4095, 65535])
def test_pnm_of_any_largest_sample_is_scaled_as_pillow_scales_colours(most: int) -> None:
    samples = np.random.default_rng(most).integers(0, most + 1, (9, 7, 3))
    data = samples.astype(">u2" if most > 255 else "u1").tobytes()
    colours = b"P6 # a comment\n7 9\n%d\n" % most + data
    assert_as_pillow(colours)
    # Grey: the same numbers, each a pixel of three equal samples; Pillow clips those beyond 255.
    grey = i2p.load_image(b"P5 21 9 %d\n" % most + data)
    expected = pillow(colours).reshape(9, 21, 1).repeat(3, 2)
    np.testing.assert_array_equal(np.asarray(grey), expected)


@pytest.mark.parametrize("most", [0, 65536])
def test_pnm_of_a_largest_sample_that_cannot_be_is_refused(most: int) -> None:
    with pytest.raises(i2p.DecodeError, match="1 to 65535"):
        i2p.load_image(b"P5 2 2 %d\n" % most + bytes(100))


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("size", [(1, 1), (7, 5), (300, 200)])
def test_psd_equals_pillow(packed: bool, size: tuple[int, int]) -> None:
    assert_as_pillow(write_psd(noise(*size), packed))
    with_alpha = np.dstack([noise(*size), noise(*size)[:, :, :1]])
    assert_as_pillow(write_psd(with_alpha, packed))


def test_psd_rows_of_runs_equal_pillow() -> None:
    # Runs of every length, literal bytes between them, and bytes that stand for nothing.
    rows = [
        bytes([257 - run]) + b"\x07" + b"\x80" + bytes([131 - run]) + bytes(range(132 - run))
        for run in range(4, 129)
    ]
    lengths = b"".join(struct.pack(">H", len(row)) for row in rows)
    header = struct.pack(">4sH6xHIIHH", b"8BPS", 1, 3, len(rows), 132, 8, 3) + bytes(12)
    data = struct.pack(">H", 1) + lengths * 3 + b"".join(rows) * 3
    assert_as_pillow(header + data)


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
