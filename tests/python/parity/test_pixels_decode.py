"""load_image() equals Pillow's convert("RGB") byte for byte."""

from __future__ import annotations

import struct

import numpy as np
import pytest
from PIL import Image

import img2prompt as i2p

from .pictures import assert_as_pillow, encoded, noise, photo, pillow
from .png_writer import CHANNELS, DEPTHS, chunk, write_png

SIZES = [(1, 1), (3, 2), (7, 5), (8, 8), (17, 13), (33, 9)]


# -- PNG ------------------------------------------------------------------------------------------


@pytest.mark.filterwarnings("ignore:Palette images with Transparency")
@pytest.mark.parametrize("interlaced", [False, True])
@pytest.mark.parametrize(
    ("color_type", "depth"), [(c, d) for c, depths in DEPTHS.items() for d in depths]
)
def test_every_png_layout_equals_pillow(color_type: int, depth: int, interlaced: bool) -> None:
    rng = np.random.default_rng(color_type * 100 + depth)
    for width, height in SIZES:
        samples = rng.integers(0, 1 << depth, (height, width, CHANNELS[color_type]))
        palettes = [b""]
        if color_type == 3:
            # A short palette as well: Pillow takes indices beyond it for black.
            palettes = [rng.bytes(3 << depth), rng.bytes(3 * max(1, (1 << depth) // 2))]
        transparencies = [b""]
        if color_type == 3:
            transparencies.append(rng.bytes(2))
        elif color_type in (0, 2):
            transparencies.append(samples[0, 0].astype(">u2").tobytes())
        for palette in palettes:
            for transparency in transparencies:
                data = write_png(
                    samples,
                    color_type,
                    depth,
                    interlaced=interlaced,
                    palette=palette,
                    transparency=transparency,
                    seed=width,
                )
                if (color_type, depth) == (0, 16):
                    # Pillow clips 16-bit grey at 255, which leaves white; here the high byte.
                    expected = np.repeat((samples >> 8).astype(np.uint8), 3, axis=2)
                    np.testing.assert_array_equal(i2p.load_image(data), expected)
                else:
                    assert_as_pillow(data)


def test_damaged_or_bulky_ancillary_chunks_of_a_png_do_no_harm() -> None:
    samples = noise(9, 7).astype(np.int64)
    bad = bytearray(chunk(b"gAMA", b"\0\0\0\0") + chunk(b"tEXt", b"key\0value"))
    bad[-1] ^= 0xFF  # the checksum
    bulky = chunk(b"zTXt", b"key\0\0" + b"not deflated") + chunk(b"iCCP", b"icc\0\0broken")
    unknown = chunk(b"prVt", bytes(100_000)) + chunk(b"acTL", b"\0\0\0\1\0\0\0\0")
    data = write_png(samples, 2, 8, chunks=bytes(bad) + bulky + unknown)
    np.testing.assert_array_equal(i2p.load_image(data), samples)


def test_a_png_without_its_end_chunk_is_read() -> None:
    data = write_png(noise(9, 7).astype(np.int64), 2, 8)
    np.testing.assert_array_equal(i2p.load_image(data[:-12]), pillow(data))


# -- GIF, BMP, WebP -------------------------------------------------------------------------------


@pytest.mark.parametrize("colors", [2, 3, 16, 100, 256])
@pytest.mark.parametrize("interlace", [0, 1])
def test_gif_equals_pillow(colors: int, interlace: int) -> None:
    for width, height in [*SIZES, (200, 150)]:
        image = Image.fromarray(noise(width, height)).quantize(colors)
        assert_as_pillow(encoded(image, "GIF", interlace=interlace))
        assert_as_pillow(encoded(image, "GIF", interlace=interlace, transparency=1))
    assert_as_pillow(encoded(photo(300, 200).quantize(colors), "GIF", interlace=interlace))
    assert_as_pillow(encoded(Image.new("L", (640, 480), 7), "GIF", interlace=interlace))


def gif_with_a_small_frame(transparent: bool, screen: tuple[int, int]) -> bytes:
    data = encoded(Image.fromarray(noise(10, 8)).quantize(8), "GIF")
    start = data.index(b",", 13 + 24)
    frame = bytearray(data[start:])
    frame[1:5] = struct.pack("<HH", 3, 2)
    header = bytearray(data[:start])
    header[6:10] = struct.pack("<HH", *screen)
    control = b"!\xf9\4" + bytes([transparent, 0, 0, 5]) + b"\0"
    return bytes(header) + control + bytes(frame)


@pytest.mark.parametrize("transparent", [False, True])
@pytest.mark.parametrize("screen", [(20, 15), (13, 10), (5, 5)])
def test_a_gif_frame_that_is_not_its_screen_equals_pillow(
    transparent: bool, screen: tuple[int, int]
) -> None:
    assert_as_pillow(gif_with_a_small_frame(transparent, screen))


def test_the_first_frame_of_an_animation_is_read() -> None:
    frames = [Image.fromarray(noise(40, 30, seed=i)) for i in range(3)]
    gif = encoded(frames[0].quantize(64), "GIF", save_all=True, append_images=frames[1:])
    assert_as_pillow(gif)
    for options in ({"lossless": True}, {"quality": 60}, {"quality": 80, "minimize_size": True}):
        webp = encoded(frames[0], "WEBP", save_all=True, append_images=frames[1:], **options)
        assert b"ANMF" in webp
        assert_as_pillow(webp)
    faded = [f.convert("RGBA") for f in frames]
    for frame in faded:
        frame.putalpha(Image.fromarray(noise(40, 30, 1, seed=9)[:, :, 0]))
    assert_as_pillow(encoded(faded[0], "WEBP", save_all=True, append_images=faded[1:], quality=70))


@pytest.mark.parametrize("mode", ["1", "L", "P", "RGB", "RGBA"])
def test_bmp_equals_pillow(mode: str) -> None:
    for width, height in SIZES:
        image = Image.fromarray(noise(width, height, 4)).convert("RGB" if mode == "P" else mode)
        assert_as_pillow(encoded(image.quantize(20) if mode == "P" else image, "BMP"))


def bmp(width: int, height: int, bits: int, compression: int, body: bytes, extra: bytes) -> bytes:
    header = struct.pack("<IiiHHIIiiII", 40, width, height, 1, bits, compression, 0, 0, 0, 0, 0)
    offset = 14 + len(header) + len(extra)
    return b"BM" + struct.pack("<IHHI", offset + len(body), 0, 0, offset) + header + extra + body


@pytest.mark.parametrize("top_down", [False, True])
@pytest.mark.parametrize("width", [1, 2, 5, 8, 21])
def test_bmp_layouts_that_pillow_does_not_write_equal_pillow(top_down: bool, width: int) -> None:
    rng = np.random.default_rng(width)
    height = 6
    signed = -height if top_down else height
    sixteen = rng.bytes((width * 2 + 3) // 4 * 4 * height)
    assert_as_pillow(bmp(width, signed, 16, 0, sixteen, b""))
    assert_as_pillow(bmp(width, signed, 16, 3, sixteen, struct.pack("<III", 0xF800, 0x7E0, 0x1F)))
    assert_as_pillow(bmp(width, signed, 32, 0, rng.bytes(width * 4 * height), b""))
    masks = struct.pack("<III", 0xFF000000, 0xFF0000, 0xFF00)
    assert_as_pillow(bmp(width, signed, 32, 3, rng.bytes(width * 4 * height), masks))
    nibbles = rng.bytes(((width + 1) // 2 + 3) // 4 * 4 * height)
    assert_as_pillow(bmp(width, signed, 4, 0, nibbles, rng.bytes(64)))


def test_run_length_bmp_equals_pillow() -> None:
    palette = np.random.default_rng(1).bytes(1024)
    # Runs, indices as they are (an odd count is filled up), a move, a run across the row's end.
    eight = b"\x05\x07\x03\x09\0\0" + b"\0\x03\x01\x02\x03\0\x05\x08\0\0"
    eight += b"\x02\x06\0\2\3\0\x03\x05\0\0" + b"\x08\x0b\0\1"
    assert_as_pillow(bmp(8, 4, 8, 1, eight, palette))
    four = b"\x05\x12\x03\x34\0\0" + b"\0\x08\x12\x34\x56\x78\0\0" + b"\x08\xab\0\1"
    assert_as_pillow(bmp(8, 3, 4, 2, four, palette[:64]))


@pytest.mark.parametrize("options", [{"lossless": True}, {"quality": 30}, {"quality": 95}])
def test_webp_equals_pillow(options: dict[str, object]) -> None:
    for width, height in [*SIZES, (180, 121)]:
        image = photo(width, height)
        assert_as_pillow(encoded(image, "WEBP", **options))
        image.putalpha(Image.fromarray(noise(width, height, 1)[:, :, 0]))
        assert_as_pillow(encoded(image, "WEBP", **options))
        assert_as_pillow(encoded(image, "WEBP", exact=True, **options))
