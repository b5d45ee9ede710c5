"""Run by the WebUI at every start: sees that the compiled core fits the installed torch."""

import sys
from pathlib import Path

sys.dont_write_bytecode = True
_ROOT = Path(__file__).resolve().parent
sys.path.insert(0, str(_ROOT / "python"))

from img2prompt_extension.install import main  # noqa: E402

sys.exit(main(_ROOT))
