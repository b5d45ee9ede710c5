"""Truevision TGA with its version 2 footer equals Pillow's pixels; damaged ones are refused."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

import img2prompt as i2p

from .pictures import assert_as_pillow, encoded, noise


@pytest.mark.parametrize("mode", ["L", "LA", "P", "RGB", "RGBA"])
@pytest.mark.parametrize("size", [(1, 1), (7, 5), (300, 200)])
@pytest.mark.parametrize("compression", [None, "tga_rle"])
@pytest.mark.parametrize("orientation", [-1, 1])
def test_tga_equals_pillow(
    mode: str, size: tuple[int, int], compression: str | None, orientation: int
) -> None:
    pixels = noise(*size)
    pixels[: len(pixels) // 2] = 7  # runs to pack
    picture = Image.fromarray(pixels)
    if mode == "RGBA":
        picture.putalpha(Image.fromarray(noise(*size)[:, :, 0]))
    picture = picture.quantize(60) if mode == "P" else picture.convert(mode)
    assert_as_pillow(encoded(picture, "TGA", compression=compression, orientation=orientation))


def test_a_damaged_tga_is_refused() -> None:
    data = bytearray(encoded(Image.fromarray(noise(40, 30)), "TGA"))
    footer, wide, turned = bytes(data[-26:]), bytearray(data), bytearray(data)
    wide[12:16] = b"\xff" * 4
    turned[17] |= 0x10
    for damaged in (bytes(data[:900]) + footer, footer, bytes(wide), bytes(turned)):
        with pytest.raises(i2p.DecodeError, match="TGA|pixels") as caught:
            i2p.load_image(damaged)
        assert "\n" not in str(caught.value)


def test_a_tga_without_the_footer_is_not_guessed_at() -> None:
    picture = Image.fromarray(np.full((9, 9, 3), 200, np.uint8))
    with pytest.raises(i2p.DecodeError, match="not a picture that is known"):
        i2p.load_image(encoded(picture, "TGA")[:-26])
