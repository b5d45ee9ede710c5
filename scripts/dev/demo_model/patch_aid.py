"""A training aid for small vision towers: each patch says which thing it shows.

Captions alone teach a tower shapes slowly; the pictures are drawn, so what every patch shows is
known. The aid's two linear heads are thrown away after training: the saved model is plain BLIP.
"""

from __future__ import annotations

import numpy as np
import torch
from scene import COLOURS, SHAPES, Scene
from shapes import coverage, outlines

_LEAST_COVER = 0.12  # of a patch, for the patch to count as showing the thing


def patch_targets(scenes: list[Scene], grid: int) -> torch.Tensor:
    """int64 [N, grid * grid, 2]: shape and colour each patch shows, counted from 1; 0 = none."""
    table = np.zeros((len(scenes), grid, grid, 2), np.int64)
    shapes, colours = list(SHAPES), list(COLOURS)
    for row, scene in enumerate(scenes):
        most = np.full((grid, grid), _LEAST_COVER, np.float32)
        for thing in scene.things:
            cover = coverage(outlines(thing)[:1], grid, oversampling=6)
            shown = cover > most
            most = np.maximum(most, cover)
            table[row, shown] = 1 + shapes.index(thing.shape), 1 + colours.index(thing.colour)
    return torch.from_numpy(table).flatten(1, 2)


class PatchHeads(torch.nn.Module):
    """Two linear classifiers over the patches a vision tower returns."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.shape = torch.nn.Linear(width, 1 + len(SHAPES))
        self.colour = torch.nn.Linear(width, 1 + len(COLOURS))

    def loss(self, tokens: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
        """Cross entropy of [N, 1 + P, W] tokens; patches with and without things weigh alike."""
        patches, targets = tokens[:, 1:].float().flatten(0, 1), targets.flatten(0, 1)
        entropy = sum(
            torch.nn.functional.cross_entropy(head(patches), targets[:, index], reduction="none")
            for index, head in enumerate((self.shape, self.colour))
        )
        shown = targets[:, 0] > 0
        return (entropy[shown].mean() + entropy[~shown].mean()) / 2


def grid_positions(grid: int, width: int) -> torch.Tensor:
    """float32 [1 + grid * grid, width]: sines of row and column, a start for learnt positions."""
    quarter = width // 4
    rates = np.pi * grid ** -(np.arange(quarter) / quarter)
    rows, columns = np.divmod(np.arange(grid * grid), grid)
    waves = [f(axis[:, None] * rates) for axis in (rows, columns) for f in (np.sin, np.cos)]
    table = np.zeros((1 + grid * grid, width), np.float32)
    table[1:, : 4 * quarter] = 0.3 * np.concatenate(waves, axis=1)
    return torch.from_numpy(table)
