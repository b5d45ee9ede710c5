"""How the tags of a picture become a prompt."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from .tagger import Tagger


@dataclass(frozen=True)
class TagOptions:
    """What Tagger.format() takes beside the picture; exclude: names with commas between."""

    threshold: float = 0.5
    sort: str = "name"
    use_spaces: bool = True
    escape: bool = True
    exclude: str = ""
    scores: bool = False

    def format(
        self,
        tagger: Tagger,
        image: Any,
        progress: Callable[[str, int, int], None] | None = None,
        cancel: Callable[[], bool] | None = None,
    ) -> str:
        """The prompt of one picture, or of its row of probabilities; see Tagger.format()."""
        return str(
            tagger.format(
                image,
                threshold=self.threshold,
                sort=self.sort,
                use_spaces=self.use_spaces,
                escape=self.escape,
                exclude=self.exclude,
                scores=self.scores,
                progress=progress,
                cancel=cancel,
            )
        )
