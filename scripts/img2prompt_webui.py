"""What the WebUI executes: puts the extension's packages on the path and registers its tabs."""

import sys
from pathlib import Path

_ROOT = Path(__file__).resolve().parents[1]
if str(_ROOT / "python") not in sys.path:
    sys.path.insert(0, str(_ROOT / "python"))

from img2prompt_extension import register  # noqa: E402

register(_ROOT)
