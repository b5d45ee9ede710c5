"""What a batch writes, and what it does with what is there already."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field

from ..errors import InvalidArgument
from ..interrogator import modes
from ..tag_options import TagOptions

#: The mode that a tagger answers, not the interrogator.
TAGS = "tags"

#: txt: a text file beside each picture; single: one text, a line each; csv and jsonl: one file with
#: the pictures' names.
OUTPUTS = ("txt", "single", "csv", "jsonl")

#: keep: pictures that have a prompt are passed over; overwrite: written anew; append, prepend: the
#: new text goes behind or before what is there.
EXISTING = ("keep", "overwrite", "append", "prepend")


def batch_modes() -> dict[str, str]:
    """What BatchOptions accepts as mode, and what each does in one line."""
    return {**modes(), TAGS: "booru tags of a drawn picture, by DeepDanbooru"}


@dataclass(frozen=True)
class BatchOptions:
    """mode: one of batch_modes(). prefix, suffix: go around each prompt, joined with ", ".

    from_record: takes the prompt that the generator wrote into a file where there is one. tags: how
    mode tags writes them.
    """

    mode: str = "fast"
    output: str = "txt"
    existing: str = "keep"
    recursive: bool = False
    prefix: str = ""
    suffix: str = ""
    from_record: bool = False
    tags: TagOptions = field(default_factory=TagOptions)

    def __post_init__(self) -> None:
        accepted_modes = tuple(batch_modes())
        for name, accepted in (
            ("mode", accepted_modes),
            ("output", OUTPUTS),
            ("existing", EXISTING),
        ):
            value = getattr(self, name)
            if value not in accepted:
                raise InvalidArgument(f"{name} is {value!r}; accepted are {', '.join(accepted)}")

    def decorate(self, prompt: str) -> str:
        """The prompt on one line, with prefix and suffix."""
        line = " ".join(prompt.split())
        return ", ".join(part for part in (self.prefix.strip(), line, self.suffix.strip()) if part)

    def key(self) -> str:
        """The same text for the same options: what a batch must share to be resumed."""
        options = asdict(self)
        if self.mode != TAGS:
            del options["tags"]
        return json.dumps(options, sort_keys=True)
