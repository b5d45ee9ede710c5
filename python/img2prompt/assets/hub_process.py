"""Runs huggingface_hub's download in a process of its own: hub.py starts this file by its path.

A process can be ended at any time, whatever version of the library is installed, and what it has
fetched by then stays in the cache for the next time. Arguments: repository, file, revision. The
last line of its output is a JSON object with "path", or with "error", the names of the error's
classes, and "message".
"""

from __future__ import annotations

import json
import sys


def main() -> None:
    del sys.path[0]  # this file's folder; its neighbours are no top-level modules
    repository, file, revision = sys.argv[1:]
    answer: dict[str, object]
    try:
        from huggingface_hub import hf_hub_download

        answer = {"path": hf_hub_download(repo_id=repository, filename=file, revision=revision)}
    except Exception as error:
        kinds = [kind.__name__ for kind in type(error).__mro__]
        answer = {"error": kinds, "message": str(error).strip().split("\n")[0][:300]}
    print("\n" + json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
