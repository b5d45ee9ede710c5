"""resize() equals Pillow's Image.resize byte for byte."""

from __future__ import annotations

import numpy as np
import PIL
import pytest
from PIL import Image

import img2prompt as i2p

FILTERS = {
    "box": Image.Resampling.BOX,
    "bilinear": Image.Resampling.BILINEAR,
    "bicubic": Image.Resampling.BICUBIC,
    "lanczos": Image.Resampling.LANCZOS,
}


def picture(rng: np.random.Generator, width: int, height: int) -> np.ndarray:
    """Noise, hard edges (overshoot meets both ends of the range), or a smooth ramp."""
    kind = rng.integers(3)
    if kind == 0:
        return rng.integers(0, 256, (height, width, 3), dtype=np.uint8)
    if kind == 1:
        return (rng.integers(0, 2, (height, width, 3)) * 255).astype(np.uint8)
    ramp = np.add.outer(np.arange(height) * 3, np.arange(width) * 5)[:, :, None] + [0, 80, 160]
    return (ramp % 256).astype(np.uint8)


def pillow_resize(array: np.ndarray, width: int, height: int, name: str) -> np.ndarray:
    image = Image.fromarray(array)
    fewer_rows, fewer_columns = image.height - height, image.width - width
    if int(PIL.__version__.split(".")[0]) < 13 and fewer_rows > max(0, 2 * fewer_columns):
        # From 13 on, Pillow takes the vertical pass first here; an older one is led to.
        image = image.resize((image.width, height), FILTERS[name])
    return np.asarray(image.resize((width, height), FILTERS[name]))


def assert_equal(array: np.ndarray, width: int, height: int, name: str) -> None:
    ours = i2p.resize(array, (width, height), filter=name)
    pillow = pillow_resize(array, width, height, name)
    np.testing.assert_array_equal(ours, pillow, err_msg=f"{array.shape} to {width}x{height} {name}")


@pytest.mark.parametrize("name", FILTERS)
def test_random_sizes_equal_pillow(name: str) -> None:
    rng = np.random.default_rng(20240)
    for _ in range(250):
        array = picture(rng, *rng.integers(1, 130, 2))
        assert_equal(array, *(int(side) for side in rng.integers(1, 170, 2)), name)


@pytest.mark.parametrize("name", FILTERS)
@pytest.mark.parametrize("source", [(1, 1), (1, 37), (41, 1), (2, 2), (3, 200), (513, 2), (16, 16)])
def test_thin_and_tiny_pictures_equal_pillow(name: str, source: tuple[int, int]) -> None:
    rng = np.random.default_rng(7)
    array = picture(rng, *source)
    for size in [(1, 1), (1, 50), (50, 1), source, (source[0], 9), (9, source[1]), (300, 301)]:
        assert_equal(array, *size, name)


@pytest.mark.parametrize("name", FILTERS)
@pytest.mark.parametrize(
    ("source", "size"),
    [
        ((2000, 3), (1, 2)),
        ((3, 3000), (2, 1)),
        ((1, 1), (700, 600)),
        ((5, 1), (4001, 2)),
        ((1024, 768), (224, 224)),
        ((512, 512), (384, 384)),
        ((224, 224), (512, 640)),
        ((997, 641), (336, 336)),
    ],
)
def test_large_ratios_and_the_sizes_of_models_equal_pillow(
    name: str, source: tuple[int, int], size: tuple[int, int]
) -> None:
    assert_equal(picture(np.random.default_rng(11), *source), *size, name)


def test_arrays_that_are_views_are_read_as_they_look() -> None:
    array = picture(np.random.default_rng(3), 60, 50)
    for view in (array[::-1], array[:, ::2], array[:, :, ::-1], array.transpose(1, 0, 2)):
        whole = np.ascontiguousarray(view)
        np.testing.assert_array_equal(i2p.resize(view, (20, 30)), i2p.resize(whole, (20, 30)))


@pytest.mark.parametrize("size", [(0, 5), (5, -1), (65536, 1), (65535, 65535), (1 << 80, 1)])
def test_sides_out_of_bounds_are_refused(size: tuple[int, int]) -> None:
    with pytest.raises(i2p.InvalidArgument, match="from 1 to 65535"):
        i2p.resize(np.zeros((4, 4, 3), np.uint8), size)


def test_unknown_filters_and_sizes_name_what_is_accepted() -> None:
    array = np.zeros((4, 4, 3), np.uint8)
    with pytest.raises(i2p.InvalidArgument, match="'nearest'; accepted are bicubic"):
        i2p.resize(array, (2, 2), filter="nearest")
    for size in (5, (1, 2, 3), (1.5, 2), ("1", "2")):
        with pytest.raises(i2p.InvalidArgument, match="two integers"):
            i2p.resize(array, size)
