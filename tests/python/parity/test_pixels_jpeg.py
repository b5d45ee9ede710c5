"""load_image() of a JPEG equals Pillow's (libjpeg-turbo's) pixels byte for byte."""

from __future__ import annotations

import pytest
from PIL import Image

import img2prompt as i2p

from .jpeg_writer import write_jpeg
from .pictures import assert_as_pillow, encoded, noise, photo, pillow

SIZES = [(1, 1), (2, 2), (3, 5), (4, 1), (7, 5), (8, 8), (16, 16), (17, 15), (33, 50), (64, 9)]


@pytest.mark.parametrize("progressive", [False, True])
@pytest.mark.parametrize("subsampling", [0, 1, 2, "4:1:1"])
@pytest.mark.parametrize("quality", [10, 75, 100])
def test_colour_equals_pillow(quality: int, subsampling: int | str, progressive: bool) -> None:
    for width, height in [*SIZES, (300, 211)]:
        for image in (photo(width, height), Image.fromarray(noise(width, height))):
            data = encoded(
                image, "JPEG", quality=quality, subsampling=subsampling, progressive=progressive
            )
            assert_as_pillow(data)


@pytest.mark.parametrize("progressive", [False, True])
@pytest.mark.parametrize("mode", ["L", "CMYK"])
def test_grey_and_cmyk_equal_pillow(mode: str, progressive: bool) -> None:
    for width, height in SIZES:
        image = Image.fromarray(noise(width, height, 4), "CMYK").convert(mode)
        for quality in (50, 95):
            assert_as_pillow(encoded(image, "JPEG", quality=quality, progressive=progressive))


def test_inverted_ycck_equals_pillow() -> None:
    data = encoded(Image.fromarray(noise(40, 30, 4), "CMYK"), "JPEG", quality=90)
    at = data.index(b"Adobe") + 11
    assert data[at] == 0
    assert_as_pillow(data[:at] + b"\2" + data[at + 1 :])


def test_four_components_without_adobes_marker_equal_pillow() -> None:
    data = encoded(Image.fromarray(noise(40, 30, 4), "CMYK"), "JPEG", quality=90)
    at = data.index(b"\xff\xee")
    assert_as_pillow(data[:at] + data[at + 16 :])


def test_rgb_told_by_adobes_marker_or_the_names_equals_pillow() -> None:
    data = encoded(photo(64, 48), "JPEG", quality=90, keep_rgb=True)
    assert_as_pillow(data)
    assert_as_pillow(encoded(photo(64, 48), "JPEG", quality=90, keep_rgb=True, progressive=True))
    jfif = encoded(photo(64, 48), "JPEG", quality=90)
    at = jfif.index(b"\xff\xe0")
    plain = jfif[:at] + jfif[at + 18 :]  # neither JFIF nor Adobe: the names 1, 2, 3 mean YCbCr
    assert_as_pillow(plain)
    adobe = b"\xff\xee\0\x0eAdobe\0\x64\0\0\0\0"
    for transform in (b"\0", b"\1"):
        assert_as_pillow(plain[:at] + adobe + transform + plain[at:])


@pytest.mark.parametrize("blocks", [1, 3, 10])
def test_restart_markers_equal_pillow(blocks: int) -> None:
    for progressive in (False, True):
        options = {"restart_marker_blocks": blocks, "progressive": progressive}
        data = encoded(photo(120, 90), "JPEG", quality=80, **options)
        assert b"\xff\xd1" in data
        assert_as_pillow(data)


FACTORS = [
    [(1, 1)],
    [(2, 2)],
    [(1, 1), (1, 1), (1, 1)],
    [(1, 2), (1, 1), (1, 1)],
    [(2, 2), (1, 2), (2, 1)],
    [(2, 2), (2, 1), (1, 2)],
    [(4, 1), (1, 1), (1, 1)],
    [(1, 4), (1, 1), (1, 1)],
    [(4, 2), (1, 1), (1, 1)],
    [(3, 1), (1, 1), (1, 1)],
    [(1, 1), (2, 2), (2, 2)],
    [(2, 1), (1, 1), (1, 1), (2, 1)],
]


@pytest.mark.parametrize("factors", FACTORS)
def test_every_sampling_scan_order_and_restart_equals_pillow(
    factors: list[tuple[int, int]],
) -> None:
    seed = 0
    for width, height in [(1, 1), (8, 8), (5, 17), (35, 20), (64, 64)]:
        for interleaved in (True, False):
            for restart in (0, 1, 3):
                seed += 1
                data = write_jpeg(
                    width,
                    height,
                    factors,
                    interleaved=interleaved,
                    restart=restart,
                    wide_tables=seed % 2 == 0,
                    seed=seed,
                )
                assert_as_pillow(data)


def test_optimised_tables_and_own_quantisation_equal_pillow() -> None:
    image = photo(100, 80)
    assert_as_pillow(encoded(image, "JPEG", optimize=True, quality=60))
    tables = [list(range(1, 65)), [255] * 64]
    assert_as_pillow(encoded(image, "JPEG", qtables=tables))
    assert_as_pillow(encoded(image, "JPEG", qtables=[[3] * 64] * 2, subsampling=1))


def test_bytes_after_the_end_and_between_segments_do_no_harm() -> None:
    data = encoded(photo(50, 40), "JPEG")
    assert_as_pillow(data + b"\xff\xd8 something else")
    at = data.index(b"\xff\xdb")
    assert_as_pillow(data[:at] + b"\xff" * 5 + data[at:])
    assert_as_pillow(data[:at] + b"\xff\xfe\0\x06note" + data[at:])


def test_one_without_its_end_marker_is_refused_as_pillow_does() -> None:
    data = encoded(photo(50, 40), "JPEG")
    for cut in (1, 2, 3):
        with pytest.raises(OSError):
            pillow(data[:-cut])
        with pytest.raises(i2p.DecodeError, match="cut short"):
            i2p.load_image(data[:-cut])
