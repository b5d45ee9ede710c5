"""What a batch writes, and what it does with what is there already."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass

from ..errors import InvalidArgument

#: txt: a text file beside each picture; single: one text, a line each; csv and jsonl: one file with
#: the pictures' names.
OUTPUTS = ("txt", "single", "csv", "jsonl")

#: keep: pictures that have a prompt are passed over; overwrite: written anew; append, prepend: the
#: new text goes behind or before what is there.
EXISTING = ("keep", "overwrite", "append", "prepend")


@dataclass(frozen=True)
class BatchOptions:
    """mode: as interrogate() takes it. prefix, suffix: go around each prompt, joined with ", ".

    from_record: takes the prompt that the generator wrote into a file where there is one.
    """

    mode: str = "fast"
    output: str = "txt"
    existing: str = "keep"
    recursive: bool = False
    prefix: str = ""
    suffix: str = ""
    from_record: bool = False

    def __post_init__(self) -> None:
        for name, accepted in (("output", OUTPUTS), ("existing", EXISTING)):
            value = getattr(self, name)
            if value not in accepted:
                raise InvalidArgument(f"{name} is {value!r}; accepted are {', '.join(accepted)}")

    def decorate(self, prompt: str) -> str:
        """The prompt on one line, with prefix and suffix."""
        line = " ".join(prompt.split())
        return ", ".join(part for part in (self.prefix.strip(), line, self.suffix.strip()) if part)

    def key(self) -> str:
        """The same text for the same options: what a batch must share to be resumed."""
        return json.dumps(asdict(self), sort_keys=True)
