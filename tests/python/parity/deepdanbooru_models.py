"""DeepDanbooru as TorchDeepDanbooru publishes it, seeded, and the files from which ours loads.

The numbers are those of deep_danbooru_model.py in https://github.com/AUTOMATIC1111/TorchDeepDanbooru
(MIT); pads, pooling and the order of the last layers are as there.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image

import img2prompt as i2p


class Group(NamedTuple):
    """Blocks of three convolutions, numbers first to last; the first block has a fourth one."""

    first: int
    last: int
    into: int
    middle: int
    out: int
    stride: int
    shortcut: int  # the number of the fourth


FULL = (
    Group(1, 10, 64, 64, 256, 1, 1),
    Group(11, 35, 256, 128, 512, 2, 11),
    Group(36, 96, 512, 256, 1024, 2, 36),
    Group(97, 157, 1024, 256, 1024, 2, 100),
    Group(158, 167, 1024, 512, 2048, 2, 158),
    Group(168, 177, 2048, 1024, 4096, 2, 168),
)
FULL_TAGS = 9176
# Of everything a little; maps of 2 x 2 places before the mean.
SMALL = (
    Group(1, 4, 8, 8, 32, 1, 1),
    Group(5, 11, 32, 6, 24, 2, 5),
    Group(12, 18, 24, 10, 40, 2, 12),
    Group(19, 25, 40, 10, 40, 2, 22),
    Group(26, 29, 40, 12, 48, 2, 26),
    Group(30, 33, 48, 16, 64, 2, 30),
)
SMALL_SIZE = 256
SMALL_TAGS = [
    "1girl",
    "rating:safe",
    "hatsune_miku_(vocaloid)",
    "^_^",
    "\\o/",
    "日本語",
    "Zebra",
    "rating",
    "long_hair",
    *(f"tag_{i}" for i in range(31)),
]


class Published(torch.nn.Module):
    """[N, size, size, 3] in 0..1 -> [N, tags]."""

    def __init__(self, groups: tuple[Group, ...], tags: int) -> None:
        super().__init__()
        self.groups = groups
        self.conv(0, 3, groups[0].into, 7, 2)
        for group in groups:
            into = group.into
            for number in self.starts(group):
                first = number == group.first
                stride = group.stride if first else 1
                numbers = self.block(group, number)
                self.conv(numbers[0], into, group.middle, 1, 1)
                self.conv(numbers[1], group.middle, group.middle, 3, stride)
                self.conv(numbers[2], group.middle, group.out, 1, 1)
                if first:
                    self.conv(group.shortcut, into, group.out, 1, stride)
                into = group.out
        last = groups[-1].last + 1
        layer = torch.nn.Conv2d(groups[-1].out, tags, 1, bias=False)
        self.add_module(f"n_Conv_{last}", layer)

    def conv(self, number: int, into: int, out: int, kernel: int, stride: int) -> None:
        self.add_module(f"n_Conv_{number}", torch.nn.Conv2d(into, out, kernel, stride))

    def layer(self, number: int) -> torch.nn.Module:
        return self.get_submodule(f"n_Conv_{number}")

    @staticmethod
    def starts(group: Group) -> list[int]:
        """The first number of each block."""
        return [group.first, *range(group.first + 4, group.last, 3)]

    @staticmethod
    def block(group: Group, start: int) -> list[int]:
        """The numbers of a block's three convolutions."""
        numbers = range(start, start + (4 if start == group.first else 3))
        return [number for number in numbers if number != group.shortcut]

    def features(self, pixels: torch.Tensor) -> torch.Tensor:
        x = F.pad(pixels.permute(0, 3, 1, 2), [2, 3, 2, 3])
        x = F.relu(self.layer(0)(x))
        x = F.max_pool2d(F.pad(x, [0, 1, 0, 1], value=float("-inf")), 3, 2)
        for group in self.groups:
            for start in self.starts(group):
                one, two, three = map(self.layer, self.block(group, start))
                first = start == group.first
                pads = [0, 1, 0, 1] if first and group.stride == 2 else [1, 1, 1, 1]
                shortcut = self.layer(group.shortcut)(x) if first else x
                y = F.relu(two(F.pad(F.relu(one(x)), pads)))
                x = F.relu(three(y) + shortcut)
        return x

    def forward(self, pixels: torch.Tensor) -> torch.Tensor:
        x = self.layer(self.groups[-1].last + 1)(self.features(pixels))
        return torch.sigmoid(F.avg_pool2d(x, x.shape[-2:]).flatten(1))


def seeded(groups: tuple[Group, ...], tags: int, size: int, seed: int) -> Published:
    """A model whose probabilities differ from picture to picture.

    Deep layers of random weights see much the same in every picture. So no filter looks at the mean
    of its input, and what all of some pictures have in common is taken out of the last layer.
    Blocks add little each: else 57 of them magnify the rounding of float32 until it shows.
    """
    torch.manual_seed(seed)
    model = Published(groups, tags).eval()
    with torch.no_grad():
        for parameter in model.parameters():
            if parameter.ndim == 1:
                parameter.normal_(0, 0.02)
            else:
                parameter.normal_(0, (2 / parameter[0].numel()) ** 0.5)
                parameter -= parameter.mean((1, 2, 3), keepdim=True)
        for group in groups:
            for start in model.starts(group):
                model.layer(model.block(group, start)[2]).weight.mul_(0.1)
        seen = torch.cat([model.features(calibration(size, i)).mean((2, 3)) for i in range(4)])
        usual = seen.mean(0)
        head = model.layer(groups[-1].last + 1).weight
        rows = head[:, :, 0, 0]
        rows -= torch.outer(rows @ usual, usual) / usual.dot(usual)
        head.mul_(1 / (seen @ rows.T).std())
    return model


def calibration(size: int, seed: int) -> torch.Tensor:
    random = np.random.default_rng(seed)
    coarse = random.integers(0, 256, (4 + seed, 5, 3), np.uint8)
    picture = Image.fromarray(coarse).resize((size, size), Image.BICUBIC)
    return torch.from_numpy(np.asarray(picture, np.float32)[None] / 255)


def half_rounded(model: Published) -> Published:
    """The same model with the numbers that float16 keeps."""
    other = Published(model.groups, model.layer(model.groups[-1].last + 1).out_channels).eval()
    other.load_state_dict({name: t.half().float() for name, t in model.state_dict().items()})
    return other


def resized_and_filled(picture: Image.Image, size: int) -> np.ndarray:
    """What the WebUI's images.resize_image(2, picture, size, size) gives, by Pillow."""
    width, height = picture.size
    if width <= height:
        width, height = width * size // height, size
    else:
        width, height = size, height * size // width
    small = picture.resize((width, height), Image.LANCZOS)
    square = Image.new("RGB", (size, size))
    left, top = size // 2 - width // 2, size // 2 - height // 2
    square.paste(small, (left, top))
    if height < size:
        for edge, y in ((0, 0), (height, top + height)):
            square.paste(small.resize((size, top), box=(0, edge, size, edge)), (0, y))
    elif width < size:
        for edge, x in ((0, 0), (width, left + width)):
            square.paste(small.resize((left, size), box=(edge, 0, edge, size)), (x, 0))
    return np.asarray(square)


def reference(model: Published, pictures: list[Image.Image], size: int) -> np.ndarray:
    """Probabilities [N, tags] of the pictures."""
    pixels = [resized_and_filled(picture, size) for picture in pictures]
    with torch.no_grad():
        rows = [model(torch.from_numpy(p.astype(np.float32)[None] / 255)) for p in pixels]
    return torch.cat(rows).numpy()


def card(groups: tuple[Group, ...], size: int, tags: int) -> dict:
    """The card of a model that is not the published one."""
    return {
        "arch": "deepdanbooru",
        "config": {
            "image_size": size,
            "stem_width": groups[0].into,
            "blocks": [len(Published.starts(group)) for group in groups],
            "widths": [group.middle for group in groups],
            "strides": [group.stride for group in groups],
            "shortcut_places": [group.shortcut - group.first for group in groups],
            "expansion": groups[0].out // groups[0].middle,
            "tags": tags,
        },
    }


def save(folder: Path, model: Published, tags: list[str], size: int, **options) -> Path:
    """Writes card.json and model.pt as torch saves the published one; returns the card."""
    torch.save({**model.state_dict(), "tags": tags}, folder / "model.pt", **options)
    path = folder / "model.json"
    path.write_text(json.dumps(card(model.groups, size, len(tags))), encoding="utf-8")
    return path


def load(folder: Path, model: Published, tags: list[str], size: int) -> i2p.Tagger:
    """Ours, from the same numbers."""
    return i2p.Tagger(save(folder, model, tags, size), device="cpu")
