"""What the tagger sees equals the WebUI's resize-and-fill by Pillow, byte for byte."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

import img2prompt as i2p

from . import deepdanbooru_models as models
from .pictures import noise, photo

GROUPS = (models.Group(1, 4, 4, 4, 8, 1, 1),)

# Wide, tall, odd, up and down, one pixel, and the longest whose short side still has a row.
SIZES = [
    *[(512, 512), (511, 512), (512, 511), (513, 512), (512, 513), (1, 1), (2, 2), (3, 2), (2, 3)],
    *[(1024, 1023), (1000, 3), (3, 1000), (1, 512), (512, 1), (2, 1023), (1023, 2), (1920, 1080)],
    *[(640, 480), (480, 640), (333, 777), (777, 333), (4000, 9), (9, 4000), (100, 99), (99, 100)],
]


@pytest.fixture(scope="module")
def taggers(tmp_path_factory):
    """By the size of what they see."""
    made = {}
    for size in (512, 36, 4):
        model = models.Published(GROUPS, 3)
        folder = tmp_path_factory.mktemp("tagger")
        made[size] = models.load(folder, model, ["a", "b", "c"], size)
    return made


def assert_as_webui(tagger, picture, size):
    ours = tagger._core.preprocess(np.asarray(picture))
    assert ours.dtype == np.float32
    want = models.resized_and_filled(picture, size).astype(np.float32) / 255
    np.testing.assert_array_equal(ours, want)


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
def test_noise_of_every_shape(size, taggers):
    assert_as_webui(taggers[512], Image.fromarray(noise(*size)), 512)


def test_photos_and_extremes(taggers):
    for picture in (
        photo(300, 200),
        photo(211, 503),
        Image.new("RGB", (700, 90), "white"),
        # Steps at the edge, where the bands leave the range of a byte.
        Image.fromarray(np.repeat(np.array([[[0] * 3], [[255] * 3]], np.uint8), 9, axis=1)),
        Image.fromarray(np.repeat(np.array([[[255] * 3, [0] * 3]], np.uint8), 9, axis=0)),
    ):
        assert_as_webui(taggers[512], picture, 512)


def test_small_sizes_in_hundreds(taggers):
    random = np.random.default_rng(0)
    for seed in range(400):
        size = int(random.choice([36, 4]))
        width, height = (int(side) for side in random.integers(1, 90, 2))
        if max(width, height) < size * min(width, height):
            assert_as_webui(taggers[size], Image.fromarray(noise(width, height, seed=seed)), size)


def test_a_picture_too_long_for_the_webui_keeps_one_row(taggers):
    line = noise(2000, 1)
    with pytest.raises(ValueError, match="must be > 0"):
        models.resized_and_filled(Image.fromarray(line), 512)
    ours = taggers[512]._core.preprocess(line) * 255
    want = np.asarray(Image.fromarray(line).resize((512, 1), Image.LANCZOS), np.float32)
    np.testing.assert_allclose(ours, np.repeat(want, 512, axis=0), rtol=0, atol=1e-4)


def test_files_are_read_upright(taggers, tmp_path):
    picture = photo(60, 40)
    exif = Image.Exif()
    exif[0x0112] = 6  # turn a quarter clockwise
    picture.save(tmp_path / "turned.png", exif=exif)
    turned = picture.transpose(Image.ROTATE_270)
    np.testing.assert_array_equal(
        taggers[512]._core.preprocess(str(tmp_path / "turned.png")),
        models.resized_and_filled(turned, 512).astype(np.float32) / 255,
    )
    probabilities = taggers[512].probabilities(tmp_path / "turned.png")
    np.testing.assert_array_equal(probabilities, taggers[512].probabilities(turned))
    assert isinstance(taggers[512], i2p.Tagger)
