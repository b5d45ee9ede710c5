"""Reads file names from standard input with sd-prompt-reader; answers a line of JSON for each.

Runs in that package's own environment, without img2prompt.
"""

from __future__ import annotations

import json
import sys

from sd_prompt_reader.image_data_reader import ImageDataReader


def main() -> None:
    for line in sys.stdin:
        try:
            with open(line.rstrip("\n"), "rb") as file:
                found = ImageDataReader(file)
            answer = [found.positive, found.negative] if found.positive else None
        except Exception as error:  # whatever it is, it is this reader's answer
            answer = type(error).__name__
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
